module Nsbi.Infer.Tests.Ensembles.TrainingBudgetTests

open System
open MathNet.Numerics.Statistics
open NUnit.Framework
open Nsbi.Tests
open Nsbi.Infer

let private near (tolerance: float) (expected: float) (actual: float) =
    Assert.That(actual, Is.EqualTo(expected).Within tolerance)

let private pilot = { Data = 0.5; Training = 0.09 }

let private toy: AverageToy = {
    Theta = 0.0
    EventSpread = sqrt (0.5 * 2000.0)
    TrainingSpread = 0.3
    Events = 2000
    Members = 20
    Resamples = 2
}

/// What estimates of many data sets are, against the expected distance and error of the split.
let private agrees (split: TrainingSplit) (tolerance: float) (estimates: float[]) =
    let mean, spread =
        Array.average estimates, ArrayStatistics.StandardDeviation estimates

    let error = spread / sqrt (float estimates.Length)
    // √ bends the mean down by an eighth of the squared error.
    let bend = 0.5 * split.RelativeError * split.RelativeError
    near (4.0 * error + 0.01 * split.Sigma) (split.Sigma * (1.0 + split.Bias - bend)) mean
    near tolerance 1.0 (spread / (split.RelativeError * split.Sigma))

let private bootstraps (members: int) seed run (data: float[]) =
    Array.init members (fun m ->
        AverageToy.resample seed run m data |> AverageToy.train toy seed run m)

[<Test>]
let ``the error of the ensemble variance is the one expected`` () =
    let split = TrainingBudget.split pilot McStatMethod.EnsembleVariance 1 20

    Array.init 300 (fun run ->
        AverageToy.data toy 1UL run
        |> bootstraps 20 2UL run
        |> McStatEstimators.ensembleVariance
        |> _.Sigma.Value)
    |> agrees split 0.15

[<Test>]
let ``the error of the nested bootstrap is the one expected`` () =
    let split = TrainingBudget.split pilot McStatMethod.NestedSeeds 12 3

    Array.init 300 (fun run ->
        let data = AverageToy.data toy 1UL run

        Array.init 12 (fun j ->
            let resampled = AverageToy.resample 5UL run j data

            Array.init 3 (fun m -> AverageToy.train toy (10UL + uint64 j) run m resampled)
            |> Array.average)
        |> McStatEstimators.nestedSeeds 3
        |> _.Sigma.Value)
    |> agrees split 0.15

[<Test>]
let ``the error of the difference is the one expected`` () =
    let split = TrainingBudget.split pilot McStatMethod.TrainingSubtracted 10 30

    Array.init 200 (fun run ->
        let data = AverageToy.data toy 1UL run

        Array.init 10 (fun m -> AverageToy.train toy 8UL run m data)
        |> McStatEstimators.trainingSubtracted (bootstraps 30 2UL run data)
        |> _.Sigma.Value)
    |> agrees split 0.2

[<Test>]
let ``numbers of the guidance`` () =
    let error replicas =
        (TrainingBudget.split pilot McStatMethod.NestedSeeds replicas 5).RelativeError

    near 0.001 0.162 (error 20)
    near 0.001 0.113 (error 40)

[<Test>]
let ``without training noise every training is a replica of its own`` () =
    let best =
        TrainingBudget.bestOf { Data = 1.0; Training = 0.0 } 60 McStatMethod.NestedSeeds

    Assert.That((best.Members, best.Replicas), Is.EqualTo((1, 59)))

[<Test>]
let ``much training noise asks for large averages`` () =
    let members training =
        (TrainingBudget.bestOf { Data = 1.0; Training = training } 200 McStatMethod.NestedSeeds)
            .Members

    Assert.That(members 1.0, Is.GreaterThan(members 0.01))
    Assert.That(members 30.0, Is.GreaterThan(members 1.0))

[<Property>]
let ``no split costs more than there is, and more trainings are never worse``
    (data: FsCheck.PositiveInt, training: FsCheck.NonNegativeInt, budget: FsCheck.PositiveInt)
    =
    let pilot = {
        Data = 0.1 * float data.Get
        Training = 0.1 * float training.Get
    }

    let trainings = 20 + budget.Get % 100

    let sure (s: TrainingSplit) =
        s.Sigma * (1.0 + abs s.Bias + s.RelativeError)

    TrainingBudget.table pilot trainings
    |> List.forall (fun s ->
        s.Trainings <= trainings
        && (s.Method = McStatMethod.EnsembleVariance
            || sure (TrainingBudget.bestOf pilot (trainings + 10) s.Method)
               <= sure s * (1.0 + 1e-12)))
    && sure (TrainingBudget.best pilot trainings)
       <= (TrainingBudget.table pilot trainings |> List.map sure |> List.min)

[<Test>]
let ``the pilot is told from two ensembles`` () =
    let found = TrainingBudget.pilot [| 0.0; 2.0; 4.0 |] [| 1.0; 2.0; 3.0 |]
    Assert.That(found, Is.EqualTo(Some { Data = 3.0; Training = 1.0 }))
    Assert.That(TrainingBudget.pilot [| 1.0; 2.0 |] [| 1.0; 5.0 |], Is.EqualTo None)

[<Test>]
let ``what cannot be split is refused`` () =
    let refused (action: unit -> obj) =
        Assert.Throws<ArgumentException>(Action(fun () -> action () |> ignore))
        |> ignore

    refused (fun () -> TrainingBudget.best pilot 5)
    refused (fun () -> TrainingBudget.best { pilot with Data = 0.0 } 50)
    refused (fun () -> TrainingBudget.best { pilot with Training = nan } 50)
    refused (fun () -> TrainingBudget.split pilot McStatMethod.NestedSeeds 1 5)
    refused (fun () -> TrainingBudget.split pilot McStatMethod.EnsembleVariance 1 1)
