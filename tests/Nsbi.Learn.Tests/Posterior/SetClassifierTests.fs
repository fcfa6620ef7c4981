module Nsbi.Learn.Tests.Posterior.SetClassifierTests

open System
open System.Threading
open NUnit.Framework
open Nsbi.Kernels
open Nsbi.Learn
open Nsbi.Learn.Autodiff
open Nsbi.Learn.Networks
open Nsbi.Learn.Posterior
open Nsbi.Learn.Tests.Posterior.SetExamples

let private sized = simulator (SetSize.Fixed 5)

/// θ − 1 or θ + 1 against θ.
let private hypotheses = SetHypotheses.shifted "mu" (struct (0.9999, 1.0001)) sized

let private settings = {
    SetClassifierSettings.standard with
        Embedding = small.Embedding
        Head = {
            Architecture.standard with
                Hidden = [ 24 ]
        }
        LearningRate = 5e-3
        BatchSize = 64
        Epochs = 20
        SetsPerEpoch = 5000
        ValidationSets = 500
}

let private trainWith context settings =
    SetClassifierTraining.run context settings hypotheses |> valueOf

let private train threads settings =
    use team = new ThreadTeam(threads)
    trainWith (TrainingContext.plain team) settings

let private trained = lazy (train 2 settings)

/// ln p(set|θ ± 1)/p(set|θ) of n events N(θ, 1): both shifts are as probable, the second parameter is drawn anew.
let private exact (theta: float) (events: float32[]) : float =
    let n = events.Length / 2
    let sum = Seq.init n (fun i -> float events[2 * i] - theta) |> Seq.sum
    log (0.5 * (exp sum + exp -sum)) - 0.5 * float n

let private pairs count =
    Array.init count (fun index ->
        let mutable stream = RandomStream(5UL, "held-out pairs", uint64 index)
        let pair = hypotheses.Draw &stream
        let phi = if index % 2 = 0 then pair.Null else pair.Alternative
        pair.Tested[0], sized.DrawAt(phi, &stream).Features)

[<Test>]
let ``the learned ratio of sets is the exact one`` () =
    use team = new ThreadTeam(1)
    use statistic = new SetStatistic(team, trained.Value)
    let pairs = pairs 1000

    let loss isNull t =
        if isNull then log (1.0 + exp t) else log (1.0 + exp -t)

    let compare index (theta, events) =
        let learned = statistic.Values(statistic.Summaries [ events ], [| theta |])
        let best = exact theta events
        loss (index % 2 = 0) learned[0] - loss (index % 2 = 0) best, abs (learned[0] - best)

    let found = Array.mapi compare pairs
    let excess = Array.averageBy fst found
    let error = sqrt (found |> Array.averageBy (fun (d, _) -> d * d)) / sqrt 1000.0
    Assert.That(excess - 3.0 * error, Is.LessThan 0.015)
    Assert.That(excess + 3.0 * error, Is.GreaterThan 0.0)
    // Of numbers from −2.5 to far above 3.
    Assert.That(found |> Array.averageBy snd, Is.LessThan 0.6)

[<Test>]
let ``any number of threads gives the same bytes, another seed others`` () =
    let bytes threads settings =
        train threads { settings with Epochs = 1 } |> SetClassifierFile.toBytes

    let one = bytes 1 settings
    Assert.That((bytes 3 settings = one))
    Assert.That((bytes 1 { settings with Seed = 2UL } <> one))

[<Test>]
let ``interrupted and resumed, a training ends with the same bytes`` () =
    let settings = {
        settings with
            Epochs = 4
            SetsPerEpoch = 700
    }

    use team = new ThreadTeam(2)
    use source = new CancellationTokenSource()
    let checkpoint = ref None

    let progress = {
        new IProgress<TrainingProgress> with
            member _.Report(p) =
                if p.Epoch = 2 then
                    source.Cancel()
    }

    let context = {
        TrainingContext.plain team with
            Progress = progress
            Cancellation = source.Token
            Save = fun bytes -> checkpoint.Value <- Some bytes
    }

    Assert.Throws<OperationCanceledException>(
        Action(fun () -> trainWith context settings |> ignore)
    )
    |> ignore

    let resumed =
        trainWith
            {
                TrainingContext.plain team with
                    Checkpoint = checkpoint.Value
            }
            settings

    Assert.That((SetClassifierFile.toBytes resumed = SetClassifierFile.toBytes (train 1 settings)))

[<Test>]
let ``a file gives the same classifier back`` () =
    let bytes = SetClassifierFile.toBytes trained.Value
    let read = SetClassifierFile.ofBytes "file" bytes |> valueOf
    Assert.That((SetClassifierFile.toBytes read = bytes))
    use team = new ThreadTeam(1)
    use before = new SetStatistic(team, trained.Value)
    use after = new SetStatistic(team, read)
    let set = [ events 7 3UL ]

    Assert.That(
        after.Values(after.Summaries set, [| 0.4 |])[0],
        Is.EqualTo(before.Values(before.Summaries set, [| 0.4 |])[0])
    )

[<Test>]
let ``damaged files are refused with a sentence`` () =
    let bytes = SetClassifierFile.toBytes trained.Value

    for length in [ 0; 10; bytes.Length / 2; bytes.Length - 2 ] do
        let faults = SetClassifierFile.ofBytes "test.json" bytes[.. length - 1] |> faultsOf
        Assert.That(faults, Does.Contain "test.json")

    let posterior = PosteriorFile.toBytes estimator.Value
    Assert.That(SetClassifierFile.ofBytes "other" posterior |> faultsOf, Is.Not.Empty)

[<Test>]
let ``a set's statistic does not depend on the sets beside it or on the order of its events`` () =
    use team = new ThreadTeam(2)
    use statistic = new SetStatistic(team, trained.Value)
    let sets = [ for i in 1..9 -> events (3 * i) (uint64 i) ]
    let together = statistic.Values(statistic.Summaries(sets @ [ [||] ]), [| 0.2 |])

    sets
    |> List.iteri (fun i set ->
        let alone = statistic.Values(statistic.Summaries [ set ], [| 0.2 |])
        Assert.That(alone[0], Is.EqualTo together[i])
        let reversed = set |> Array.chunkBySize 2 |> Array.rev |> Array.concat
        let other = statistic.Values(statistic.Summaries [ reversed ], [| 0.2 |])
        Assert.That(other[0], Is.EqualTo(together[i]).Within 1e-9))

    Assert.That(Double.IsFinite together[9])
    Assert.That(statistic.Values([||], [| 0.2 |]), Is.Empty)

[<Test>]
let ``misuse is answered by a sentence`` () =
    use team = new ThreadTeam(1)
    use statistic = new SetStatistic(team, trained.Value)

    let refused sentence (action: unit -> unit) =
        let fault = Assert.Throws<ArgumentException>(Action action)
        Assert.That(fault.Message, Does.Contain(sentence: string))

    let one = statistic.Summaries [ events 3 1UL ]
    refused "are tested" (fun () -> statistic.Values(one, [| 1.0; 2.0 |]) |> ignore)
    refused "whole events" (fun () -> statistic.Summaries [ [| 1.0f |] ] |> ignore)
    refused "finite" (fun () -> statistic.Summaries [ [| 1.0f; nanf |] ] |> ignore)
    refused "'nu'" (fun () -> SetHypotheses.shifted "nu" (struct (1.0, 2.0)) sized |> ignore)
    refused "Shifts" (fun () -> SetHypotheses.shifted "mu" (struct (2.0, 1.0)) sized |> ignore)

    let empty =
        DrawPair(fun _ -> {
            Tested = [||]
            Null = [||]
            Alternative = [||]
        })

    refused "names" (fun () -> SetHypotheses.create [] sized empty |> ignore)
    let wrong = SetHypotheses.create [ "mu" ] sized empty

    let fault =
        Assert.Throws<InvalidOperationException>(
            Action(fun () ->
                SetClassifierTraining.run (TrainingContext.plain team) settings wrong |> ignore)
        )

    Assert.That(fault.Message, Does.Contain "0 numbers")

[<Test>]
let ``settings are read back from their text, and every fault is named`` () =
    let settings = {
        settings with
            Optimiser = {
                Optimiser.nadam with
                    ClipNorm = Some 5.0
            }
            Patience = Some 3
            Seed = 99UL
    }

    let write (settings: SetClassifierSettings) =
        use buffer = new IO.MemoryStream()

        (use writer = new Text.Json.Utf8JsonWriter(buffer)
         SetClassifierSettings.writeJson writer settings)

        Text.Encoding.UTF8.GetString(buffer.ToArray())

    let read (text: string) =
        use document = Text.Json.JsonDocument.Parse text
        SetClassifierSettings.ofJson "file" "$" document.RootElement

    Assert.That((valueOf (read (write settings)) = settings))

    let dropping =
        """{"head": {"dropout": 0.1}, "training": {"batchSize": 5}, "setsPerEpoch": 1, "more": 2}"""

    let faults = read dropping |> faultsOf

    for word in [ "dropout"; "batch size"; "sets per epoch"; "more" ] do
        Assert.That(faults, Does.Contain word)
