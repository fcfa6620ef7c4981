module RankVerbTests

open System.IO
open System.Text.Json
open NUnit.Framework
open Nsbi.Model
open CommandLine
open Workspaces

/// The workspace whose impacts stand in ranking_reference.py.
let private search (folder: Folder) : unit =
    let source = Path.Combine(root, "tests/Nsbi.Infer.Tests/Uncertainty/ranking.json")
    folder.Write("workspace.json", File.ReadAllText source) |> ignore

let private rank (folder: Folder) (line: string) : Run =
    runIn folder.Path ("rank" :: "workspace.json" :: words line)

let private impact (result: JsonElement) (name: string) : JsonElement =
    result.GetProperty("impacts").EnumerateArray()
    |> Seq.find (fun i -> i.GetProperty("name").GetString() = name)

let private number (element: JsonElement) (name: string) : float =
    element.GetProperty(name).GetDouble()

[<Test>]
let ``the keys of a ranking may not change`` () =
    use folder = new Folder()
    search folder
    let run = rank folder "--json"
    shouldExit 0 run
    let result = json run

    for key in [ "status"; "poi"; "method"; "impacts"; "breakdown"; "modelHash"; "dataHash" ] do
        Assert.That(keys result, Does.Contain key)

    let first = result.GetProperty("impacts")[0]
    Assert.That((List.truncate 5 (keys first) = [ "name"; "pull"; "constraint"; "up"; "down" ]))

[<Test>]
let ``impacts are those of an independent program, largest first`` () =
    use folder = new Folder()
    search folder
    let run = rank folder "--prefit --json"
    shouldExit 0 run
    let result = json run
    let first = result.GetProperty("impacts")[0]
    Assert.That(first.GetProperty("name").GetString(), Is.EqualTo "bkg_shape")

    let close (expected: float) (actual: float) =
        Assert.That(actual, Is.EqualTo(expected).Within 1e-6)

    close -0.49089343 (number first "up")
    close 0.40788658 (number first "down")
    close 0.02587472 (number first "pull")
    close 0.94208303 (number first "constraint")
    close -0.52187808 (number (first.GetProperty "prefit") "up")
    close -0.45097918 (number (first.GetProperty "covariance") "up")
    let parts = result.GetProperty "breakdown"
    close 0.830297746 (number parts "totalUpper")
    close 0.65952222 (number parts "statisticalLower")
    close 0.66726531 (number parts "data")
    close 0.830297746 (number parts "sum")

[<Test>]
let ``the methods lead as asked`` () =
    use folder = new Folder()
    search folder
    let result = json (rank folder "--method covariance --json")
    let jes = impact result "jes"
    Assert.That(number jes "up", Is.EqualTo(-0.13478237).Within 1e-6)
    Assert.That(keys jes, Does.Not.Contain "postfit")
    let shifted = impact (json (rank folder "--method observable --json")) "jes"
    Assert.That(number shifted "up", Is.EqualTo(-0.07299037).Within 1e-6)

[<Test>]
let ``what a free parameter has not is null, with a reason`` () =
    use folder = new Folder()
    search folder
    let free = impact (json (rank folder "--method observable --json")) "bkg_free"

    for key in [ "pull"; "constraint"; "up"; "down" ] do
        Assert.That(free.GetProperty(key).ValueKind, Is.EqualTo JsonValueKind.Null)

    Assert.That(free.GetProperty("reason").GetString(), Does.Contain "no constraint")

[<Test>]
let ``groups are those asked for`` () =
    use folder = new Folder()
    search folder
    let result = json (rank folder "--groups \"b=bkg*;mc=stat*,fakes*\" --json")

    let groups = [
        for group in result.GetProperty("breakdown").GetProperty("groups").EnumerateArray() ->
            group.GetProperty("name").GetString(), number group "upper"
    ]

    Assert.That((List.map fst groups = [ "b"; "mc" ]))
    Assert.That(snd groups[0], Is.EqualTo(0.49614578).Within 1e-6)
    Assert.That(snd groups[1], Is.EqualTo(0.21729877).Within 1e-6)

[<Test>]
let ``results do not depend on the threads, and are written with the page`` () =
    use folder = new Folder()
    search folder

    let bytes threads =
        let out = $"out{threads}"
        shouldExit 0 (rank folder $"--threads {threads} --prefit --out {out}")

        File.ReadAllBytes(folder.File $"{out}/results.json"),
        File.ReadAllText(folder.File $"{out}/report.html")

    let results, page = bytes 1
    Assert.That((bytes 3 = (results, page)))
    Assert.That(page, Does.StartWith "<!DOCTYPE html>")

    for part in [ "Impacts on mu"; "bkg_shape"; "Parts of the error of mu"; "Correlations" ] do
        Assert.That(page, Does.Contain part)

    let printed = rank folder "--prefit --json"
    Assert.That(File.ReadAllText(folder.File "out1/results.json"), Is.EqualTo printed.Output)

[<Test>]
let ``the examples of its help run`` () =
    use folder = new Folder()
    search folder

    for example in HelpTests.examples "rank" do
        shouldExit 0 (runIn folder.Path example)

[<Test>]
let ``a person sees a table and the parts`` () =
    use folder = new Folder()
    search folder
    let run = rank folder ""
    shouldExit 0 run
    Assert.That(run.Output, Does.Match @"(?m)^bkg_shape +0\.026 +0\.942 +-0\.4909 +0\.4079$")
    Assert.That(run.Output, Does.Match @"(?m)^systematic +0\.5044 +0\.4941$")

[<Test>]
let ``all that is wrong is said at once`` () =
    use folder = new Folder()
    search folder
    folder.Write("file", "") |> ignore
    let run = rank folder "--method guess --groups jets --out file"
    shouldExit 2 run
    Assert.That(run.Log, Does.Contain "--method: 'guess'")
    Assert.That(run.Log, Does.Contain "--groups: 'jets'")
    Assert.That(run.Log, Does.Contain "--out: 'file' is a file")
    let names = rank folder "--poi nu --groups a=nobody"
    shouldExit 2 names
    Assert.That(names.Log, Does.Contain "no parameter 'nu'")
    Assert.That(names.Log, Does.Contain "no nuisance parameter is 'nobody'")
    let held = rank folder "--fix mu=1"
    shouldExit 2 held
    Assert.That(held.Log, Does.Contain "'mu' is held by --fix")

[<Test>]
let ``a model without nuisance parameters has no impacts`` () =
    use folder = new Folder()
    counting folder (Constant 1.0) 30.0 |> ignore
    let result = json (rank folder "--json")
    Assert.That(result.GetProperty("impacts").GetArrayLength(), Is.EqualTo 0)
