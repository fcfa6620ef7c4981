/// A binned likelihood of the size of a published HistFactory workspace: evaluations and fits.
module Nsbi.Bench.BinnedBench

open System
open System.Diagnostics
open Nsbi.Kernels
open Nsbi.Model
open Nsbi.Infer

/// Eight channels, 77 processes, 120 nuisance parameters and about 10,000 modifiers.
type Shape = {
    Bins: int list
    Processes: int
    Nuisances: int
    NormSys: float
    HistoSys: float
}

let private shape = {
    Bins = [ 1; 1; 1; 1; 1; 3; 3; 3 ]
    Processes = 10
    Nuisances = 112
    NormSys = 0.5
    HistoSys = 0.7
}

let private model: Model =
    let mutable stream = RandomStream(1UL, "benchmark workspace", 0UL)

    let uniform (low: float) (high: float) =
        low + (high - low) * stream.NextDouble()

    let mu = Words.poi "mu" |> Words.from 1.0 |> Words.between -5.0 10.0

    let top =
        Words.nuisance "top" |> Words.freely |> Words.from 1.0 |> Words.between 0.0 10.0

    let alphas = [ for k in 1 .. shape.Nuisances -> Words.nuisance $"alpha{k}" ]

    Words.model "benchmark" [
        for c, bins in List.indexed shape.Bins do
            Words.binned $"C{c}" [
                for p in 1 .. shape.Processes do
                    let yields = [ for _ in 1..bins -> uniform 1.0 40.0 ]
                    let varied low high = [ for y in yields -> y * uniform low high ]

                    Words.processOf $"p{p}" [
                        Words.binYields yields
                        Words.statError $"stat{c}" [ for y in yields -> 0.05 * y ]
                        if p = 1 then
                            Words.scaledBy mu
                        if p = 2 then
                            Words.normFactor top
                        for alpha in alphas do
                            if uniform 0.0 1.0 < shape.NormSys then
                                Words.normSys alpha (uniform 0.95 1.0, uniform 1.0 1.05)

                            if uniform 0.0 1.0 < shape.HistoSys then
                                Words.histoSys alpha (varied 0.95 1.02, varied 0.98 1.05)
                    ]
            ]
    ]

let private succeed result =
    match result with
    | Ok value -> value
    | Error faults -> invalidOp $"%A{faults}"

/// Least and median time of a call in milliseconds.
let private time (rounds: int) (calls: int) (action: unit -> unit) : float * float =
    let times =
        [
            for _ in 1..rounds do
                let watch = Stopwatch.StartNew()

                for _ in 1..calls do
                    action ()

                watch.Elapsed.TotalMilliseconds / float calls
        ]
        |> List.sort

    times.Head, times[times.Length / 2]

let private report (name: string) (least: float, median: float) =
    printfn "%-32s %9.4f ms least %9.4f ms median" name least median

/// Evaluations and fits of a toy of the model.
let run (arguments: string list) : int =
    let rounds =
        match arguments with
        | [ "--rounds"; n ] -> Int32.Parse(n, Globalization.CultureInfo.InvariantCulture)
        | _ -> 15

    let valid = succeed (Model.validate model)
    let compiled = succeed (Likelihood.compile valid RatioTables.empty)
    let theta = valid.Initial

    let modifiers =
        model.Channels
        |> List.sumBy (fun c -> Channel.processes c |> List.sumBy _.Modifiers.Length)

    let counts =
        (succeed (Observation.asimov compiled theta)).Observation.Counts
        |> List.map (fun (name, bins) ->
            name,
            bins
            |> List.mapi (fun b n -> floor (n + (if b % 2 = 0 then 1.0 else -1.0) * sqrt n)))

    let observation = succeed (Observation.observed compiled counts)
    printfn "%d channels, %d modifiers, %d parameters" shape.Bins.Length modifiers theta.Length

    report "value" (time rounds 200 (fun () -> Likelihood.twiceNll observation theta |> ignore))

    report
        "value, gradient and Hessian"
        (time rounds 20 (fun () -> Likelihood.evaluate observation theta |> ignore))

    let fit name settings =
        let found = Fit.runWith settings observation
        report name (time rounds 1 (fun () -> Fit.runWith settings observation |> ignore))
        printfn "    %s, %d evaluations" found.Status.Name found.Evaluations

    fit "fit" Fit.settings
    fit "fit without closed forms" { Fit.settings with ClosedForm = false }
    0
