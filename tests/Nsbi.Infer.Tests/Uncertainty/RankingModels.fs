/// Models with known impacts.
module Nsbi.Infer.Tests.RankingModels

open System.IO
open NUnit.Framework
open Nsbi.Model
open Nsbi.Model.HistFactory
open Nsbi.Infer
open Nsbi.Infer.Tests.InterferenceModel

/// A file beside these sources.
let beside (name: string) : string =
    let rec up (at: DirectoryInfo) =
        if File.Exists(Path.Combine(at.FullName, "Nsbi.slnx")) then
            Path.Combine(at.FullName, "tests", "Nsbi.Infer.Tests", "Uncertainty", name)
        else
            up at.Parent

    up (DirectoryInfo TestContext.CurrentContext.TestDirectory)

/// The observation of ranking.json, a workspace with every kind of modifier; its numbers are those of
/// ranking_reference.py.
let search: Lazy<Observation> =
    lazy
        (let found =
            File.ReadAllText(beside "ranking.json")
            |> DocumentJson.read
            |> ok
            |> HistFactory.model None
            |> ok

         let compiled = RatioTables.empty |> Likelihood.compile (valid found.Model) |> ok
         ok (Observation.observed compiled found.Counts))

/// A Gaussian limit: bins of so many events that Poisson terms are parabolas, n_b ≈ b(1 + r μ s_b +
/// r Σ_k d_kb α_k) with r = 1/√b, so that in units of the errors everything is of order 1.
type LinearModel = {
    /// s_b.
    Signal: float list
    /// d_kb.
    Effects: float list list
    /// (n_b − b)/√b.
    Pulls: float list
    /// Widths of the constraints of the α_k.
    Widths: float list
}

let private background = 1e8

/// The model in bins, its nuisance parameters in the given order.
let linear (order: int list) (model: LinearModel) : Observation =
    let root = sqrt background
    let mu = poi "mu" 0.0 -100.0 100.0

    let alpha k =
        parameter Nuisance $"a{k}" 0.0 -100.0 100.0 (Gaussian(0.0, model.Widths[k]))

    let part name scale (effects: float list) = [
        {
            Name = name
            Scale = Sum(Constant 1.0, scale)
            Yields = effects |> List.map (fun d -> root * abs d)
            Modifiers = []
            EventRate = Renormalised
        }
        {
            Name = $"{name} off"
            Scale = Constant 1.0
            Yields = effects |> List.map (fun d -> root * (20.0 - abs d))
            Modifiers = []
            EventRate = Renormalised
        }
    ]

    // A bin in which the effect is negative falls with the parameter.
    let signed name parameter (effects: float list) =
        let rising = effects |> List.map (max 0.0)
        let falling = effects |> List.map (min 0.0)
        part $"{name}+" parameter rising @ part $"{name}-" (-parameter) falling

    let processes =
        signed "mu" mu model.Signal
        @ (order |> List.collect (fun k -> signed $"a{k}" (alpha k) model.Effects[k]))

    let rest = background - root * 40.0 * float (1 + order.Length)

    let filler = {
        Name = "rest"
        Scale = Constant 1.0
        Yields = model.Signal |> List.map (fun _ -> rest)
        Modifiers = []
        EventRate = Renormalised
    }

    let compiled =
        RatioTables.empty
        |> Likelihood.compile (
            valid {
                Name = "linear"
                Channels = [
                    Binned {
                        Name = "C"
                        Processes = filler :: processes
                    }
                ]
            }
        )
        |> ok

    let counts = model.Pulls |> List.map (fun z -> background + z * root)
    ok (Observation.observed compiled [ "C", counts ])
