module CalibrateVerbTests

open System.IO
open System.Text.Json
open NUnit.Framework
open CommandLine

/// A quick calibration of jets, and a file of a few more of them.
let writePlan (folder: Folder) (more: string) : unit =
    let text =
        """{ "nsbi-calibration": 1, "name": "Jets", "seed": 3,
             "source": { "toy": "flavourTagging", "process": "simulation", "events": 3000 },
             "target": { "toy": "flavourTagging", "process": "data", "events": 3000 },
             "features": ["pb", "pc", "pu"], "condition": ["pt | log"], "coordinates": "logits",
             "method": "reweighting",
             "networks": { "epochs": 12, "folds": 2, "hidden": [16], "batchSize": 128, "learningRate": 0.01 },
             "test": { "epochs": 6, "hidden": [16], "batchSize": 256 }, "replicas": 10,
             "limits": { "pValue": 1e-6, "area": 0.56 },
             "derived": ["Db = log(pb / (0.018 * pc + 0.982 * pu))"],
             "bins": [ { "of": "pt", "edges": [20, 60, 250] } ] MORE }"""

    folder.Write("calibration.json", text.Replace("MORE", more)) |> ignore

    folder.Write(
        "more.csv",
        "pt,flavour,pb,pc,pu,tag\n50,5,0.9,0.2,0.1,1\n120,0,0.05,0.1,0.8,2\n30,4,0.3,0.6,0.2,3\n"
    )
    |> ignore

let private calibrate (folder: Folder) (line: string) : Run =
    runIn folder.Path ("calibrate" :: words line)

let private content (folder: string) : (string * byte[]) list =
    [
        for path in Directory.GetFiles(folder, "*", SearchOption.AllDirectories) do
            let name = Path.GetRelativePath(folder, path)

            if not (name.StartsWith "log") then
                name, File.ReadAllBytes path
    ]
    |> List.sortBy fst

[<Test>]
let ``jets are calibrated, looked at and written, and a second run changes nothing`` () =
    use folder = new Folder()
    writePlan folder ""
    let run = calibrate folder "calibration.json --out out --json"
    shouldExit 0 run
    let result = json run

    Assert.That(
        (keys result = [
            "schemaVersion"
            "verb"
            "version"
            "calibration"
            "method"
            "seed"
            "source"
            "target"
            "area"
            "effective"
            "largestShare"
            "beyondSupport"
            "quantities"
            "checks"
            "written"
            "report"
        ])
    )

    let names = [
        for quantity in result.GetProperty("quantities").EnumerateArray() ->
            quantity.GetProperty("name").GetString()
    ]

    Assert.That(names, Is.EqualTo<string list> [ "pb"; "pc"; "pu"; "Db" ])
    let area = result.GetProperty("area")

    let value (name: string) =
        area.GetProperty(name).GetProperty("value").GetDouble()

    Assert.That(value "after", Is.LessThan(value "before"))
    let page = File.ReadAllText(folder.File "out/report.html")
    Assert.That(page, Does.Contain "<svg")
    Assert.That(page, Does.Not.Contain folder.Path)
    let lines = File.ReadAllLines(folder.File "out/calibrated.csv")
    Assert.That(lines.Length, Is.EqualTo 3001)
    Assert.That(lines[0], Is.EqualTo "weight,pt,flavour,pb,pc,pu,Db")
    let before = content (folder.File "out")
    shouldExit 0 (calibrate folder "calibration.json --out out --threads 1")
    Assert.That((content (folder.File "out") = before))

[<Test>]
let ``further events are calibrated by the same map and keep their columns`` () =
    use folder = new Folder()
    writePlan folder ""
    let run = calibrate folder "calibration.json --out out --apply more.csv"
    shouldExit 0 run
    Assert.That(run.Output, Does.Contain "two-sample area")
    let lines = File.ReadAllLines(folder.File "out/calibrated-more.csv")
    Assert.That(lines.Length, Is.EqualTo 4)
    Assert.That(lines[0], Does.Contain "tag")
    Assert.That(lines[0], Does.Contain "Db")

[<Test>]
let ``a failed check is exit code 1 with what it means`` () =
    use folder = new Folder()
    writePlan folder """, "heldOut": 0.6 """
    let path = folder.File "calibration.json"
    // So few epochs that nothing is learned.
    let text =
        File
            .ReadAllText(path)
            .Replace("\"epochs\": 12", "\"epochs\": 1")
            .Replace("0.01 }", "1e-6 }")

    File.WriteAllText(path, text)
    let run = calibrate folder "calibration.json --out out --json"
    shouldExit 1 run
    Assert.That(run.Log, Does.Contain "two-sample test' failed")
    let checks = (json run).GetProperty("checks")

    Assert.That(
        checks.EnumerateArray()
        |> Seq.exists (fun c -> not (c.GetProperty("passed").GetBoolean()))
    )

[<Test>]
let ``wrong input is told in sentences`` () =
    use folder = new Folder()
    writePlan folder """, "nonsense": 1"""

    let wrong line (part: string) =
        let run = calibrate folder line
        shouldExit 2 run
        shouldHideStacks run
        Assert.That(run.Log, Does.Contain part)

    wrong "calibration.json --out out" "nonsense"
    wrong "none.json --out out" "no such file"
    wrong "calibration.json" "--out"
    writePlan folder ""
    wrong "calibration.json --out out --apply none.csv" "there is no file 'none.csv'"
    wrong "calibration.json --out calibration.json" "is a file"
    folder.Write("bad.csv", "pt,flavour,pb,pc,pu\n50,5,1.0,0.2,0.1\n") |> ignore
    wrong "calibration.json --out out --apply bad.csv" "no finite coordinate"
