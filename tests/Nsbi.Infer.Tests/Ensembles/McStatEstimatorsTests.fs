module Nsbi.Infer.Tests.Ensembles.McStatEstimatorsTests

open System
open MathNet.Numerics.Statistics
open NUnit.Framework
open Nsbi.Tests
open Nsbi.Infer
open Nsbi.Kernels

let private near (tolerance: float) (expected: float) (actual: float) =
    Assert.That(actual, Is.EqualTo(expected).Within tolerance)

let private toy: AverageToy = {
    Theta = 5.0
    EventSpread = 10.0
    TrainingSpread = 0.3
    Events = 200
    Members = 20
    Resamples = 400
}

let private bootstraps seed run data =
    Array.init toy.Members (fun m ->
        AverageToy.resample seed run m data |> AverageToy.train toy seed run m)

let private seeds seed run data =
    Array.init toy.Members (fun m -> AverageToy.train toy seed run m data)

/// J averages of the whole procedure on resamples of the data.
let private nested procedure replicas (data: float[]) =
    Array.init replicas (fun j ->
        AverageToy.resample 17UL 0 j data
        |> procedure (100UL + uint64 j) 0
        |> Array.average)

/// The mean variance over many data sets, and the error that the estimates claim.
let private average runs (estimate: int -> float[] -> McStatEstimate) =
    let found = Array.init runs (fun run -> estimate run (AverageToy.data toy 9UL run))

    let variance = found |> Array.averageBy _.Variance.Value

    let spread =
        found |> Array.map _.Variance.Value |> ArrayStatistics.StandardDeviation

    let claimed =
        found |> Array.averageBy (fun e -> e.Variance.Error * e.Variance.Error) |> sqrt

    variance, spread, claimed

[<Test>]
let ``the ensemble variance is that of one bootstrapped network`` () =
    let found, spread, claimed =
        average 600 (fun run data -> McStatEstimators.ensembleVariance (bootstraps 1UL run data))

    near (0.05 * 0.5875) 0.5875 found
    // s² of the data itself moves by 10 %, which the ensemble cannot know of.
    near 0.1 1.0 (claimed / spread)

[<Test>]
let ``less the training noise it is the variance of the average`` () =
    let found, spread, claimed =
        average 600 (fun run data ->
            McStatEstimators.trainingSubtracted (bootstraps 1UL run data) (seeds 2UL run data))

    near (0.05 * 0.5294) 0.5294 found
    near 0.1 1.0 (claimed / spread)

[<Test>]
let ``the nested bootstrap is the variance of the average`` () =
    let found, spread, claimed =
        average 60 (fun _ data ->
            McStatEstimators.nestedBootstraps toy.Members (nested bootstraps 40 data))

    near (0.05 * 0.5268) 0.5268 found
    near 0.3 1.0 (claimed / spread)

[<Test>]
let ``with seeds inside it is the variance of the average of trainings on the same data`` () =
    let found, spread, claimed =
        average 100 (fun _ data -> McStatEstimators.nestedSeeds toy.Members (nested seeds 40 data))

    let expected =
        199.0 / 200.0 * AverageToy.dataVariance toy
        + toy.TrainingSpread * toy.TrainingSpread / 20.0

    near (0.05 * expected) expected found
    near 0.3 1.0 (claimed / spread)

/// N = 400 events in G = 20 blocks, M = 200 networks, σ_X = 10 and no training noise: 0.232 ± 0.095 of
/// 0.25 in an independent simulation.
[<Test>]
let ``the block jackknife finds the variance from counts alone`` () =
    let events, blocks, networks = 400, 20, 200

    let toy = {
        toy with
            Events = events
            TrainingSpread = 0.0
    }

    let found =
        Array.init 200 (fun run ->
            let x = AverageToy.data toy 4UL run
            let mutable random = RandomStream(4UL, "counts", uint64 run)

            let counts =
                Array.init networks (fun _ ->
                    Array.init blocks (fun _ -> int (random.NextPoisson 1.0)))

            let results =
                counts
                |> Array.map (fun n ->
                    let mutable sum, total = 0.0, 0.0

                    for i in 0 .. events - 1 do
                        let weight = float n[i * blocks / events]
                        sum <- sum + weight * x[i]
                        total <- total + weight

                    sum / total)

            McStatEstimators.blockJackknife counts results)

    let mean = found |> Array.averageBy _.Variance.Value

    let spread =
        found |> Array.map _.Variance.Value |> ArrayStatistics.StandardDeviation

    near (3.0 * 0.095 / sqrt 200.0 + 0.0067) 0.232 mean
    near 0.02 0.095 spread
    let claimed = found |> Array.averageBy _.Variance.Error
    near 0.25 1.0 (claimed / spread)

[<Test>]
let ``the standard error and the double bootstrap miss the finite sample`` () =
    let results = bootstraps 1UL 0 (AverageToy.data toy 9UL 0)
    let standard = McStatEstimators.standardErrorOfTheMean results
    let twice = McStatEstimators.doubleBootstrap 20000 3UL results
    near (4.0 * 0.005 * standard.Value) (sqrt (19.0 / 20.0) * standard.Value) twice.Value
    Assert.That(standard.Value, Is.LessThan(0.4 * sqrt (AverageToy.averageVariance toy)))
    near 1e-12 (standard.Value / sqrt 38.0) standard.Error

let private finite (values: FsCheck.NormalFloat list) =
    values |> List.map (fun x -> max -1e3 (min 1e3 x.Get)) |> List.toArray

let private estimates (a: float[]) (b: float[]) = [
    (McStatEstimators.ensembleVariance a).Variance
    (McStatEstimators.trainingSubtracted a b).Variance
    (McStatEstimators.nestedBootstraps 3 a).Variance
    (McStatEstimators.nestedSeeds 3 a).Variance
]

let private about scale expected actual =
    abs (expected - actual) <= 1e-9 * (abs expected + scale)

[<Property>]
let ``a variance does not know of offsets and grows as the square of the scale``
    (first: FsCheck.NormalFloat list, second: FsCheck.NormalFloat list)
    =
    let a = Array.append [| 1.0; 4.0 |] (finite first)
    let b = Array.append [| 2.0; 3.0 |] (finite second)
    let change x = 7.0 - 3.0 * x

    List.forall2
        (fun (before: Nsbi.Learn.Networks.Measured) (after: Nsbi.Learn.Networks.Measured) ->
            about 1e6 (9.0 * before.Value) after.Value
            && about 1e6 (9.0 * before.Error) after.Error)
        (estimates a b)
        (estimates (Array.map change a) (Array.map change b))

[<Property>]
let ``the order of networks does not matter`` (first: FsCheck.NormalFloat list) =
    let a = Array.append [| 1.0; 4.0 |] (finite first)

    List.forall2
        (fun (x: Nsbi.Learn.Networks.Measured) (y: Nsbi.Learn.Networks.Measured) ->
            about 1e6 x.Value y.Value)
        (estimates a a)
        (estimates (Array.rev a) (Array.rev a))

[<Test>]
let ``the counts of trainings are those that were made`` () =
    let a = [| 1.0; 2.0; 4.0 |]
    Assert.That((McStatEstimators.ensembleVariance a).Trainings, Is.EqualTo 3)
    Assert.That((McStatEstimators.trainingSubtracted a a).Trainings, Is.EqualTo 6)
    Assert.That((McStatEstimators.nestedBootstraps 5 a).Trainings, Is.EqualTo 15)

[<Test>]
let ``a difference that is not positive has no standard deviation but an error`` () =
    let estimate = McStatEstimators.trainingSubtracted [| 1.0; 1.1 |] [| 0.0; 4.0 |]
    Assert.That(estimate.Variance.Value, Is.LessThan 0.0)
    Assert.That(estimate.Sigma.Value, Is.EqualTo 0.0)
    near 1e-12 (sqrt estimate.Variance.Error) estimate.Sigma.Error

[<Test>]
let ``what is no sample of networks is refused`` () =
    let refused (action: unit -> obj) =
        Assert.Throws<ArgumentException>(Action(fun () -> action () |> ignore))
        |> ignore

    let counts n =
        Array.init 8 (fun _ -> Array.replicate 2 n)

    let results = Array.init 8 float
    refused (fun () -> McStatEstimators.ensembleVariance [| 1.0 |])
    refused (fun () -> McStatEstimators.ensembleVariance [| 1.0; nan |])
    refused (fun () -> McStatEstimators.trainingSubtracted [| 1.0; 2.0 |] [| 1.0 |])
    refused (fun () -> McStatEstimators.nestedBootstraps 0 [| 1.0; 2.0 |])
    refused (fun () -> McStatEstimators.doubleBootstrap 1 1UL [| 1.0; 2.0 |])
    refused (fun () -> McStatEstimators.blockJackknife (counts 1) [| 1.0; 2.0 |])
    refused (fun () -> McStatEstimators.blockJackknife (counts 50) results)

    refused (fun () ->
        McStatEstimators.blockJackknife
            (Array.init 8 (fun m -> Array.create (2 + m % 2) 1))
            results)

    refused (fun () ->
        McStatEstimators.blockJackknife (Array.init 8 (fun _ -> Array.create 5 1)) results)

[<Test>]
let ``every method has a letter, a name and guidance`` () =
    let all = [
        McStatMethod.EnsembleVariance
        McStatMethod.TrainingSubtracted
        McStatMethod.NestedBootstraps
        McStatMethod.NestedSeeds
        McStatMethod.BlockJackknife
    ]

    Assert.That(all |> List.map _.Letter |> String.concat "", Is.EqualTo "abcde")
    Assert.That(all |> List.map _.Guidance |> List.distinct |> List.length, Is.EqualTo 5)
