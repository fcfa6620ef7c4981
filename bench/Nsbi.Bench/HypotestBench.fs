/// Hypothesis tests and limits on the largest published workspace at hand.
module Nsbi.Bench.HypotestBench

open System
open System.Diagnostics
open System.IO
open Nsbi.Infer

/// The folder of published workspaces, beside the project or above it.
let private folder () : string option =
    let rec up (at: DirectoryInfo) =
        if isNull at then
            None
        else
            let here = Path.Combine(at.FullName, "shared", "data", "histfactory")
            if Directory.Exists here then Some here else up at.Parent

    up (DirectoryInfo Environment.CurrentDirectory)

let private succeed result =
    match result with
    | Ok value -> value
    | Error faults -> invalidOp $"%A{faults}"

/// Least and median time of a call in milliseconds, after one call to warm up.
let private time (rounds: int) (action: unit -> unit) : float * float =
    action ()

    let times =
        [
            for _ in 1..rounds do
                let watch = Stopwatch.StartNew()
                action ()
                watch.Elapsed.TotalMilliseconds
        ]
        |> List.sort

    times.Head, times[times.Length / 2]

let private report (name: string) (least: float, median: float) =
    printfn "%-36s %9.2f ms least %9.2f ms median" name least median

/// CLs at one value, the observed and the five expected limits, and the significance.
let run (arguments: string list) : int =
    let rounds =
        match arguments with
        | [ "--rounds"; n ] -> Int32.Parse(n, Globalization.CultureInfo.InvariantCulture)
        | _ -> 9

    match folder () with
    | None ->
        printfn "The published workspaces are not at hand (shared/data/histfactory): skipped."
        0
    | Some folder ->
        let path =
            Directory.GetFiles(folder, "*.json.gz")
            |> Array.maxBy (fun p -> FileInfo(p).Length)

        let workspace = succeed (WorkspaceFile.read path)
        let compiled = succeed (Workspace.compile path workspace)
        let observation = succeed (Workspace.observation path compiled workspace)

        let poi =
            compiled.Parameters
            |> List.find (fun p -> p.Role = Nsbi.Model.PointOfInterest)
            |> _.Name

        printfn "%s, %d parameters, %s" (Path.GetFileName path) compiled.Index.Count poi
        let q = TestStatistic.UpperLimitBounded
        let settings = Fit.settings

        let test () =
            HypothesisTest.asymptotic settings observation q poi 1.0

        let limit () =
            UpperLimit.find settings observation q poi 0.95

        report "fit" (time rounds (fun () -> Fit.run observation |> ignore))
        report "CLs at one value" (time rounds (fun () -> test () |> ignore))
        report "limits, observed and expected" (time rounds (fun () -> limit () |> ignore))

        report
            "significance"
            (time rounds (fun () ->
                DiscoverySignificance.asymptotic settings observation poi 1.0 |> ignore))

        printfn "%O" (test ())
        printfn "%O" (limit ())
        0
