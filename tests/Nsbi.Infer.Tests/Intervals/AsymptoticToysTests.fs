/// The asymptotic distributions against toys of a workspace with many counts: an unrelated route to the
/// same numbers.
module Nsbi.Infer.Tests.AsymptoticToysTests

open System
open NUnit.Framework
open Nsbi.Model
open Nsbi.Infer
open Nsbi.Infer.Tests.CountingModels
open Nsbi.Infer.Tests.Expect
open Nsbi.Infer.Tests.InterferenceModel

/// Two bins of thousands of events with uncorrelated backgrounds; μ may be negative, so that q̃ differs
/// from q.
let private compiled =
    let mu = poi "mu" 1.0 -6.0 10.0

    let gamma name tau =
        parameter Nuisance name 1.0 0.5 2.0 (Poisson(tau, tau))

    let bin name s b sigma =
        name,
        [
            Process.create "signal" mu [ s ]
            Process.create "background" (gamma $"gamma {name}" ((b / sigma) ** 2.0)) [ b ]
        ]

    compileBins [ bin "0" 120.0 5000.0 50.0; bin "1" 110.0 5200.0 70.0 ]

let private point mu = [| for p in compiled.Parameters -> if p.Name = "mu" then mu else 1.0 |]

let private tested = 1.3

/// Values of a statistic on toys drawn at a value of μ.
let private values (statistic: TestStatistic) (truth: float) (value: float) : float[] =
    let sampler = ok (ToySampler.create compiled (point truth))

    let run = {
        ToyRun.ofToys 2000 with
            Seed = 20260722UL
            Threads = 2
    }

    ToyTest.measurement Fit.settings statistic "mu" value (point truth)
    |> ToyEnsemble.run run sampler
    |> Array.map (fun test ->
        Assert.That(test.Failure, same None)
        test.Value)

/// The largest distance between the distribution of values and a cumulative one that may have a
/// probability of its own at 0.
let private distance (cumulative: float -> float) (values: float[]) : float =
    let values = Array.sort values
    let n = float values.Length

    values
    |> Array.mapi (fun k q ->
        let above = abs (float (k + 1) / n - cumulative q)
        // Below the first value above 0 lies the whole probability at 0.
        if q > 1e-6 then
            max above (abs (float k / n - cumulative q))
        elif k + 1 < values.Length && values[k + 1] <= 1e-6 then
            0.0
        else
            above)
    |> Array.max

/// σ of μ̂ from the Asimov set of a value.
let private sigma truth value =
    let asimov = (ok (Observation.asimov compiled (point truth))).Observation

    TestStatistic.evaluate Fit.settings asimov TestStatistic.TwoSided "mu" value
    |> fun found -> Asymptotics.sigma value truth found.Value

[<TestCase("qtilde", 1.3)>]
[<TestCase("qtilde", 0.0)>]
[<TestCase("q", 1.3)>]
[<TestCase("q", 0.0)>]
[<TestCase("ttilde", 0.0)>]
[<TestCase("t", 0.0)>]
[<TestCase("q0", 0.0)>]
[<TestCase("q0", 1.3)>]
let ``statistics of toys are distributed as the formulae say`` (name: string, truth: float) =
    let statistic = TestStatistic.all |> List.find (fun s -> s.Name = name)

    let value = if statistic = TestStatistic.Discovery then 0.0 else tested

    // Where the hypothesis is the truth, any other value tells σ.
    let width = sigma truth (if value = truth then truth + 1.0 else value)
    Assert.That(Double.IsFinite width)

    let cumulative q =
        Asymptotics.cumulative statistic value truth width q

    // Kolmogorov's distribution: 1.95/√n is exceeded once in a thousand times.
    let found = values statistic truth value |> distance cumulative
    Assert.That(found, Is.LessThan(1.95 / sqrt 2000.0))

    // The test can fail: another width or another mean is told apart.
    let wrong q =
        Asymptotics.cumulative statistic value (truth + 0.5) width q

    Assert.That(values statistic truth value |> distance wrong, Is.GreaterThan(1.95 / sqrt 2000.0))
