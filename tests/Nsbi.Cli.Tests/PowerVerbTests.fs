module PowerVerbTests

open System.IO
open System.Text.Json
open NUnit.Framework
open CommandLine
open Workspaces

let private power (folder: Folder) (line: string) : Run =
    runIn folder.Path ("power" :: words line)

/// Every file outside log/ with its bytes.
let private content (folder: string) : (string * byte[]) list =
    [
        for path in Directory.GetFiles(folder, "*", SearchOption.AllDirectories) do
            let name = Path.GetRelativePath(folder, path)

            if not (name.StartsWith "log") then
                name, File.ReadAllBytes path
    ]
    |> List.sortBy fst

let private strategies (result: JsonElement) : JsonElement list = [
    for row in result.GetProperty("strategies").EnumerateArray() -> row
]

let private number (name: string) (element: JsonElement) : float =
    element.GetProperty(name).GetDouble()

[<Test>]
let ``the bump toy has the published powers within their errors`` () =
    use folder = new Folder()
    let run = power folder "bump --toys 1000 --alpha 0.05,0.2 --json"
    shouldExit 0 run
    let result = json run

    Assert.That(
        (keys result = [
            "schemaVersion"
            "verb"
            "version"
            "poi"
            "null"
            "value"
            "expectedEvents"
            "toys"
            "seed"
            "strategies"
            "checks"
        ])
    )

    let rows = strategies result
    let published = [ 0.256; 0.476; 0.527; 0.539; 0.545 ]
    Assert.That(rows.Length, Is.EqualTo 5)

    for row, value in List.zip rows published do
        let point = row.GetProperty("power")[0]
        Assert.That(number "size" point, Is.EqualTo 0.05)
        Assert.That(number "exact" point, Is.EqualTo(value).Within 0.006)
        let error = number "error" point
        Assert.That(number "value" point, Is.EqualTo(value).Within(3.5 * error))
        Assert.That(row.GetProperty("power").GetArrayLength(), Is.EqualTo 2)

[<Test>]
let ``a workspace has rows with nuisances held and profiled only where it has any`` () =
    use folder = new Folder()
    simulation folder |> ignore

    let run =
        power folder "workspace.json --toys 60 --strategies inclusive,bins:5,unbinned --json"

    shouldExit 0 run
    let result = json run

    let names =
        strategies result |> List.map (fun row -> row.GetProperty("name").GetString())

    Assert.That((names = [ "inclusive"; "bins:5"; "unbinned" ]))
    // The exact error of mu at 1.
    let last = List.last (strategies result)
    Assert.That(number "error" last, Is.EqualTo(0.390034).Within 1e-4)
    let expected = result.GetProperty "expectedEvents"
    Assert.That(number "null" expected, Is.EqualTo(280.0).Within 1e-6)
    Assert.That(number "alternative" expected, Is.EqualTo(268.32304584).Within 1e-6)

[<Test>]
let ``a person sees powers with errors, expected CLs and limits`` () =
    use folder = new Folder()

    let run =
        power
            folder
            "bump --null 1 --value 0 --toys 300 --strategies inclusive,unbinned --grid 1:4:3"

    shouldExit 0 run

    for part in
        [
            "power at 0.05"
            "exact"
            "expected CLs"
            "error of mu"
            "expected limit at 95 %"
        ] do
        Assert.That(run.Output, Does.Contain part)

[<Test>]
let ``a folder has the same bytes for any number of threads, and is not made twice`` () =
    use folder = new Folder()

    let line threads out =
        $"bump --toys 200 --strategies cut:0.5,bins:4,unbinned --grid 1:2:2 --threads {threads} --out {out}"

    shouldExit 0 (power folder (line 1 "a"))
    shouldExit 0 (power folder (line 3 "b"))
    let a = content (folder.File "a")
    Assert.That((a = content (folder.File "b")))
    let names = a |> List.map fst
    Assert.That(names, Does.Contain "report.html")
    Assert.That(names, Does.Contain "results.json")
    shouldExit 0 (power folder (line 2 "a"))
    Assert.That((a = content (folder.File "a")))
    let page = File.ReadAllText(Path.Combine(folder.File "a", "report.html"))

    for part in [ "<svg"; "greatest power"; "By the value of the alternative"; "unbinned" ] do
        Assert.That(page, Does.Contain part)

[<Test>]
let ``a workspace's folder is continued`` () =
    use folder = new Folder()
    simulation folder |> ignore
    let line = "workspace.json --toys 40 --strategies unbinned --out power --json"
    let first = power folder line
    shouldExit 0 first
    let before = content (folder.File "power")
    let again = power folder line
    shouldExit 0 again
    Assert.That(again.Output, Is.EqualTo first.Output)
    Assert.That((before = content (folder.File "power")))

[<TestCase("bump --alpha 0,0.5", "--alpha: a size lies between 0 and 1; 0 does not.")>]
[<TestCase("bump --value 0", "--value: both hypotheses have the value 0; give different ones.")>]
[<TestCase("bump --strategies cut:x,unbinned",
           "--strategies: 'cut:x': a cut is a ratio above 0, such as cut:0.5.")>]
[<TestCase("bump --strategies all", "--strategies: 'all': a strategy is one of")>]
[<TestCase("bump --poi mu", "--poi: the bump toy has mu alone; leave it out.")>]
[<TestCase("bump --width 0", "--width: 0 is not above 0.")>]
[<TestCase("bump --null=-1", "--null: -1 is below 0, which the bump toy's mu cannot be.")>]
[<TestCase("bump --grid 3:1:2", "--grid: '3:1:2' does not go upwards; write a:b:n.")>]
[<TestCase("bump --null 1 --value 2 --grid 1:2:2", "--grid: one of the hypotheses is 0 there;")>]
[<TestCase("workspace.json --signal 3", "--signal is for the bump toy; a workspace has its own.")>]
[<TestCase("workspace.json --nuisances some", "--nuisances: 'some' is none of profiled, held, both.")>]
[<TestCase("workspace.json --value 9", "--value: mu = 9 is outside of the bounds 0 to 8 of 'mu'.")>]
[<TestCase("workspace.json --poi nu", "--poi: there is no parameter 'nu'")>]
[<TestCase("missing.json", "missing.json")>]
let ``wrong input is answered with a sentence`` (line: string, sentence: string) =
    use folder = new Folder()

    if line.StartsWith "workspace" then
        simulation folder |> ignore

    let run = power folder line
    shouldExit 2 run
    Assert.That(run.Log, Does.Contain sentence)
    Assert.That(run.Output, Is.Empty)

[<Test>]
let ``all faults are told at once`` () =
    use folder = new Folder()
    let run = power folder "bump --alpha 2 --toys 1 --width -1 --strategies bins:0"
    shouldExit 2 run

    for part in [ "--alpha"; "--toys"; "--width"; "--strategies" ] do
        Assert.That(run.Log, Does.Contain part)
