/// Analyses as JSON, small changes to them, and runs of them in folders of their own.
module Nsbi.Infer.Tests.Analyses

open System
open System.IO
open System.Text.Json.Nodes
open NUnit.Framework
open Nsbi.Learn
open Nsbi.Infer

/// A small analysis of the interference toy, with every key that has a reader of its own.
let interference =
    """{
  "nsbi-analysis": 1,
  "name": "small interference toy",
  "seed": 3,
  "blind": false,
  "samples": [
    { "name": "S", "toy": "interference", "process": "S", "events": 20000 },
    { "name": "SBI", "toy": "interference", "process": "SBI", "events": 20000 },
    { "name": "B", "toy": "interference", "process": "B", "events": 20000 },
    { "name": "NI", "toy": "interference", "process": "NI", "events": 20000 }
  ],
  "features": ["x"],
  "reference": { "S": 1, "SBI": 1, "B": 1, "NI": 1 },
  "networks": {
    "hidden": [16, 16],
    "learningRate": 0.01,
    "schedule": { "kind": "cosine", "final": 0.01 },
    "batchSize": 1024,
    "epochs": 3,
    "patience": -1,
    "folds": 2
  },
  "parameters": [{ "name": "mu", "role": "poi", "initial": 1, "lower": 0, "upper": 8 }],
  "terms": [
    { "name": "S", "scale": "mu - sqrt(mu)" },
    { "name": "SBI", "scale": "sqrt(mu)" },
    { "name": "B", "scale": "1 - sqrt(mu)" },
    { "name": "NI" }
  ],
  "interest": "mu",
  "null": 0,
  "data": { "toy": "interference", "value": 1 }
}"""

/// The top of the repository, above the folder the tests run in.
let repository: string =
    let rec up (folder: DirectoryInfo) =
        if isNull folder then
            invalidOp "The tests do not run inside of the repository."
        elif File.Exists(Path.Combine(folder.FullName, "Nsbi.slnx")) then
            folder.FullName
        else
            up folder.Parent

    up (DirectoryInfo TestContext.CurrentContext.TestDirectory)

/// The text of an example's analysis.
let example (name: string) : string =
    File.ReadAllText(Path.Combine(repository, "examples", name, "analysis.json"))

/// A value out of its JSON.
let json (text: string) : JsonNode = JsonNode.Parse text

/// The node at a path such as <c>samples/0/name</c>, which must be there.
let at (path: string) (root: JsonNode) : JsonNode =
    (root, path.Split '/')
    ||> Array.fold (fun node step ->
        match Int32.TryParse step with
        | true, index -> node[index]
        | _ -> node[step])

let private split (path: string) =
    match path.LastIndexOf '/' with
    | -1 -> None, path
    | i -> Some path[.. i - 1], path[i + 1 ..]

let private onParent path (root: JsonNode) change =
    let parent, key = split path

    let node =
        match parent with
        | None -> root
        | Some parent -> at parent root

    change node key

/// Sets a member of an object or an item of a list to a JSON value.
let set (path: string) (value: string) (root: JsonNode) : JsonNode =
    onParent path root (fun node key ->
        match Int32.TryParse key with
        | true, index -> node[index] <- json value
        | _ -> node[key] <- json value)

    root

/// Removes a member of an object.
let without (path: string) (root: JsonNode) : JsonNode =
    onParent path root (fun node key -> node.AsObject().Remove key |> ignore)
    root

/// Adds an item to a list.
let append (path: string) (value: string) (root: JsonNode) : JsonNode =
    (at path root).AsArray().Add(json value)
    root

/// The analysis that JSON describes, or its faults.
let parse (root: JsonNode) : Result<Analysis, Fault list> =
    AnalysisFile.parse "analysis.json" (root.ToJsonString())

/// A folder that is removed in the end.
type TemporaryFolder() =
    let path = Directory.CreateTempSubdirectory("nsbi-").FullName
    member _.Path: string = path
    member _.File(name: string) : string = Path.Combine(path, name)

    member this.Write(name: string, text: string) : string =
        let file = this.File name
        File.WriteAllText(file, text)
        file

    interface IDisposable with
        member _.Dispose() = Directory.Delete(path, true)

/// What a faultless result holds.
let succeed (result: Result<'a, 'e>) : 'a =
    match result with
    | Ok value -> value
    | Error error -> raise (AssertionException $"%A{error}")

/// The faults of a result that must not be without.
let faultsOf (result: Result<'a, Fault list>) : Fault list =
    match result with
    | Ok _ -> raise (AssertionException "There should be a fault.")
    | Error faults -> faults

/// All files of a folder by their relative names, without those of <c>log/</c>.
let contents (folder: string) : Map<string, byte[]> =
    Directory.GetFiles(folder, "*", SearchOption.AllDirectories)
    |> Array.map (fun file -> Path.GetRelativePath(folder, file).Replace('\\', '/'), file)
    |> Array.filter (fun (name, _) -> not (name.StartsWith "log/"))
    |> Array.map (fun (name, file) -> name, File.ReadAllBytes file)
    |> Map.ofArray

/// The checks of a run, in sentences, for the message of a failed assertion.
let findings (run: RunResult) : string =
    run.Checks
    |> List.filter (fun check -> not check.Passed)
    |> List.map (fun check -> $"{check.Name}: {check.Value} (limit {check.Limit}). {check.Finding}")
    |> String.concat "\n"

/// The folder of published events of this name, beside the repository.
let sharedData (name: string) : string =
    Path.Combine(repository, "..", "shared", "data", name) |> Path.GetFullPath

/// The analysis with the file at a path replaced by the one of that name in a folder.
let inFolder (folder: string) (path: string) (root: JsonNode) : JsonNode =
    let name = (at path root).GetValue<string>() |> Path.GetFileName
    root |> set path $"\"{Path.Combine(folder, name)}\""
