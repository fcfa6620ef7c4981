module ScanVerbTests

open NUnit.Framework
open Nsbi.Model
open CommandLine
open Workspaces

let private scan (folder: Folder) (line: string) : Run =
    runIn folder.Path ("scan" :: "workspace.json" :: words line)

[<Test>]
let ``the keys of a scan may not change`` () =
    use folder = new Folder()
    interference folder |> ignore
    let run = scan folder "--poi mu --from 0 --to 3 --points 4 --json"
    shouldExit 0 run
    Assert.That(run.Log, Is.Empty)

    Assert.That(
        (keys (json run) = [
            "schemaVersion"
            "verb"
            "version"
            "status"
            "poi"
            "values"
            "t"
            "best"
            "twiceNll"
            "modelHash"
            "dataHash"
        ])
    )

[<Test>]
let ``the Asimov scan of the interference toy is the known curve`` () =
    use folder = new Folder()
    interference folder |> ignore
    let run = scan folder "--poi mu --asimov mu=1 --from 0 --to 4 --points 9 --json"
    shouldExit 0 run
    let result = json run
    let t = [ for value in result.GetProperty("t").EnumerateArray() -> value.GetDouble() ]
    let values = [ for v in result.GetProperty("values").EnumerateArray() -> v.GetDouble() ]
    Assert.That((values = [ 0.0; 0.5; 1.0; 1.5; 2.0; 2.5; 3.0; 3.5; 4.0 ]))
    // −2 ln L to six digits by an independent integration.
    let known = [
        0, 2.448976
        1, 1.462839
        2, 0.0
        3, 1.656742
        4, 6.460370
        6, 23.841516
        8, 49.142017
    ]

    for place, expected in known do
        Assert.That(t[place], Is.EqualTo(expected).Within 1e-6)

[<Test>]
let ``a person sees a table of the values`` () =
    use folder = new Folder()
    counting folder (Constant 1.0) 30.0 |> ignore
    let run = scan folder "--poi mu --from 1 --to 2 --points 2"
    shouldExit 0 run
    Assert.That(run.Output, Does.Contain "best fit mu = 1")
    Assert.That(run.Output, Does.Match @"(?m)^ +1 +0$")

[<Test>]
let ``one point is the first value`` () =
    use folder = new Folder()
    counting folder (Constant 1.0) 30.0 |> ignore
    let run = scan folder "--poi mu --from 0.5 --to 2 --points 1 --json"
    shouldExit 0 run
    let first = (json run).GetProperty("values")[0]
    Assert.That(first.GetDouble(), Is.EqualTo 0.5)
