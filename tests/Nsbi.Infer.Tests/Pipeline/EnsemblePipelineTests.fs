module Nsbi.Infer.Tests.EnsemblePipelineTests

open System
open System.IO
open System.Text.Json
open System.Text.Json.Nodes
open System.Threading
open NUnit.Framework
open Nsbi.Infer
open Nsbi.Learn.Ensembles
open Nsbi.Infer.Tests.Analyses
open Nsbi.Infer.Tests.Expect

let private small (change: JsonNode -> JsonNode) : JsonNode =
    (json interference, [ 0..3 ])
    ||> List.fold (fun root i -> set $"samples/{i}/events" "6000" root)
    |> set "networks/hidden" "[8]"
    |> set "networks/epochs" "4"
    |> set "networks/batchSize" "128"
    |> change

let private plan = """{"bootstraps": 4, "members": 2, "values": [0.5]}"""

let private file (folder: TemporaryFolder) change =
    folder.Write("analysis.json", (small change).ToJsonString())

let private run (options: PipelineOptions) (folder: TemporaryFolder) (out: string) =
    Pipeline.run options (file folder (set "ensemble" plan)) (folder.File out)

let private whole =
    lazy
        (let folder = new TemporaryFolder()
         folder, run Pipeline.options folder "whole" |> succeed)

[<OneTimeTearDown>]
let ``remove the folder`` () =
    if whole.IsValueCreated then
        (fst whole.Value :> IDisposable).Dispose()

let private study () = (snd whole.Value).Ensemble.Value

[<Test>]
let ``every estimator of the plan is trained and fitted, for simulation and for data`` () =
    let study = study ()
    // 4 replicas x 2 members x 2 folds, one softmax each.
    Assert.That(study.Networks.Length, same 16)
    Assert.That(study.Points |> List.map _.Value, same [ 1.0; 0.5 ])
    Assert.That(study.Observed.IsSome)

    for point in study.Points @ Option.toList study.Observed do
        Assert.That(
            point.Refits.Members |> Array.map Array.length,
            Is.EqualTo<int[]> [| 2; 2; 2; 2 |]
        )

        let values = Array.append (Array.concat point.Refits.Members) point.Refits.Averages
        // Some may lie at the bound.
        Assert.That(values |> Array.distinct |> Array.length, Is.GreaterThan 6)
        Assert.That(point.Summary.Failed, same 0)
        Assert.That(point.Summary.Sigma.Value, Is.InRange(1e-4, 2.0))
        Assert.That(point.Summary.Estimates |> List.map _.Method.Letter, same [ "a"; "b"; "d" ])

[<Test>]
let ``the networks of the analysis itself find what was put into the Asimov set`` () =
    for point in (study ()).Points do
        Assert.That(point.Fitted, Is.EqualTo(point.Value).Within 0.05)

[<Test>]
let ``the linear formula agrees with the fits`` () =
    let nominal = (study ()).Nominal

    let fits =
        Array.append (Array.concat nominal.Refits.Members) nominal.Refits.Averages

    let linear = nominal.LinearFits.Value
    let linear = Array.append (Array.concat linear.Members) linear.Averages
    let inside = Array.zip fits linear |> Array.filter (fun (fit, _) -> fit > 0.1)
    Assert.That(inside.Length, Is.GreaterThan 4)

    // The model is not linear in shifts of this size: √μ.
    for fit, other in inside do
        let allowed = 0.1 + 0.5 * abs (fit - nominal.Fitted)
        Assert.That(other, Is.EqualTo(fit).Within allowed)

[<Test>]
let ``results and report tell of the ensemble`` () =
    let folder, run = whole.Value

    use document =
        JsonDocument.Parse(File.ReadAllBytes(folder.File "whole/results.json"))

    let found = document.RootElement.GetProperty "ensemble"
    let sigma = found.GetProperty("sigma").GetProperty("value").GetDouble()
    Assert.That(sigma, same (study ()).Nominal.Summary.Sigma.Value)
    Assert.That(found.GetProperty("bootstraps").GetInt32(), same 4)
    Assert.That(found.GetProperty("points").GetArrayLength(), same 2)
    Assert.That(found.GetProperty("observed").GetProperty("failed").GetInt32(), same 0)
    let page = File.ReadAllText(folder.File "whole/report.html")
    Assert.That(page, Does.Contain "Uncertainty of the networks")
    Assert.That(run.Warnings, Is.SupersetOf (study ()).Warnings)

[<Test>]
let ``threads and interruptions leave the bytes as they are`` () =
    let folder, _ = whole.Value
    let expected = contents (folder.File "whole")

    for stop in [ "training"; "fits" ] do
        use source = new CancellationTokenSource()

        let stopping = {
            Pipeline.options with
                Threads = 1
                Cancellation = source.Token
                Progress = {
                    new IProgress<PipelineProgress> with
                        member _.Report progress =
                            match progress with
                            | Training training when
                                stop = "training" && training.Network.Contains "replica2-"
                                ->
                                source.Cancel()
                            | Toys(_, toys) when stop = "fits" && toys.Done = 5 -> source.Cancel()
                            | _ -> ()
                }
        }


        Assert.Catch<OperationCanceledException>(
            Action(fun () -> run stopping folder stop |> ignore)
        )
        |> ignore

        Assert.That(File.Exists(folder.File $"{stop}/results.json"), Is.False)

        run { Pipeline.options with Threads = 3 } folder stop |> succeed |> ignore
        let found = contents (folder.File stop)
        Assert.That(Map.keys found |> Seq.toList, same (Map.keys expected |> Seq.toList))

        for KeyValue(name, bytes) in expected do
            Assert.That((bytes = found[name]), Is.True, name)

[<Test>]
let ``with a nuisance parameter the fit carries the uncertainty of the networks`` () =
    use folder = new TemporaryFolder()
    let plan = """{"bootstraps": 3, "nuisance": true}"""
    let file = file folder (set "ensemble" plan >> without "data")
    let run = Pipeline.run Pipeline.options file (folder.File "out") |> succeed
    let study = run.Ensemble.Value
    Assert.That(study.Points.Length, Is.GreaterThan 3)
    let asimov = run.Asimov.Fit
    Assert.That(asimov.Parameters |> List.map _.Name, same [ "mu"; "alpha_stat" ])
    Assert.That(asimov["alpha_stat"].Value, Is.EqualTo(0.0).Within 1e-3)
    let what, breakdown = study.Breakdown.Value
    Assert.That(what, same "learned Asimov set")

    match breakdown.Parts with
    | [ part ] ->
        Assert.That(part.Group, same "finite training samples")
        Assert.That(part.Parameters, same [ "alpha_stat" ])
        Assert.That(part.Quadrature.Mean, Is.GreaterThan 0.0)
    | other -> Assert.Fail $"%A{other}"

    // On the Asimov set the errors add in quadrature, as far as the likelihood is a parabola.
    let split = run.Asimov.Split.Value
    let sigma = study.Nominal.Summary.Sigma.Value
    Assert.That(split.Systematic, Is.EqualTo(sigma).Within(35.0).Percent)

[<Test>]
let ``a blind analysis is bootstrapped without a look at the data`` () =
    use folder = new TemporaryFolder()
    let file = file folder (set "blind" "true")
    let plan _ = EnsemblePlan.Bootstraps 2

    let study =
        Pipeline.bootstrap Pipeline.options plan file (folder.File "out") |> succeed

    Assert.That(study.Observed.IsNone)
    Assert.That(study.Nominal.Summary.Sigma.Value, Is.GreaterThan 0.0)
    Assert.That(File.Exists(folder.File "out/report.html"))

[<Test>]
let ``a plan of one estimator is refused before anything is trained`` () =
    use folder = new TemporaryFolder()

    match
        Pipeline.bootstrap
            Pipeline.options
            (fun _ -> EnsemblePlan.Seeds 1)
            (file folder id)
            (folder.File "out")
    with
    | Error(WrongInput [ sentence ]) ->
        Assert.That(sentence, Does.Contain "no spread")
        Assert.That(Directory.Exists(folder.File "out"), Is.False)
    | other -> Assert.Fail $"%A{other}"
