/// Small models that toys are drawn from, and what the tests ask of toys.
module Nsbi.Infer.Tests.ToyModels

open NUnit.Framework
open Nsbi.Model
open Nsbi.Infer
open Nsbi.Infer.Tests.InterferenceModel

let private channel (name: string) (processes: (string * Coefficient * float) list) =
    Unbinned {
        Name = name
        Reference = "ref"
        Processes =
            processes
            |> List.map (fun (name, scale, nu) -> Process.create name scale [ nu ])
    }

/// One unbinned channel 'SR' of processes with their coefficients, yields and ratios.
let unbinnedModel
    (weights: float[])
    (processes: (string * Coefficient * float * float[]) list)
    : CompiledLikelihood =
    let table =
        RatioTable.weighted weights [
            for name, _, _, ratios in processes -> name, RatioSource.Ratios ratios
        ]

    let model = {
        Name = "toy"
        Channels = [ channel "SR" [ for name, scale, nu, _ in processes -> name, scale, nu ] ]
    }

    RatioTables.empty
    |> RatioTables.reference "SR" table
    |> RatioTables.observed "SR" table
    |> Likelihood.compile (valid model)
    |> ok

/// The rows of the events of a toy in its first unbinned channel, with how often each is in it.
let events (toy: Observation) : (int * float) list =
    let events = toy.Events[0].Events
    let weights = events.Weights.ToArray()
    [ for i in 0 .. weights.Length - 1 -> events.Tiles.Row i, weights[i] ]

/// Mean and variance.
let moments (x: float[]) : float * float =
    let mean = Array.average x
    mean, x |> Array.averageBy (fun v -> (v - mean) ** 2.0)

/// The faults of a result, in sentences; none where there is none.
let sentences (result: Result<'a, ModelError list>) =
    match result with
    | Ok _ -> []
    | Error faults -> faults |> List.map string

/// That there is one fault, whose sentence has these parts.
let refused (parts: string list) (result: Result<ToySampler, ModelError list>) =
    match sentences result with
    | [ sentence ] ->
        for part in parts do
            Assert.That(sentence, Does.Contain part)
    | other -> Assert.Fail $"%A{other}"
