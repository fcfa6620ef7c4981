module NeymanVerbTests

open System.IO
open System.Text.Json
open System.Threading
open NUnit.Framework
open Nsbi.Model
open Nsbi.Model.Words
open CommandLine
open Workspaces

let private neyman (folder: Folder) (line: string) : Run =
    runIn folder.Path ("neyman" :: "workspace.json" :: words line)

/// Every file outside log/ with its bytes.
let private content (folder: string) : (string * byte[]) list =
    [
        for path in Directory.GetFiles(folder, "*", SearchOption.AllDirectories) do
            let name = Path.GetRelativePath(folder, path)

            if not (name.StartsWith "log") then
                name, File.ReadAllBytes path
    ]
    |> List.sortBy fst

let private items (element: JsonElement) = [ for item in element.EnumerateArray() -> item ]

let private pairs (element: JsonElement) = [
    for pair in items element -> pair[0].GetDouble(), pair[1].GetDouble()
]

[<Test>]
let ``the keys of neyman may not change`` () =
    use folder = new Folder()
    interference folder |> ignore

    let run =
        neyman folder "--poi mu --grid 0:3:7 --toys 60 --cl 0.6827,0.95 --refine 0 --json"

    shouldExit 0 run
    let result = json run

    Assert.That(
        (keys result = [
            "schemaVersion"
            "verb"
            "version"
            "status"
            "toys"
            "seed"
            "poi"
            "best"
            "levels"
            "belt"
            "intervals"
            "sets"
            "shifted"
            "failed"
            "failures"
            "checks"
            "modelHash"
            "dataHash"
        ])
    )

    let belt = items (result.GetProperty "belt")
    Assert.That(belt.Length, Is.EqualTo 7)

    for point in belt do
        Assert.That(point.GetProperty("quantiles").GetArrayLength(), Is.EqualTo 2)
        Assert.That(point.GetProperty("errors").GetArrayLength(), Is.EqualTo 2)
        Assert.That(point.GetProperty("toys").GetInt32(), Is.EqualTo 60)

    let sets = items (result.GetProperty "sets")
    Assert.That(sets.Length, Is.EqualTo 2)
    let first = pairs (result.GetProperty "intervals")
    Assert.That((first = pairs (sets[0].GetProperty "intervals")))
    // The set holds the best value, and 68 % lies within 95 %.
    let best = result.GetProperty("best").GetDouble()
    Assert.That(first |> List.exists (fun (low, high) -> low <= best && best <= high))
    let wide = pairs (sets[1].GetProperty "intervals")

    for low, high in first do
        Assert.That(wide |> List.exists (fun (l, h) -> l <= low && high <= h))

    Assert.That(pairs (sets[0].GetProperty "asymptotic"), Is.Not.Empty)

[<Test>]
let ``a person sees both kinds of sets and the belt`` () =
    use folder = new Folder()
    interference folder |> ignore
    let run = neyman folder "--poi mu --grid 0:3:4 --toys 30 --refine 0"
    shouldExit 0 run

    for part in [ "0.6827 Neyman:"; "0.6827 asymptotic:"; "0.95 Neyman:"; "±" ] do
        Assert.That(run.Output, Does.Contain part)

[<Test>]
let ``shifted nuisance parameters have sets of their own`` () =
    use folder = new Folder()
    counting folder (nuisance "nu" * 0.1 + 1.0) 25.0 |> ignore
    let run = neyman folder "--poi mu --grid 0:4:5 --toys 40 --shift nu --json"
    let shifted = items ((json run).GetProperty "shifted")
    Assert.That(shifted.Length, Is.EqualTo 2)
    Assert.That([ for s in shifted -> s.GetProperty("sigmas").GetDouble() ] = [ 1.0; -1.0 ])
    Assert.That((json run).GetProperty("quantileSpread").GetArrayLength(), Is.EqualTo 2)

[<Test>]
let ``a grid that cuts the set is a failed check`` () =
    use folder = new Folder()
    interference folder |> ignore
    let run = neyman folder "--poi mu --grid 0.9:1:2 --toys 20"
    shouldExit 1 run
    Assert.That(run.Log, Does.Contain "goes on beyond the grid")

[<Test>]
let ``a folder of results has the same bytes for any number of threads, with its page`` () =
    use folder = new Folder()
    interference folder |> ignore

    let line threads out =
        $"--poi mu --grid 0:3:4 --toys 250 --seed 3 --threads {threads} --out {out}"

    shouldExit 0 (neyman folder (line 1 "a"))
    shouldExit 0 (neyman folder (line 3 "b"))
    let a = content (folder.File "a")
    Assert.That((content (folder.File "b") = a))
    let page = File.ReadAllText(folder.File "a/report.html")

    for part in [ "<svg"; "t of the data"; "accepted at 68.27 %"; "asymptotic levels" ] do
        Assert.That(page, Does.Contain part)

[<Test>]
let ``killed in the middle and run again it ends with the same bytes`` () =
    use folder = new Folder()
    interference folder |> ignore

    let line out =
        $"--poi mu --grid 0:3:4 --toys 800 --refine 0 --threads 2 --out {out}"

    shouldExit 0 (neyman folder (line "whole"))
    let whole = content (folder.File "whole")
    let arguments = program :: "neyman" :: "workspace.json" :: words (line "killed")
    let running = start "dotnet" folder.Path arguments

    while not (File.Exists(folder.File "killed/tasks/neyman-1-00001/manifest.json"))
          && not running.HasExited do
        Thread.Sleep 2

    running.Kill()
    finish running |> ignore

    Assert.That(
        File.Exists(folder.File "killed/results.json"),
        Is.False,
        "it was not killed in time"
    )

    shouldExit 0 (neyman folder (line "killed"))
    Assert.That((content (folder.File "killed") = whole))

[<Test>]
let ``every wrong option is told at once`` () =
    use folder = new Folder()
    interference folder |> ignore

    let run =
        neyman folder "--poi mu --grid 3:0:5 --toys 0 --cl 1.5 --refine x --seed -1"

    shouldExit 2 run
    shouldHideStacks run

    for part in [ "--grid: '3:0:5'"; "--toys: 0"; "--cl: 1.5"; "--refine:"; "--seed:" ] do
        Assert.That(run.Log, Does.Contain part)

    let run = neyman folder "--poi m --grid 0:1:2 --toys 5"
    shouldExit 2 run
    Assert.That(run.Log, Does.Contain "no parameter 'm'")
    let run = neyman folder "--poi mu --grid 0:99:5 --toys 5 --shift nu"
    shouldExit 2 run

    for part in [ "mu = 99 is outside"; "no parameter 'nu'" ] do
        Assert.That(run.Log, Does.Contain part)
