/// "--method toys" of hypotest, limit and significance.
module TestByToysTests

open System.IO
open System.Text.Json
open NUnit.Framework
open Nsbi.Model
open CommandLine
open Workspaces

let private run (folder: Folder) (line: string) : Run = runIn folder.Path (words line)

let private number (run: Run) (key: string) : float = (json run).GetProperty(key).GetDouble()

[<Test>]
let ``CLs of toys is the asymptotic one within its errors`` () =
    use folder = new Folder()
    HypotestVerbTests.uncorrelated folder "[51, 48]"

    let found =
        run folder "hypotest workspace.json --value 1 --method toys --toys 1500 --json"

    shouldExit 0 found
    let error = number found "clsObservedError"
    Assert.That(error, Is.InRange(0.003, 0.03))
    // The asymptotic value is 0.0525 and toys of these counts are 10 to 20 % above it.
    Assert.That(number found "clsObserved", Is.EqualTo(0.0575).Within(4.0 * error))
    Assert.That((json found).GetProperty("method").GetString(), Is.EqualTo "toys")
    Assert.That((json found).GetProperty("clsExpected").GetArrayLength(), Is.EqualTo 5)
    Assert.That((json found).GetProperty("toys").GetProperty("failed").GetInt32(), Is.EqualTo 0)
    Assert.That(number found "qObserved", Is.EqualTo(3.93824493).Within 1e-7)

[<Test>]
let ``results of toys do not depend on the threads, and a second run finds them finished`` () =
    use folder = new Folder()
    HypotestVerbTests.uncorrelated folder "[51, 48]"

    let bytes threads out =
        shouldExit
            0
            (run
                folder
                $"hypotest workspace.json --value 1 --method toys --toys 60 --seed 5 --threads {threads} --out {out}")

        File.ReadAllText(folder.File $"{out}/results.json"),
        File.ReadAllText(folder.File $"{out}/report.html")

    let first = bytes 1 "a"
    Assert.That((bytes 2 "b" = first))
    Assert.That((bytes 2 "a" = first))
    Assert.That(snd first, Does.Contain "CLs of mu = 1")

[<Test>]
let ``limits of toys have the picture and their errors`` () =
    use folder = new Folder()
    HypotestVerbTests.uncorrelated folder "[51, 48]"

    let found =
        run folder "limit workspace.json --method toys --toys 300 --json --out out"

    shouldExit 0 found
    // 1.01 by asymptotic formulae.
    let error = number found "observedError"
    Assert.That(number found "observed", Is.EqualTo(1.03).Within(4.0 * error))
    Assert.That((json found).GetProperty("points").GetArrayLength(), Is.GreaterThan 3)
    let page = File.ReadAllText(folder.File "out/report.html")

    for part in [ "expected ±2σ"; "Monte Carlo error"; "<svg" ] do
        Assert.That(page, Does.Contain part)

[<Test>]
let ``significances of toys are those of Poisson counts`` () =
    use folder = new Folder()
    counting folder (Constant 1.0) 30.0 |> ignore

    let found =
        run folder "significance workspace.json --method toys --toys 2000 --json --out out"

    shouldExit 0 found
    let observed = (json found).GetProperty "observed"
    // scipy.stats.poisson.sf(29, 20)
    let p, error =
        observed.GetProperty("p").GetDouble(), observed.GetProperty("pError").GetDouble()

    Assert.That(p, Is.EqualTo(0.02181822).Within(4.0 * error))
    Assert.That(File.ReadAllText(folder.File "out/report.html"), Does.Contain "Z [σ]")

    // Without an excess all toys reach the data: no significance, and the reason.
    counting folder (Constant 1.0) 12.0 |> ignore
    let none = run folder "significance workspace.json --method toys --toys 50 --json"
    shouldExit 0 none
    let observed = (json none).GetProperty "observed"
    Assert.That((observed.GetProperty("z").ValueKind = JsonValueKind.Null))
    Assert.That(observed.GetProperty("reason").GetString(), Does.Contain "all toys")

[<Test>]
let ``options of toys are for toys`` () =
    use folder = new Folder()
    counting folder (Constant 1.0) 30.0 |> ignore

    for verb in [ "hypotest"; "limit"; "significance" ] do
        let value = if verb = "hypotest" then " --value 1" else ""
        let found = run folder $"{verb} workspace.json{value} --toys 100 --seed 3"
        shouldExit 2 found
        Assert.That(found.Log, Does.Contain "--toys is for --method toys")
        Assert.That(found.Log, Does.Contain "--seed is for --method toys")
