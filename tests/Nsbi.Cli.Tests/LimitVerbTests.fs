module LimitVerbTests

open System.IO
open NUnit.Framework
open Nsbi.Model
open CommandLine
open Workspaces

let private limit (folder: Folder) (line: string) : Run =
    runIn folder.Path ("limit" :: "workspace.json" :: words line)

[<Test>]
let ``the keys of limits may not change`` () =
    use folder = new Folder()
    HypotestVerbTests.uncorrelated folder "[51, 48]"
    let run = limit folder "--json"
    shouldExit 0 run

    Assert.That(
        (keys (json run) = [
            "schemaVersion"
            "verb"
            "version"
            "status"
            "advice"
            "poi"
            "best"
            "twiceNll"
            "level"
            "statistic"
            "method"
            "observed"
            "expected"
            "evaluations"
            "warnings"
            "modelHash"
            "dataHash"
        ])
    )

[<TestCase("0.95", 1.01157188, 0.559884258, 0.757029028, 1.06235501, 1.50118084, 2.05080203)>]
[<TestCase("0.9", 0.839915911, 0.443823261, 0.612159343, 0.885967622, 1.29967022, 1.83451867)>]
let ``limits are those of an independent program``
    (level: string, observed: float, a: float, b: float, c: float, d: float, e: float)
    =
    // cls_limits.py
    use folder = new Folder()
    HypotestVerbTests.uncorrelated folder "[51, 48]"
    let result = json (limit folder $"--cl {level} --json")
    Assert.That(result.GetProperty("observed").GetDouble(), Is.EqualTo(observed).Within 1e-6)

    for expected, found in
        Seq.zip [ a; b; c; d; e ] (result.GetProperty("expected").EnumerateArray()) do
        Assert.That(found.GetDouble(), Is.EqualTo(expected).Within(1e-6 * expected))

[<Test>]
let ``a person sees a table`` () =
    use folder = new Folder()
    HypotestVerbTests.uncorrelated folder "[51, 48]"
    let run = limit folder ""
    shouldExit 0 run
    Assert.That(run.Output, Does.Contain "upper limits of mu at 95 % by CLs of qtilde")
    Assert.That(run.Output, Does.Match @"(?m)^observed +1\.01157$")
    Assert.That(run.Output, Does.Match @"(?m)^expected median +1\.06236$")

[<Test>]
let ``the page holds the Brazil band, and does not depend on the threads`` () =
    use folder = new Folder()
    HypotestVerbTests.uncorrelated folder "[51, 48]"

    let page threads =
        let out = $"out{threads}"
        shouldExit 0 (limit folder $"--threads {threads} --out {out}")
        File.ReadAllText(folder.File $"{out}/report.html")

    let one = page 1
    Assert.That((page 3 = one))

    for part in [ "&lt; 1.012"; "expected ±2σ"; "1 − CL = 0.05"; "<svg" ] do
        Assert.That(one, Does.Contain part)

[<Test>]
let ``no limit within the bounds is null with a reason, and exit code 1`` () =
    use folder = new Folder()
    HypotestVerbTests.uncorrelated folder "[300, 300]"
    let run = limit folder "--json --out out"
    shouldExit 1 run
    let reason = (json run).GetProperty("reason").GetString()
    Assert.That(reason, Does.Contain "no value up to the bound 10 of mu is excluded")
    Assert.That(run.Log, Does.Contain "There is no observed limit")
    Assert.That(File.ReadAllText(folder.File "out/report.html"), Does.Contain "widen the bound")

[<Test>]
let ``levels that are none are refused`` () =
    use folder = new Folder()
    counting folder (Constant 1.0) 30.0 |> ignore

    for level in [ "95"; "0"; "1"; "x" ] do
        let run = limit folder $"--cl {level}"
        shouldExit 2 run
        Assert.That(run.Log, Does.Contain "--cl: ")
