/// Systematics behind a preselection: the control region varies with the same events.
module Nsbi.Infer.Tests.SystematicsPreselectionTests

open System.IO
open NUnit.Framework
open Nsbi.Model
open Nsbi.Infer
open Nsbi.Infer.Tests.Analyses
open Nsbi.Infer.Tests.Expect
open Nsbi.Infer.Tests.SystematicAnalyses

let private analysis () =
    (json systematics, [ 0..3 ])
    ||> List.fold (fun root i -> set $"samples/{i}/events" "30000" root)
    |> set "samples/3/yield" "800"
    |> set "terms/3/eventRate" "\"from events\""
    |> set "systematics/0/samples/NI/up/events" "30000"
    |> set "systematics/0/samples/NI/down/events" "30000"
    |> set
        "preselection"
        """{
        "classes": ["S", "B", "NI"], "signal": "S", "background": "NI", "target": 0.1,
        "network": {"hidden": [16], "epochs": 3, "learningRate": 0.01, "batchSize": 1024}
    }"""

let private run =
    lazy
        (use folder = new TemporaryFolder()
         let file = folder.Write("analysis.json", (analysis ()).ToJsonString())
         let run = Pipeline.run Pipeline.options file (folder.File "out") |> succeed
         let path = folder.File "out/workspace.json"
         run, WorkspaceFile.read path |> succeed)

let private proc channel name =
    (snd run.Value).Model.Channels
    |> List.find (fun c -> Channel.name c = channel)
    |> Channel.processes
    |> List.find (fun p -> p.Name = name)

[<Test>]
let ``the control region has histograms of the varied events`` () =
    let ni = proc "CR" "NI"

    match ni.Modifiers with
    | [ NormSys(lumi, _, _, _); HistoSys(jes, PolynomialLinear, low, high) ] ->
        Assert.That((lumi.Name, jes.Name), same ("lumi", "jes"))

        // A background that moves to the signal leaves the control region, and the other way round.
        Assert.That(List.sum high, Is.LessThan(List.sum ni.Yields))
        Assert.That(List.sum low, Is.GreaterThan(List.sum ni.Yields))

        // Signal and control region hold all varied events.
        let up =
            (fst run.Value).Variations
            |> List.find (fun v -> v.Parameter = "jes" && v.Side = "up")

        let inSignal = up.Rate.Value * (proc "SR" "NI").Yields.Head
        Assert.That(inSignal + List.sum high, near 4.0 800.0)
    | other -> Assert.Fail $"%A{other}"

[<Test>]
let ``where events give the rate, r± carry it and no factor does`` () =
    let ni = proc "SR" "NI"
    Assert.That(ni.EventRate, same FromEvents)

    match ni.Modifiers with
    | [ NormSys(lumi, _, _, _); EventSys v ] ->
        Assert.That((lumi.Name, v.Variation), same ("lumi", "jes"))
    | other -> Assert.Fail $"%A{other}"

    let table = (snd run.Value).Tables.Tables["SR", TableKind.Reference]

    let values source =
        match source with
        | RatioSource.Ratios values -> values
        | RatioSource.LogRatios values -> Array.map exp values
        | RatioSource.Function _ -> raise (AssertionException "a function in a workspace")

    let nominal = values table.Ratios["NI"]
    let weights = Array.map2 (*) table.Weights nominal
    let up = values table.Variations["NI", "jes"].Up
    let mean = Array.sum (Array.map2 (*) weights up) / Array.sum weights

    let rate =
        (fst run.Value).Variations
        |> List.find (fun v -> v.Parameter = "jes" && v.Side = "up")
        |> _.Rate.Value

    // E[r₊] over the nominal density is the rate, which moves by more than this.
    Assert.That(abs (rate - 1.0), Is.GreaterThan 0.01)
    Assert.That(mean, near 0.01 rate)

[<Test>]
let ``the expectation closes with both regions`` () =
    let asimov = (fst run.Value).Asimov.Fit
    Assert.That(asimov["mu"].Value, near 1e-3 1.0)
    Assert.That(asimov["jes"].Value, near 1e-3 0.0)
    // The control region knows the background well: it constrains what moves it.
    Assert.That(asimov["jes"].Error.Value, Is.LessThan 0.7)
