module Nsbi.Infer.Tests.SummaryPipelineTests

open System.IO
open System.Text.Json.Nodes
open NUnit.Framework
open Nsbi.Learn.Calibration
open Nsbi.Infer
open Nsbi.Infer.Tests.Analyses
open Nsbi.Infer.Tests.Expect
open Nsbi.Infer.Tests.SystematicAnalyses

let private read change = json interference |> change |> parse

let private sentences change =
    read change |> faultsOf |> List.map string |> String.concat "\n"

[<Test>]
let ``without the keys nothing is calibrated and the result is unbinned`` () =
    let analysis = read id |> succeed
    Assert.That(analysis.Calibration.IsNone && analysis.Summary.IsNone, Is.True)
    Assert.That((read (set "calibration" "\"none\"") |> succeed).Calibration.IsNone, Is.True)

[<Test>]
let ``calibrations are a name or an object`` () =
    let calibration text =
        (read (set "calibration" text) |> succeed).Calibration.Value

    Assert.That(
        (calibration "\"platt\"" = CalibrationSettings.create CalibrationMethod.Platt),
        Is.True
    )

    Assert.That((calibration "\"isotonic\"").Method, same CalibrationMethod.Isotonic)

    let bins =
        calibration """{"method": "histogram", "bins": 12, "monotone": true, "renormalise": true}"""

    Assert.That(bins.Method, same (CalibrationMethod.Histogram(12, true)))
    Assert.That(bins.Renormalise, Is.True)

[<Test>]
let ``summaries are read with their bins`` () =
    let plan =
        (read (
            set
                "summary"
                """{ "axes": [
                { "of": "score", "bins": 12 },
                { "of": "localScore", "at": 0.5, "edges": { "from": -1, "to": 1, "bins": 4 } },
                { "of": "logRatio", "numerator": "S", "denominator": { "B": 1, "NI": 0.1 } } ],
                "simulationErrors": "perBin", "leastEvents": 25 }"""
         )
         |> succeed)
            .Summary.Value

    Assert.That(
        plan.Axes |> List.map _.Variable,
        same [ TwoPointScore; LocalScore(Some 0.5); LogRatio("S", [ "B", 1.0; "NI", 0.1 ]) ]
    )

    Assert.That(
        plan.Axes |> List.map _.Bins,
        same [ EqualContent 12; GivenEdges [ -1.0; -0.5; 0.0; 0.5; 1.0 ]; EqualContent 20 ]
    )

    Assert.That(plan.SimulationErrors, same ErrorPerBin)
    Assert.That(plan.LeastEvents, same 25.0)
    let standard = (read (set "summary" "{}") |> succeed).Summary.Value
    Assert.That((standard = SummaryPlan.standard), Is.True)

[<Test>]
let ``what is wrong with calibration and summary is said at its place`` () =
    let all =
        sentences (
            set "calibration" """{"method": "histogram", "bins": 1}"""
            >> set
                "summary"
                """{ "axes": [
                { "of": "localScore", "at": 9 },
                { "of": "logRatio", "numerator": "T", "denominator": "B" },
                { "of": "logRatio", "numerator": "S", "denominator": "S", "bins": 0 } ],
                "leastEvents": 0 }"""
        )

    for place in
        [
            "$.calibration.bins"
            "$.summary.axes[0].at"
            "$.summary.axes[1].numerator"
            "$.summary.axes[2]:"
            "$.summary.axes[2].bins"
            "$.summary.leastEvents"
        ] do
        Assert.That(all, Does.Contain place)

    Assert.That(sentences (set "calibration" "\"plat\""), Does.Contain "platt")

    Assert.That(
        sentences (set "summary" """{"axes": [{"of": "sum"}]}"""),
        Does.Contain "localScore"
    )

    Assert.That(sentences (set "summary" """{"axes": []}"""), Does.Contain "$.summary.axes")

    Assert.That(
        sentences (set "summary" """{"axes": [{"of": "logRatio", "numerator": "S"}]}"""),
        Does.Contain "denominator"
    )

let private small root =
    (root, [ 0..3 ])
    ||> List.fold (fun root i -> set $"samples/{i}/events" "6000" root)

let private run (folder: TemporaryFolder) (name: string) (root: JsonNode) =
    let file = folder.Write($"{name}.json", root.ToJsonString())
    Pipeline.run Pipeline.options file (folder.File name) |> succeed

[<Test>]
let ``a calibrated run compares the ratios before and after`` () =
    use folder = new TemporaryFolder()

    for method in [ "\"platt\""; """{"method": "isotonic", "renormalise": true}""" ] do
        let result =
            json interference |> small |> set "calibration" method |> run folder "out"

        Assert.That(result.Calibrations |> List.map _.Sample, same [ "S"; "SBI"; "B"; "NI" ])

        for found in result.Calibrations do
            Assert.That(found.Size, Is.GreaterThan 0.0)
            Assert.That(found.Error, Is.GreaterThan 0.0)
            Assert.That(found.Before, Is.Not.EqualTo found.After)
            Assert.That(found.BeforeCheck.Passed, Is.True)

            Assert.That(
                result.Checks |> List.exists (fun c -> c.Name = found.BeforeCheck.Name),
                Is.True
            )

        let identity = result.Checks |> List.find (fun c -> c.Name = "mixture identity")
        Assert.That(identity.Value < 1e-9, same (method.Contains "renormalise"))
        let report = File.ReadAllText(folder.File "out/report.html")
        Assert.That(report, Does.Contain "Calibrated ratios")
        let results = JsonNode.Parse(File.ReadAllText(folder.File "out/results.json"))
        Assert.That((at "calibration" results).AsArray().Count, same 4)

        Assert.That(
            File.ReadAllText(folder.File "out/networks.json"),
            Does.Contain "\"calibration\""
        )

[<Test>]
let ``a run with summaries gives the template fit as its result`` () =
    use folder = new TemporaryFolder()

    let result =
        json interference
        |> small
        |> set "summary" """{"axes": [{"of": "score", "bins": 8}]}"""
        |> set
            "intervals"
            """{ "neyman": {"from": 0, "to": 4, "points": 2, "toys": 20, "levels": [0.68]},
                 "limit": {"toys": 0}, "injection": {"values": [0.5, 2], "toys": 20} }"""
        |> run folder "out"

    let study = result.Summary.Value
    Assert.That(study.Bins, Is.InRange(6, 8))
    Assert.That(obj.ReferenceEquals(result.Headline, study.Observed.Value), Is.True)
    Assert.That(fst result.Measurements.Head, same "ratios as a summary, observed")
    Assert.That(result.Intervals.Value.Of, same "observed")
    Assert.That(result.Intervals.Value.Neyman.IsSome && result.Intervals.Value.Injection.IsSome)
    // The checks of densities are remarks at most.
    Assert.That(result.Checks |> List.exists (fun c -> c.Name.StartsWith "calibration"), Is.False)
    let expected = study.Expected.Fit["mu"]
    Assert.That(expected.Value, near 1e-4 1.0)

    // The workspace holds the templates with the data, and gives the same fit.
    let workspace = WorkspaceFile.read (folder.File "out/workspace.json") |> succeed

    let compiled = Workspace.compile "workspace.json" workspace |> succeed
    let data = Workspace.observation "workspace.json" compiled workspace |> succeed
    let fit = Fit.runWith Fit.settings data
    Assert.That(fit["mu"].Value, near 1e-6 study.Observed.Value.Fit["mu"].Value)
    let results = JsonNode.Parse(File.ReadAllText(folder.File "out/results.json"))
    Assert.That((at "summary/bins" results).GetValue<int>(), same study.Bins)
    let report = File.ReadAllText(folder.File "out/report.html")
    Assert.That(report, Does.Contain "Ratios as a summary")
    Assert.That(report.Contains "simulation_NI[", Is.False)

[<Test>]
let ``a blind run with summaries keeps the data closed`` () =
    use folder = new TemporaryFolder()

    let result =
        json interference
        |> small
        |> set "blind" "true"
        |> set
            "summary"
            """{"axes": [{"of": "localScore", "bins": 6}], "simulationErrors": "perBin"}"""
        |> run folder "out"

    Assert.That(result.Summary.Value.Observed.IsNone, Is.True)
    Assert.That(obj.ReferenceEquals(result.Headline, result.Summary.Value.Expected), Is.True)
    let workspace = WorkspaceFile.read (folder.File "out/workspace.json") |> succeed
    Assert.That(workspace.Counts.IsEmpty, Is.True)

[<Test>]
let ``variations are templates of the same bins`` () =
    use folder = new TemporaryFolder()

    let result =
        json systematics
        |> small
        |> set "summary" """{"axes": [{"of": "score", "bins": 8}], "simulationErrors": "none"}"""
        |> run folder "out"

    let study = result.Summary.Value
    let split = study.Expected.Split.Value
    Assert.That(split.Systematic, Is.GreaterThan 0.0)
    let names = study.Expected.Pulls |> List.map _.Name
    Assert.That(List.sort names, same [ "eff"; "jes"; "lumi" ])
    let unbinned = result.Expected.Value.Measurement.Split.Value

    Assert.That(
        split.Statistical,
        Is.InRange(0.8 * unbinned.Statistical, 1.4 * unbinned.Statistical)
    )
