module SignificanceVerbTests

open System.IO
open NUnit.Framework
open Nsbi.Model
open CommandLine
open Workspaces

let private significance (folder: Folder) (line: string) : Run =
    runIn folder.Path ("significance" :: "workspace.json" :: words line)

let private part (run: Run) (name: string) (key: string) : float =
    (json run).GetProperty(name).GetProperty(key).GetDouble()

[<Test>]
let ``the keys of a significance may not change`` () =
    use folder = new Folder()
    counting folder (Constant 1.0) 30.0 |> ignore
    let run = significance folder "--json"
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
            "method"
            "observed"
            "expected"
            "expectedAt"
            "qObserved"
            "qExpected"
            "warnings"
            "modelHash"
            "dataHash"
        ])
    )

    Assert.That((keys ((json run).GetProperty "observed") = [ "p"; "z" ]))
    Assert.That((keys ((json run).GetProperty "expected") = [ "p"; "z" ]))

[<Test>]
let ``the significance of a counting experiment is that of the formula`` () =
    use folder = new Folder()
    counting folder (Constant 1.0) 30.0 |> ignore
    // √(2 [(s + b) ln(1 + s/b) − s]) with s = 10 and b = 20; n is what μ = 1 leads one to expect.
    let expected = sqrt (2.0 * (30.0 * log 1.5 - 10.0))
    let run = significance folder "--json"
    Assert.That(part run "observed" "z", Is.EqualTo(expected).Within 1e-8)
    Assert.That(part run "expected" "z", Is.EqualTo(expected).Within 1e-8)
    // scipy.stats.norm.sf(2.0805…)
    Assert.That(part run "observed" "p", Is.EqualTo(0.0187461662).Within 1e-9)
    let twice = sqrt (2.0 * (40.0 * log 2.0 - 20.0))
    let run = significance folder "--signal 2 --json"
    Assert.That(part run "expected" "z", Is.EqualTo(twice).Within 1e-8)
    Assert.That((json run).GetProperty("expectedAt").GetDouble(), Is.EqualTo 2.0)

[<Test>]
let ``a person sees a table, and a page is written`` () =
    use folder = new Folder()
    counting folder (Constant 1.0) 30.0 |> ignore
    let run = significance folder "--out out"
    shouldExit 0 run
    Assert.That(run.Output, Does.Contain "significance of mu over 0 by q0, asymptotic")
    Assert.That(run.Output, Does.Match @"(?m)^observed +2\.0")
    Assert.That(File.ReadAllText(folder.File "out/report.html"), Does.Contain "2.08 σ")

[<Test>]
let ``an impossible background is an infinite significance: null, with a reason`` () =
    use folder = new Folder()
    HypotestVerbTests.uncorrelated folder "[51, 48]"
    let text = File.ReadAllText(folder.File "workspace.json")

    File.WriteAllText(
        folder.File "workspace.json",
        text.Replace("50.0, 52.0", "0.0, 52.0").Replace("3.0, 7.0", "0.0, 7.0")
    )

    let run = significance folder "--json"
    shouldExit 1 run
    let observed = (json run).GetProperty "observed"
    Assert.That((observed.GetProperty("z").ValueKind = System.Text.Json.JsonValueKind.Null))
    Assert.That(observed.GetProperty("p").GetDouble(), Is.EqualTo 0.0)
    Assert.That(observed.GetProperty("reason").GetString(), Does.Contain "mu = 0 is impossible")

[<Test>]
let ``a signal outside of the bounds is refused`` () =
    use folder = new Folder()
    counting folder (Constant 1.0) 30.0 |> ignore
    let run = significance folder "--signal 11"
    shouldExit 2 run
    Assert.That(run.Log, Does.Contain "--signal: mu = 11 is outside of the bounds")
