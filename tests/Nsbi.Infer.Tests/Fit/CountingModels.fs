/// Small binned models with known answers.
module Nsbi.Infer.Tests.CountingModels

open System
open MathNet.Numerics
open Nsbi.Model
open Nsbi.Infer
open Nsbi.Infer.Tests.InterferenceModel

let private proc name scale yields = {
    Name = name
    Scale = scale
    Yields = yields
}

let compileBins (channels: (string * Process list) list) : CompiledLikelihood =
    RatioTables.empty
    |> Likelihood.compile (
        valid {
            Name = "bins"
            Channels =
                channels
                |> List.map (fun (name, processes) -> Binned { Name = name; Processes = processes })
        }
    )
    |> ok

/// n ~ Pois(μ s + b).
let counting (lower: float) (s: float) (b: float) (n: float) : Observation =
    let mu = poi "mu" (max lower 1.0) lower 50.0

    let compiled =
        compileBins [ "C", [ proc "signal" mu [ s ]; proc "background" (Constant 1.0) [ b ] ] ]

    ok (Observation.observed compiled [ "C", [ n ] ])

/// pyhf's uncorrelated-background model: s = (12, 11), b = (50, 52) ± (3, 7), each uncertainty as a
/// Poisson auxiliary measurement with τ = (b/σ)².
let uncorrelatedBackground (lower: float) (counts: float list) : Observation =
    let mu = poi "mu" 1.0 lower 10.0

    let gamma name tau =
        parameter Nuisance name 1.0 1e-10 10.0 (Poisson(tau, tau))

    let bin name s b sigma =
        name,
        [
            proc "signal" mu [ s ]
            proc "background" (gamma $"gamma {name}" ((b / sigma) ** 2.0)) [ b ]
        ]

    let compiled = compileBins [ bin "0" 12.0 50.0 3.0; bin "1" 11.0 52.0 7.0 ]
    ok (Observation.observed compiled [ "0", [ counts[0] ]; "1", [ counts[1] ] ])

/// Cumulative distribution of a Gaussian.
let private below mean width x =
    0.5 * (1.0 + SpecialFunctions.Erf((x - mean) / (width * sqrt 2.0)))

let private bisect (f: float -> float) low high =
    let rec go a b left =
        let c = 0.5 * (a + b)

        if left = 0 then c
        elif (f c > 0.0) = (f a > 0.0) then go c b (left - 1)
        else go a c (left - 1)

    go low high 200

/// The interference toy's conventional observable O = log[p_S/(p_B + 0.1 p_NI)] in equiprobable bins
/// at μ = 1, with exact bin contents. O has one maximum, so each {O > q} is an interval.
let histogram (bins: int) : Observation =
    let o x = log (pS x / (pB x + 0.1 * pNI x))
    let grid = Array.init 12001 (fun i -> -6.0 + 0.001 * float i)
    let top = Array.maxBy o grid

    let inside q =
        bisect (fun x -> o x - q) -12.0 top, bisect (fun x -> o x - q) top 12.0

    let widthI = 1.0 / sqrt (0.5 * (1.0 / 0.49 + 1.0))
    let meanI = widthI * widthI * 0.5 * 1.2 / 0.49

    let yields (a, b) =
        let part nu mean width =
            nu * (below mean width b - below mean width a)

        let s, back = part nuS 1.2 0.7, part nuB 0.0 1.0
        [ s; s + back + part nuI meanI widthI; back; part nuNI -0.6 1.2 ]

    let total region =
        let y = yields region
        y[1] + y[3]

    let all = nuSBI + nuNI
    let lowest = o -12.0

    let regions =
        [
            for k in 0..bins ->
                if k = 0 then
                    top, top
                elif k = bins then
                    -30.0, 30.0
                else
                    let share = float k / float bins
                    inside (bisect (fun q -> total (inside q) / all - share) lowest (o top))
        ]
        |> List.map yields

    let contents =
        List.pairwise regions
        |> List.map (fun (inner, outer) -> List.map2 (-) outer inner)

    let processes =
        InterferenceModel.processes mu
        |> List.mapi (fun c (scale, name, _, _) ->
            proc name scale (contents |> List.map (fun y -> max 0.0 y[c])))

    let compiled = compileBins [ "O", processes ]
    (ok (Observation.asimov compiled [| 1.0 |])).Observation
