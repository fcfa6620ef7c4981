/// Training speed of a deep set against PyTorch, in alternation: an encoder of each event, sums over
/// the events of each set, a decoder of the sums.
module Nsbi.Bench.SetsBench

open System
open System.IO
open Nsbi.Kernels
open Nsbi.Learn.Autodiff
open Nsbi.Learn.Autodiff.Words

let private events = 100
let private batch = 128
let private batches = 40
let private encoder = [ 1; 64; 64; 64 ]
let private decoder = [ 64; 64; 1 ]

/// Sets of one number an event, N(0, 1) or N(0.3, 1); row by row the number, the set's place in its
/// batch, and on the first row of each set its label.
let private table: Table =
    let data = Array.zeroCreate<float32>(batches * batch * events * 3)
    let mutable stream = RandomStream(5UL, "benchmark sets", 0UL)

    for set in 0 .. batches * batch - 1 do
        let label = float (stream.NextInt32 2)

        for i in 0 .. events - 1 do
            let row = data.AsSpan((set * events + i) * 3, 3)
            row[0] <- float32 (stream.NextGaussian() + 0.3 * label)
            row[1] <- float32 (set % batch)
            row[2] <- if i = 0 then float32 label else 0.0f

    Table.OfSingles([ "x", 1; "set", 1; "y", 1 ], data)

let private layers prefix widths =
    List.pairwise widths
    |> List.mapi (fun i (k, n) -> parameter $"{prefix}w{i}" k n, parameter $"{prefix}b{i}" 1 n)

let private apply last layers x =
    let count = List.length layers

    layers
    |> List.indexed
    |> List.fold
        (fun h (i, (w, b)) -> dense (if i = count - 1 then last else Activation.Silu) w b h)
        x

let private network: Node * Node list * Values =
    let first, second = layers "e" encoder, layers "d" decoder
    let pool = sumGroups batch (input "set" 1)
    let pooled = input "x" 1 |> apply Activation.Silu first |> pool
    let logits = apply Activation.Identity second (pooled / float events)
    let loss = meanRows (binaryCrossEntropy (pool (input "y" 1)) logits)
    let mutable stream = RandomStream(1UL, "benchmark weights", 0UL)
    let both = first @ second

    let values = [
        for w, b in both do
            let rows =
                match w.Shape.Rows with
                | Rows.Fixed rows -> rows
                | Rows.Batch -> invalidOp "Weights are fixed."

            let bound = 1.0 / sqrt (float rows)

            for node, rows in [ w, rows; b, 1 ] do
                let draw _ _ =
                    bound * (2.0 * stream.NextDouble() - 1.0)

                match node.Operation with
                | Operation.Parameter name -> name, Array2D.init rows node.Shape.Columns draw
                | _ -> ()
    ]

    loss, List.collect (fun (w, b) -> [ w; b ]) both, Map values

/// Floating-point operations per event, those of the decoder shared by its set.
let private flops: float =
    let all widths =
        List.pairwise widths |> List.sumBy (fun (k, n) -> 6.0 * float k * float n)

    all encoder - 2.0 * float encoder[1] + all decoder / float events

/// sets [--threads N] [--rounds N] [--steps N]
let run (arguments: string list) : int =
    let rec option name fallback list =
        match list with
        | key :: value :: _ when key = name -> int (value: string)
        | _ :: rest -> option name fallback rest
        | [] -> fallback

    let threads = option "--threads" 2 arguments
    let rounds = option "--rounds" 7 arguments
    let steps = option "--steps" 30 arguments
    let loss, parameters, initial = network
    use team = new ThreadTeam(threads)

    let settings: TrainingSettings = {
        Precision = Precision.Single
        Capacity = batch * events
        Seed = 1UL
        Optimiser = Optimiser.adam
    }

    use plan = TrainingPlan.Compile(team, settings, loss, parameters, initial)
    let mutable stream = RandomStream(7UL, "benchmark batches", 0UL)
    let rows = Array.zeroCreate<int>(batch * events)
    let mutable last = 0.0

    let step () =
        for place in 0 .. batch - 1 do
            let set = stream.NextInt32 batches * batch + place

            for i in 0 .. events - 1 do
                rows[place * events + i] <- set * events + i

        last <- plan.Step(table, ReadOnlySpan rows, 1e-3)

    let measure () =
        let all = float (steps * rows.Length)

        let speed =
            Speed.measure 1 (fun () ->
                for _ in 1..steps do
                    step ())

        {
            Wall = all * speed.Wall
            Cpu = all * speed.Cpu
        }

    let script =
        Path.Combine(Environment.CurrentDirectory, "bench", "peers", "torch_sets.py")

    printfn "path %s, %d threads, medians of %d alternating rounds" Isa.Path threads rounds

    for _ in 1..5 do
        step ()

    use peer = new Peer(script, [ string threads; string steps ])
    Rounds.run "sets" rounds peer measure flops
    printfn "%-7s       loss %.4f" "" last
    0
