/// Fits of toys: one free and one fixed fit each, from the truth, one thread.
module Nsbi.Bench.ToyBench

open System
open System.IO
open Nsbi.Kernels
open Nsbi.Infer

/// Microseconds of processor time of one call.
let private cost (seconds: float) (action: unit -> unit) : float =
    action ()
    let once = Speed.measure 3 action
    let times = max 3 (int (seconds * once.Wall))
    1e6 / (Speed.measure times action).Cpu

type private Totals = {
    mutable Fits: int
    mutable Evaluations: int
    mutable Failed: int
    mutable Pulls: float list
    mutable Observing: float
    mutable Fitting: float
}

let private seconds (action: unit -> 'a) : 'a * float =
    let before = Environment.CpuUsage.TotalTime.TotalSeconds
    let result = action ()
    result, Environment.CpuUsage.TotalTime.TotalSeconds - before

/// Observes and fits so many toys.
let private fits (problem: ToyProblem) (toys: int) : Totals =
    let free = Fit.settings
    let held = Fit.fix "mu" 1.0 free

    let totals = {
        Fits = 0
        Evaluations = 0
        Failed = 0
        Pulls = []
        Observing = 0.0
        Fitting = 0.0
    }

    for toy in 0 .. toys - 1 do
        let observation, observing =
            seconds (fun () -> problem.Sampler.Draw(1UL, uint64 toy))

        let (best, conditional), fitting =
            seconds (fun () -> Fit.runWith free observation, Fit.runWith held observation)

        totals.Observing <- totals.Observing + observing
        totals.Fitting <- totals.Fitting + fitting

        for fit in [ best; conditional ] do
            totals.Fits <- totals.Fits + 1
            totals.Evaluations <- totals.Evaluations + fit.Evaluations

            if not fit.Status.Succeeded then
                totals.Failed <- totals.Failed + 1

        match best["mu"].Error with
        | Some error -> totals.Pulls <- (best["mu"].Value - 1.0) / error :: totals.Pulls
        | None -> ()

    totals

let private row (precision: Precision) (toys: int) (shape: ToyShape) : unit =
    let problem =
        ToyProblem.make
            {
                LikelihoodOptions.standard with
                    ToyPrecision = precision
            }
            shape

    for _ in 1..3 do
        fits problem (min 20 toys) |> ignore

    let totals = fits problem toys
    let perFit = float totals.Evaluations / float totals.Fits
    let fitCost = 1e6 * totals.Fitting / float totals.Fits

    printfn
        "%s, %O: %.0f fits per CPU-second (%.0f with the observations), %.2f evaluations per fit, \
         %d of %d fits failed"
        shape.Name
        precision
        (float totals.Fits / totals.Fitting)
        (float totals.Fits / (totals.Fitting + totals.Observing))
        perFit
        totals.Failed
        totals.Fits

    // With interference μ̂ is far from Gaussian.
    if not shape.Interferes then
        let pulls = List.toArray totals.Pulls
        let mean = Array.average pulls
        let width = sqrt (Array.averageBy (fun p -> (p - mean) ** 2.0) pulls)
        printfn "  pull of mu: mean %.3f, width %.3f" mean width

    let observation = problem.Sampler.Draw(1UL, 0UL)
    let kappa = problem.Compiled.Model.InnerCoordinates.ToInner problem.Sampler.Theta

    let evaluation =
        cost 0.5 (fun () -> Likelihood.evaluateInner None observation kappa |> ignore)

    let stored =
        if precision = Precision.Exact then
            ColumnPrecision.Double
        else
            ColumnPrecision.Single

    let kernel = cost 0.5 (ToyProblem.kernel problem stored)
    let creation = cost 0.5 (fun () -> problem.Sampler.Draw(1UL, 0UL) |> ignore)

    printfn
        "  us of processor time: fit %.0f, evaluation %.0f (kernel %.0f, rest %.0f), search %.0f \
         per evaluation, observation %.0f"
        fitCost
        evaluation
        kernel
        (evaluation - kernel)
        (fitCost / perFit - evaluation)
        creation

    let before = GC.GetAllocatedBytesForCurrentThread()
    Likelihood.evaluateInner None observation kappa |> ignore
    let afterEvaluation = GC.GetAllocatedBytesForCurrentThread()
    Fit.runWith Fit.settings observation |> ignore
    let afterFit = GC.GetAllocatedBytesForCurrentThread()

    printfn
        "  bytes allocated: evaluation %d, free fit %d"
        (afterEvaluation - before)
        (afterFit - afterEvaluation)

/// The peer's fits of two toys, which are slow.
let private against (shape: ToyShape) : unit =
    let script =
        Path.Combine(Environment.CurrentDirectory, "bench", "peers", "numpy_toys.py")

    use peer = new Peer(script, [ string shape.Events; string shape.Nuisances ])

    if peer.IsReady then
        let speeds = [ for _ in 1..2 -> (peer.Measure()).Cpu ]
        printfn "  peer %s: %.2f fits per CPU-second" peer.State (Speed.median speeds)
    else
        printfn "  no peer: %s" peer.State

/// toys [--toys N] [--precision single | exact] [1e4 | 1e5 | interference | many]
let run (arguments: string list) : int =
    let rec option name fallback list =
        match list with
        | key :: value :: _ when key = name -> value
        | _ :: rest -> option name fallback rest
        | [] -> fallback

    let toys = int (option "--toys" "100" arguments)

    let precisions =
        match option "--precision" "" arguments with
        | "single" -> [ Precision.Single ]
        | "exact" -> [ Precision.Exact ]
        | _ -> [ Precision.Single; Precision.Exact ]

    let chosen =
        ToyProblem.shapes |> List.filter (fun s -> List.contains s.Name arguments)

    printfn "path %s, one thread, %d toys" Isa.Path toys

    for shape in (if chosen.IsEmpty then ToyProblem.shapes else chosen) do
        for precision in
            (if shape.Nuisances = 0 then
                 [ Precision.Exact ]
             else
                 precisions) do
            row precision toys shape

        if shape.Name = "1e4" then
            against shape

    0
