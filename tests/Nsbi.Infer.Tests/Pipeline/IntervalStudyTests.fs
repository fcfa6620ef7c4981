module Nsbi.Infer.Tests.IntervalStudyTests

open System
open System.Text.Json.Nodes
open System.Threading
open NUnit.Framework
open Nsbi.Infer
open Nsbi.Infer.Tests.Analyses
open Nsbi.Infer.Tests.Expect

let private intervals =
    """{
      "neyman": { "levels": [0.6827, 0.9], "from": 0, "to": 2, "points": 3, "toys": 60 },
      "limit": { "level": 0.9, "toys": 300 },
      "significance": { "toys": 300 },
      "injection": { "values": [0.5, 1.5], "toys": 60 }
    }"""

/// A signal S over a background NI, without interference and without data.
let private mixture () : JsonNode =
    json interference
    |> set
        "samples"
        """[
        { "name": "S", "toy": "interference", "process": "S", "events": 8000 },
        { "name": "NI", "toy": "interference", "process": "NI", "events": 8000 }
    ]"""
    |> set "reference" """{ "S": 1, "NI": 1 }"""
    |> set "terms" """[{ "name": "S", "scale": "mu" }, { "name": "NI" }]"""
    |> without "data"
    |> set "intervals" intervals

let private runWith (options: PipelineOptions) (folder: TemporaryFolder) (out: string) =
    let file = folder.Write("analysis.json", (mixture ()).ToJsonString())
    Pipeline.run options file (folder.File out)

let private threads n = { Pipeline.options with Threads = n }

/// Cancels when so many toys of a stage are done.
let private stopping (stage: string) (toys: int) (source: CancellationTokenSource) = {
    threads 2 with
        Cancellation = source.Token
        Progress = {
            new IProgress<PipelineProgress> with
                member _.Report progress =
                    match progress with
                    | Toys(name, progress) when name = stage && progress.Done >= toys ->
                        source.Cancel()
                    | _ -> ()
        }
}

[<Test>]
let ``statements by toys are near the asymptotic ones, and stand in report and results`` () =
    use folder = new TemporaryFolder()
    let run = runWith (threads 2) folder "out" |> succeed
    let study = run.Intervals.Value
    Assert.That(study.Of, same "asimov")

    // About 240 events: asymptotic formulae hold to a few per cent.
    let limit = study.Limit.Value.Observed.Value.Value
    let toys = study.ToyLimit.Value.Observed
    Assert.That(abs (toys.Value - limit), Is.LessThan(4.0 * toys.Error + 0.05 * limit))

    let z = study.Significance.Value.Observed.Z
    let toyZ = study.ToySignificance.Value.Z
    Assert.That(study.ToySignificance.Value.IsBound || abs (toyZ.Value - z) < 4.0 * toyZ.Error)

    let injection, _ = study.Injection.Value
    Assert.That(abs (injection.Slope.Value - 1.0), Is.LessThan(4.0 * injection.Slope.Error))

    // The best fit of the Asimov set is accepted at any level.
    for set in study.Neyman.Value.Accepted do
        Assert.That(set.Contains 1.0, Is.True)

    let results = json (System.IO.File.ReadAllText(folder.File "out/results.json"))

    for key in [ "neyman/belt"; "limit/observed"; "limitByToys/observedError" ] do
        Assert.That(at $"intervals/{key}" results, Is.Not.Null, key)

    Assert.That(at "intervals/neyman/belt" results |> _.AsArray().Count, same 3)
    let page = System.IO.File.ReadAllText(folder.File "out/report.html")

    for words in [ "Confidence statements on mu"; "upper limit, CLs at 90 %"; "by toys" ] do
        Assert.That(page, Does.Contain words)

[<Test>]
let ``killed among the toys and run again, with other threads, a run ends with the same bytes`` () =
    use folder = new TemporaryFolder()
    runWith (threads 1) folder "whole" |> succeed |> ignore
    let whole = contents (folder.File "whole")

    for stage, toys in [ "confidence belt", 100; "upper limit", 250; "injection", 10 ] do
        use source = new CancellationTokenSource()

        Assert.Catch<OperationCanceledException>(
            Action(fun () -> runWith (stopping stage toys source) folder "broken" |> ignore)
        )
        |> ignore

    runWith (threads 2) folder "broken" |> succeed |> ignore
    let broken = contents (folder.File "broken")
    Assert.That(Map.keys broken |> Seq.toList, same (Map.keys whole |> Seq.toList))

    for KeyValue(name, bytes) in whole do
        Assert.That((bytes = broken[name]), Is.True, name)

[<Test>]
let ``a check of the networks draws no toys`` () =
    use folder = new TemporaryFolder()
    let file = folder.Write("analysis.json", (mixture ()).ToJsonString())
    let run = Pipeline.check (threads 2) file (folder.File "out") |> succeed
    Assert.That(run.Intervals.IsNone, Is.True)

[<Test>]
let ``samples with negative coefficients are not injected, with a sentence`` () =
    use folder = new TemporaryFolder()

    let analysis =
        (json interference, [ 0..3 ])
        ||> List.fold (fun root i -> set $"samples/{i}/events" "4000" root)
        |> set "intervals" """{ "injection": { "values": [0.5, 2], "toys": 20 } }"""

    let file = folder.Write("analysis.json", analysis.ToJsonString())

    match Pipeline.run (threads 2) file (folder.File "out") with
    | Ok _ -> Assert.Fail "toys were drawn"
    | Error(WrongInput sentences) -> Assert.Fail(String.Join("\n", sentences))
    | Error(NotSuccessful sentences) ->
        let text = String.Join("\n", sentences)
        Assert.That(text, Does.Contain "negative")

[<Test>]
let ``the grid has equal steps of the coordinate in which the model is smooth`` () =
    let plan: NeymanPlan = {
        Levels = [ 0.6827 ]
        From = 0.0
        To = 4.0
        Points = 5
        Toys = 20
    }

    let grid scale =
        let analysis = mixture () |> set "terms/0/scale" scale |> parse |> succeed

        let model =
            AnalysisModel.write analysis (RegionYields.equal analysis) None
            |> Nsbi.Model.Model.validate
            |> succeed

        IntervalStudy.grid model.InnerCoordinates model.Index["mu"] plan

    Assert.That(grid "\"mu\"", same [ 0.0; 1.0; 2.0; 3.0; 4.0 ])
    Assert.That(grid "\"sqrt(mu)\"", same [ 0.0; 0.25; 1.0; 2.25; 4.0 ])
