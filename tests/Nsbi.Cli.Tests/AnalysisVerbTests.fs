module AnalysisVerbTests

open System.Diagnostics
open System.IO
open System.Text.Json
open System.Threading
open NUnit.Framework
open CommandLine
open Analyses

let private run (folder: Folder) (line: string) : Run = runIn folder.Path (words line)

/// All files of a folder but those in log/, with their bytes.
let private content (folder: string) : (string * string) list = [
    for path in Directory.GetFiles(folder, "*", SearchOption.AllDirectories) |> Array.sort do
        let name = Path.GetRelativePath(folder, path)

        if not (name.StartsWith "log") then
            name, System.Convert.ToHexString(File.ReadAllBytes path)
]

[<Test>]
let ``the keys of a run may not change`` () =
    use folder = new Folder()
    writeToy folder
    let result = run folder "run analysis.json --out results --unblind --json"
    shouldExit 0 result
    let written = json result
    let keys = Set.ofList (keys written)

    for key in [ "schemaVersion"; "fit"; "report"; "checks"; "observed"; "expected"; "seed" ] do
        Assert.That(keys.Contains key, key)

    let fit = written.GetProperty "fit"

    for key in [ "status"; "twiceNll"; "parameters"; "correlation"; "minima" ] do
        Assert.That(fit.TryGetProperty key |> fst, key)

    let checks = written.GetProperty "checks"
    let check = checks[0]

    for key in [ "name"; "passed"; "value"; "limit" ] do
        Assert.That(check.TryGetProperty key |> fst, key)

    let report = folder.File(written.GetProperty("report").GetString())
    Assert.That(File.ReadAllText report, Does.Contain "<svg")
    Assert.That(result.Log, Does.Contain "training the ratio networks")

[<Test>]
let ``a blind run shows no data and says so`` () =
    use folder = new Folder()
    writeToy folder
    let result = run folder "run analysis.json --out results --json"
    shouldExit 0 result
    let written = json result
    Assert.That(written.TryGetProperty "observed" |> fst, Is.False)
    Assert.That(written.GetProperty("blind").GetString(), Does.Contain "--unblind")

[<Test>]
let ``a blind run leaves nothing of the data of an unblinded one before it`` () =
    use folder = new Folder()
    writeToy folder
    shouldExit 0 (run folder "run analysis.json --out results --unblind")
    let columns = folder.File "results/workspace.columns"
    Assert.That(Directory.GetFiles(columns, "*-observed-*"), Is.Not.Empty)
    shouldExit 0 (run folder "run analysis.json --out results")
    Assert.That(Directory.GetFiles(columns, "*-observed-*"), Is.Empty)
    shouldExit 0 (run folder "run analysis.json --out fresh")
    Assert.That((content (folder.File "results") = content (folder.File "fresh")))

[<Test>]
let ``a failed check exits with 1 and says what it means`` () =
    use folder = new Folder()
    writeToy folder
    replace folder "analysis.json" "\"effectiveEvents\": 0" "\"effectiveEvents\": 1e9"
    let result = run folder "run analysis.json --out results --json"
    shouldExit 1 result
    shouldHideStacks result
    Assert.That((json result).GetProperty("passed").GetBoolean(), Is.False)
    Assert.That(result.Log, Does.Match @"(?m)^The check '.*' failed: ")

[<Test>]
let ``training gives the loss and the seconds of each network and is not done twice`` () =
    use folder = new Folder()
    writeToy folder
    let first = run folder "train analysis.json --out results --json"
    shouldExit 0 first
    let networks = (json first).GetProperty "networks"
    Assert.That(networks.GetArrayLength(), Is.EqualTo 2)
    Assert.That((keys networks[0] = [ "name"; "loss"; "seconds" ]))
    Assert.That(networks[0].GetProperty("seconds").GetDouble(), Is.GreaterThan 0.0)
    let again = run folder "train analysis.json --out results --json"
    shouldExit 0 again
    let reused = (json again).GetProperty("networks")[0]
    Assert.That(reused.GetProperty("seconds").GetDouble(), Is.EqualTo 0.0)

[<Test>]
let ``a check needs no folder`` () =
    use folder = new Folder()
    writeToy folder
    let result = run folder "check analysis.json --json"
    shouldExit 0 result
    Assert.That((json result).GetProperty("checks").GetArrayLength(), Is.GreaterThan 10)
    Assert.That(Directory.GetFileSystemEntries folder.Path |> Array.length, Is.EqualTo 1)

[<Test>]
let ``a check leaves the results of a run as they are`` () =
    use folder = new Folder()
    writeToy folder
    shouldExit 0 (run folder "run analysis.json --out results --unblind")
    let before = content (folder.File "results")
    shouldExit 0 (run folder "check analysis.json --out results")
    let own = [ "checks.html"; "checks.json" ]

    let after =
        content (folder.File "results")
        |> List.filter (fun (name, _) -> not (List.contains (System.IO.Path.GetFileName name) own))

    Assert.That((after = before))

    for name in own do
        Assert.That(System.IO.File.Exists(folder.File $"results/{name}"), name)

[<Test>]
let ``the workspace of a run is fitted to the same values`` () =
    use folder = new Folder()
    writeFiles folder
    let first = run folder "run analysis.json --out results --json"
    let again = run folder "fit results/workspace.json --json"
    shouldExit 0 first
    shouldExit 0 again

    let value (fit: JsonElement) =
        let parameters = fit.GetProperty "parameters"
        parameters[0].GetProperty("value").GetDouble()

    let expected = value ((json first).GetProperty "fit")
    Assert.That(value (json again), Is.EqualTo(expected).Within 1e-9)

[<Test>]
let ``the seed of the command line counts`` () =
    use folder = new Folder()
    writeToy folder
    let result = run folder "train analysis.json --out a --seed 4 --json"
    let other = run folder "train analysis.json --out b --json"
    shouldExit 0 result
    Assert.That(content (folder.File "a"), Is.Not.EqualTo(content (folder.File "b")))
    Assert.That(other.Output, Is.Not.EqualTo result.Output)

[<Test>]
let ``the report is made again with the same bytes`` () =
    use folder = new Folder()
    writeFiles folder
    shouldExit 0 (run folder "run analysis.json --out results")
    let before = content (folder.File "results")
    File.Delete(folder.File "results/report.html")
    let again = run folder "report results --json"
    shouldExit 0 again
    Assert.That((json again).GetProperty("report").GetString(), Does.EndWith "report.html")
    Assert.That((content (folder.File "results") = before))

[<Test>]
let ``an interrupted run exits with 130 and continues to the same bytes`` () =
    if not (System.OperatingSystem.IsWindows()) then
        use folder = new Folder()
        writeToy folder
        replace folder "analysis.json" "\"epochs\": 4" "\"epochs\": 200, \"patience\": -1"
        let line = "run analysis.json --out interrupted"
        let running = start "dotnet" folder.Path (program :: words line)
        let tasks = folder.File "interrupted/tasks"
        let clock = Stopwatch.StartNew()

        while not running.HasExited
              && not (Directory.Exists tasks)
              && clock.Elapsed.TotalSeconds < 60.0 do
            Thread.Sleep 20

        let signal = runProgram "kill" folder.Path [ "-INT"; string running.Id ]
        shouldExit 0 signal
        let stopped = finish running
        shouldExit 130 stopped
        shouldHideStacks stopped
        Assert.That(stopped.Log, Does.Contain "the same command continues there")
        Assert.That(File.Exists(folder.File "interrupted/report.html"), Is.False)
        shouldExit 0 (run folder line)
        shouldExit 0 (run folder "run analysis.json --out whole --threads 1")
        let whole = content (folder.File "whole")
        Assert.That((content (folder.File "interrupted") = whole))

[<Test>]
let ``a run killed in the middle of training continues to the same bytes`` () =
    use folder = new Folder()
    writeToy folder
    replace folder "analysis.json" "\"epochs\": 4" "\"epochs\": 400, \"patience\": -1"
    replace folder "analysis.json" "\"hidden\": [16]" "\"hidden\": [64, 64]"
    let line = "run analysis.json --out killed --threads 2"
    let running = start "dotnet" folder.Path (program :: words line)
    let tasks = folder.File "killed/tasks"
    let clock = Stopwatch.StartNew()

    let hasCheckpoint () =
        Directory.Exists tasks
        && Directory.GetFiles(tasks, "checkpoint*", SearchOption.AllDirectories).Length > 0

    while not running.HasExited
          && not (hasCheckpoint ())
          && clock.Elapsed.TotalSeconds < 60.0 do
        Thread.Sleep 5

    Assert.That(running.HasExited, Is.False, "it was still training")
    running.Kill()
    Assert.That((finish running).ExitCode, Is.Not.EqualTo 0)
    Assert.That(hasCheckpoint (), Is.True, "it was killed between a checkpoint and the end")
    Assert.That(File.Exists(folder.File "killed/results.json"), Is.False)
    shouldExit 0 (run folder line)
    shouldExit 0 (run folder "run analysis.json --out whole --threads 1")
    let whole = content (folder.File "whole")
    Assert.That(List.length whole, Is.GreaterThan 4)
    Assert.That((content (folder.File "killed") = whole))

[<Test>]
let ``progress never touches standard output`` () =
    use folder = new Folder()
    writeToy folder
    let result = run folder "train analysis.json --out results --json"
    shouldExit 0 result
    Assert.That(result.Output, Does.StartWith "{")
    Assert.That(result.Output.TrimEnd(), Does.EndWith "}")
    use document = JsonDocument.Parse result.Output
    Assert.That(document.RootElement.ValueKind, Is.EqualTo JsonValueKind.Object)
