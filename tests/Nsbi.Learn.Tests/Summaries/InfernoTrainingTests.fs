module Summaries.InfernoTrainingTests

open System
open System.Threading
open NUnit.Framework
open Nsbi.Kernels
open Nsbi.Learn.Networks
open Nsbi.Learn.Summaries
open Networks.TrainingExamples
open Summaries.SummaryExamples

let private train threads settings events =
    use team = new ThreadTeam(threads)
    InfernoTraining.train (TrainingContext.plain team) settings events |> valueOf

let private long = {
    settings "s" with
        Training = {
            smallSettings with
                LearningRate = 2e-2
                BatchSize = 500
                Epochs = 25
        }
}

/// The variance of s with hard bins of independent events, by hand.
let private variance (summary: BinSummary) (freeBackground: bool) =
    use team = new ThreadTeam(1)
    let x = [| for i in 0..19999 -> float32 (-1.0 + (float i + 0.5) / 10000.0) |]

    let counts total inside =
        let weights = x |> Array.map (fun x -> if inside x then 1.0 else 0.0)
        let sum = Array.sum weights

        summary.Counts(
            team,
            ReadOnlyMemory x,
            ReadOnlyMemory(weights |> Array.map (fun w -> total * w / sum))
        )

    let s, b = counts 10.0 (fun x -> x > 0.0f), counts 100.0 (fun _ -> true)
    let slopes = [ Array.map (fun n -> n / 10.0) s; Array.map (fun n -> n / 100.0) b ]
    let parameters = if freeBackground then 2 else 1
    let widths = List.replicate parameters None

    CountInformation.error
        0
        widths
        (Array.map2 (+) s b)
        (slopes |> List.take parameters |> Array.ofList)
    ** 2.0

// The ratio takes two values, on the two halves of the interval: bins that divide there are
// sufficient, and s then has the variance s + b/2, or b/2 + (s + b/2) with the background free.
[<TestCase(false, 60.0)>]
[<TestCase(true, 110.0)>]
let ``the summary finds the known optimum in one dimension`` (free: bool, optimum: float) =
    let summary = train 1 long (stepEvents free 2000)
    Assert.That(variance summary free, Is.InRange(optimum - 1e-3, 1.01 * optimum))
    Assert.That(summary.Network.History.BestLoss, Is.EqualTo(optimum).Within(0.05 * optimum))

[<Test>]
let ``any number of threads gives the same bytes`` () =
    let events = simulated 400
    let one = train 1 (settings "s") events |> BinSummary.toBytes
    Assert.That((train 3 (settings "s") events |> BinSummary.toBytes) = one, Is.True)

    Assert.That(
        (train 1 { settings "s" with Seed = 2UL } events |> BinSummary.toBytes) = one,
        Is.False
    )

[<Test>]
let ``interrupted and resumed, a training ends with the same bytes`` () =
    let events = simulated 400
    let whole = train 1 (settings "s") events |> BinSummary.toBytes
    use team = new ThreadTeam(2)
    use source = new CancellationTokenSource()
    let reports = ref 0

    let progress = {
        new IProgress<TrainingProgress> with
            member _.Report _ =
                reports.Value <- reports.Value + 1

                if reports.Value = 2 then
                    source.Cancel()
    }

    let checkpoint = ref None

    let context = {
        TrainingContext.plain team with
            Progress = progress
            Cancellation = source.Token
            Save = fun bytes -> checkpoint.Value <- Some bytes
    }

    Assert.Throws<OperationCanceledException>(
        Action(fun () -> InfernoTraining.train context (settings "s") events |> ignore)
    )
    |> ignore

    Assert.That(checkpoint.Value.IsSome, Is.True)

    let resumed =
        InfernoTraining.train
            {
                TrainingContext.plain team with
                    Checkpoint = checkpoint.Value
            }
            (settings "s")
            events
        |> valueOf

    Assert.That(BinSummary.toBytes resumed = whole, Is.True)

[<Test>]
let ``a summary comes back from its bytes`` () =
    let summary = train 1 (settings "s") (simulated 200)
    let bytes = BinSummary.toBytes summary
    let read = BinSummary.ofBytes "file" bytes |> valueOf
    Assert.That(BinSummary.toBytes read = bytes, Is.True)
    Assert.That(read.BinCount, Is.EqualTo 3)
    Assert.That(read.Interest, Is.EqualTo "s")
    use team = new ThreadTeam(1)
    let x = ReadOnlyMemory [| 0.1f; 0.2f; nanf; 0.0f; 1.0f; -2.0f |]
    let bins = read.Bins(team, x)
    Assert.That(bins, Is.EqualTo<int[]>(summary.Bins(team, x)))
    Assert.That(bins[1], Is.EqualTo -1)
    Assert.That(faultsOf (BinSummary.ofBytes "file" [| 1uy |]), Does.Contain "damaged")

[<Test>]
let ``settings that make no sense are told`` () =
    use team = new ThreadTeam(1)

    let wrong = {
        settings "nothing" with
            Bins = 1
            Temperature = 0.0
    }

    let found =
        InfernoTraining.train (TrainingContext.plain team) wrong (simulated 10)
        |> faultsOf

    for text in [ "number of bins"; "temperature"; "no such parameter" ] do
        Assert.That(found, Does.Contain text)

    let few =
        InfernoTraining.train (TrainingContext.plain team) (settings "s") (simulated 1)
        |> faultsOf

    Assert.That(few, Does.Contain "too few events")
