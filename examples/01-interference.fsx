// Signal and background that interfere: a model in words, analytic density ratios, an Asimov scan,
// a fit and its intervals. Run: dotnet fsi examples/01-interference.fsx
#load "Nsbi.fsx"

open Nsbi.Infer
open Nsbi.Model
open Nsbi.Model.Words

/// The value, or every fault on the screen and the end.
let valid (result: Result<'a, ModelError list>) : 'a =
    match result with
    | Ok value -> value
    | Error faults ->
        for fault in faults do
            eprintfn $"{fault}"

        exit 2

// 1. What is measured: the strength μ of a signal S in the presence of an interfering background B
//    and another one, NI, that does not interfere. Only S, SBI = S + B + interference, and B can be
//    simulated; the three coefficients make the density μ S + √μ I + B of them.
let mu = poi "mu" |> from 1.0 |> between 0.0 8.0

let interfering =
    model "interference" [
        unbinned "SR" (reference "mixture") [
            processOf "S" [ scaledBy (mu - sqrt mu); yields 40.0 ]
            processOf "SBI" [ scaledBy (sqrt mu); yields (InterferenceToy.expected Total) ]
            processOf "B" [ scaledBy (1.0 - sqrt mu); yields 80.0 ]
            processOf "NI" [ yields 200.0 ]
        ]
    ]

printfn $"{Model.describe interfering}\n"

// 2. The events: here quadrature points instead of simulation, weighted with the reference density,
//    so that every number below is exact; and the ratio of each process to the reference, a formula
//    of the event's one feature.
let points = InterferenceToy.quadrature 1201
let mixture = InterferenceToy.mixtureDensity InterferenceToy.reference

let events =
    RatioTable.weighted (Array.map2 (fun x width -> mixture x * width) points.Nodes points.Widths) [
        for proc in InterferenceToy.sampled do
            let ratio = InterferenceToy.ratio InterferenceToy.reference proc
            InterferenceToy.name proc, RatioSource.ofFormula (fun x -> log (ratio x[0]))
    ]
    |> RatioTable.withFeatures (points.Nodes |> Array.map Array.singleton)

let likelihood =
    RatioTables.empty
    |> RatioTables.reference "SR" events
    |> Likelihood.compile (valid (Model.validate interfering))
    |> valid

// 3. The Asimov set at μ = 1: the observation whose every weight is an expectation.
let asimov = (valid (Observation.asimov likelihood [| 1.0 |])).Observation

// 4. Fit it. Interference makes a second minimum, just above μ = 0.
let best = Fit.run asimov
printfn $"{best}\n"

// 5. Scan t(μ) = −2 ln L(μ) + 2 ln L(best), beside the known answer.
let known = [
    0.0, 2.448976
    0.05, 2.796621
    0.1, 2.957598
    0.2, 2.870271
    0.3, 2.490431
    0.5, 1.462839
    0.8, 0.256487
    1.2, 0.265536
    1.5, 1.656742
    2.0, 6.460370
    3.0, 23.841516
    4.0, 49.142017
]

let scan = Profile.scan Fit.settings asimov best "mu" (List.map fst known)

printfn "  mu         t(mu)         known    difference"

for point, (_, t) in List.zip scan.Points known do
    printfn $"%4.2f{point.Value}  %12.6f{point.T}  %12.6f{t}  %12.7f{point.T - t}"

// 6. Intervals: the sets {t ≤ level}, which need not be connected, with the confidence levels they
//    have asymptotically.
printfn ""

for level, name in [ 1.0, "68.27 %"; 2.6, "89.31 %"; 3.841, "95 %" ] do
    let found = Intervals.find Fit.settings asimov best "mu" level
    printfn $"{name}: {found}"

// 7. What a histogram loses. Fixed: the conventional observable ln[p_S/(p_B + 0.1 p_NI)], the same for
//    every μ. Parameterised: ln[D(x; μ)/D(x; 1)], made anew for every μ that is tested. The first
//    difference is the gain from the parameterisation, the second one that from using no bins.
let binned (bins: int) (observable: float -> float) (mu: float) : float =
    let likelihood =
        Likelihood.compile
            (valid (Model.validate (InterferenceToy.binnedModel bins observable)))
            RatioTables.empty
        |> valid

    let asimov = (valid (Observation.asimov likelihood [| 1.0 |])).Observation
    (Profile.scan Fit.settings asimov (Fit.run asimov) "mu" [ mu ]).Points.Head.T

printfn "\nt of a histogram, equally many events of mu = 1 in each bin"
printfn "  mu   bins       fixed   parameterised    unbinned"

for tested in [ 0.0; 3.0 ] do
    let unbinned = (Profile.scan Fit.settings asimov best "mu" [ tested ]).Points.Head.T

    for bins in [ 5; 10; 20 ] do
        let fixedOne = binned bins InterferenceToy.observable tested

        let parameterised =
            binned bins (InterferenceToy.parameterisedObservable tested) tested

        printfn
            $"%4.1f{tested}   %4d{bins}   %9.3f{fixedOne}   %13.3f{parameterised}   %9.3f{unbinned}"
