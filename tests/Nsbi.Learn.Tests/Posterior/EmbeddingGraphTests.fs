module Nsbi.Learn.Tests.Posterior.EmbeddingGraphTests

open System
open NUnit.Framework
open Nsbi.Kernels
open Nsbi.Learn.Autodiff
open Nsbi.Learn.Autodiff.Words
open Nsbi.Learn.Networks
open Nsbi.Learn.Posterior
open Nsbi.Learn.Tests.Posterior.SetExamples

let private scales = {
    Features = {
        Shift = [| 0.5f; -1f |]
        Scale = [| 2f; 0.25f |]
    }
    MeanEvents = 2.5
    LogShift = 0.7
    LogScale = 1.6
    Range = struct (0.0, 4.0)
}

let private sets = [|
    {
        Parameters = [| 0.3 |]
        Features = [| 0.1f; 2f; -0.4f; 1f; 0.9f; -3f |]
        Weights = [| 1.0; 0.5; 2.0 |]
    }
    {
        Parameters = [| -1.0 |]
        Features = [||]
        Weights = [||]
    }
    {
        Parameters = [| 0.8 |]
        Features = [| 0.7f; 0f |]
        Weights = [||]
    }
|]

let private allPoolings = [ Pooling.Sum; Pooling.Mean; Pooling.SumAndMean ]

/// Random values for every array, those of the head too, which would start at zero.
let private values (settings: PosteriorSettings) =
    PosteriorGraph.initialValues 2 normal settings
    |> Map.map (fun name value ->
        let mutable stream = RandomStream(5UL, name, 0UL)
        let random = Array2D.copy value

        for i in 0 .. Array2D.length1 value - 1 do
            for j in 0 .. Array2D.length2 value - 1 do
                random[i, j] <- float (float32 (0.4 * stream.NextGaussian()))

        random)

/// The definition, set by set and event by event, in double.
let private lossByHand (settings: PosteriorSettings) (values: Values) =
    let embedding = settings.Embedding
    let silu x = x / (1.0 + exp -x)

    let layer activation name l (x: float[]) =
        let w, b = values[$"{name}.w{l}"], values[$"{name}.b{l}"]

        Array.init (Array2D.length2 w) (fun j ->
            activation (b[0, j] + Seq.sum (Seq.init x.Length (fun i -> x[i] * w[i, j]))))

    let one (set: EventSet) =
        let events = set.Features |> Array.chunkBySize 2

        let weights =
            if set.Weights.Length > 0 then
                set.Weights
            else
                Array.create events.Length 1.0

        let encode (event: float32[]) =
            let x =
                Array.init 2 (fun j ->
                    float ((event[j] - scales.Features.Shift[j]) * scales.Features.Scale[j]))

            let waves = [|
                for k in 0 .. embedding.Waves - 1 do
                    yield! x |> Array.map (fun x -> sin (0.5 * float (1 <<< k) * x))
                    yield! x |> Array.map (fun x -> cos (0.5 * float (1 <<< k) * x))
            |]

            let e = Array.append x waves |> layer silu "encoder" 0 |> layer id "encoder" 1
            if embedding.Skip then Array.append e x else e

        let columns = EmbeddingGraph.pooledColumns 2 embedding
        let sums = Array.zeroCreate columns

        Array.iter2
            (fun event w -> encode event |> Array.iteri (fun j e -> sums[j] <- sums[j] + w * e))
            events
            weights

        let n = Array.sum weights
        let perSet = sums |> Array.map (fun s -> s / 2.5)
        let perEvent = sums |> Array.map (fun s -> if n > 0.0 then s / n else 0.0)

        let pooled =
            match embedding.Pooling with
            | Pooling.Sum -> perSet
            | Pooling.Mean -> perEvent
            | Pooling.SumAndMean -> Array.append perSet perEvent
            |> fun pooled -> Array.append pooled [| 1.6 * (log (1.0 + n) - 0.7) |]

        let hidden = layer silu "decoder" 0 pooled

        let context =
            if embedding.Skip then
                Array.append hidden pooled
            else
                hidden

        let phi = Array2D.create 1 1 set.Parameters[0]
        let row = Array2D.init 1 context.Length (fun _ j -> context[j])
        let weights = HeadGraph.parameters settings.Head normal context.Length

        let density =
            HeadGraph.logDensity
                settings.Head
                normal
                weights
                (constantArray row)
                (constantArray phi)

        -((Interpreter.run 1 Map.empty values None [ density ]).Head[0, 0])

    Array.sumBy one sets

[<Test>]
let ``the loss of a batch is that of its sets, event by event`` () =
    use team = new ThreadTeam(2)

    for pooling in allPoolings do
        for skip in [ false; true ] do
            let settings = {
                small with
                    BatchSize = 5
                    Embedding = {
                        small.Embedding with
                            Pooling = pooling
                            Skip = skip
                            Waves = if skip then 2 else 0
                    }
            }

            let values = values settings
            let weights = PosteriorGraph.parameters 2 normal settings
            let loss, used = PosteriorGraph.losses 2 normal settings scales weights
            let buffer = SetBuffer(team, 2, 1, 5, 4, scales)
            use plan = Plan.Compile(team, Precision.Double, buffer.Capacity, [ loss; used ])
            plan.SetParameters values
            // A fuller batch before: nothing of it may stay.
            buffer.Fill(5, fun _ -> sets[0]) |> ignore
            let batch = buffer.Fill(3, fun set -> sets[set])
            plan.Run(batch.Table, batch.Rows.Span)
            Assert.That((plan.Output 1)[0, 0], Is.EqualTo 3.0)
            let expected = lossByHand settings values
            Assert.That((plan.Output 0)[0, 0], Is.EqualTo(expected).Within(1e-5), $"{pooling}")

[<Test>]
let ``the first steps of the encoder lie among the events`` () =
    let embedding = {
        small.Embedding with
            Encoder.Hidden = [ 400 ]
    }

    let values = EmbeddingGraph.initialValues 3UL 1 embedding
    let w, b = values["encoder.w0"], values["encoder.b0"]
    let steps = Array.init 400 (fun j -> -b[0, j] / w[0, j])
    Assert.That(Array.average steps, Is.EqualTo(0.0).Within(4.0 / 20.0))

    Assert.That(
        sqrt (Array.averageBy (fun s -> s * s) steps),
        Is.EqualTo(1.0).Within(4.0 / sqrt 800.0)
    )
