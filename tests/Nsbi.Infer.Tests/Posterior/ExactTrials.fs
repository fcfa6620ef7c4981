/// Trials of the means of three Gaussians, with posteriors that are exact, or spoiled on purpose.
module Nsbi.Infer.Tests.Posterior.ExactTrials

open Nsbi.Infer
open Nsbi.Kernels

let names = GaussianMeansToy.parameters

let private prior (stream: RandomStream) =
    let mutable stream = stream
    GaussianMeansToy.drawMeans &stream

let private simulator (means: float[]) (stream: RandomStream) =
    let mutable stream = stream
    GaussianMeansToy.drawEvents &stream means 5 |> GaussianMeansToy.posterior

/// Draws from N(mean + shift width, (factor width)²) where the exact posterior is N(mean, width²).
let make (seed: uint64) (simulations: int) (draws: int) (factor: float) (shift: float) =
    let settings = {
        PosteriorTrial.settings simulations with
            Seed = seed
    }

    PosteriorTrial.simulateDensity settings prior simulator (fun posterior stream ->
        let mutable stream = stream
        let points = Array.init draws (fun _ -> Array.zeroCreate 3)

        for point in points do
            for k in 0..2 do
                point[k] <-
                    posterior.Means[k]
                    + posterior.Widths[k] * (shift + factor * stream.NextGaussian())

        let logDensity (point: float[]) =
            let mutable sum = 0.0

            for k in 0..2 do
                let z = (point[k] - posterior.Means[k]) / posterior.Widths[k]
                sum <- sum - 0.5 * ((z - shift) / factor) ** 2.0

            sum

        points, logDensity)

/// p-value of many p-values as uniform numbers.
let uniformity (pValues: float[]) : float =
    (ExpectedCoverage.ofShares CoverageRegion.RandomPoints pValues).PValue
