module Nsbi.Infer.Tests.Ensembles.AverageToyTests

open System
open MathNet.Numerics.Statistics
open NUnit.Framework
open Nsbi.Tests
open Nsbi.Infer
open Nsbi.Kernels

let private near (tolerance: float) (expected: float) (actual: float) =
    Assert.That(actual, Is.EqualTo(expected).Within tolerance)

let private fast: AverageToy = {
    Theta = 5.0
    EventSpread = 10.0
    TrainingSpread = 0.3
    Events = 200
    Members = 20
    Resamples = 400
}

/// A mean with its standard error, against what it should be.
let private meanIs (expected: float) (what: string) (values: float[]) =
    let error = ArrayStatistics.StandardDeviation values / sqrt (float values.Length)
    let pull = (Array.average values - expected) / error
    Assert.That(abs pull, Is.LessThan 4.5, $"{what}: {Array.average values} for {expected}")

[<Test>]
let ``the formulae give the published numbers`` () =
    let toy = AverageToy.published
    near 5e-6 0.10005 (sqrt (AverageToy.averageVariance toy))
    near 5e-8 3.1765e-3 (sqrt (AverageToy.doubleBootstrapVariance toy))
    near 5e-8 3.1780e-3 (sqrt (AverageToy.standardErrorVariance toy))

[<Test>]
let ``the formulae give the numbers of the fast test point`` () =
    near 5e-5 0.5294 (AverageToy.averageVariance fast)
    near 5e-6 0.02791 (AverageToy.doubleBootstrapVariance fast)
    near 5e-6 0.02938 (AverageToy.standardErrorVariance fast)

let private settings: AverageToy[] =
    let mutable random = RandomStream(11UL, "settings of the toy")

    [|
        for _ in 0..9 ->
            {
                Theta = 10.0 * random.NextGaussian()
                EventSpread = 5.0 * random.NextDouble()
                TrainingSpread = random.NextDouble()
                Events = 2 + random.NextInt32 60
                Members = 2 + random.NextInt32 12
                Resamples = 2 + random.NextInt32 40
            }
    |]

/// (17a), (17c) and (17d) in the mean of many runs, and (17b) as the difference to Var(X̄).
let private agrees (simulate: AverageToy -> uint64 -> int -> AverageToyRun) (toy: AverageToy) =
    let runs = Array.init 3000 (fun run -> simulate toy 3UL run)
    let square x = x * x
    let offsets = runs |> Array.map (fun r -> square (r.Average - toy.Theta))
    meanIs (AverageToy.averageVariance toy) "(17a)" offsets

    let conditional =
        runs
        |> Array.mapi (fun run r ->
            square (r.Average - Array.average (AverageToy.data toy 3UL run)))

    meanIs (AverageToy.conditionalVariance toy) "(17b)" conditional

    runs
    |> Array.map (fun r -> square r.DoubleBootstrap)
    |> meanIs (AverageToy.doubleBootstrapVariance toy) "(17c)"

    runs
    |> Array.map (fun r -> square r.StandardError)
    |> meanIs (AverageToy.standardErrorVariance toy) "(17d)"

[<TestCaseSource(nameof settings)>]
let ``the formulae hold for the experiment event by event`` (toy: AverageToy) =
    agrees AverageToy.simulate toy

[<TestCaseSource(nameof settings)>]
let ``the formulae hold for the experiment by moments`` (toy: AverageToy) =
    agrees AverageToy.simulateByMoments toy

[<Test>]
let ``both ways of the experiment have the same spread of their uncertainties`` () =
    let spread simulate =
        let runs: AverageToyRun[] =
            Array.init 800 (fun run -> simulate { fast with Resamples = 2 } 5UL run)

        runs |> Array.map _.StandardError |> ArrayStatistics.StandardDeviation

    // Each with 1/√(2·800) = 2.5 %; the data are the same.
    near (4.5 * 0.035) 1.0 (spread AverageToy.simulate / spread AverageToy.simulateByMoments)

[<Test>]
let ``the published experiment finds 0.0032 where the truth is 0.1`` () =
    let run = AverageToy.simulateByMoments AverageToy.published 1UL 0
    // 2.2 % from 1000 members, and 0.7 % from 10⁴ resamples.
    near (4.0 * 0.0235 * 3.178e-3) 3.1765e-3 run.DoubleBootstrap
    near (4.0 * 0.0224 * 3.178e-3) 3.1780e-3 run.StandardError

    let toy = {
        AverageToy.published with
            Resamples = 2
    }

    let offsets =
        Array.init 20 (fun run -> (AverageToy.simulateByMoments toy 2UL run).Average - toy.Theta)

    let truth = sqrt (offsets |> Array.averageBy (fun d -> d * d))
    near (3.0 * 0.16 * 0.1) 0.10005 truth
    Assert.That(truth, Is.GreaterThan(15.0 * run.DoubleBootstrap))

/// 10⁹ draws with replacement.
[<Test; Category("Study")>]
let ``the published experiment event by event`` () =
    let run = AverageToy.simulate AverageToy.published 1UL 0
    near (4.0 * 0.0235 * 3.178e-3) 3.1765e-3 run.DoubleBootstrap
    near (4.0 * 0.0224 * 3.178e-3) 3.1780e-3 run.StandardError
    near 0.4 5.0 run.Average

[<Test>]
let ``a run is a function of seed and number, and no two are the same`` () =
    let run seed number =
        (AverageToy.simulate fast seed number).Bootstraps

    Assert.That(run 1UL 7, Is.EqualTo(box (run 1UL 7)))
    Assert.That(run 1UL 7, Is.Not.EqualTo(box (run 1UL 8)))
    Assert.That(run 1UL 7, Is.Not.EqualTo(box (run 2UL 7)))

[<Property>]
let ``a resample holds events of the data, as many as there were`` (seed: uint64) =
    let x = AverageToy.data fast seed 0
    let drawn = AverageToy.resample seed 0 3 x
    drawn.Length = x.Length && Array.forall (fun d -> Array.contains d x) drawn

[<Test>]
let ``what cannot be simulated is refused`` () =
    let refused toy =
        Assert.Throws<ArgumentException>(Action(fun () -> AverageToy.simulate toy 1UL 0 |> ignore))
        |> ignore

    refused { fast with Events = 0 }
    refused { fast with Members = 0 }
    refused { fast with Resamples = 1 }
    refused { fast with EventSpread = -1.0 }
    refused { fast with TrainingSpread = nan }
    refused { fast with Theta = infinity }
