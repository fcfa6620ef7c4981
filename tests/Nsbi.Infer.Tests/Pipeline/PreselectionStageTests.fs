/// A preselection from end to end: the interference toy with four times the non-interfering background.
module Nsbi.Infer.Tests.PreselectionStageTests

open System.IO
open System.Text.Json.Nodes
open NUnit.Framework
open Nsbi.Kernels
open Nsbi.Model
open Nsbi.Infer
open Nsbi.Infer.Tests.Analyses
open Nsbi.Infer.Tests.Expect

let private analysis () =
    (json interference, [ 0..3 ])
    ||> List.fold (fun root i -> set $"samples/{i}/events" "80000" root)
    |> set "samples/3/yield" "800"
    |> set
        "preselection"
        """{
        "classes": ["S", "B", "NI"], "signal": "S", "background": "NI", "target": 0.1,
        "network": {"hidden": [16], "epochs": 3, "learningRate": 0.01, "batchSize": 1024}
    }"""

type private Selected = {
    Run: RunResult
    Learned: LearnedModel
    Trained: TrainedAnalysis
    /// The models of workspace.json.
    Workspace: JsonNode
}

let private selected =
    lazy
        (use folder = new TemporaryFolder()
         let file = folder.Write("analysis.json", (analysis ()).ToJsonString())
         let out = folder.File "out"
         let run = Pipeline.run Pipeline.options file out |> succeed
         let workspace = json (File.ReadAllText(Path.Combine(out, "workspace.json")))

         let identity: RunIdentity = {
             Version = RunVersion.text
             InstructionPath = Isa.Path
         }

         use store = TaskStore.openAt identity out |> succeed
         let analysis = AnalysisFile.read file |> succeed
         let trained = TrainedAnalysis.make Pipeline.options store file analysis |> succeed

         {
             Run = run
             Learned = TrainedAnalysis.learn Pipeline.options trained |> succeed
             Trained = trained
             Workspace = workspace
         })

let private passing name (simulated: SimulatedEvents) =
    simulated.Yields[System.Array.IndexOf(simulated.Samples, name)]

[<Test>]
let ``the passing events have the wanted signal over background`` () =
    let cut = selected.Value.Run.Preselection.Value
    // Tuned on one part of the events, so it holds exactly there up to one event …
    Assert.That(cut.Ratio.Value, near 0.002 0.1)
    // … and within its error on all others, which measure.
    let simulated = selected.Value.Learned.Simulated
    let ratio = passing "S" simulated / passing "NI" simulated
    Assert.That(cut.Ratio.Error, Is.InRange(1e-4, 0.02))
    Assert.That(abs (ratio - 0.1), Is.LessThan(3.0 * cut.Ratio.Error))
    // Before the cut it is 0.05; the cut keeps almost all of the signal.
    Assert.That(passing "S" simulated, Is.InRange(20.0, 39.99))

[<Test>]
let ``the signal and the control region hold all expected events`` () =
    let control = selected.Value.Learned.Control.Value
    let simulated = selected.Value.Learned.Simulated

    for name, expected in [ "S", 40.0; "B", 80.0; "NI", 800.0; "SBI", 68.32304584 ] do
        let all = passing name simulated + List.sum control.Yields.Nominal[name]
        Assert.That(all, near (1e-9 * expected) expected, name)

    Assert.That(control.Yields.Nominal["NI"].Length, same 5, "as many bins as there are by default")

[<Test>]
let ``both regions are in one model`` () =
    let channels = selected.Value.Learned.Model.Model.Channels

    let names =
        channels
        |> List.map (fun channel ->
            match channel with
            | Unbinned c -> c.Name, "unbinned"
            | Binned c -> c.Name, "binned")

    Assert.That(names, same [ "SR", "unbinned"; "CR", "binned" ])
    let written = (at "model/channels" selected.Value.Workspace).AsArray()
    Assert.That([ for c in written -> c["name"].GetValue<string>() ], same [ "SR"; "CR" ])

[<Test>]
let ``the events that train or tune the cut are not measured with`` () =
    let simulated = selected.Value.Learned.Simulated
    let failing = selected.Value.Trained.Events.Simulated.Sample.Length
    Assert.That(simulated.Sample.Length, same failing, "only passing events are left")
    // A quarter trains, a twentieth tunes the cut; of the rest only a part passes.
    Assert.That(simulated.Sample.Length, Is.LessThan(int (0.7 * 320000.0)))

[<Test>]
let ``the fit of both regions to the simulated events finds the truth`` () =
    let study = selected.Value.Run.Expected.Value
    let fit = study.Measurement.Fit
    Assert.That(study.ErrorOfFit, Is.InRange(0.001, 0.3))
    Assert.That(abs (fit["mu"].Value - 1.0), Is.LessThan(3.0 * study.ErrorOfFit))
    // The Asimov set of the learned ratios closes in both regions by construction.
    Assert.That(selected.Value.Run.Asimov.Fit["mu"].Value, near 1e-4 1.0)

[<Test>]
let ``the control region takes part in the fit`` () =
    let learned = selected.Value.Learned
    // With more events in the control region than expected, the same events of the signal region
    // say something else.
    let refit factor =
        let expected =
            [ 0..4 ]
            |> List.map (fun b ->
                let yields = learned.Control.Value.Yields.Nominal
                yields["SBI"][b] + yields["NI"][b])

        let weights = (LearnedModel.simulationWeights learned [| 1.0 |]).Value

        let observation =
            {
                Weights = Map.ofList [ "SR", (TableKind.Reference, weights) ]
                Counts = Map.ofList [ "CR", expected |> List.map ((*) factor) ]
                Globals = Map.empty
            }
            |> Observation.create learned.Likelihood
            |> succeed

        let fit = Fit.runWith Fit.settings observation
        fit["mu"].Value

    let expected = refit 1.0
    Assert.That(expected, near 0.1 1.0)
    Assert.That(abs (refit 1.05 - expected), Is.GreaterThan 1e-3)

[<Test>]
let ``the observed events are divided by the same cut`` () =
    let learned = selected.Value.Learned
    let control = learned.Control.Value.Counts.Value
    let all = ToyEvents.pseudoData learned.Analysis.Seed 1.0
    Assert.That(control.Length, same 5)
    Assert.That(float learned.Observed.Value.Count + List.sum control, same (float all.Count))
