/// Small analyses for the verbs to run.
module Analyses

open System.Globalization
open System.IO
open Nsbi.Kernels
open CommandLine

/// The interference toy with a few thousand events and limits that no network fails.
let toy =
    """{
  "nsbi-analysis": 1,
  "name": "small interference toy",
  "seed": 3,
  "blind": true,
  "samples": [
    { "name": "S", "toy": "interference", "process": "S", "events": 4000 },
    { "name": "SBI", "toy": "interference", "process": "SBI", "events": 4000 },
    { "name": "B", "toy": "interference", "process": "B", "events": 4000 },
    { "name": "NI", "toy": "interference", "process": "NI", "events": 4000 }
  ],
  "features": ["x"],
  "reference": { "S": 1, "SBI": 1, "B": 1, "NI": 1 },
  "networks": { "hidden": [16], "epochs": 4, "batchSize": 256, "learningRate": 0.01, "folds": 2 },
  "parameters": [ { "name": "mu", "role": "poi", "initial": 1, "lower": 0, "upper": 8 } ],
  "terms": [
    { "name": "S", "scale": "mu - sqrt(mu)" },
    { "name": "SBI", "scale": "sqrt(mu)" },
    { "name": "B", "scale": "1 - sqrt(mu)" },
    { "name": "NI" }
  ],
  "data": { "toy": "interference", "value": 1 },
  "limits": {
    "sigmas": 1e6, "normalisation": 10, "pValue": 0, "ratioTolerance": 10, "largestShare": 1,
    "effectiveEvents": 0, "impliedEvents": 0, "identity": 10, "largestRatio": 1e30, "closure": 1e6,
    "closureSigmas": 1e6, "scoreTolerance": 1e6, "overtraining": 10, "lossGap": 1e6, "stability": 1e6
  }
}
"""

/// Two samples in CSV files and data in a third.
let files =
    """{
  "nsbi-analysis": 1,
  "name": "two Gaussians",
  "seed": 3,
  "blind": false,
  "samples": [
    { "name": "S", "file": "S.csv", "weight": "w", "yield": 20 },
    { "name": "B", "file": "B.csv", "weight": "w", "yield": 80 }
  ],
  "selection": "x > -3 && x < 5",
  "features": ["x", "y = x | clip(0, 1)"],
  "reference": { "S": 1, "B": 1 },
  "networks": { "hidden": [8], "epochs": 2, "batchSize": 128, "folds": 2 },
  "parameters": [ { "name": "mu", "role": "poi", "initial": 1, "lower": 0, "upper": 8 } ],
  "terms": [ { "name": "S", "scale": "mu" }, { "name": "B" } ],
  "data": { "file": "data.csv" },
  "limits": {
    "sigmas": 1e6, "normalisation": 10, "pValue": 0, "ratioTolerance": 10, "largestShare": 1,
    "effectiveEvents": 0, "impliedEvents": 0, "identity": 10, "largestRatio": 1e30, "closure": 1e6,
    "closureSigmas": 1e6, "scoreTolerance": 1e6, "overtraining": 10, "lossGap": 1e6, "stability": 1e6
  }
}
"""

let private events (seed: uint64) (mean: float) (count: int) : string =
    let mutable random = RandomStream(seed, "events of a test", 0UL)
    use text = new StringWriter(CultureInfo.InvariantCulture)
    text.Write "x,w\n"

    for _ in 1..count do
        text.Write $"{mean + random.NextGaussian()},1\n"

    string text

let writeToy (folder: Folder) : unit =
    folder.Write("analysis.json", toy) |> ignore

let writeFiles (folder: Folder) : unit =
    folder.Write("analysis.json", files) |> ignore
    folder.Write("S.csv", events 1UL 1.5 1000) |> ignore
    folder.Write("B.csv", events 2UL 0.0 1000) |> ignore
    folder.Write("data.csv", events 3UL 0.3 100) |> ignore

/// Replaces a text in a file of a folder, which must be there.
let replace (folder: Folder) (file: string) (before: string) (after: string) : unit =
    let text = File.ReadAllText(folder.File file)

    if not (text.Contains before) then
        failwith $"'{before}' is not in {file}"

    let at = text.IndexOf before
    File.WriteAllText(folder.File file, text.Remove(at, before.Length).Insert(at, after))
