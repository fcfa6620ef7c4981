namespace Nsbi.Bench

open System
open System.Diagnostics

/// Work per second of the clock, and per second of processor time (which other programs on the
/// machine disturb less).
[<Struct>]
type Speed = { Wall: float; Cpu: float }

[<RequireQualifiedAccess>]
module Speed =
    /// The middle one.
    let median (values: float list) : float =
        let sorted = List.sort values
        sorted[sorted.Length / 2]

    /// How often a second something ran, that was run so many times.
    let measure (times: int) (action: unit -> unit) : Speed =
        let cpu () =
            Environment.CpuUsage.TotalTime.TotalSeconds

        let before = cpu ()
        let watch = Stopwatch.StartNew()

        for _ in 1..times do
            action ()

        let wall = watch.Elapsed.TotalSeconds

        {
            Wall = float times / wall
            Cpu = float times / (cpu () - before)
        }

/// A peer that measures on demand: one line "go", one line back with both speeds.
type Peer(script: string, arguments: string list) =
    /// The Python that has the peers; a machine may have several.
    let python =
        match Environment.GetEnvironmentVariable "NSBI_PEER_PYTHON" with
        | null
        | "" -> "python3"
        | path -> path

    let start =
        ProcessStartInfo(python, RedirectStandardInput = true, RedirectStandardOutput = true)

    do
        for argument in script :: arguments do
            start.ArgumentList.Add argument

    let peer = Process.Start start
    let first = peer.StandardOutput.ReadLine()

    /// "ready", perhaps with what it chose, or why not.
    member _.State: string = if isNull first then "it did not start" else first

    member this.IsReady: bool = this.State.StartsWith("ready", StringComparison.Ordinal)

    member _.Measure() : Speed =
        peer.StandardInput.WriteLine "go"

        match peer.StandardOutput.ReadLine().Split ' ' with
        | [| wall; cpu |] -> { Wall = float wall; Cpu = float cpu }
        | words -> invalidOp $"The peer answered '{words}'."

    interface IDisposable with
        member _.Dispose() =
            peer.StandardInput.Close()
            peer.WaitForExit()

/// Rounds of ours and of a peer's, one after the other.
[<RequireQualifiedAccess>]
module Rounds =
    /// Measures both so many times and prints medians, also of the ratios.
    let run (name: string) (rounds: int) (peer: Peer) (measure: unit -> Speed) (flops: float) =
        if not peer.IsReady then
            printfn "%s: no peer, %s" name peer.State

        let none = { Wall = nan; Cpu = nan }

        let pairs = [
            for _ in 1..rounds -> measure (), (if peer.IsReady then peer.Measure() else none)
        ]

        let report who (speeds: Speed list) =
            let wall, cpu =
                Speed.median (List.map _.Wall speeds), Speed.median (List.map _.Cpu speeds)

            printfn "%-7s %-5s %10.0f events/s %10.0f events/cpu-s" name who wall cpu
            wall

        let own = report "nsbi" (List.map fst pairs)
        printfn "%-7s       %.1f GFLOP/s" "" (own * flops / 1e9)

        if peer.IsReady then
            report "torch" (List.map snd pairs) |> ignore
            let wall = Speed.median [ for a, b in pairs -> a.Wall / b.Wall ]
            let cpu = Speed.median [ for a, b in pairs -> a.Cpu / b.Cpu ]
            printfn "%-7s       median ratio %.2f, of processor time %.2f" "" wall cpu
