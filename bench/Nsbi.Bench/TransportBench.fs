/// Time of a step of both potentials of a transport against PyTorch, in alternation.
module Nsbi.Bench.TransportBench

open System
open System.IO
open Nsbi.Kernels
open Nsbi.Learn.Autodiff
open Nsbi.Learn.Autodiff.Words
open Nsbi.Learn.Transport

type private Case = {
    Name: string
    Features: int
    Hidden: int list
    Steps: int
}

let private cases = [
    {
        Name = "3:64x64"
        Features = 3
        Hidden = [ 64; 64 ]
        Steps = 100
    }
    {
        Name = "16:64x64"
        Features = 16
        Hidden = [ 64; 64 ]
        Steps = 100
    }
    {
        Name = "128:256x256"
        Features = 128
        Hidden = [ 256; 256 ]
        Steps = 10
    }
]

let private batch = 1024

let private plan team (case: Case) =
    let potential: ConvexPotential = {
        Features = case.Features
        Conditions = 0
        Hidden = case.Hidden
        ConditionHidden = []
        Floor = 0.01
    }

    let n = case.Features
    let ofF = ConvexPotential.parameters "f." potential
    let ofG = ConvexPotential.parameters "g." potential
    let x, y = input "x" n, input "y" n
    let f = fun x -> ConvexPotential.value potential ofF x x
    let moved = grad (ConvexPotential.value potential ofG x x) [ x ] |> List.head
    let one = Array2D.init n n (fun a b -> if a = b then 1.0 else 0.0)

    let first prefix =
        ConvexPotential.initialValues prefix potential 1UL one

    AlternatingPlan.Compile(
        team,
        {
            Precision = Precision.Single
            Capacity = batch
            Seed = 1UL
        },
        [
            {
                Loss = meanRows (f moved - sumColumns (x * moved))
                Trained = List.ofSeq (Map.values ofG)
                Optimiser = Optimiser.adam
            }
            {
                Loss = meanRows (f y - f (stopGradient moved))
                Trained = List.ofSeq (Map.values ofF)
                Optimiser = Optimiser.adam
            }
        ],
        Map.foldBack Map.add (first "f.") (first "g.")
    )

let private measureCase (script: string) (threads: int) (rounds: int) (case: Case) : unit =
    use team = new ThreadTeam(threads)
    use plan = plan team case
    let n = case.Features
    let data = Array.zeroCreate<float32>(8 * batch * 2 * n)
    let mutable stream = RandomStream(5UL, "benchmark events", 0UL)

    for i in 0 .. data.Length - 1 do
        data[i] <- float32 (stream.NextGaussian())

    let table = Table.OfSingles([ "x", n; "y", n ], data)
    let rows = Array.init (8 * batch) id
    let mutable position = 0

    let steps count =
        for _ in 1..count do
            for objective in 0..1 do
                let batchRows = ReadOnlySpan(rows, position * batch, batch)
                plan.Step(objective, table, batchRows, 1e-4) |> ignore
                position <- (position + 1) % 8

    let measure () =
        let speed = Speed.measure 1 (fun () -> steps case.Steps)

        {
            Wall = float case.Steps * speed.Wall
            Cpu = float case.Steps * speed.Cpu
        }

    steps 3
    let widths = case.Hidden |> List.map string |> String.concat ","
    use peer = new Peer(script, [ string n; widths; string threads; string case.Steps ])
    let measured = peer.IsReady

    if not measured then
        printfn "%s: no peer, %s" case.Name peer.State

    let none = { Wall = nan; Cpu = nan }

    let pairs = [
        for _ in 1..rounds -> measure (), (if measured then peer.Measure() else none)
    ]

    let report name (speeds: Speed list) =
        let wall = Speed.median (List.map _.Wall speeds)
        let cpu = Speed.median (List.map _.Cpu speeds)

        printfn
            "%-12s %-5s %8.2f ms per pair of steps, %8.2f ms of processor time"
            case.Name
            name
            (1e3 / wall)
            (1e3 / cpu)

    report "nsbi" (List.map fst pairs)

    if measured then
        report "torch" (List.map snd pairs)

        let ratio (f: Speed -> float) =
            Speed.median [ for a, b in pairs -> f a / f b ]

        printfn
            "%-12s       median ratio %.2f, of processor time %.2f"
            ""
            (ratio _.Wall)
            (ratio _.Cpu)

/// transport [--threads N] [--rounds N] [case …]
let run (arguments: string list) : int =
    let rec option name fallback list =
        match list with
        | key :: value :: _ when key = name -> int (value: string)
        | _ :: rest -> option name fallback rest
        | [] -> fallback

    let threads = option "--threads" 2 arguments
    let rounds = option "--rounds" 5 arguments
    let chosen = cases |> List.filter (fun case -> List.contains case.Name arguments)

    let script =
        Path.Combine(Environment.CurrentDirectory, "bench", "peers", "torch_transport.py")

    printfn
        "path %s, %d threads, batches of %d, medians of %d alternating rounds"
        Isa.Path
        threads
        batch
        rounds

    (if chosen.IsEmpty then cases else chosen)
    |> List.iter (measureCase script threads rounds)

    0
