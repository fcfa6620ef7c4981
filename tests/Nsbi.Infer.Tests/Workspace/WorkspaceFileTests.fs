module Nsbi.Infer.Tests.WorkspaceFileTests

open System
open System.IO
open NUnit.Framework
open Nsbi.Tests
open Nsbi.Kernels
open Nsbi.Learn
open Nsbi.Model
open Nsbi.Model.Words
open Nsbi.Infer
open Nsbi.Infer.Tests.Expect

let private inFolder (action: string -> 'a) : 'a =
    let folder = Directory.CreateTempSubdirectory("nsbi-workspace-").FullName

    try
        action folder
    finally
        Directory.Delete(folder, true)

let private mu = poi "mu" |> between 0.0 5.0
let private alpha = nuisance "alpha"

let private model =
    model "both" [
        unbinned "signal / region" (reference "ref") [
            processOf "S" [ scaledBy (mu * exp (0.1 * alpha)); yields 5.0 ]
            processOf "B" [ yields 20.0; eventSys alpha; eventSysUp OneSided (nuisance "beta") ]
        ]
        binned "CR" [ processOf "B" [ binYields [ 10.0; 20.0 ] ] ]
    ]

let private example (seed: int) : Workspace =
    let mutable s = RandomStream(uint64 seed, "workspace")

    let column n =
        Array.init n (fun _ -> exp (s.NextGaussian()))

    let n, m = 1 + s.NextInt32 90, 1 + s.NextInt32 9

    let varied n table =
        table
        |> RatioTable.withVariation
            "B"
            "alpha"
            (VariationRatios.between (Ratios(column n), LogRatios(column n)))
        |> RatioTable.withVariation "B" "beta" (VariationRatios.up (Ratios(column n)))

    {
        Model = model
        Tables =
            RatioTables.empty
            |> RatioTables.reference
                "signal / region"
                (RatioTable.weighted (column n) [ "S", Ratios(column n); "B", LogRatios(column n) ]
                 |> varied n)
            |> RatioTables.observed
                "signal / region"
                (RatioTable.unweighted m [ "S", Ratios(column m); "B", Ratios(column m) ]
                 |> varied m)
        Counts = Map.ofList [ "CR", [ 11.0; 23.0 ] ]
        Globals = Map.ofList [ "alpha", 0.25 ]
        HistFactory = None
    }

let private ok (result: Result<'a, Fault list>) : 'a =
    match result with
    | Ok value -> value
    | Error faults -> invalidOp (Fault.render faults)

let private faults (result: Result<'a, Fault list>) : string list =
    match result with
    | Ok _ -> []
    | Error faults -> List.map string faults

/// What there is to compare, bit by bit.
let private content (workspace: Workspace) =
    workspace.Model,
    workspace.Counts,
    workspace.Globals,
    [
        for KeyValue(key, table) in workspace.Tables.Tables do
            key,
            List.ofArray table.Weights,
            [
                let numbers name source =
                    match source with
                    | Ratios values -> name, "r", List.ofArray values
                    | LogRatios values -> name, "log r", List.ofArray values
                    | Function _ -> name, "function", []

                for KeyValue(name, source) in table.Ratios do
                    numbers name source

                for KeyValue((proc, variation), sides) in table.Variations do
                    numbers $"{proc}, {variation}, up" sides.Up

                    match sides.Down with
                    | Some down -> numbers $"{proc}, {variation}, down" down
                    | None -> ()
            ]
    ]

[<Property(MaxTest = 20)>]
let ``reading what was written gives the same workspace`` (seed: int) =
    inFolder (fun folder ->
        let path = Path.Combine(folder, "fit.json")
        let workspace = example seed
        ok (WorkspaceFile.write path workspace)
        Assert.That((content (ok (WorkspaceFile.read path)) = content workspace), same true))

[<Test>]
let ``the same workspace is written with the same bytes, and compiles and fits the same`` () =
    inFolder (fun folder ->
        let first, second = Path.Combine(folder, "a.json"), Path.Combine(folder, "b.json")
        let workspace = example 3
        ok (WorkspaceFile.write first workspace)
        ok (WorkspaceFile.write second (ok (WorkspaceFile.read first)))
        let text path = File.ReadAllText path
        Assert.That((text second).Replace("b.columns", "a.columns"), same (text first))

        let fit workspace =
            let compiled = ok (Workspace.compile "w" workspace)
            Fit.run (ok (Workspace.observation "w" compiled workspace))

        let there, back = fit workspace, fit (ok (WorkspaceFile.read first))
        Assert.That(there.Status.Succeeded, same true)
        Assert.That(back.TwiceNll, same there.TwiceNll)
        Assert.That(back.Values, same there.Values))

[<Test>]
let ``a function is written as the log ratios of its table`` () =
    inFolder (fun folder ->
        let path = Path.Combine(folder, "w.json")

        let table =
            RatioTable.weighted [| 1.0; 2.0 |] [
                "S", RatioSource.ofFormula (fun x -> 3.0 * x[0])
                "B", Ratios [| 1.0; 1.0 |]
            ]
            |> RatioTable.withFeatures [| [| 0.5 |]; [| 1.0 |] |]

        let tables = RatioTables.empty |> RatioTables.reference "signal / region" table
        ok (WorkspaceFile.write path (Workspace.create model tables))
        let back = ok (WorkspaceFile.read path)

        match back.Tables.Tables["signal / region", TableKind.Reference].Ratios["S"] with
        | LogRatios values -> Assert.That(values, same [| 1.5; 3.0 |])
        | other -> Assert.Fail $"%A{other}")

[<Test>]
let ``columns that the workspace does not name any more are deleted`` () =
    inFolder (fun folder ->
        let path = Path.Combine(folder, "w.json")

        let closed (workspace: Workspace) = {
            workspace with
                Tables = {
                    Tables =
                        workspace.Tables.Tables
                        |> Map.filter (fun (_, kind) _ -> kind = TableKind.Reference)
                }
        }

        let files () =
            Directory.GetFiles(Path.Combine(folder, "w.columns"))
            |> Array.map (Path.GetFileName >> nonNull)
            |> Array.sort

        let isObserved (name: string) = name.Contains "-observed-"
        let beside = Path.Combine(folder, "notes.txt")
        File.WriteAllText(beside, "not of the workspace")
        ok (WorkspaceFile.write path (example 1))
        let opened = files ()
        Assert.That(Array.exists isObserved opened, same true)
        ok (WorkspaceFile.write path (closed (example 1)))
        Assert.That(files (), same (Array.filter (isObserved >> not) opened))

        Assert.That(
            content (ok (WorkspaceFile.read path)) = content (closed (example 1)),
            same true
        )

        ok (
            WorkspaceFile.write path {
                example 1 with
                    Tables = RatioTables.empty
            }
        )

        Assert.That(files (), same [||])
        Assert.That(File.Exists beside, same true))

[<Test>]
let ``a folder is no workspace`` () =
    inFolder (fun folder ->
        let found = faults (WorkspaceFile.read folder)
        Assert.That(found.Length, same 1)
        Assert.That(found.Head, Does.Contain "it is a folder"))

let private broken (change: string -> string -> string) : string list =
    inFolder (fun folder ->
        let path = Path.Combine(folder, "w.json")
        ok (WorkspaceFile.write path (example 1))
        File.WriteAllText(path, change folder (File.ReadAllText path))
        faults (WorkspaceFile.read path))

let private columnFile folder part =
    Directory.GetFiles(Path.Combine(folder, "w.columns"))
    |> Array.find (fun f -> f.Contains(part: string))

[<Test>]
let ``a changed column is named with both hashes and its JSON path`` () =
    let found =
        broken (fun folder text ->
            let file = columnFile folder "observed-1-S"
            let bytes = File.ReadAllBytes file
            bytes[bytes.Length - 1] <- bytes[bytes.Length - 1] ^^^ 1uy
            File.WriteAllBytes(file, bytes)
            text)

    Assert.That(found.Length, same 1)

    for part in [ "SHA-256"; "$.unbinned[0].observed.ratios[1]"; "observed-1-S" ] do
        Assert.That(found.Head, Does.Contain part)

[<Test>]
let ``every fault of a workspace is reported at once`` () =
    let found =
        broken (fun folder text ->
            File.Delete(columnFile folder "reference-0-B")

            text
                .Replace("\"counts\"", "\"count\"")
                .Replace("\"observed\": 0.25", "\"observed\": \"a\"")
                .Replace("\"initial\": 0", "\"initial\": true"))

    for part in
        [
            "$.unbinned[0].reference.ratios[0]"
            "$.binned[0]"
            "'count'"
            "$.globals[0].observed"
            "$.model.parameters"
        ] do
        Assert.That(found |> List.exists _.Contains(part), same true, part)

[<Test>]
let ``an invalid model, a wrong version and an absolute path are faults`` () =
    let model = broken (fun _ text -> text.Replace("\"upper\": 5", "\"upper\": -5"))
    Assert.That(model |> List.exists _.Contains("$.model"), same true)
    Assert.That(model |> List.exists _.Contains("-5"), same true)

    let version =
        broken (fun _ text -> text.Replace("\"nsbi-workspace\": 1", "\"nsbi-workspace\": 2"))

    let absolute = broken (fun _ text -> text.Replace("\"w.columns/", "\"/w.columns/"))
    Assert.That(version |> List.exists _.Contains("version"), same true)
    // Two tables of weights, two ratios and three sides of variations.
    Assert.That(absolute.Length, same 12)
    Assert.That(absolute.Head, Does.Contain "absolute path")

[<Test>]
let ``a text that is no JSON is named with its line`` () =
    let found = broken (fun _ _ -> "{\n  \"model\": [}")
    Assert.That(found.Length, same 1)
    Assert.That(found.Head, Does.Contain "line 2")

[<Test>]
let ``a missing workspace is a fault`` () =
    let found = faults (WorkspaceFile.read "no-such-folder/w.json")
    Assert.That(found.Length, same 1)
    Assert.That(found.Head, Does.Contain "no-such-folder/w.json")

[<Test>]
let ``faults of the tables and of missing data name the workspace`` () =
    let bad = {
        example 1 with
            Tables = RatioTables.empty
            Counts = Map.empty
    }

    Assert.That((faults (Workspace.compile "w.json" bad)).Head, Does.Contain "w.json")
    let good = example 1
    let compiled = ok (Workspace.compile "w.json" good)

    let missing =
        faults (Workspace.observation "w.json" compiled { good with Counts = Map.empty })

    Assert.That(missing.Head, Does.Contain "no counts")

[<Test>]
let ``event shapes are functions, and refused with nothing written`` () =
    inFolder (fun folder ->
        let workspace = example 3
        let key = "signal / region", TableKind.Reference

        let shaped = {
            workspace with
                Tables = {
                    Tables =
                        workspace.Tables.Tables.Add(
                            key,
                            workspace.Tables.Tables[key]
                            |> RatioTable.withShape "B" "net" VariationModels.shape
                        )
                }
        }

        let found = faults (WorkspaceFile.write (Path.Combine(folder, "w.json")) shaped)
        Assert.That(found.Length, same 1)
        Assert.That(found.Head, Does.Contain "'net' of process 'B'")
        Assert.That(Directory.GetFileSystemEntries folder, same Array.empty<string>))
