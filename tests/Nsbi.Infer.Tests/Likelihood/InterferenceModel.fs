/// The interference toy IF1: all components Gaussian in one dimension, everything known in closed
/// form. Its event table is a quadrature: nodes weighted with the reference density.
module Nsbi.Infer.Tests.InterferenceModel

open System
open Nsbi.Model
open Nsbi.Infer

let valid (model: Model) : ValidModel =
    match Model.validate model with
    | Ok valid -> valid
    | Error faults -> invalidOp (String.Join(" ", faults))

let ok (result: Result<'a, ModelError list>) : 'a =
    match result with
    | Ok value -> value
    | Error faults -> invalidOp (String.Join(" ", faults))

let parameter role name initial lower upper term : Coefficient =
    Parameter {
        Name = name
        Role = role
        Initial = initial
        Lower = lower
        Upper = upper
        Constraint = term
    }

let poi name initial lower upper =
    parameter PointOfInterest name initial lower upper Unconstrained

let gauss mean width x =
    exp (-0.5 * ((x - mean) / width) ** 2.0) / (width * sqrt (2.0 * Math.PI))

let nuS, nuB, nuNI = 40.0, 80.0, 200.0
let pS = gauss 1.2 0.7
let pB = gauss 0.0 1.0
let pNI = gauss -0.6 1.2

// I = 2 cos φ √(S B), cos φ = −0.6: a Gaussian too.
let private precision = 0.5 * (1.0 / 0.49 + 1.0)
let private widthI = 1.0 / sqrt precision
let private meanI = 0.5 / precision * (1.2 / 0.49)

let private overlap = sqrt (2.0 * 0.7 / 1.49) * exp (-1.2 * 1.2 / (4.0 * 1.49))

let nuI = 2.0 * -0.6 * sqrt (nuS * nuB) * overlap
let pI = gauss meanI widthI
let nuSBI = nuS + nuB + nuI

let pSBI x =
    (nuS * pS x + nuB * pB x + nuI * pI x) / nuSBI

let reference x = 0.25 * (pS x + pSBI x + pB x + pNI x)

let processes (mu: Coefficient) : (Coefficient * string * float * (float -> float)) list = [
    mu - sqrt mu, "S", nuS, pS
    sqrt mu, "SBI", nuSBI, pSBI
    1.0 - sqrt mu, "B", nuB, pB
    Constant 1.0, "NI", nuNI, pNI
]

let modelOf (mu: Coefficient) : Model = {
    Name = "interference"
    Channels = [
        Unbinned {
            Name = "SR"
            Reference = "mixture"
            Processes =
                processes mu
                |> List.map (fun (scale, name, nu, _) -> {
                    Name = name
                    Scale = scale
                    Yields = [ nu ]
                })
        }
    ]
}

let mu = poi "mu" 1.0 0.0 6.8

/// Trapezoidal nodes on [−9, 9]: exact to rounding for Gaussians.
let nodes = Array.init 3001 (fun i -> -9.0 + 0.006 * float i)

let table: EventTable =
    EventTable.weighted
        (nodes |> Array.map (fun x -> reference x * 0.006))
        (processes mu
         |> List.map (fun (_, name, _, p) ->
             name, RatioSource.ofFormula (fun x -> log (p x[0] / reference x[0]))))
    |> EventTable.withFeatures (nodes |> Array.map Array.singleton)

let compiled: CompiledLikelihood =
    RatioTables.empty
    |> RatioTables.reference "SR" table
    |> Likelihood.compile (valid (modelOf mu))
    |> ok

let asimov (value: float) : Observation =
    (ok (Observation.asimov compiled [| value |])).Observation
