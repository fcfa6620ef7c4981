module Nsbi.Infer.Tests.PipelineTests

open System
open System.IO
open System.Threading
open NUnit.Framework
open Nsbi.Infer
open Nsbi.Infer.Tests.Analyses
open Nsbi.Infer.Tests.Expect

let private small () =
    (json interference, [ 0..3 ])
    ||> List.fold (fun root i -> set $"samples/{i}/events" "4000" root)

let private runWith (options: PipelineOptions) (folder: TemporaryFolder) (out: string) =
    let file = folder.Write("analysis.json", (small ()).ToJsonString())
    Pipeline.run options file (folder.File out)

[<Test>]
let ``one thread and two threads write the same bytes`` () =
    use folder = new TemporaryFolder()

    let out threads =
        let name = $"threads-{threads}"

        runWith
            {
                Pipeline.options with
                    Threads = threads
            }
            folder
            name
        |> succeed
        |> ignore

        contents (folder.File name)

    let one, two = out 1, out 2
    Assert.That(Map.keys two |> Seq.toList, same (Map.keys one |> Seq.toList))

    for name in [ "results.json"; "networks.json"; "report.html"; "workspace.json" ] do
        Assert.That(one.ContainsKey name, name)

    for KeyValue(name, bytes) in one do
        Assert.That((bytes = two[name]), Is.True, name)

[<Test>]
let ``another seed is another result`` () =
    use folder = new TemporaryFolder()

    let mu seed =
        let options = { Pipeline.options with Seed = seed }
        let run = runWith options folder $"seed-{seed}" |> succeed
        run.Asimov.TNull

    Assert.That(mu (Some 4UL), Is.Not.EqualTo(mu None))

[<Test>]
let ``a run that was cancelled in the middle of training ends with the same bytes`` () =
    use folder = new TemporaryFolder()
    runWith Pipeline.options folder "whole" |> succeed |> ignore
    use source = new CancellationTokenSource()

    let stopping = {
        Pipeline.options with
            Cancellation = source.Token
            Progress = {
                new IProgress<PipelineProgress> with
                    member _.Report progress =
                        match progress with
                        | Training training when training.Epoch >= 1 -> source.Cancel()
                        | _ -> ()
            }
    }

    Assert.Catch<OperationCanceledException>(
        Action(fun () -> runWith stopping folder "broken" |> ignore)
    )
    |> ignore

    Assert.That(File.Exists(folder.File "broken/results.json"), Is.False)
    runWith Pipeline.options folder "broken" |> succeed |> ignore
    let whole, broken = contents (folder.File "whole"), contents (folder.File "broken")
    Assert.That(Map.keys broken |> Seq.toList, same (Map.keys whole |> Seq.toList))

    for KeyValue(name, bytes) in whole do
        Assert.That((bytes = broken[name]), Is.True, name)

[<Test>]
let ``all faults of an analysis are sentences and nothing is written`` () =
    use folder = new TemporaryFolder()

    let file =
        folder.Write(
            "analysis.json",
            (json interference |> set "null" "-1" |> set "networks/folds" "0").ToJsonString()
        )

    match Pipeline.run Pipeline.options file (folder.File "out") with
    | Error(WrongInput sentences) ->
        Assert.That(sentences.Length, same 2)
        Assert.That(Directory.Exists(folder.File "out"), Is.False)
    | other -> Assert.Fail $"%A{other}"
