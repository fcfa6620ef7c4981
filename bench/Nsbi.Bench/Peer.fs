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
