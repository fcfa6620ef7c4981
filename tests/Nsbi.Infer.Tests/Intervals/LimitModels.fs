/// Models of the tests of intervals: those of cls_limits.py, and one of unbinned and binned channels.
module Nsbi.Infer.Tests.LimitModels

open System
open Nsbi.Model
open Nsbi.Infer
open Nsbi.Infer.Tests.CountingModels
open Nsbi.Infer.Tests.InterferenceModel

/// Three bins with one nuisance parameter, s and b by 1 ± δ (code 4).
let sharedNuisance (counts: float list) : Observation =
    let mu = Words.poi "mu" |> Words.from 1.0 |> Words.between 0.0 10.0
    let alpha = Words.nuisance "alpha"
    let normSys = Words.normSys alpha

    let bin k s b delta =
        $"C{k}",
        [
            Words.processOf "signal" [
                Words.scaledBy mu
                Words.binYields [ s ]
                normSys (0.9, 1.1)
            ]
            Words.processOf "background" [
                Words.binYields [ b ]
                normSys (1.0 - delta, 1.0 + delta)
            ]
        ]

    let bins = [ bin 0 5.0 200.0 0.05; bin 1 10.0 100.0 0.08; bin 2 20.0 40.0 0.15 ]
    let data = counts |> List.mapi (fun k n -> $"C{k}", [ n ])
    ok (Observation.observed (compileBins bins) data)

let private gauss mean sigma x =
    exp (-0.5 * ((x - mean) / sigma) ** 2.0) / (sigma * sqrt (2.0 * Math.PI))

let private signalDensity = gauss 1.2 0.7
let private backgroundDensity = gauss -0.6 1.2

/// Bins of the observable from −8 to 8, in the middle of which all events are.
let private bins = 3200
let private width = 16.0 / float bins
let private middle k = -8.0 + width * (float k + 0.5)
let private binOf x = int (floor ((x + 8.0) / width))
let private inMiddle x = middle (binOf x)

/// Quantiles of the background, and a few events of signal.
let private events: float[] =
    let backgroundNode k =
        -0.6 + 1.2 * -(NormalTail.significance ((float k + 0.5) / 60.0))

    Array.append (Array.init 60 backgroundNode) [| 0.9; 1.1; 1.3; 1.4; 1.6; 2.0 |]
    |> Array.map inMiddle

let private mu = Words.poi "mu" |> Words.from 1.0 |> Words.between 0.0 10.0
let private alpha = Words.nuisance "alpha"

let private control =
    Words.binned "CR" [
        Words.processOf "B" [ Words.binYields [ 100.0 ]; Words.normSys alpha (0.8, 1.25) ]
    ]

let private parts (signal: ProcessPart) (background: ProcessPart) = [
    Words.processOf "S" [ Words.scaledBy mu; signal ]
    Words.processOf "B" [ background; Words.normSys alpha (0.8, 1.25) ]
]

/// 12 events of signal over 60 of background by the density of one observable, and a control region
/// that shares the nuisance parameter.
let hybrid: Lazy<Observation> =
    lazy
        (let model =
            Words.model "hybrid" [
                Words.unbinned
                    "SR"
                    (Words.reference "B")
                    (parts (Words.yields 12.0) (Words.yields 60.0))
                control
            ]

         let ratios = [
             "S", RatioSource.ofFormula (fun x -> log (signalDensity x[0] / backgroundDensity x[0]))
             "B", RatioSource.ofFormula (fun _ -> 0.0)
         ]

         let table (x: float[]) weights =
             RatioTable.weighted weights ratios
             |> RatioTable.withFeatures (Array.map Array.singleton x)

         let rule = InterferenceToy.quadrature 4001
         let density = Array.map2 (fun x w -> w * backgroundDensity x) rule.Nodes rule.Widths

         let compiled =
             RatioTables.empty
             |> RatioTables.reference "SR" (table rule.Nodes density)
             |> RatioTables.observed "SR" (table events (Array.create events.Length 1.0))
             |> Likelihood.compile (valid model)
             |> ok

         ok (Observation.observed compiled [ "CR", [ 96.0 ] ]))

/// The same in bins of the observable, by the density in their middle.
let hybridInBins () : Observation =
    let contents (total: float) density = [
        for k in 0 .. bins - 1 -> total * width * density (middle k) + 1e-12
    ]

    let counts = [
        for k in 0 .. bins - 1 ->
            events |> Array.filter (fun x -> binOf x = k) |> Array.length |> float
    ]

    let signal = Words.binYields (contents 12.0 signalDensity)
    let background = Words.binYields (contents 60.0 backgroundDensity)

    let model =
        Words.model "bins" [ Words.binned "SR" (parts signal background); control ]

    let compiled = RatioTables.empty |> Likelihood.compile (valid model) |> ok
    ok (Observation.observed compiled [ "SR", counts; "CR", [ 96.0 ] ])
