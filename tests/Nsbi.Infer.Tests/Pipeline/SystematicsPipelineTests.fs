module Nsbi.Infer.Tests.SystematicsPipelineTests

open System
open System.IO
open System.Text.Json
open System.Text.Json.Nodes
open System.Threading
open NUnit.Framework
open Nsbi.Infer
open Nsbi.Infer.Tests.Analyses
open Nsbi.Infer.Tests.Expect
open Nsbi.Infer.Tests.SystematicAnalyses

let private small (root: JsonNode) =
    (root, [ 0..3 ])
    ||> List.fold (fun root i -> set $"samples/{i}/events" "4000" root)
    |> set "systematics/0/samples/NI/up/events" "4000"
    |> set "systematics/0/samples/NI/down/events" "4000"
    |> set "conventional" """{"observable": "x", "edges": {"from": -4, "to": 5, "bins": 9}}"""

let private runWith (options: PipelineOptions) (folder: TemporaryFolder) (out: string) =
    let file = folder.Write("analysis.json", (small (json systematics)).ToJsonString())
    Pipeline.run options file (folder.File out)

let private whole =
    lazy
        (let folder = new TemporaryFolder()
         folder, runWith Pipeline.options folder "whole" |> succeed)

[<OneTimeTearDown>]
let ``remove the folder`` () =
    if whole.IsValueCreated then
        (fst whole.Value :> IDisposable).Dispose()

[<Test>]
let ``two networks per fold are trained for each two-sided variation and one for a one-sided one``
    ()
    =
    let _, run = whole.Value

    let count (prefix: string) =
        run.Networks |> List.filter (fun n -> n.Name.StartsWith prefix) |> List.length

    Assert.That(count "network-", same 2)
    Assert.That(count "variation-jes-NI-", same 4)
    Assert.That(count "variation-eff-S-", same 2)

[<Test>]
let ``every learned variation is checked and summarised`` () =
    let _, run = whole.Value

    for name in [ "jes up of NI"; "jes down of NI"; "eff up of S" ] do
        for what in [ "normalisation of"; "calibration of"; "closure of" ] do
            Assert.That(
                run.Checks
                |> List.exists (fun c -> c.Name.StartsWith what && c.Name.Contains name),
                $"{what} {name}"
            )

    let find parameter proc side =
        run.Variations
        |> List.find (fun v -> v.Parameter = parameter && v.Process = proc && v.Side = side)

    Assert.That(run.Variations.Length, same (8 + 2 + 1))
    Assert.That((find "lumi" "B" "down").Rate.Value, same 0.974)
    let jes = find "jes" "NI" "up"
    // √E[ln² r₊] of a moved Gaussian is δ √(1 + δ²/4) with δ = 0.1; noise adds to it.
    Assert.That(jes.Size, Is.InRange(0.05, 0.3))
    Assert.That(jes.Error, Is.InRange(0.001, 0.3))
    Assert.That(jes.Rate.Value, near 1e-9 1.0)
    Assert.That(jes.EffectiveVaried, near 1e-6 4000.0)
    // Z − 1 of the truth at three standard deviations is exp(3δ²) − 1.
    Assert.That(jes.Renormalisation, near 0.06 0.03)
    // Reweighting by 1.1 + 0.03 x changes S by the mean of its weights.
    let eff = find "eff" "S" "up"
    Assert.That(eff.Rate.Value, near 0.005 (1.1 + 0.03 * 1.2))
    Assert.That(eff.Rate.Error, Is.LessThan 0.001)
    Assert.That(VariationSummary.implication run.Variations, Is.Not.EqualTo None)

[<Test>]
let ``the error has a statistical and a systematic part, and nuisance parameters pulls`` () =
    let _, run = whole.Value
    let split = run.Asimov.Split.Value
    Assert.That(split.Statistical, Is.LessThan split.Total)
    Assert.That(split.Total, near 1e-12 (run.Asimov.Fit["mu"].Error.Value))

    for pull in run.Asimov.Pulls do
        Assert.That(pull.Pull, near 1e-3 0.0, pull.Name)
        Assert.That(pull.Constraint, Is.InRange(0.3, 1.01), pull.Name)

    Assert.That(run.Asimov.Pulls |> List.map _.Name |> List.sort, same [ "eff"; "jes"; "lumi" ])

[<Test>]
let ``results and report say what the nuisance parameters do`` () =
    let folder, _ = whole.Value
    use results = JsonDocument.Parse(File.ReadAllText(folder.File "whole/results.json"))
    let root = results.RootElement
    Assert.That(root.GetProperty("variations").GetArrayLength(), same 11)

    let uncertainty = root.GetProperty("asimov").GetProperty "uncertainty"
    Assert.That(uncertainty.GetProperty("systematic").GetDouble(), Is.GreaterThan 0.0)
    Assert.That(root.GetProperty("fit").GetProperty("pulls").GetArrayLength(), same 3)
    let report = File.ReadAllText(folder.File "whole/report.html")

    for words in [ "Systematic uncertainties"; "Effects at one standard deviation"; "jes" ] do
        Assert.That(report, Does.Contain words)

[<Test>]
let ``the workspace holds the variations and gives the same fit`` () =
    let folder, run = whole.Value
    let path = folder.File "whole/workspace.json"
    let workspace = WorkspaceFile.read path |> succeed
    let compiled = Workspace.compile path workspace |> succeed
    let fit = Workspace.observation path compiled workspace |> succeed |> Fit.run
    let observed = run.Observed.Value.Fit

    for p in observed.Parameters do
        Assert.That(fit[p.Name].Value, near 1e-6 p.Value, p.Name)

[<Test>]
let ``a run that was cancelled while a variation was trained ends with the same bytes`` () =
    let folder, _ = whole.Value
    use source = new CancellationTokenSource()

    let stopping = {
        Pipeline.options with
            Threads = 1
            Cancellation = source.Token
            Progress = {
                new IProgress<PipelineProgress> with
                    member _.Report progress =
                        match progress with
                        | Training t when t.Network.Contains "jes-NI" && t.Epoch >= 1 ->
                            source.Cancel()
                        | _ -> ()
            }
    }

    Assert.Catch<OperationCanceledException>(
        Action(fun () -> runWith stopping folder "broken" |> ignore)
    )
    |> ignore

    let lists = ResizeArray<TrainingList>()

    let watching = {
        Pipeline.options with
            Threads = 1
            Progress = {
                new IProgress<PipelineProgress> with
                    member _.Report progress =
                        match progress with
                        | Trainings list -> lists.Add list
                        | _ -> ()
            }
    }

    runWith watching folder "broken" |> succeed |> ignore
    // The list of the networks, before those of the two-sample tests.
    let last = lists |> Seq.filter (fun l -> l.Count = 8) |> Seq.last
    Assert.That((last.Finished, last.Count, last.Fraction), same (8, 8, 1.0))
    Assert.That(lists |> Seq.exists (fun l -> l.Remaining.IsSome), "there is a remaining time")
    let whole, broken = contents (folder.File "whole"), contents (folder.File "broken")
    Assert.That(Map.keys broken |> Seq.toList, same (Map.keys whole |> Seq.toList))

    for KeyValue(name, bytes) in whole do
        Assert.That((bytes = broken[name]), Is.True, name)
