namespace Nsbi.Infer

open System
open MathNet.Numerics.LinearAlgebra

// Axes: event i, feature f of four.

/// <summary>Weights with which events that were drawn from a table stand for the whole of it: the means of
/// h = (u − 1, d − 1, (u − 1)², (d − 1)²) become those of the table, u and d being the factors g at α = +1
/// and −1.</summary>
/// <remarks>w′_i = w_i (1 + λ·(h_i − h̄)) with λ = S⁻¹ (H − h̄), S the covariance of h in the drawn events, h̄
/// its mean in them and H that in the table: the regression estimator of survey sampling (Deville and Särndal
/// 1992, JASA 87, 376). The mean of any function of u and d then has only that error which functions linear
/// in h do not explain.</remarks>
[<RequireQualifiedAccess>]
module internal CalibratedWeights =

    let private features = 4

    /// A direction of h that varies by less than this share of the others says nothing.
    let private negligible = 1e-10

    let private fill (interpolants: EventInterpolant list) (event: int) (into: float[]) =
        let mutable up = 1.0
        let mutable down = 1.0

        for interpolant in interpolants do
            up <- up * exp interpolant.LogUp[event]
            down <- down * exp interpolant.LogDown[event]

        into[0] <- up - 1.0
        into[1] <- down - 1.0
        into[2] <- into[0] * into[0]
        into[3] <- into[1] * into[1]

    /// Visits h of each event with its weight; the sum of weights.
    let private visit (blocks: EventBlock seq) (event: float -> float[] -> unit) : float =
        let h = Array.zeroCreate<float> features
        let mutable total = 0.0

        for block in blocks do
            for i in 0 .. block.Weights.Length - 1 do
                let w = block.Weights[i]

                if w <> 0.0 then
                    fill block.Interpolants i h
                    total <- total + w
                    event w h

        total

    let private means (blocks: EventBlock seq) : float[] =
        let sums = Array.zeroCreate<float> features

        let total =
            visit blocks (fun w h ->
                for f in 0 .. features - 1 do
                    sums[f] <- sums[f] + w * h[f])

        sums |> Array.map (fun s -> s / total)

    let private covariance (block: EventBlock) (mean: float[]) : float[,] =
        let sums = Array2D.zeroCreate<float> features features

        let total =
            visit [ block ] (fun w h ->
                for f in 0 .. features - 1 do
                    for g in 0 .. features - 1 do
                        sums[f, g] <- sums[f, g] + w * (h[f] - mean[f]) * (h[g] - mean[g]))

        sums |> Array2D.map (fun s -> s / total)

    // S⁺ (H − h̄), in features scaled to unit variance.
    let private slopes (covariance: float[,]) (shift: float[]) : float[] =
        let scale =
            Array.init features (fun f ->
                let sigma = sqrt covariance[f, f]
                if sigma > 0.0 then 1.0 / sigma else 0.0)

        let correlation =
            Matrix.Build.Dense(
                features,
                features,
                fun f g -> scale[f] * scale[g] * covariance[f, g]
            )

        let eigen = correlation.Evd Symmetricity.Symmetric
        let values = eigen.EigenValues.Real()

        let along =
            eigen.EigenVectors.TransposeThisAndMultiply(
                Vector.Build.DenseOfArray(Array.map2 (*) scale shift)
            )

        let inverse =
            Vector.Build.Dense(
                features,
                fun k -> if values[k] > negligible then along[k] / values[k] else 0.0
            )

        let found = eigen.EigenVectors * inverse
        Array.init features (fun f -> scale[f] * found[f])

    /// <summary>The weights of the drawn events.</summary>
    /// <param name="whole">the table, with all variations of one parameter</param>
    /// <param name="drawn">the events that were drawn from it, with the same variations</param>
    let fit (whole: EventBlock seq) (drawn: EventBlock) : float[] =
        let mean = means [ drawn ]
        let shift = Array.map2 (-) (means whole) mean
        let lambda = slopes (covariance drawn mean) shift
        let h = Array.zeroCreate<float> features

        drawn.Weights
        |> Array.mapi (fun i w ->
            if w = 0.0 then
                0.0
            else
                fill drawn.Interpolants i h
                let mutable factor = 1.0

                for f in 0 .. features - 1 do
                    factor <- factor + lambda[f] * (h[f] - mean[f])

                w * factor)
