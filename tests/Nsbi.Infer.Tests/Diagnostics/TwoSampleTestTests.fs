module Nsbi.Infer.Tests.TwoSampleTestTests

open System
open System.Threading
open NUnit.Framework
open Nsbi.Kernels
open Nsbi.Learn.Networks
open Nsbi.Infer
open Nsbi.Infer.Tests.Expect
open Nsbi.Infer.Tests.TwoSampleToys

let private folds (n: int) = Array.init n (fun i -> i % 2)

/// A score that sees the distortion as well as any.
let private judge factor (score: float -> float -> float) toy =
    let events = against [| 1.0; 0.0 |] factor toy

    TwoSampleTest.judge
        CheckLimits.standard
        0.01
        "S"
        (folds toy.X.Length)
        (Array.map2 score toy.X toy.Y)
        events

[<Test>]
let ``mean areas of folds have standard pulls about one half`` () =
    [|
        for index in 1..300 do
            let _, test = simulate 500 index |> judge exact (fun x y -> x * y)
            (test.Auc.Value - 0.5) / test.Auc.Error
    |]
    |> shouldBeStandard

[<Test>]
let ``the exact ratio passes and five percent fail`` () =
    for index in 1..3 do
        let toy = simulate 100000 index
        let wrong x y = 1.0 + 0.05 * tanh (2.0 * (y - 0.5 * x))
        let passed, _ = judge exact (fun x y -> y - 0.5 * x) toy
        let failed, _ = judge wrong (fun x y -> -(y - 0.5 * x)) toy
        Assert.That(passed.Passed, Is.True, passed.Finding)
        Assert.That(failed.Passed, Is.False, failed.Finding)

[<Test>]
let ``the area of a known distortion is that of the integral`` () =
    // ln r standard normal under the reweighted reference: ½ + 0.01/(2√π) but for the cut at 3, 0.5028171
    // by quadrature.
    let n = 100000

    let z =
        Array.init n (fun i ->
            MathNet.Numerics.Distributions.Normal.InvCDF(0.0, 1.0, (float i + 0.5) / float n))

    let ratio = z |> Array.map (fun z -> exp (0.4 * z))
    let reference = ratio |> Array.map (fun r -> 1.0 / r)

    let events =
        StratifiedSample.create (Array.create n 0) reference (Array.create n 1.0) ratio

    Assert.That(TwoSampleTest.distortedAuc 0.01 events, near 2e-6 0.5028171290)

let private context (team: ThreadTeam) : TrainingContext = {
    Team = team
    Progress = {
        new IProgress<TrainingProgress> with
            member _.Report _ = ()
    }
    Cancellation = CancellationToken.None
    Checkpoint = None
    Save = ignore
    SaveEvery = TimeSpan.MaxValue
}

/// The test as the pipeline makes it, with a fresh network.
let private trained (n: int) (seed: uint64) factor =
    let toy = simulate n (int seed)
    let events = against [| 1.0; 0.0 |] factor toy
    let settings = TwoSampleTraining.settings DiagnosticsPlan.twoSample seed

    let features =
        Array.init (2 * toy.X.Length) (fun j ->
            float32 (if j % 2 = 0 then toy.X[j / 2] else toy.Y[j / 2]))

    let groups = Array.init toy.X.Length uint64
    use team = new ThreadTeam(1)

    let labelled =
        ReweightedEvents.label NegativeWeights.Refuse 2 {
            Name = "reweighted"
            Features = features
            Weights = events.Predicted
            Groups = groups
            Varied = [ "S", events.Target ]
        }

    match
        labelled
        |> Result.bind (fun events -> VariationEstimator.train settings events None (context team))
    with
    | Error faults -> failwith $"{faults}"
    | Ok estimator ->
        let g = estimator.ByFold(team, ReadOnlyMemory features, ReadOnlyMemory groups)
        let fold = groups |> Array.map (DataSplit.fold settings.Seed settings.Folds)

        TwoSampleTest.judge
            {
                CheckLimits.standard with
                    RatioTolerance = 0.0
            }
            0.05
            "S"
            fold
            (g[0] |> Array.map Math.Log)
            events

[<Test>]
let ``a fresh network does not tell the exact ratio from the target`` () =
    for seed in 1UL .. 3UL do
        let check, test = trained 10000 seed exact
        Assert.That(check.Passed, Is.True, check.Finding)
        Assert.That((test.Auc.Value - 0.5) / test.Auc.Error, Is.InRange(-3.5, 3.0))

[<Test>]
let ``a fresh network finds a distortion nearly as well as the best classifier`` () =
    let wrong x y = 1.0 + 0.3 * tanh (2.0 * (y - 0.5 * x))
    let toy = simulate 10000 1
    let check, test = trained 10000 1UL wrong
    let _, best = judge wrong (fun x y -> -(y - 0.5 * x)) toy
    Assert.That(check.Passed, Is.False, check.Finding)
    Assert.That(best.Auc.Value - 0.5, Is.GreaterThan 0.05)
    Assert.That(test.Auc.Value - 0.5, Is.GreaterThan(0.8 * (best.Auc.Value - 0.5)))
