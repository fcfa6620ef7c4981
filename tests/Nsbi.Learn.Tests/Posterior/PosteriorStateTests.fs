module Nsbi.Learn.Tests.Posterior.PosteriorStateTests

open System
open NUnit.Framework
open Nsbi.Kernels
open Nsbi.Learn.Posterior
open Nsbi.Learn.Tests.Posterior.SetExamples

let private close (tolerance: float) (x: float[]) (y: float[]) =
    Assert.That(x.Length, Is.EqualTo y.Length)

    Array.iter2
        (fun (x: float) (y: float) ->
            Assert.That(x, Is.EqualTo(y).Within(tolerance * (1.0 + abs y))))
        x
        y

[<Test>]
let ``a hundred portions one by one are the same as all events at once`` () =
    use team = new ThreadTeam(2)
    let estimator = estimator.Value
    let all = events 5000 1UL
    let whole = PosteriorState.ofEvents team estimator (ReadOnlyMemory all)
    use stream = new PosteriorStream(team, estimator)

    let portions =
        all
        |> Array.chunkBySize 100
        |> Array.fold (fun state part -> stream.Add(state, ReadOnlyMemory part)) stream.Empty

    Assert.That(portions.Events, Is.EqualTo 5000L)
    Assert.That((PosteriorState.toBytes portions = PosteriorState.toBytes whole), Is.True)
    let half = ReadOnlyMemory(all, 0, 4000), ReadOnlyMemory(all, 4000, 6000)

    let state part =
        PosteriorState.ofEvents team estimator part

    let merged = PosteriorState.merge (state (snd half)) (state (fst half))
    close 1e-12 merged.Sums whole.Sums

    let contexts = PosteriorState.contexts team estimator [| whole; merged |]
    close 1e-10 contexts[1, *] contexts[0, *]

[<Test>]
let ``the order of events does not matter and weights count events`` () =
    use team = new ThreadTeam(1)
    let estimator = estimator.Value
    let x = events 30 2UL

    let context (state: PosteriorState) =
        (PosteriorState.contexts team estimator [| state |])[0, *]

    let state = PosteriorState.ofEvents team estimator (ReadOnlyMemory x)
    let turned = x |> Array.chunkBySize 2 |> Array.rev |> Array.concat
    let other = PosteriorState.ofEvents team estimator (ReadOnlyMemory turned)
    close 1e-10 (context other) (context state)
    use stream = new PosteriorStream(team, estimator)
    let twice = stream.Add(state, ReadOnlyMemory x)

    let weighted =
        stream.Add(stream.Empty, ReadOnlyMemory x, ReadOnlyMemory(Array.create 30 2f))

    Assert.That(weighted.Weight, Is.EqualTo 60.0)
    close 1e-10 (context weighted) (context twice)

[<Test>]
let ``states and what the training sees of the same sets agree`` () =
    use team = new ThreadTeam(1)
    let estimator = estimator.Value
    let sets = SetSimulator.sets team 4UL 20 (simulator (SetSize.Uniform(0, 12)))
    let states = PosteriorState.ofSets team estimator sets
    let summaries = PosteriorState.summaries team estimator states

    for set in 0..19 do
        let n = float (sets.Size set)
        Assert.That(states[set].Weight, Is.EqualTo n)
        let last = summaries[set, Array2D.length2 summaries - 1]

        let expected =
            (log (1.0 + n) - estimator.Scales.LogShift) * estimator.Scales.LogScale

        Assert.That(last, Is.EqualTo(expected).Within(1e-12))

// Of μ ~ N(0, 1) and n events of N(μ, 1): N(Σ x/(n + 1), 1/(n + 1)).
[<Test>]
let ``the posterior of a state is close to the known one`` () =
    use team = new ThreadTeam(1)

    let trained =
        train
            2
            {
                small with
                    SetsPerEpoch = 4000
                    Epochs = 12
            }
            (simulator (SetSize.Uniform(0, 12)))

    for count in [ 0; 1; 5; 12 ] do
        let sets = SetSimulator.sets team 5UL 100 (simulator (SetSize.Fixed count))

        let posteriors =
            PosteriorState.ofSets team trained sets
            |> PosteriorState.posteriors team trained

        let n = float count
        let width = 1.0 / sqrt (n + 1.0)

        let shift set =
            let x = sets.Set(set).ToArray()
            let sum = Seq.sum (seq { for i in 0..2 .. x.Length - 1 -> float x[i] })
            (posteriors[set].Mean[0].Value - sum / (n + 1.0)) / width

        let rms = sqrt (Seq.averageBy (fun set -> shift set ** 2.0) [ 0..99 ])
        let sd = posteriors |> Array.averageBy (fun p -> p.StandardDeviation[0].Value)
        Assert.That(rms, Is.LessThan 0.45)
        Assert.That(sd, Is.EqualTo(width).Within(0.15 * width))

[<Test>]
let ``a state comes back from its bytes, byte for byte`` () =
    use team = new ThreadTeam(1)
    let estimator = estimator.Value
    let state = PosteriorState.ofEvents team estimator (ReadOnlyMemory(events 17 3UL))
    let bytes = PosteriorState.toBytes state
    let read = PosteriorState.ofBytes "state.json" estimator bytes |> valueOf
    Assert.That((PosteriorState.toBytes read = bytes), Is.True)
    Assert.That(read.Events, Is.EqualTo 17L)

    let stranger =
        train 1 { small with Seed = 9UL; Epochs = 1 } (simulator (SetSize.Fixed 3))

    Assert.That(
        PosteriorState.ofBytes "state.json" stranger bytes |> faultsOf,
        Does.Contain "the state belongs to another estimator"
    )

    Assert.That(
        PosteriorState.ofBytes "state.json" estimator [| 1uy |] |> faultsOf,
        Does.Contain "damaged"
    )

    let other = PosteriorState.empty stranger

    Assert.Throws<ArgumentException>(Action(fun () -> PosteriorState.merge state other |> ignore))
    |> ignore

[<Test>]
let ``numbers of events outside of the training are told`` () =
    use team = new ThreadTeam(1)
    let estimator = estimator.Value

    let warnings count =
        PosteriorState.ofEvents team estimator (ReadOnlyMemory(events count 1UL))
        |> PosteriorState.warnings estimator

    Assert.That(warnings 0, Is.Empty)
    Assert.That(warnings 12, Is.Empty)

    Assert.That(
        warnings 13,
        Is.EqualTo<PosteriorWarning list> [
            PosteriorWarning.CardinalityOutsideTraining(13.0, 0.0, 12.0)
        ]
    )

    Assert.That(
        string (warnings 13).Head,
        Does.Contain "13 events, but in training sets had 0 to 12"
    )

[<Test>]
let ``events that are none are refused`` () =
    use team = new ThreadTeam(1)
    let estimator = estimator.Value

    let refused (x: float32[]) (w: float32[]) =
        use stream = new PosteriorStream(team, estimator)

        Assert.Throws<ArgumentException>(
            Action(fun () -> stream.Add(stream.Empty, ReadOnlyMemory x, ReadOnlyMemory w) |> ignore)
        )
        |> ignore

    refused [| 1f |] [||]
    refused [| 1f; nanf |] [||]
    refused [| 1f; 2f |] [| 1f; 1f |]
    refused [| 1f; 2f |] [| infinityf |]
