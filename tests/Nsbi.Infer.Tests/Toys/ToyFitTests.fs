module Nsbi.Infer.Tests.ToyFitTests

open System
open NUnit.Framework
open Nsbi.Model
open Nsbi.Model.Words
open Nsbi.Infer
open Nsbi.Infer.Tests.Expect
open Nsbi.Infer.Tests.InterferenceModel
open Nsbi.Infer.Tests.ToyModels

let private run toys seed = {
    ToyRun.ofToys toys with
        Seed = seed
        Threads = 2
}

let private fits toys seed (sampler: ToySampler) hypothesis =
    ToyFit.measurement Fit.settings hypothesis sampler.Theta
    |> ToyEnsemble.run (run toys seed) sampler

/// The likelihood of an exponential p(x|λ) = λ e^(−λx), of which 200 events are expected.
let private exponential =
    let nodes = Array.init 4_000 (fun i -> -log((float i + 0.5) / 4_000.0))

    let shape =
        EventShape.ofFormula 1 (fun x beta ->
            let number = Jet.constant 1
            let slope = Jet.multiply (number -x[0]) beta[0]
            Jet.add (Jet.add (Jet.log beta[0]) slope) (number x[0]))

    let table =
        RatioTable.unweighted nodes.Length [ "E", RatioSource.ofFormula (fun _ -> 0.0) ]
        |> RatioTable.withFeatures (Array.map Array.singleton nodes)
        |> RatioTable.withShape "E" "rate" shape

    let rate = Words.poi "lambda" |> from 1.0 |> between 0.1 10.0

    let model =
        model "exponential" [
            unbinned "SR" (reference "ref") [
                processOf "E" [ yields 200.0; eventShape "rate" [ rate ]; eventRate AsGiven ]
            ]
        ]

    compileInterference model table, nodes

[<Test>]
let ``the rate of an exponential is the number of events over their sum`` () =
    let compiled, nodes = exponential
    let truth = 1.3
    let sampler = ok (ToySampler.create compiled [| truth |])
    let fits = fits 400 5UL sampler None

    for fit in fits do
        let toy = events (sampler.Draw(5UL, uint64 fit.Index))
        let n = toy |> List.sumBy snd
        let sum = toy |> List.sumBy (fun (row, count) -> count * nodes[row])
        Assert.That(fit.Values[0], near 1e-6 (n / sum))
        Assert.That(fit.Errors[0], near 1e-6 (fit.Values[0] / sqrt n))

    let mean, variance = moments (fits |> Array.map _.Values[0])
    let expected = truth * truth / 200.0
    // λ̂ is larger than λ by λ/N on average; nodes cut the tail off at x = 9.
    Assert.That(mean, near (4.0 * sqrt (expected / 400.0) + 0.003) (truth * (1.0 + 1.0 / 200.0)))
    Assert.That(variance, near (4.0 * expected * sqrt (2.0 / 400.0)) expected)

/// μ s + b(1 + 0.1 α) in four bins with many events.
let private plentiful =
    let alpha = parameter Nuisance "alpha" 0.0 -5.0 5.0 (Gaussian(0.0, 1.0))

    CountingModels.compileBins [
        "C",
        [
            Process.create "s" (InterferenceModel.poi "mu" 1.0 -9.0 9.0) [
                900.0
                400.0
                100.0
                0.0
            ]
            Process.create "b" (1.0 + 0.1 * alpha) [ 1_000.0; 2_000.0; 3_000.0; 4_000.0 ]
        ]
    ]

[<Test>]
let ``pulls of a Gaussian-like model have mean 0 and width 1`` () =
    let n = 2_000
    let truth = [| 1.0; 0.5 |]
    let sampler = ok (ToySampler.create plentiful truth)
    let fits = fits n 3UL sampler None
    Assert.That(fits |> Array.forall (fun f -> f.Failure.IsNone && f.Retries = 0))

    for k in 0..1 do
        let pulls = fits |> Array.map (fun f -> (f.Values[k] - truth[k]) / f.Errors[k])
        let mean, variance = moments pulls
        Assert.That(mean, near (4.0 / sqrt (float n)) 0.0, $"mean of pull {k}")
        Assert.That(sqrt variance, near (4.0 / sqrt (2.0 * float n)) 1.0, $"width of pull {k}")

[<Test>]
let ``t at the truth follows χ² with one degree of freedom`` () =
    let n = 1_000
    let hypothesis = { Parameter = "mu"; Value = 1.0 }
    let sampler = ok (ToySampler.create plentiful [| 1.0; 0.0 |])
    let t = fits n 7UL sampler (Some hypothesis) |> Array.map _.Value |> Array.sort

    let distance =
        t
        |> Array.mapi (fun i t ->
            let p = MathNet.Numerics.Distributions.ChiSquared.CDF(1.0, t)
            max (abs (p - float i / float n)) (abs (p - float (i + 1) / float n)))
        |> Array.max

    // Kolmogorov: p = 1e-4 at 2.225/√n
    Assert.That(distance, Is.LessThan(2.225 / sqrt (float n)))

/// A bin that is empty in two toys of three, with a yield of its own.
let private starved =
    let free name =
        parameter Nuisance name 1.0 0.0 infinity Unconstrained

    CountingModels.compileBins [
        "A", [ Process.create "a" (free "a") [ 30.0 ] ]
        "B", [ Process.create "b" (free "a" * free "b") [ 0.4 ] ]
        "C", [ Process.create "s" (InterferenceModel.poi "mu" 1.0 0.0 9.0) [ 5.0 ] ]
    ]

/// a·b alone is determined.
let private undetermined =
    let free name =
        parameter Nuisance name 1.0 0.1 10.0 Unconstrained

    CountingModels.compileBins [
        "A", [ Process.create "a" (free "a" * free "b") [ 30.0 ] ]
        "C", [ Process.create "s" (InterferenceModel.poi "mu" 1.0 0.0 9.0) [ 5.0 ] ]
    ]

[<Test>]
let ``a fit that fails is tried from other starts, kept and counted with its reason`` () =
    let sampler = ok (ToySampler.create undetermined [| 1.0; 1.0; 1.0 |])
    let mutable last = None

    let progress = {
        new IProgress<ToyProgress> with
            member _.Report p = last <- Some p
    }

    let fits =
        ToyFit.measurement Fit.settings None sampler.Theta
        |> ToyEnsemble.run
            {
                ToyRun.ofToys 20 with
                    Progress = progress
            }
            sampler

    Assert.That(fits.Length, same 20)
    let failed = fits |> Array.filter (fun f -> f.Failure.IsSome)
    Assert.That(failed.Length, Is.GreaterThan 10)

    Assert.That(
        last,
        same (
            Some {
                Done = 20
                Total = 20
                Failed = failed.Length
            }
        )
    )

    for fit in failed do
        Assert.That(fit.Retries, same 4)
        Assert.That(fit.Status, same "notConverged")
        Assert.That(fit.Failure.Value, Does.Contain "'a'")

/// An empty bin drives its expectation of 2 (1 + 0.9 α) to zero, beyond which nothing is possible.
let private edge =
    let alpha = parameter Nuisance "alpha" 0.0 -5.0 5.0 (Gaussian(0.0, 1.0))

    CountingModels.compileBins [
        "B", [ Process.create "b" (1.0 + 0.9 * alpha) [ 2.0 ] ]
        "C", [ Process.create "s" (InterferenceModel.poi "mu" 1.0 0.0 9.0) [ 5.0 ] ]
    ]

[<Test>]
let ``of attempts that all fail the lowest is kept with its reason`` () =
    let sampler = ok (ToySampler.create edge [| 1.0; 0.0 |])
    let fits = fits 200 6UL sampler None
    let failed = fits |> Array.filter (fun f -> f.Failure.IsSome)
    Assert.That(failed.Length, Is.GreaterThan 5)

    for fit in failed do
        Assert.That(fit.Status, same "notConverged")
        Assert.That(fit.Failure.Value, Does.Contain "the edge of where the density")
        Assert.That(fit.Values[edge.Index["alpha"]], near 0.01 (-1.0 / 0.9))

[<Test>]
let ``toys with empty bins are fitted at their bounds`` () =
    let sampler = ok (ToySampler.create starved [| 1.0; 1.0; 1.0 |])
    let fits = fits 50 4UL sampler None
    let b = starved.Index["b"]
    let empty = fits |> Array.filter (fun f -> f.AtBound[b])
    Assert.That(fits |> Array.forall (fun f -> f.Failure.IsNone))
    Assert.That(empty.Length, Is.GreaterThan 15)
    Assert.That(empty |> Array.forall (fun f -> Double.IsNaN f.Errors[b]))

[<Test>]
let ``a tested value that is impossible for a toy gives infinity and no failure`` () =
    let model =
        CountingModels.compileBins [
            "C", [ Process.create "s" (InterferenceModel.poi "mu" 1.0 0.0 9.0) [ 5.0 ] ]
        ]

    let sampler = ok (ToySampler.create model [| 1.0 |])
    let fits = fits 20 4UL sampler (Some { Parameter = "mu"; Value = 0.0 })
    Assert.That(fits |> Array.forall (fun f -> f.Failure.IsNone))
    Assert.That(fits |> Array.exists (fun f -> f.Value = infinity))

/// A signal of about two standard deviations on many events.
let private faint =
    let alpha = parameter Nuisance "alpha" 0.0 -5.0 5.0 (Gaussian(0.0, 1.0))

    CountingModels.compileBins [
        "C",
        [
            Process.create "s" (InterferenceModel.poi "mu" 1.0 -9.0 9.0) [ 300.0; 60.0; 10.0; 0.0 ]
            Process.create "b" (1.0 + 0.01 * alpha) [ 10_000.0; 20_000.0; 30_000.0; 40_000.0 ]
        ]
    ]

/// The distribution of q̃_μ at μ (Cowan, Cranmer, Gross and Vitells, arXiv:1007.1727, eq. 66).
let private asymptotic (sigma: float) (q: float) =
    let normal x =
        MathNet.Numerics.Distributions.Normal.CDF(0.0, 1.0, x)

    let mu = 1.0

    if q <= mu * mu / (sigma * sigma) then
        normal (sqrt q)
    else
        normal ((q + mu * mu / (sigma * sigma)) / (2.0 * mu / sigma))

/// The Kolmogorov distance of q̃ of toys from its asymptotic distribution, in units of 1/√n.
let private distanceOfLimit (toys: int) (seed: uint64) : float =
    let sampler = ok (ToySampler.create faint [| 1.0; 0.0 |])

    let sigma =
        let asimov = (ok (Observation.asimov faint [| 0.0; 0.0 |])).Observation

        1.0
        / sqrt (TestStatistic.evaluate Fit.settings asimov TestStatistic.TwoSided "mu" 1.0).Value

    Assert.That(sigma, Is.InRange(0.2, 0.6))

    let tests =
        ToyTest.measurement Fit.settings TestStatistic.UpperLimitBounded "mu" 1.0 sampler.Theta
        |> ToyEnsemble.run (run toys seed) sampler

    Assert.That(tests |> Array.forall (fun t -> t.Failure.IsNone))
    let q = tests |> Array.map _.Value |> Array.sort
    let n = float toys

    // Below the atom at 0 there is nothing to compare.
    let distances =
        q
        |> Array.mapi (fun i q ->
            let p = asymptotic sigma q
            let above = abs (p - float (i + 1) / n)
            if q > 0.0 then max above (abs (p - float i / n)) else 0.0)

    let zeros = float (q |> Array.filter ((=) 0.0) |> Array.length) / n
    max (Array.max distances) (abs (zeros - 0.5)) * sqrt n

[<Test>]
let ``the upper-limit statistic of binned toys follows its asymptotic distribution`` () =
    // Kolmogorov: p = 1e-3 at 1.95
    Assert.That(distanceOfLimit 2_000 11UL, Is.LessThan 1.95)

[<Test; Category("Study")>]
let ``the upper-limit statistic of very many toys follows its asymptotic distribution`` () =
    // The counts are finite: another 0.5 for what is not asymptotic.
    Assert.That(distanceOfLimit 40_000 12UL, Is.LessThan 2.45)
