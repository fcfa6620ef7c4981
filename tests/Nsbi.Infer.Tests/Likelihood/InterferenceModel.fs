/// The interference toy bound to a quadrature: nodes weighted with the reference density are its
/// event table. And the small helpers of these tests.
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
        Fixed = false
    }

let poi name initial lower upper =
    parameter PointOfInterest name initial lower upper Unconstrained

let private quadrature = InterferenceToy.quadrature 3001
let nodes: float[] = quadrature.Nodes

let private reference = InterferenceToy.mixtureDensity InterferenceToy.reference

let table: RatioTable =
    RatioTable.weighted
        (Array.map2 (fun x width -> reference x * width) nodes quadrature.Widths)
        (InterferenceToy.sampled
         |> List.map (fun proc ->
             let logRatio (x: float[]) =
                 log (InterferenceToy.ratio InterferenceToy.reference proc x[0])

             InterferenceToy.name proc, RatioSource.ofFormula logRatio))
    |> RatioTable.withFeatures (nodes |> Array.map Array.singleton)

let compileInterference (model: Model) (table: RatioTable) : CompiledLikelihood =
    RatioTables.empty
    |> RatioTables.reference "SR" table
    |> Likelihood.compile (valid model)
    |> ok

let compiled: CompiledLikelihood = compileInterference InterferenceToy.model table

let asimov (value: float) : Observation =
    (ok (Observation.asimov compiled [| value |])).Observation
