/// The three-dimensional mixture of INFERNO (de Castro and Dorigo, arXiv:1806.04743): signal
/// N((0, 0), I) x Exp(2), background N((r, 0), diag(5, 9)) x Exp(λ), 50 and 1000 events, r = 2, λ = 3.
/// The event table is a product quadrature, weighted with the background density.
module Nsbi.Infer.Tests.InfernoModel

open System
open Nsbi.Model
open Nsbi.Model.Words
open Nsbi.Infer
open Nsbi.Infer.Tests.InterferenceModel

let private gauss mean variance (x: float) =
    exp (-0.5 * (x - mean) ** 2.0 / variance) / sqrt (2.0 * Math.PI * variance)

let private exponential rate (x: float) = rate * exp (-rate * x)

let private signal (x: float[]) =
    gauss 0.0 1.0 x[0] * gauss 0.0 1.0 x[1] * exponential 2.0 x[2]

let private background (x: float[]) =
    gauss 2.0 5.0 x[0] * gauss 0.0 9.0 x[1] * exponential 3.0 x[2]

/// Midpoints and the width of equal cells.
let private cells low high n =
    let width = (high - low) / float n
    Array.init n (fun i -> low + (float i + 0.5) * width), width

/// The third axis in v = exp(−x₂), in which both densities are polynomials; the second by symmetry
/// only for x₁ ≥ 0.
let private points, private measures =
    let xs, dx = cells -10.0 14.0 60
    let ys, dy = cells 0.0 13.5 34
    let vs, dv = cells 0.0 1.0 40

    [|
        for x in xs do
            for y in ys do
                for v in vs do
                    [| x; y; -log v |], 2.0 * dx * dy * dv / v
    |]
    |> Array.unzip

let private number k = Jet.constant k

/// log p_b(x|r, λ) − log p_b(x|2, 3), of β = (r, λ).
let private shape: IEventShape =
    EventShape.ofFormula 2 (fun x beta ->
        let scale c u = Jet.multiply (number 2 c) u
        let r, lambda = beta[0], beta[1]
        let distance = Jet.subtract r (number 2 x[0])
        let moved = scale -0.1 (Jet.multiply distance distance)
        let rate = Jet.subtract (Jet.log lambda) (scale x[2] lambda)
        let nominal = -0.1 * (2.0 - x[0]) ** 2.0 + log 3.0 - 3.0 * x[2]
        Jet.subtract (Jet.add moved rate) (number 2 nominal))

let private table =
    RatioTable.weighted (Array.map2 (fun x m -> background x * m) points measures) [
        "s", RatioSource.ofFormula (fun x -> log (signal x / background x))
        "b", RatioSource.ofFormula (fun _ -> 0.0)
    ]
    |> RatioTable.withFeatures points
    |> RatioTable.withShape "b" "moved" shape

let private free name initial =
    parameter Nuisance name initial 0.1 10.0 Unconstrained

let private fixedAt' name initial = free name initial |> fixedAt initial

let private constrained name initial width =
    parameter Nuisance name initial 0.1 10.0 (Gaussian(initial, width))

/// The error of s in one of the five benchmarks, from the Hessian of the Asimov likelihood.
let errorOfSignal (benchmark: int) : float =
    let s = poi "s" 50.0 0.0 500.0

    let r, lambda =
        match benchmark with
        | 0 -> fixedAt' "r" 2.0, fixedAt' "lambda" 3.0
        | 1 -> free "r" 2.0, fixedAt' "lambda" 3.0
        | 2 -> free "r" 2.0, free "lambda" 3.0
        | _ -> constrained "r" 2.0 0.4, constrained "lambda" 3.0 1.0

    let b =
        if benchmark = 4 then
            parameter Nuisance "b" 1000.0 0.0 5000.0 (Gaussian(1000.0, 100.0))
        else
            parameter Nuisance "b" 1000.0 0.0 5000.0 Unconstrained |> fixedAt 1000.0

    let compiled =
        RatioTables.empty
        |> RatioTables.reference "SR" table
        |> Likelihood.compile (
            valid (
                model "INFERNO" [
                    unbinned "SR" (reference "b") [
                        processOf "s" [ scaledBy s; yields 1.0 ]
                        processOf "b" [ scaledBy b; yields 1.0; eventShape "moved" [ r; lambda ] ]
                    ]
                ]
            )
        )
        |> ok

    let theta = compiled.Model.Initial
    let observation = (Observation.asimov compiled theta |> ok).Observation

    match Likelihood.evaluate observation theta with
    | Infinite reason -> invalidOp (string reason)
    | Finite jet ->
        let places =
            compiled.Parameters
            |> List.indexed
            |> List.filter (fun (_, p) -> not p.Fixed)
            |> List.map fst
            |> List.toArray

        let h =
            MathNet.Numerics.LinearAlgebra.Matrix<float>.Build.DenseOfArray(
                Array2D.init places.Length places.Length (fun k l ->
                    0.5 * jet.Hessian[places[k], places[l]])
            )

        sqrt (h.Inverse()[0, 0])
