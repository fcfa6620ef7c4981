module ToysVerbTests

open System.IO
open System.Text.Json
open System.Threading
open NUnit.Framework
open Nsbi.Infer
open Nsbi.Model
open Nsbi.Model.Words
open CommandLine
open Workspaces

let private toys (folder: Folder) (line: string) : Run =
    runIn folder.Path ("toys" :: "workspace.json" :: words line)

/// Every file outside log/ with its bytes.
let private content (folder: string) : (string * byte[]) list =
    [
        for path in Directory.GetFiles(folder, "*", SearchOption.AllDirectories) do
            let name = Path.GetRelativePath(folder, path)

            if not (name.StartsWith "log") then
                name, File.ReadAllBytes path
    ]
    |> List.sortBy fst

[<Test>]
let ``the keys of toys may not change`` () =
    use folder = new Folder()
    interference folder |> ignore
    let run = toys folder "--n 20 --set mu=1 --test mu=1 --json"
    shouldExit 0 run
    Assert.That(run.Log, Is.Empty)
    let result = json run

    Assert.That(
        (keys result = [
            "schemaVersion"
            "verb"
            "version"
            "seed"
            "method"
            "expectedEvents"
            "truth"
            "tested"
            "failed"
            "retried"
            "failures"
            "summary"
            "parameters"
            "toys"
            "checks"
            "modelHash"
            "dataHash"
        ])
    )

    let all = [ for toy in result.GetProperty("toys").EnumerateArray() -> toy ]
    Assert.That(all.Length, Is.EqualTo 20)
    Assert.That(result.GetProperty("failed").GetInt32(), Is.EqualTo 0)

    Assert.That(
        result.GetProperty("expectedEvents").GetDouble(),
        Is.EqualTo(268.32304584).Within 1e-6
    )

    for toy in all do
        Assert.That(toy.GetProperty("t").GetDouble(), Is.GreaterThanOrEqualTo 0.0)
        Assert.That((toy.GetProperty("values")[0]).GetDouble(), Is.InRange(0.0, 8.0))

[<Test>]
let ``a person sees means, pulls, failures and checks`` () =
    use folder = new Folder()
    interference folder |> ignore
    let run = toys folder "--n 20 --set mu=1 --test mu=1"
    shouldExit 0 run

    for part in [ "pull width"; "0 of 20 fits failed"; "passed  toys of SR"; "P(t ≤ 1)" ] do
        Assert.That(run.Output, Does.Contain part)

[<Test>]
let ``a folder of results has the same bytes for any number of threads, and is not made twice`` () =
    use folder = new Folder()
    interference folder |> ignore

    let line threads out =
        $"--n 450 --set mu=0.5 --seed 3 --threads {threads} --out {out}"

    shouldExit 0 (toys folder (line 1 "a"))
    shouldExit 0 (toys folder (line 3 "b"))
    let a = content (folder.File "a")
    Assert.That((content (folder.File "b") = a))

    Assert.That(
        (a
         |> List.map fst
         |> List.filter (fun name -> not (name.Contains Path.DirectorySeparatorChar)) = [
            "report.html"
            "results.json"
            "store.json"
            "toys.csv"
        ])
    )

    shouldExit 0 (toys folder (line 2 "a"))
    Assert.That((content (folder.File "a") = a))
    let log = File.ReadAllText(folder.File "a/log/run.log")
    Assert.That(log, Does.Contain "toys-00002: finished before")

[<Test>]
let ``killed in the middle and run again it ends with the same bytes`` () =
    use folder = new Folder()
    interference folder |> ignore

    let line out =
        $"--n 3000 --set mu=1 --threads 2 --out {out}"

    shouldExit 0 (toys folder (line "whole"))
    let whole = content (folder.File "whole")
    let arguments = program :: "toys" :: "workspace.json" :: words (line "killed")
    let running = start "dotnet" folder.Path arguments

    while not (File.Exists(folder.File "killed/tasks/toys-00001/manifest.json"))
          && not running.HasExited do
        Thread.Sleep 2

    running.Kill()
    finish running |> ignore

    Assert.That(
        File.Exists(folder.File "killed/results.json"),
        Is.False,
        "it was not killed in time"
    )

    shouldExit 0 (toys folder (line "killed"))
    Assert.That((content (folder.File "killed") = whole))

[<Test>]
let ``results of another verb are left alone`` () =
    use folder = new Folder()
    interference folder |> ignore
    folder.Write("out/results.json", "{\"schemaVersion\": 1}") |> ignore
    let run = toys folder "--n 5 --out out"
    shouldExit 2 run
    Assert.That(run.Log, Does.Contain "'out' holds the results of 'run'")

[<Test>]
let ``both methods and other seeds are other toys of the same kind`` () =
    use folder = new Folder()
    interference folder |> ignore

    let first line =
        let run = toys folder ("--n 3 --json " + line)
        shouldExit 0 run
        ((json run).GetProperty("toys")[0]).GetProperty("twiceNll").GetDouble()

    let standard = first ""
    Assert.That(first "--seed 1 --method multinomial", Is.EqualTo standard)
    Assert.That(first "--seed 2", Is.Not.EqualTo standard)
    Assert.That(first "--method poisson", Is.Not.EqualTo standard)

[<Test>]
let ``toys are drawn at the values that are set, and held values stay`` () =
    use folder = new Folder()
    counting folder (nuisance "nu" * 0.1 + 1.0) 25.0 |> ignore
    let run = toys folder "--n 50 --set mu=2 --fix nu=0.5 --json"
    shouldExit 0 run
    let result = json run
    Assert.That(result.GetProperty("expectedEvents").GetDouble(), Is.EqualTo(41.0).Within 1e-9)
    Assert.That(result.GetProperty("truth").GetProperty("nu").GetDouble(), Is.EqualTo 0.5)
    Assert.That(result.GetProperty("parameters").GetArrayLength(), Is.EqualTo 1)

[<Test>]
let ``a workspace without data has toys`` () =
    use folder = new Folder()
    simulation folder |> ignore
    shouldExit 0 (toys folder "--n 5 --json")

[<Test>]
let ``every wrong option is told at once`` () =
    use folder = new Folder()
    interference folder |> ignore
    let run = toys folder "--n 0 --method x --test mu=1,nu=2 --seed -1 --set mu"
    shouldExit 2 run
    shouldHideStacks run

    for part in [ "--n: 0"; "--method: 'x'"; "--test:"; "--seed:"; "--set:" ] do
        Assert.That(run.Log, Does.Contain part)

    let run = toys folder "--n 5 --set mu=99,nu=1 --test m=1"
    shouldExit 2 run

    for part in [ "mu = 99 is outside"; "no parameter 'nu'"; "no parameter 'm'" ] do
        Assert.That(run.Log, Does.Contain part)

[<Test>]
let ``fits that fail are kept with their reason and the verb says so`` () =
    use folder = new Folder()
    // Only the product of both norms is determined.
    let norm name = poi name |> between 0.1 10.0

    {
        Workspace.create
            (model "degenerate" [
                binned "SR" [ processOf "B" [ scaledBy (norm "a" * norm "b"); binYields [ 50.0 ] ] ]
            ])
            RatioTables.empty with
            Counts = Map.ofList [ "SR", [ 50.0 ] ]
    }
    |> WorkspaceFile.write (folder.File "workspace.json")
    |> ok

    let run = toys folder "--n 10 --json"
    shouldExit 1 run
    let result = json run
    let failed = result.GetProperty("failed").GetInt32()
    Assert.That(failed, Is.GreaterThan 4)
    Assert.That(run.Log, Does.Contain "toys: failed fits")

    let reasons = [
        for toy in result.GetProperty("toys").EnumerateArray() do
            match toy.TryGetProperty "failure" with
            | true, reason -> reason.GetString()
            | _ -> ()
    ]

    Assert.That(reasons.Length, Is.EqualTo failed)
    Assert.That(result.GetProperty("toys").GetArrayLength(), Is.EqualTo 10)
