/// The interference toy with nuisance parameters.
module Nsbi.Infer.Tests.SystematicAnalyses

open Nsbi.Infer.Tests.Analyses

/// By how much the mean of NI moves at one standard deviation.
let shift = 0.12

/// The small analysis with a shape on NI, a rate on all and weights on S.
let systematics =
    let varied side =
        $"""{{ "toy": "interference", "process": "NI", "events": 20000, "shift": {side}0.12 }}"""

    (json interference
     |> append "parameters" """{ "name": "jes", "role": "nuisance" }"""
     |> append "parameters" """{ "name": "lumi", "role": "nuisance" }"""
     |> append "parameters" """{ "name": "eff", "role": "nuisance" }"""
     |> set
         "systematics"
         $"""[
    {{ "parameter": "jes", "samples": {{ "NI": {{ "up": {varied ""}, "down": {varied "-"} }} }} }},
    {{ "parameter": "lumi", "rates": {{ "S": [0.974, 1.026], "SBI": [0.974, 1.026],
      "B": [0.974, 1.026], "NI": [0.974, 1.026] }} }},
    {{ "parameter": "eff", "weights": {{ "S": {{ "up": "1.1 + 0.03 * x" }} }},
      "symmetrised": "mirrored ratio", "code": "log4p" }}
  ]""")
        .ToJsonString()
