module Nsbi.Infer.Tests.Sampling.LikelihoodDensityTests

open System
open NUnit.Framework
open Nsbi.Infer
open Nsbi.Infer.Tests
open Nsbi.Infer.Tests.CountingModels
open Nsbi.Infer.Tests.Sampling.SamplerToys

let private observation = uncorrelatedBackground 0.0 [ 51.0; 48.0 ]

[<Test>]
let ``the gradient is the slope`` () =
    let density =
        (LikelihoodDensity.create
            (Map [ "mu", ParameterPrior.Normal(1.0, 2.0); "gamma 0", ParameterPrior.LogFlat ])
            Map.empty
            observation)
            .Density

    let point = [| 0.7; 1.1; 0.9 |]
    let gradient = Array.zeroCreate 3
    density.Evaluate(point, gradient) |> ignore

    for k in 0..2 do
        let at shift =
            let moved = Array.copy point
            moved[k] <- moved[k] + shift
            LogDensity.value density moved

        let slope = (at 1e-5 - at -1e-5) / 2e-5
        Assert.That(gradient[k], Expect.near 1e-5 slope)

[<Test>]
let ``the value is the likelihood and the priors`` () =
    let plain = (LikelihoodDensity.ofObservation observation).Density

    let with' =
        (LikelihoodDensity.create
            (Map [ "mu", ParameterPrior.Normal(1.0, 2.0) ])
            Map.empty
            observation)
            .Density

    let point = [| 2.0; 1.1; 0.9 |]
    let value = LogDensity.value plain point
    Assert.That(value, Expect.near 1e-9 (-0.5 * Likelihood.twiceNll observation point))
    Assert.That(LogDensity.value with' point, Expect.near 1e-9 (value - 0.125))

[<Test>]
let ``priors are stated`` () =
    let density =
        LikelihoodDensity.create
            (Map [ "mu", ParameterPrior.Normal(1.0, 2.0) ])
            (Map [ "gamma 1", 1.0 ])
            observation

    let stated = density.Priors |> List.map (fun p -> p.Parameter, p.Prior)

    Assert.That(
        stated,
        Expect.same [
            "mu", "normal(1, 2) within [0, 10]"
            "gamma 0", "its constraint within [1E-10, 10]"
        ]
    )

    Assert.That(density.Held, Expect.same (Map [ "gamma 1", 1.0 ]))
    Assert.That(density.Density.Names, Expect.same [ "mu"; "gamma 0" ])

[<Test>]
let ``the posterior of pyhf's uncorrelated background is that of numerical integration`` () =
    let density = LikelihoodDensity.ofObservation observation
    let fit = Fit.run observation

    let settings = {
        Nuts.settings with
            Start = LikelihoodDensity.starts fit 1UL 4 density
    }

    let summary = Nuts.run settings density.Density |> PosteriorSummary.compute
    Assert.That(failed summary, Is.Empty)
    // By sums over a grid in numpy: mean and standard deviation of each, 95 % quantile of mu.
    agree 4.0 summary "mu" 0.405904 0.316732
    agree 4.0 summary "gamma 0" 0.992743 0.0561712
    agree 4.0 summary "gamma 1" 0.935093 0.0988638
    let p = summary["mu"]
    Assert.That(p.Quantiles[4], Expect.near (4.0 * p.QuantileErrors[4] + 1e-3) 1.020308)

[<Test>]
let ``an unbinned likelihood is sampled within its bounds`` () =
    let observation = InterferenceModel.asimov 1.0
    let density = LikelihoodDensity.ofObservation observation

    let chains =
        Nuts.run
            {
                Nuts.settings with
                    Chains = 2
                    Warmup = 150
                    Draws = 150
            }
            density.Density

    let k = density.Density.Names |> List.findIndex ((=) "mu")
    let low, high = density.Density.Lower[k], density.Density.Upper[k]
    Assert.That(chains.Draws |> Array.forall (fun d -> d[k] >= low && d[k] <= high))
    let mean = chains.Draws |> Array.averageBy (fun d -> d[k])
    Assert.That(mean, Is.InRange(0.5, 1.5))

[<Test>]
let ``starts lie within the bounds and apart`` () =
    let density = LikelihoodDensity.ofObservation (counting 0.0 7.0 12.0 5.0)
    let fit = Fit.run (counting 0.0 7.0 12.0 5.0)

    match LikelihoodDensity.starts fit 1UL 4 density with
    | NutsStart.Points points ->
        Assert.That(points |> List.forall (fun p -> p[0] > 0.0 && p[0] < 50.0))
        Assert.That(points |> List.distinct |> List.length, Is.GreaterThan 1)
    | other -> Assert.Fail(string other)

[<Test>]
let ``unknown parameters, bad widths and nothing to sample are refused`` () =
    let refused priors held =
        let act () =
            LikelihoodDensity.create (Map priors) (Map held) observation |> ignore

        Assert.Throws<ArgumentException>(Action act) |> ignore

    refused [ "nu", ParameterPrior.Flat ] []
    refused [ "mu", ParameterPrior.Normal(0.0, 0.0) ] []
    refused [] [ "mu", 1.0; "gamma 0", 1.0; "gamma 1", 1.0 ]
