module BootstrapVerbTests

open System.Diagnostics
open System.IO
open System.Text.Json
open System.Threading
open NUnit.Framework
open CommandLine
open Analyses

let private run (folder: Folder) (line: string) : Run = runIn folder.Path (words line)

let private prepare (folder: Folder) =
    writeToy folder

    replace
        folder
        "analysis.json"
        "\"hidden\": [16], \"epochs\": 4"
        "\"hidden\": [6], \"epochs\": 2"

/// All files of a folder but those in log/, with their bytes.
let private content (folder: string) : (string * string) list = [
    for path in Directory.GetFiles(folder, "*", SearchOption.AllDirectories) |> Array.sort do
        let name = Path.GetRelativePath(folder, path)

        if not (name.StartsWith "log") then
            name, System.Convert.ToHexString(File.ReadAllBytes path)
]

[<Test>]
let ``bootstrap says how sure the networks are, as JSON and as a page`` () =
    use folder = new Folder()
    prepare folder

    let result =
        run folder "bootstrap analysis.json --out b --bootstraps 3 --members 2 --json"

    shouldExit 0 result
    let written = json result
    Assert.That(written.GetProperty("bootstraps").GetInt32(), Is.EqualTo 3)
    Assert.That(written.GetProperty("members").GetInt32(), Is.EqualTo 2)
    Assert.That(written.GetProperty("inner").GetString(), Is.EqualTo "seeds")
    Assert.That(written.GetProperty("trainings").GetInt32(), Is.EqualTo 12)
    Assert.That(written.GetProperty("sigma").GetProperty("value").GetDouble(), Is.GreaterThan 0.0)
    // The analysis is blind.
    Assert.That(written.TryGetProperty "observed" |> fst, Is.False)
    let point = written.GetProperty("points")[0]
    Assert.That(point.GetProperty("fits").GetProperty("members").GetArrayLength(), Is.EqualTo 3)

    let letters = [
        for estimate in point.GetProperty("estimates").EnumerateArray() ->
            estimate.GetProperty("letter").GetString()
    ]

    Assert.That((letters = [ "a"; "b"; "d" ]))
    let page = File.ReadAllText(folder.File(written.GetProperty("report").GetString()))
    Assert.That(page, Does.Contain("<svg").And.Contain("Uncertainty of the networks"))
    Assert.That(result.Log, Does.Contain "training the ensemble")
    use results = JsonDocument.Parse(File.ReadAllText(folder.File "b/results.json"))

    let sigma (element: JsonElement) =
        element.GetProperty("sigma").GetProperty("value").GetDouble()

    let kept = results.RootElement.GetProperty "ensemble"
    Assert.That(sigma kept, Is.EqualTo(sigma written))

[<Test>]
let ``the options change the plan of the analysis and keep the rest of it`` () =
    use folder = new Folder()
    prepare folder

    replace
        folder
        "analysis.json"
        "\"blind\": true"
        "\"blind\": false, \"ensemble\": {\"bootstraps\": 3, \"values\": [2]}"

    let result = run folder "bootstrap analysis.json --out b --bootstraps 2"
    shouldExit 0 result
    Assert.That(result.Output, Does.Contain "2 bootstraps of the data with 1 member each")

    Assert.That(
        result.Output,
        Does.Contain("learned Asimov set at mu = 2").And.Contain "data, best mu"
    )

[<Test>]
let ``a bootstrap that was killed ends with the same bytes on another number of threads`` () =
    use folder = new Folder()
    prepare folder

    let line out =
        $"bootstrap analysis.json --out {out} --bootstraps 0 --members 3 --inner bootstraps"

    shouldExit 0 (run folder (line "whole" + " --threads 1"))

    let running =
        start "dotnet" folder.Path (program :: words (line "killed" + " --threads 2"))

    let tasks = folder.File "killed/tasks"
    let clock = Stopwatch.StartNew()

    // Past the networks of the analysis: in the ensemble.
    let inEnsemble () =
        Directory.Exists tasks
        && Directory.GetDirectories(tasks, "ensemble-replica*").Length > 1

    while not running.HasExited
          && not (inEnsemble ())
          && clock.Elapsed.TotalSeconds < 60.0 do
        Thread.Sleep 2

    Assert.That(running.HasExited, Is.False, "it was still at work")
    running.Kill()
    finish running |> ignore
    Assert.That(File.Exists(folder.File "killed/results.json"), Is.False)
    shouldExit 0 (run folder (line "killed" + " --threads 3"))
    Assert.That((content (folder.File "killed") = content (folder.File "whole")))

[<TestCase("--bootstraps -1", "--bootstraps: -1 is too small")>]
[<TestCase("--members 0", "--members: 0 is too small")>]
[<TestCase("--inner folds", "'folds' is neither seeds nor bootstraps")>]
[<TestCase("--bootstraps 1", "one bootstrap alone has no spread")>]
[<TestCase("--seed x --members y", "--members: 'y' is not a whole number")>]
let ``wrong options are sentences and leave no folder`` (options: string) (sentence: string) =
    use folder = new Folder()
    prepare folder
    let result = run folder $"bootstrap analysis.json --out b {options}"
    shouldExit 2 result
    shouldHideStacks result
    Assert.That(result.Log, Does.Contain sentence)
    Assert.That(Directory.Exists(folder.File "b"), Is.False)

[<Test>]
let ``too few events for bootstraps are a sentence`` () =
    use folder = new Folder()
    prepare folder

    replace
        folder
        "analysis.json"
        "\"process\": \"S\", \"events\": 4000"
        "\"process\": \"S\", \"events\": 24"

    let result = run folder "bootstrap analysis.json --out b --bootstraps 200"
    shouldExit 2 result
    Assert.That(result.Log, Does.Contain "too few events")
