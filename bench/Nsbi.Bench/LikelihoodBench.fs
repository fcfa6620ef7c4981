/// Speed of the likelihood kernel with many nuisance parameters against PyTorch, in alternation.
module Nsbi.Bench.LikelihoodBench

open System
open System.IO
open System.Numerics
open System.Runtime.InteropServices
open Nsbi.Kernels

let private precisions = [
    ColumnPrecision.Single, "float32"
    ColumnPrecision.Int16, "int16"
    ColumnPrecision.Double, "double"
]

let private what order =
    match order with
    | 0 -> "value"
    | 1 -> "value + gradient"
    | _ -> "value + gradient + Hessian"

/// Bytes per second at which the threads read memory that is in no cache.
let private memoryRoof (team: ThreadTeam) : float =
    let blocks, words = 512, 1 <<< 18
    let data = Array.init blocks (fun _ -> Array.create words 1.0f)
    let sums = Array.zeroCreate<float32> blocks

    let read block _ =
        let vectors = MemoryMarshal.Cast<float32, Vector<float32>>(ReadOnlySpan data[block])
        let mutable a = Vector<float32>.Zero
        let mutable b = Vector<float32>.Zero
        let mutable c = Vector<float32>.Zero
        let mutable d = Vector<float32>.Zero
        let mutable i = 0

        while i < vectors.Length do
            a <- a + vectors[i]
            b <- b + vectors[i + 1]
            c <- c + vectors[i + 2]
            d <- d + vectors[i + 3]
            i <- i + 4

        sums[block] <- Vector.Sum(a + b + (c + d))

    let bytes = 4.0 * float blocks * float words
    let pass () = team.For(blocks, Action<int, int> read)
    pass ()
    bytes * List.max [ for _ in 1..7 -> (Speed.measure 1 pass).Wall ]

/// Nuisance parameters within ±0.9, where code 4 is a polynomial.
let private pulls (nuisances: int) =
    let mutable s = RandomStream(5UL, "likelihood benchmark pulls")
    Array.init nuisances (fun _ -> 1.8 * s.NextDouble() - 0.9)

/// One evaluation, the interpolants included.
let private evaluation
    (problem: LikelihoodProblem)
    (columns: InterpolatedColumns)
    (team: ThreadTeam)
    (order: int)
    : unit -> MixtureSum =
    let beta = pulls problem.Nuisances
    let forms = Array.zeroCreate<ColumnForm> problem.Places.Length
    let none: IEventTerm[] = [||]

    fun () ->
        let byParameter = Array.map LikelihoodProblem.code4 beta

        for k in 0 .. forms.Length - 1 do
            forms[k] <- byParameter[problem.Places[k].Parameter]

        MixtureKernel.Evaluate(
            problem.Events,
            ReadOnlySpan problem.Amplitudes,
            columns,
            ReadOnlySpan forms,
            none,
            ReadOnlySpan beta,
            order,
            team
        )

/// Runs so often that a measurement takes about a third of a second.
let private repeats (action: unit -> unit) =
    action ()
    max 1 (int (0.3 * (Speed.measure 1 action).Wall))

let private report (name: string) (speeds: Speed list) (bytes: float) (roof: float) =
    let wall = Speed.median (List.map _.Wall speeds)
    let cpu = Speed.median (List.map _.Cpu speeds)
    let rate = wall * bytes / 1e9

    printfn
        "%-42s %9.2f /s %9.2f /cpu-s %7.1f GB/s %4.0f %% of the roof"
        name
        wall
        cpu
        rate
        (100.0 * wall * bytes / roof)

let private rows (n: int) (team: ThreadTeam) (rounds: int) (roof: float) (script: string) : unit =
    let nuisances = 50
    let problem = LikelihoodProblem.make n nuisances

    use peer = new Peer(script, [ string n; string nuisances; string team.Threads ])

    if not peer.IsReady then
        printfn "no peer: %s" peer.State
    else
        printfn "peer %s" peer.State

    for precision, name in precisions do
        let columns = InterpolatedColumns.Create(problem.Places, n, precision, problem.Read)

        let bytes = float (InterpolatedColumns.Bytes(columns.Count, n, precision))

        let actions = [
            for order in 0..2 ->
                let evaluate = evaluation problem columns team order
                let action () = evaluate () |> ignore
                order, action, repeats action
        ]

        let rounds = [
            for _ in 1..rounds do
                let own = [
                    for order, action, times in actions -> order, Speed.measure times action
                ]

                let theirs =
                    if peer.IsReady && precision <> ColumnPrecision.Int16 then
                        Some(peer.Measure())
                    else
                        None

                Map own, theirs
        ]

        for order, _, _ in actions do
            let title = $"{name}, {n} events, {what order}"
            report title (rounds |> List.map (fun (own, _) -> own[order])) bytes roof

        let ratio (pick: Speed -> float) =
            Speed.median [ for own, _ in rounds -> pick own[1] / pick own[2] ]

        printfn
            "  Hessian: median cost %.2f of value + gradient (%.2f in processor time)"
            (ratio _.Wall)
            (ratio _.Cpu)

        let against (pick: Speed -> float) : float list =
            rounds
            |> List.choose (fun (own, theirs) ->
                Option.map (fun peer -> pick own[1] / pick peer) theirs)

        match against _.Wall, against _.Cpu with
        | [], _ -> ()
        | wall, cpu ->
            let speed = rounds |> List.choose snd |> List.map _.Wall |> Speed.median

            printfn
                "  torch autograd %.2f /s: median ratio %.1f (%.1f in processor time)"
                speed
                (Speed.median wall)
                (Speed.median cpu)

/// The size of a toy's fit: one thread, few events.
let private toys (rounds: int) : unit =
    let n, nuisances = 10_000, 10
    let problem = LikelihoodProblem.make n nuisances

    for precision, name in precisions do
        let columns = InterpolatedColumns.Create(problem.Places, n, precision, problem.Read)

        let evaluate = evaluation problem columns null 2
        let action () = evaluate () |> ignore
        let times = repeats action
        let speeds = [ for _ in 1..rounds -> Speed.measure times action ]
        let before = GC.GetAllocatedBytesForCurrentThread()
        action ()
        let allocated = GC.GetAllocatedBytesForCurrentThread() - before

        printfn
            "%-42s %9.1f µs, %.1f µs of processor time, %d bytes allocated"
            $"{name}, {n} events, {nuisances} nuisances, Hessian"
            (1e6 / Speed.median (List.map _.Wall speeds))
            (1e6 / Speed.median (List.map _.Cpu speeds))
            allocated

/// likelihood [--threads N] [--rounds N] [1e5 | 1e6 | toys]
let run (arguments: string list) : int =
    let rec option name fallback list =
        match list with
        | key :: value :: _ when key = name -> int (value: string)
        | _ :: rest -> option name fallback rest
        | [] -> fallback

    let threads = option "--threads" 2 arguments
    let rounds = option "--rounds" 7 arguments
    let all = [ "1e5"; "1e6"; "toys" ]
    let chosen = all |> List.filter (fun name -> List.contains name arguments)

    let script =
        Path.Combine(Environment.CurrentDirectory, "bench", "peers", "torch_likelihood.py")

    use team = new ThreadTeam(threads)
    let roof = memoryRoof team

    printfn
        "path %s, %d threads, medians of %d alternating rounds; memory roof %.1f GB/s"
        Isa.Path
        threads
        rounds
        (roof / 1e9)

    printfn
        "%d processes x 50 nuisances on all of them, code 4 per event"
        LikelihoodProblem.processes

    let names = if chosen.IsEmpty then all else chosen

    for name in names do
        match name with
        | "toys" -> toys rounds
        | size -> rows (int (float size)) team rounds roof script

    0
