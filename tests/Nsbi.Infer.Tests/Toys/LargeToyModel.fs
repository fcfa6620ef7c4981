/// Four processes on two features whose densities and yields ten nuisance parameters move: the model
/// of which the speed of toys is quoted, at any size.
module Nsbi.Infer.Tests.LargeToyModel

open System
open Nsbi.Kernels
open Nsbi.Model
open Nsbi.Infer
open Nsbi.Infer.Tests.Expect
open Nsbi.Infer.Tests.InterferenceModel

let private processes = 4

let private ratio c x y =
    exp (
        if c = 0 then
            0.8 * x + 0.3 * y
        else
            0.3 * sin (float c * x + y)
    )

/// The model of so many expected events, with nuisance parameters.
let private model (events: float) (nuisances: int) =
    let mu = Words.poi "mu" |> Words.from 1.0 |> Words.between 0.0 10.0
    let alphas = [ for m in 0 .. nuisances - 1 -> Words.nuisance $"a{m}" ]

    Words.model "large toys" [
        Words.unbinned "SR" (Words.reference "ref") [
            for c in 0 .. processes - 1 do
                Words.processOf $"p{c}" [
                    if c = 0 then
                        Words.scaledBy mu
                    Words.yields ((if c = 0 then 0.1 else 0.3) * events)
                    for m, alpha in List.indexed alphas do
                        let size = 0.02 * sin (float m + 2.0 * float c)
                        Words.normSys alpha (exp (-0.9 * size), exp size)
                        Words.eventSys alpha
                ]
        ]
    ]

/// The likelihood with a reference table of so many events.
let compile
    (options: LikelihoodOptions)
    (events: float)
    (nuisances: int)
    (reference: int)
    : CompiledLikelihood =
    let mutable s = RandomStream(3UL, "large toy model")
    let sizes = Array.init nuisances (fun _ -> 0.03 * (0.2 + s.NextDouble()))
    let x = Array.init reference (fun _ -> 2.0 * s.NextDouble() - 1.0)
    let y = Array.init reference (fun _ -> 2.0 * s.NextDouble() - 1.0)

    let logs c m =
        let up =
            Array.map2
                (fun x y ->
                    let phase = x * float (1 + m % 7) + y * float (m / 7)
                    sizes[m] * sin (1.3 * float m + 0.05 * float c + Math.PI * phase))
                x
                y

        up, Array.map2 (fun u y -> -u * (0.8 + 0.4 * cos (float m + y))) up y

    let plain =
        RatioTable.unweighted reference [
            for c in 0 .. processes - 1 -> $"p{c}", Ratios(Array.map2 (ratio c) x y)
        ]

    let table =
        (plain, Seq.allPairs (seq { 0 .. processes - 1 }) (seq { 0 .. nuisances - 1 }))
        ||> Seq.fold (fun table (c, m) ->
            let up, down = logs c m
            let between = VariationRatios.between (LogRatios down, LogRatios up)
            RatioTable.withVariation $"p{c}" $"a{m}" between table)

    RatioTables.empty
    |> RatioTables.reference "SR" table
    |> Likelihood.compileWith options (valid (model events nuisances))
    |> ok
