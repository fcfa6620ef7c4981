module GoodnessVerbTests

open System.Diagnostics
open System.IO
open System.Text.Json
open System.Threading
open NUnit.Framework
open CommandLine
open Analyses

let private run (folder: Folder) (line: string) : Run = runIn folder.Path (words line)

let private prepare (folder: Folder) (more: string) =
    writeToy folder

    replace
        folder
        "analysis.json"
        "\"hidden\": [16], \"epochs\": 4"
        "\"hidden\": [6], \"epochs\": 2"

    replace folder "analysis.json" "\"blind\": true" $"\"blind\": {more}"

/// A plan that is quick.
let private quick = "\"goodness\": {\"functions\": 15, \"reference\": 2000}"

/// All files of a folder but those in log/, with their bytes.
let private content (folder: string) : (string * string) list = [
    for path in Directory.GetFiles(folder, "*", SearchOption.AllDirectories) |> Array.sort do
        let name = Path.GetRelativePath(folder, path)

        if not (name.StartsWith "log") then
            name, System.Convert.ToHexString(File.ReadAllBytes path)
]

let private number (element: JsonElement) (name: string) = element.GetProperty(name).GetDouble()

[<Test>]
let ``goodness holds the model against the data, as JSON and as a page`` () =
    use folder = new Folder()
    prepare folder $"false, {quick}"
    let result = run folder "goodness analysis.json --out g --toys 100 --json"
    let written = json result
    let goodness = written.GetProperty "goodness"
    Assert.That(goodness.GetProperty("of").GetString(), Is.EqualTo "observed")
    Assert.That(number goodness "p", Is.InRange(0.0, 1.0))
    Assert.That(number goodness "t", Is.GreaterThan 0.0)
    Assert.That(goodness.GetProperty("values").GetArrayLength(), Is.EqualTo 100)
    Assert.That(goodness.GetProperty("failed").GetInt32(), Is.LessThan 5)
    Assert.That(number (goodness.GetProperty "asymptotic") "degrees", Is.GreaterThan 1.0)
    let check = written.GetProperty("checks")[0]
    Assert.That(number check "value", Is.EqualTo(number goodness "p"))
    shouldExit (if check.GetProperty("passed").GetBoolean() then 0 else 1) result
    let driving = goodness.GetProperty "driving"
    Assert.That(driving.GetArrayLength(), Is.EqualTo 20)
    Assert.That(number driving[0] "logRatio", Is.GreaterThan(number driving[19] "logRatio"))
    let page = File.ReadAllText(folder.File(written.GetProperty("report").GetString()))
    Assert.That(page, Does.Contain("<svg").And.Contain("Goodness of fit in all features"))

[<Test>]
let ``the data of a blind analysis stay closed`` () =
    use folder = new Folder()
    prepare folder $"true, {quick}"
    let result = run folder "goodness analysis.json --out g --toys 100"
    shouldExit 0 result
    Assert.That(result.Output, Does.Contain "goodness of fit of the pseudo-experiment events")
    Assert.That(result.Output, Does.Not.Contain "drive")

[<Test>]
let ``a run with the key has the result, its check and its page`` () =
    use folder = new Folder()
    prepare folder "false, \"goodness\": {\"toys\": 100, \"functions\": 15, \"reference\": 2000}"
    let result = run folder "run analysis.json --out r --json"
    let written = json result
    Assert.That(number (written.GetProperty "goodness") "t", Is.GreaterThan 0.0)

    let names = [
        for check in written.GetProperty("checks").EnumerateArray() ->
            check.GetProperty("name").GetString()
    ]

    Assert.That(names, Does.Contain(box "goodness of fit in all features"))
    let page = File.ReadAllText(folder.File "r/report.html")
    Assert.That(page, Does.Contain "Goodness of fit in all features")

[<Test>]
let ``a test that was killed ends with the same bytes on another number of threads`` () =
    use folder = new Folder()
    prepare folder $"false, {quick}"

    let line out =
        $"goodness analysis.json --out {out} --toys 200"

    run folder (line "whole" + " --threads 1") |> ignore

    let running =
        start "dotnet" folder.Path (program :: words (line "killed" + " --threads 2"))

    let tasks = folder.File "killed/tasks"
    let clock = Stopwatch.StartNew()

    let inToys () =
        Directory.Exists tasks
        && Directory.GetDirectories(tasks, "learned-goodness*").Length > 1

    while not running.HasExited && not (inToys ()) && clock.Elapsed.TotalSeconds < 60.0 do
        Thread.Sleep 2

    Assert.That(running.HasExited, Is.False, "it was still at work")
    running.Kill()
    finish running |> ignore
    Assert.That(File.Exists(folder.File "killed/results.json"), Is.False)
    run folder (line "killed" + " --threads 3") |> ignore
    Assert.That((content (folder.File "killed") = content (folder.File "whole")))

[<TestCase("\"toys\": 20", "ask for 100 or more")>]
[<TestCase("\"limit\": 2", "give a number between 0 and 1")>]
[<TestCase("\"widths\": [0]", "$.goodness.widths[0]")>]
[<TestCase("\"family\": \"forest\"", "kernels")>]
[<TestCase("\"hidden\": [0], \"family\": \"network\"", "these are no hidden layers")>]
[<TestCase("\"reference\": 7", "give 100 or more")>]
let ``faults of the key are sentences`` (plan: string) (sentence: string) =
    use folder = new Folder()
    prepare folder $"false, \"goodness\": {{{plan}}}"
    let result = run folder "goodness analysis.json --out g"
    shouldExit 2 result
    shouldHideStacks result
    Assert.That(result.Log, Does.Contain sentence)
    Assert.That(Directory.Exists(folder.File "g"), Is.False)

[<TestCase("--toys 0", "--toys: 0 is too small")>]
[<TestCase("--toys 50", "ask for 100 or more")>]
let ``wrong options are sentences and leave no folder`` (options: string) (sentence: string) =
    use folder = new Folder()
    prepare folder "false"
    let result = run folder $"goodness analysis.json --out g {options}"
    shouldExit 2 result
    Assert.That(result.Log, Does.Contain sentence)
    Assert.That(Directory.Exists(folder.File "g"), Is.False)
