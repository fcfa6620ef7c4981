/// Training speed of a multilayer network against PyTorch, in alternation.
module Nsbi.Bench.TrainBench

open System
open System.IO
open Nsbi.Kernels
open Nsbi.Learn.Autodiff
open Nsbi.Learn.Autodiff.Words

/// A network of the benchmark: hidden widths, events in memory, steps per measurement.
type Net = {
    Name: string
    Hidden: int list
    Events: int
    Steps: int
}

let private features = 16
let private batch = 1024

let nets: Net list =
    let net name width depth events steps = {
        Name = name
        Hidden = List.replicate depth width
        Events = events
        Steps = steps
    }

    [
        net "4x64" 64 4 500_000 300
        net "4x256" 256 4 500_000 60
        net "5x1000" 1000 5 50_000 4
    ]

let private table (net: Net) : Table =
    let width = features + 2
    let data = Array.zeroCreate<float32>(net.Events * width)
    let mutable stream = RandomStream(5UL, "benchmark events", 0UL)

    for i in 0 .. net.Events - 1 do
        let row = data.AsSpan(i * width, width)

        for j in 0 .. features - 1 do
            row[j] <- float32 (stream.NextGaussian())

        let logit = float (row[0] + row[1] * row[2])
        let signal = stream.NextDouble() < 1.0 / (1.0 + exp -logit)
        row[features] <- if signal then 1.0f else 0.0f
        row[features + 1] <- float32 (0.5 + stream.NextDouble())

    Table.OfSingles([ "x", features; "y", 1; "w", 1 ], data)

/// The loss of the net, its parameters and their first values (uniform in ±1/√fan-in).
let private network (net: Net) : Node * Node list * Values =
    let mutable stream = RandomStream(1UL, "benchmark weights", 0UL)
    let widths = features :: net.Hidden @ [ 1 ]

    let layers =
        List.pairwise widths
        |> List.mapi (fun i (k, n) -> i, k, n, parameter $"w{i}" k n, parameter $"b{i}" 1 n)

    let values = [
        for i, k, n, _, _ in layers do
            let bound = 1.0 / sqrt (float k)

            let draw _ _ =
                bound * (2.0 * stream.NextDouble() - 1.0)

            $"w{i}", Array2D.init k n draw
            $"b{i}", Array2D.init 1 n draw
    ]

    let logits =
        layers
        |> List.fold
            (fun h (i, _, _, w, b) ->
                let last = i = net.Hidden.Length
                dense (if last then Activation.Identity else Activation.Silu) w b h)
            (input "x" features)

    let loss = meanRows (input "w" 1 * binaryCrossEntropy (input "y" 1) logits)

    loss,
    [
        for _, _, _, w, b in layers do
            w
            b
    ],
    Map values

/// Floating-point operations per event: forwards, and backwards without the first layer's inputs.
let private flops (net: Net) : float =
    let pairs = List.pairwise (features :: net.Hidden @ [ 1 ])
    let all = pairs |> List.sumBy (fun (k, n) -> 6.0 * float k * float n)
    all - 2.0 * float features * float net.Hidden.Head

let private measureNet (script: string) (threads: int) (rounds: int) (net: Net) : unit =
    let table = table net
    let loss, parameters, initial = network net
    use team = new ThreadTeam(threads)

    let settings = {
        Precision = Precision.Single
        Capacity = batch
        Seed = 1UL
        Optimiser = Optimiser.adam
    }

    use plan = TrainingPlan.Compile(team, settings, loss, parameters, initial)
    let mutable stream = RandomStream(7UL, "benchmark batches", 0UL)
    let order = [| 0 .. net.Events - 1 |]
    stream.Shuffle(Span order)
    let mutable position = 0
    let mutable last = 0.0

    let steps count =
        for _ in 1..count do
            if position + batch > net.Events then
                position <- 0

            last <- plan.Step(table, ReadOnlySpan(order, position, batch), 1e-3)
            position <- position + batch

    let measure () =
        let events = float (net.Steps * batch)
        let speed = Speed.measure 1 (fun () -> steps net.Steps)

        {
            Wall = events * speed.Wall
            Cpu = events * speed.Cpu
        }

    steps (max 3 (net.Steps / 4))
    use peer = new Peer(script, [ net.Name; string threads; string net.Steps ])
    Rounds.run net.Name rounds peer measure (flops net)
    printfn "%-7s       loss %.4f" "" last

/// train [--threads N] [--rounds N] [net …]
let run (arguments: string list) : int =
    let rec option name fallback list =
        match list with
        | key :: value :: _ when key = name -> int (value: string)
        | _ :: rest -> option name fallback rest
        | [] -> fallback

    let threads = option "--threads" 2 arguments
    let rounds = option "--rounds" 7 arguments
    let chosen = nets |> List.filter (fun net -> List.contains net.Name arguments)

    let script =
        Path.Combine(Environment.CurrentDirectory, "bench", "peers", "torch_train.py")

    printfn "path %s, %d threads, medians of %d alternating rounds" Isa.Path threads rounds

    (if chosen.IsEmpty then nets else chosen)
    |> List.iter (measureNet script threads rounds)

    0
