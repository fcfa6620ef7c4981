module SampleVerbTests

open System.IO
open System.Text.Json
open NUnit.Framework
open CommandLine
open Workspaces

/// pyhf's uncorrelated background as a workspace.
let private counting (folder: Folder) : unit =
    folder.Write(
        "workspace.json",
        """{"channels": [{"name": "C", "samples": [
            {"name": "signal", "data": [12.0, 11.0],
             "modifiers": [{"name": "mu", "type": "normfactor", "data": null}]},
            {"name": "background", "data": [50.0, 52.0],
             "modifiers": [{"name": "uncorr", "type": "shapesys", "data": [3.0, 7.0]}]}]}],
         "observations": [{"name": "C", "data": [51.0, 48.0]}],
         "measurements": [{"name": "M", "config": {"poi": "mu", "parameters": []}}],
         "version": "1.0.0"}"""
    )
    |> ignore

let private sample (folder: Folder) (line: string) : Run =
    runIn folder.Path ("sample" :: "workspace.json" :: words line)

let private parameter (result: JsonElement) (name: string) : JsonElement =
    result.GetProperty("parameters").EnumerateArray()
    |> Seq.find (fun p -> p.GetProperty("name").GetString() = name)

[<Test>]
let ``posterior means and widths are those of numerical integration`` () =
    use folder = new Folder()
    counting folder
    let run = sample folder "--json"
    shouldExit 0 run
    let result = json run

    for key in
        [
            "parameters"
            "chains"
            "draws"
            "divergences"
            "priors"
            "checks"
            "seed"
            "modelHash"
        ] do
        Assert.That(keys result, Does.Contain key)

    // Sums over a grid, flat in mu within 0 and 10: mean 0.405904, standard deviation 0.316732.
    let mu = parameter result "mu"
    let number (name: string) = mu.GetProperty(name).GetDouble()
    Assert.That(number "mean", Is.EqualTo(0.405904).Within(4.0 * number "meanError"))
    Assert.That(number "sd", Is.EqualTo(0.316732).Within(4.0 * number "sdError"))
    Assert.That(result.GetProperty("divergences").GetInt32(), Is.EqualTo 0)
    let prior = result.GetProperty("priors")[0]
    Assert.That(prior.GetProperty("prior").GetString(), Does.StartWith "flat within")

[<Test>]
let ``the folder holds the same result, the draws and the page, whatever the threads`` () =
    use folder = new Folder()
    counting folder
    let options = "--chains 2 --warmup 300 --draws 500 --seed 5"
    let one = sample folder $"{options} --out a --threads 1 --json"
    let two = sample folder $"{options} --out b --threads 2 --json"
    shouldExit 0 one
    shouldExit 0 two
    Assert.That(one.Output, Is.EqualTo two.Output)

    for name in [ "results.json"; "draws.csv"; "report.html" ] do
        let read place =
            File.ReadAllText(folder.File $"{place}/{name}")

        Assert.That(read "a", Is.EqualTo(read "b"))

    let lines = File.ReadAllLines(folder.File "a/draws.csv")
    Assert.That(lines.Length, Is.EqualTo 1001)
    Assert.That(lines[0], Does.StartWith "chain,logDensity,mu")
    Assert.That(File.ReadAllText(folder.File "a/report.html"), Does.Contain "Trace of mu")

[<Test>]
let ``a prior narrows the posterior`` () =
    use folder = new Folder()
    counting folder
    let run = sample folder "--prior mu=normal(1,0.05) --json"
    shouldExit 0 run
    let mu = parameter (json run) "mu"
    Assert.That(mu.GetProperty("mean").GetDouble(), Is.InRange(0.95, 1.0))
    Assert.That(mu.GetProperty("sd").GetDouble(), Is.InRange(0.045, 0.052))

[<Test>]
let ``too few draws fail their checks and exit with 1`` () =
    use folder = new Folder()
    counting folder
    let run = sample folder "--warmup 50 --draws 20"
    shouldExit 1 run
    Assert.That(run.Output, Does.Contain "failed check")

[<Test>]
let ``every fault of the options is told`` () =
    use folder = new Folder()
    counting folder

    let run =
        sample folder "--prior nu=flat;mu=normal(1,0) --chains 0 --metric round --acceptance 2"

    shouldExit 2 run

    for text in [ "width 0"; "--chains"; "--metric"; "--acceptance" ] do
        Assert.That(run.Log, Does.Contain text)

    let unknown = sample folder "--prior nu=flat"
    shouldExit 2 unknown
    Assert.That(unknown.Log, Does.Contain "nu")

[<Test>]
let ``the examples of its help run`` () =
    use folder = new Folder()
    counting folder

    for example in HelpTests.examples "sample" do
        shouldExit 0 (runIn folder.Path example)
