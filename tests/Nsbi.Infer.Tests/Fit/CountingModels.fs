/// Small binned models with known answers.
module Nsbi.Infer.Tests.CountingModels

open Nsbi.Model
open Nsbi.Infer
open Nsbi.Infer.Tests.InterferenceModel


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
        compileBins [
            "C",
            [
                Process.create "signal" mu [ s ]
                Process.create "background" (Constant 1.0) [ b ]
            ]
        ]

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
            Process.create "signal" mu [ s ]
            Process.create "background" (gamma $"gamma {name}" ((b / sigma) ** 2.0)) [ b ]
        ]

    let compiled = compileBins [ bin "0" 12.0 50.0 3.0; bin "1" 11.0 52.0 7.0 ]
    ok (Observation.observed compiled [ "0", [ counts[0] ]; "1", [ counts[1] ] ])

/// The Asimov set at μ = 1 of the interference toy in bins of an observable.
let histogram (bins: int) (observable: float -> float) : Observation =
    let compiled =
        RatioTables.empty
        |> Likelihood.compile (valid (InterferenceToy.binnedModel bins observable))
        |> ok

    (ok (Observation.asimov compiled [| 1.0 |])).Observation
