/// The diagnostics of a small analysis: what runs by default, what stays blind, and where it is written.
module Nsbi.Infer.Tests.DiagnosticsStudyTests

open System.IO
open System.Text.Json
open NUnit.Framework
open Nsbi.Infer
open Nsbi.Infer.Tests.Analyses
open Nsbi.Infer.Tests.Expect

/// With a second feature, two members, and a check of pseudo-data and of data.
let private analysis () =
    json interference
    |> set "features" """["x", "wave = x | cos"]"""
    |> set "networks/members" "2"

let private finished
    (pipeline: PipelineOptions -> string -> string -> Result<RunResult, PipelineFault>)
    root
    =
    use folder = new TemporaryFolder()
    let file = folder.Write("analysis.json", (root: Nodes.JsonNode).ToJsonString())
    let run = pipeline Pipeline.options file (folder.File "out") |> succeed
    run, contents (folder.File "out")

let private run = lazy (finished Pipeline.run (analysis ()))

let private names (run: RunResult) = run.Checks |> List.map _.Name

let private titles = [
    "Calibration of log-ratios"
    "Closure of pairs of features"
    "Two-sample tests"
    "Sensitivity maps"
    "Data and simulation in the log-ratio"
    "Overtraining"
    "Stability"
    "Effective sizes"
]

[<Test>]
let ``every kind of diagnostics has a check by default`` () =
    let found = (fst run.Value).Diagnostics
    Assert.That(found.Checks |> List.map fst, same titles)

    for title, checks in found.Checks do
        Assert.That(checks, Is.Not.Empty, title)

    Assert.That(found.Notes, Is.Empty)

[<Test>]
let ``the checks of the diagnostics are checks of the run, each once`` () =
    let run, _ = run.Value
    let all = names run

    for check in run.Diagnostics.AllChecks do
        Assert.That(all |> List.filter ((=) check.Name) |> List.length, same 1, check.Name)

[<Test>]
let ``values are those without and with the signal and the ends of the expected interval`` () =
    let values = (fst run.Value).Diagnostics.Values
    Assert.That(values |> List.take 1, same [ 0.0 ])
    Assert.That(List.contains 1.0 values, Is.True)
    Assert.That(List.last values, Is.InRange(1.6, 2.0))

[<Test>]
let ``numbers are there for every part`` () =
    let found = (fst run.Value).Diagnostics
    Assert.That(found.Calibration.Length, same found.Values.Length)
    Assert.That(found.Pairs |> List.map (fun p -> p.Closures.Length), same [ 3; 3; 3; 3 ])
    Assert.That(found.TwoSample |> List.map _.Process, same [ "S"; "SBI"; "B"; "NI" ])
    Assert.That(found.Maps.Length, same 1)
    Assert.That(found.Overtraining |> List.map _.Folds.Length, same [ 2; 2; 2; 2 ])

    Assert.That(
        found.Stability |> List.map (fun s -> s.Members.Length > 5),
        same [ true; true; true; true ]
    )

    Assert.That(found.Parameter.Value.Folds.Length, same 2)
    Assert.That(found.Parameter.Value.Members.Length, same 2)
    // §D1: the Fisher error is .390034.
    Assert.That(found.Parameter.Value.Expected, near 0.02 0.390)
    Assert.That(found.Samples |> List.map _.Events, same [ 20000; 20000; 20000; 20000 ])

[<Test>]
let ``the report has a table of verdicts at its front and a section of each kind`` () =
    let _, files = run.Value
    let page = System.Text.Encoding.UTF8.GetString files["report.html"]
    let places = titles |> List.map (fun title -> page.IndexOf $"<h2>{title}</h2>")
    Assert.That(places |> List.forall (fun p -> p > 0), Is.True, string places)
    Assert.That(places, same (List.sort places))
    Assert.That(page.IndexOf "<h2>Verdicts</h2>", Is.InRange(1, page.IndexOf "<h2>Result</h2>"))

[<Test>]
let ``results have the numbers`` () =
    let _, files = run.Value
    use document = JsonDocument.Parse files["results.json"]
    let found = document.RootElement.GetProperty "diagnostics"

    for key in
        [
            "calibration"
            "pairs"
            "twoSample"
            "comparisons"
            "overtraining"
            "stability"
            "samples"
            "reweighted"
        ] do
        Assert.That(found.GetProperty(key).GetArrayLength(), Is.GreaterThan 0, key)

    Assert.That(
        found.GetProperty("lossGap").GetProperty("ignorant").GetDouble(),
        near 1e-9 (log 4.0)
    )

    Assert.That(found.GetProperty("parameter").GetProperty("folds").GetArrayLength(), same 2)

[<Test>]
let ``data are compared where they were looked at, and never where they are blind`` () =
    let isData (name: string) = name.StartsWith "data and simulation"
    Assert.That(names (fst run.Value) |> List.exists isData, Is.True)

    let blind, _ =
        analysis ()
        |> set "blind" "true"
        |> set "diagnostics" """{"c2st": false}"""
        |> finished Pipeline.run

    Assert.That(names blind |> List.exists isData, Is.False)

    Assert.That(
        blind.Diagnostics.Comparisons |> List.forall (fun c -> c.Of = "pseudo-data"),
        Is.True
    )

    Assert.That(blind.Diagnostics.Comparisons, Is.Not.Empty)

[<Test>]
let ``values and the two-sample test are those asked for`` () =
    let found, files =
        analysis ()
        |> set "diagnostics" """{"values": [2, 0.5], "pairs": [["wave", "x"]], "c2st": false}"""
        |> finished Pipeline.check

    Assert.That(found.Diagnostics.Values, same [ 0.5; 2.0 ])
    Assert.That(found.Diagnostics.TwoSample, Is.Empty)

    Assert.That(
        found.Diagnostics.Maps |> List.map (fun m -> m.First, m.Second),
        same [ "wave", "x" ]
    )

    Assert.That(names found, Does.Contain "calibration at mu = 0.5")
    // A check writes its pages and leaves those of a run alone.
    Assert.That(files.ContainsKey "checks.html", Is.True)
    Assert.That(files.ContainsKey "report.html", Is.False)
    let page = System.Text.Encoding.UTF8.GetString files["checks.html"]
    Assert.That(page, Does.Contain "<h2>Verdicts</h2>")
    Assert.That(page, Does.Not.Contain "Two-sample tests")

[<Test>]
let ``one feature has no pairs and no map, and one fold no spread between folds`` () =
    let found, _ =
        json interference
        |> set "networks/folds" "1"
        |> set "diagnostics" """{"c2st": false}"""
        |> finished Pipeline.check

    Assert.That(found.Diagnostics.Maps, Is.Empty)
    Assert.That(found.Diagnostics.Stability, Is.Empty)
    Assert.That(found.Diagnostics.Parameter.Value.Folds, Is.Empty)
    Assert.That(found.Diagnostics.Overtraining |> List.map _.Folds.Length, same [ 1; 1; 1; 1 ])
