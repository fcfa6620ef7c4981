module HypotestVerbTests

open System.IO
open NUnit.Framework
open Nsbi.Model
open CommandLine
open Workspaces

let private hypotest (folder: Folder) (line: string) : Run =
    runIn folder.Path ("hypotest" :: "workspace.json" :: words line)

let private number (run: Run) (key: string) : float = (json run).GetProperty(key).GetDouble()

/// pyhf's two bins of uncorrelated backgrounds.
let uncorrelated (folder: Folder) (counts: string) : unit =
    folder.Write(
        "workspace.json",
        $$$"""{"channels": [{"name": "c", "samples": [
            {"name": "s", "data": [12.0, 11.0], "modifiers": [
                {"name": "mu", "type": "normfactor", "data": null}]},
            {"name": "b", "data": [50.0, 52.0], "modifiers": [
                {"name": "u", "type": "shapesys", "data": [3.0, 7.0]}]}]}],
        "observations": [{"name": "c", "data": {{{counts}}} }],
        "measurements": [{"name": "m", "config": {"poi": "mu", "parameters": []}}],
        "version": "1.0.0"}"""
    )
    |> ignore

[<Test>]
let ``the keys of a test may not change`` () =
    use folder = new Folder()
    uncorrelated folder "[51, 48]"
    let run = hypotest folder "--value 1 --json"
    shouldExit 0 run
    Assert.That(run.Log, Is.Empty)

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
            "value"
            "statistic"
            "method"
            "clsObserved"
            "clsExpected"
            "clsb"
            "clb"
            "qObserved"
            "qExpected"
            "sigma"
            "warnings"
            "modelHash"
            "dataHash"
        ])
    )

[<Test>]
let ``two bins have their published CLs, in the order of the deviations`` () =
    use folder = new Folder()
    uncorrelated folder "[51, 48]"
    let run = hypotest folder "--value 1 --json"
    Assert.That(number run "clsObserved", Is.EqualTo(0.05251553).Within 1e-8)
    Assert.That(number run "clsb", Is.EqualTo(0.02332496).Within 1e-8)
    Assert.That(number run "clb", Is.EqualTo(0.44415366).Within 1e-8)
    Assert.That(number run "qObserved", Is.EqualTo(3.93824493).Within 1e-7)

    let band = [ 0.00260640; 0.01382064; 0.06445516; 0.23526091; 0.57304166 ]

    for expected, found in Seq.zip band ((json run).GetProperty("clsExpected").EnumerateArray()) do
        Assert.That(found.GetDouble(), Is.EqualTo(expected).Within 1e-8)

[<Test>]
let ``a person sees a table`` () =
    use folder = new Folder()
    uncorrelated folder "[51, 48]"
    let run = hypotest folder "--value 1 --statistic q"
    shouldExit 0 run
    Assert.That(run.Output, Does.Contain "mu = 1 by q, asymptotic")
    Assert.That(run.Output, Does.Match @"(?m)^CLs observed +0\.0529011$")
    Assert.That(run.Output, Does.Match @"(?m)^CLs expected −2σ +0\.0026064$")

[<Test>]
let ``a page and the results are written where a folder is given`` () =
    use folder = new Folder()
    uncorrelated folder "[51, 48]"
    let printed = hypotest folder "--value 1 --json --out out"
    shouldExit 0 printed
    Assert.That(File.ReadAllText(folder.File "out/results.json"), Is.EqualTo printed.Output)
    let page = File.ReadAllText(folder.File "out/report.html")
    Assert.That(page, Does.StartWith "<!DOCTYPE html>")
    Assert.That(page, Does.Contain "0.05252")

[<Test>]
let ``the Asimov set of the background has the median, and parameters are held`` () =
    use folder = new Folder()
    counting folder (Constant 1.0) 30.0 |> ignore
    let run = hypotest folder "--value 1 --asimov mu=0 --json"
    shouldExit 0 run
    let median = (json run).GetProperty("clsExpected")[2]
    Assert.That(number run "clsObserved", Is.EqualTo(median.GetDouble()).Within 1e-9)

    uncorrelated folder "[51, 48]"
    let held = hypotest folder "--value 1 --fix u[0]=1,u[1]=1 --json"
    shouldExit 0 held
    Assert.That(number held "clsObserved", Is.LessThan 0.05)

[<Test>]
let ``a model with a square root is warned of`` () =
    use folder = new Folder()
    interference folder |> ignore
    let run = hypotest folder "--value 2 --json"
    shouldExit 0 run
    let warnings = (json run).GetProperty "warnings"
    Assert.That(warnings.GetArrayLength(), Is.EqualTo 1)
    Assert.That(warnings[0].GetString(), Does.Contain "square root of mu")
    Assert.That((hypotest folder "--value 2").Output, Does.Contain "warning: Asymptotic")

[<Test>]
let ``what is not known is null with a reason, and exit code 1`` () =
    use folder = new Folder()
    uncorrelated folder "[51, 48]"
    let text = File.ReadAllText(folder.File "workspace.json")

    File.WriteAllText(
        folder.File "workspace.json",
        text.Replace("50.0, 52.0", "0.0, 52.0").Replace("3.0, 7.0", "0.0, 7.0")
    )

    let run = hypotest folder "--value 1 --json"
    shouldExit 1 run
    let result = json run
    Assert.That((result.GetProperty("clsObserved").ValueKind = System.Text.Json.JsonValueKind.Null))
    Assert.That(result.GetProperty("reason").GetString(), Does.Contain "clsObserved: ")
    Assert.That(run.Log, Does.Contain "CLs is not known")

[<Test>]
let ``all that is wrong is said at once`` () =
    use folder = new Folder()
    uncorrelated folder "[51, 48]"
    folder.Write("file", "") |> ignore
    let run = hypotest folder "--value one --statistic r --method guess --out file"
    shouldExit 2 run
    Assert.That(run.Log, Does.Contain "--value: 'one'")
    Assert.That(run.Log, Does.Contain "--statistic: 'r'")
    Assert.That(run.Log, Does.Contain "--method: 'guess'")
    Assert.That(run.Log, Does.Contain "--out: 'file' is a file")

    for line, part in
        [
            "--value 1 --poi nu", "no parameter 'nu'"
            "--value 11", "outside of the bounds"
            "--value 1 --fix mu=1 --poi mu", "'mu' is held by --fix"
            "--value 1 --fix mu=1", "no free parameter of interest"
            "--value 1 --poi u[0]", "0, which is the background alone, is outside"
        ] do
        let run = hypotest folder line
        shouldExit 2 run
        Assert.That(run.Log, Does.Contain part)
