/// Documents of these tests, and the files of published workspaces where they are.
module Nsbi.Model.Tests.HistFactory.Documents

open System.IO
open System.IO.Compression
open System.Text.Json
open NUnit.Framework

/// Every kind of modifier, two channels, settings of every kind, members the schema does not name.
let all =
    """{
  "channels": [
    { "name": "SR", "samples": [
      { "name": "signal", "data": [12.0, 11], "modifiers": [
        { "name": "mu", "type": "normfactor", "data": null },
        { "name": "lumi", "type": "lumi", "data": null },
        { "name": "jes", "type": "histosys",
          "data": { "lo_data": [11.5, 10.0], "hi_data": [12.5, 12.25] } },
        { "name": "jes", "type": "normsys", "data": { "hi": 1.05, "lo": 0.9, "note": [1, {}] } },
        { "name": "stat", "type": "staterror", "data": [0.4, 0.3] } ] },
      { "name": "bkg", "data": [50, 52.5], "modifiers": [
        { "name": "uncorr", "type": "shapesys", "data": [3.0, 7e0] },
        { "name": "stat", "type": "staterror", "data": [1.2, 0.0] } ] } ] },
    { "name": "CR", "samples": [
      { "name": "bkg", "data": [100.0, 0, 31], "modifiers": [
        { "name": "free", "type": "shapefactor", "data": null },
        { "name": "jes", "type": "normsys", "data": { "hi": 1.1, "lo": 0.8 } } ] },
      { "name": "flat", "data": [1.0, 1.0, 1.0], "modifiers": [] } ] }
  ],
  "observations": [
    { "name": "CR", "data": [103, 0, 29] },
    { "name": "SR", "data": [61.0, 65.0] },
    { "name": "unused", "data": [1.5] }
  ],
  "measurements": [
    { "name": "main", "config": { "poi": "mu", "parameters": [
      { "name": "lumi", "inits": [1.0], "bounds": [[0.9, 1.1]], "auxdata": [1.0],
        "sigmas": [0.02], "fixed": false },
      { "name": "mu", "bounds": [[-5, 10.0]] },
      { "name": "uncorr", "factors": [200.0, 50.0], "auxdata": [210.0, 50.0] },
      { "name": "stat", "inits": [1.0, 1.01], "fixed": true },
      { "name": "elsewhere", "inits": [3] } ] } },
    { "name": "other", "config": { "poi": "jes", "parameters": [
      { "name": "lumi", "inits": [2.0], "bounds": [[0, 4]], "auxdata": [2.0],
        "sigmas": [0.1] } ] } }
  ],
  "version": "1.0.0"
}"""

/// The folder of the published workspaces, if it is there.
let private folder =
    let rec up (at: DirectoryInfo) =
        if isNull at then
            None
        else
            let here = Path.Combine(at.FullName, "shared", "data", "histfactory")
            if Directory.Exists here then Some here else up at.Parent

    up (DirectoryInfo TestContext.CurrentContext.TestDirectory)

/// The text of a published workspace; the test is skipped where it is not at hand.
let published (name: string) : string =
    match folder with
    | None ->
        Assert.Ignore "The published workspaces are not at hand (shared/data/histfactory)."
        ""
    | Some folder ->
        use file = File.OpenRead(Path.Combine(folder, name + ".json.gz"))
        use unzipped = new GZipStream(file, CompressionMode.Decompress)
        use reader = new StreamReader(unzipped)
        reader.ReadToEnd()

/// The names of the published workspaces.
let names = [|
    "pyhf-tutorial_bkg_only"
    "AGC_cms_opendata_ttbar_workspace"
    "ATLAS-SUSY-2018-04_SRcombined"
    "ATLAS-SUSY-2019-08_full_C1N2_Wh_hbb_700_250"
|]

/// Where two JSON values differ: kinds, members in any order, lists in order, numbers as doubles.
let rec private difference (path: string) (a: JsonElement) (b: JsonElement) : string option =
    if a.ValueKind <> b.ValueKind then
        Some $"{path}: {a.ValueKind} and {b.ValueKind}"
    else
        match a.ValueKind with
        | JsonValueKind.Number ->
            if a.GetDouble() = b.GetDouble() then
                None
            else
                Some $"{path}: {a.GetRawText()} and {b.GetRawText()}"
        | JsonValueKind.String ->
            if a.GetString() = b.GetString() then
                None
            else
                Some $"{path}: {a.GetString()} and {b.GetString()}"
        | JsonValueKind.Array ->
            if a.GetArrayLength() <> b.GetArrayLength() then
                Some $"{path}: {a.GetArrayLength()} and {b.GetArrayLength()} items"
            else
                Seq.zip (a.EnumerateArray()) (b.EnumerateArray())
                |> Seq.indexed
                |> Seq.tryPick (fun (i, (a, b)) -> difference $"{path}[{i}]" a b)
        | JsonValueKind.Object ->
            let members (e: JsonElement) =
                e.EnumerateObject() |> Seq.sortBy _.Name |> Seq.toList

            let names e = members e |> List.map _.Name

            if names a <> names b then
                Some $"{path}: the members {names a} and {names b}"
            else
                List.zip (members a) (members b)
                |> List.tryPick (fun (a, b) -> difference $"{path}.{a.Name}" a.Value b.Value)
        | _ -> None

/// Two JSON texts are equal in structure.
let assertEqual (expected: string) (actual: string) : unit =
    use a = JsonDocument.Parse expected
    use b = JsonDocument.Parse actual

    match difference "$" a.RootElement b.RootElement with
    | None -> ()
    | Some place -> Assert.Fail $"They differ at {place}."
