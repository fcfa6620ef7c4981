module ConvertVerbTests

open System.IO
open System.Text.Json
open NUnit.Framework
open CommandLine
open Workspaces

let private example (name: string) : string =
    Path.Combine(root, "examples", "histfactory", name)

let private copy (folder: Folder) (name: string) (target: string) : unit =
    File.Copy(example name, folder.File target)

/// Equal in structure, numbers as doubles.
let private same (a: string) (b: string) : bool =
    use a = JsonDocument.Parse(File.ReadAllText a)
    use b = JsonDocument.Parse(File.ReadAllText b)
    JsonElement.DeepEquals(a.RootElement, b.RootElement)

[<Test>]
let ``a pyhf workspace becomes ours and comes back`` () =
    use folder = new Folder()

    let there =
        runIn folder.Path [ "convert"; example "search.json"; "ours.json"; "--json" ]

    shouldExit 0 there
    let result = json there
    Assert.That(result.GetProperty("format").GetString(), Is.EqualTo "nsbi")
    Assert.That(result.GetProperty("channels").GetInt32(), Is.EqualTo 1)
    Assert.That(result.GetProperty("parameters").GetInt32(), Is.EqualTo 10)
    Assert.That(File.ReadAllText(folder.File "ours.json"), Does.Contain "nsbi-workspace")

    let back = runIn folder.Path (words "convert ours.json pyhf.json")
    shouldExit 0 back
    Assert.That(back.Output, Does.Contain "1 channels and 10 parameters, as pyhf")
    Assert.That(same (example "search.json") (folder.File "pyhf.json"), Is.True)

[<Test>]
let ``the examples of the help of convert and combine run`` () =
    use folder = new Folder()
    copy folder "search.json" "pyhf.json"
    copy folder "signals.json" "patches.json"
    copy folder "search.json" "a.json"
    copy folder "control.json" "b.json"

    for verb in [ "convert"; "combine" ] do
        let examples = HelpTests.examples verb
        Assert.That(examples, Is.Not.Empty)

        for example in examples do
            shouldExit 0 (runIn folder.Path example)

[<Test>]
let ``a combined workspace holds the channels of both and is pyhf's again`` () =
    use folder = new Folder()

    let run =
        [ "combine"; example "search.json"; example "control.json" ]
        @ words "--out both.json --to pyhf --name both --json"
        |> runIn folder.Path

    shouldExit 0 run
    Assert.That((json run).GetProperty("channels").GetInt32(), Is.EqualTo 2)
    let both = JsonDocument.Parse(File.ReadAllText(folder.File "both.json")).RootElement
    let measurement = both.GetProperty("measurements")[0]
    Assert.That(measurement.GetProperty("name").GetString(), Is.EqualTo "both")

let private mu (run: Run) : float * float =
    shouldExit 0 run
    let mu = (json run).GetProperty("parameters")[0]
    Assert.That(mu.GetProperty("name").GetString(), Is.EqualTo "mu")
    mu.GetProperty("value").GetDouble(), mu.GetProperty("error").GetDouble()

[<Test>]
let ``fit and scan read pyhf workspaces with a measurement and a patch`` () =
    use folder = new Folder()
    copy folder "search.json" "w.json"
    copy folder "signals.json" "patches.json"

    let fit line =
        mu (runIn folder.Path (words $"fit w.json --json {line}"))
    // histfactory_minimum.py.
    let value, error = fit ""
    Assert.That(value, Is.EqualTo(1.208230853).Within 1e-6)
    Assert.That(error, Is.EqualTo(0.8216281394).Within 1e-6)
    let _, statistical = fit "--measurement \"statistics only\""
    Assert.That(statistical, Is.LessThan error)
    let heavy, _ = fit "--patch patches.json --patch-name heavy"
    Assert.That(abs (heavy - value), Is.GreaterThan 0.01)

    let scan =
        words "scan w.json --poi mu --from 0 --to 2 --points 3 --patch patches.json --json"
        @ words "--patch-name 700,10 --measurement search"

    let run = runIn folder.Path scan
    shouldExit 0 run
    Assert.That((json run).GetProperty("t").GetArrayLength(), Is.EqualTo 3)

let private refused (folder: Folder) (line: string) (parts: string list) : unit =
    let run = runIn folder.Path (words line)
    shouldExit 2 run
    shouldHideStacks run
    Assert.That(run.Output, Is.Empty)

    for part in parts do
        Assert.That(run.Log, Does.Contain part)

[<Test>]
let ``wrong input is answered with a sentence and nothing is written`` () =
    use folder = new Folder()
    copy folder "search.json" "a.json"
    copy folder "control.json" "b.json"
    copy folder "signals.json" "s.json"
    interference folder |> ignore
    let text = File.ReadAllText(example "search.json")

    folder.Write("broken.json", text.Replace("\"lo\": 0.92", "\"lw\": 0.92"))
    |> ignore

    folder.Write("other.json", text.Replace("[[0, 6]]", "[[0, 7]]").Replace("\"SR\"", "\"S2\""))
    |> ignore

    folder.Write("cut.json", text.Substring(0, 300)) |> ignore

    refused folder "convert a.json" [ "convert" ]
    refused folder "convert none.json out.json" [ "none.json"; "there is no such file" ]
    refused folder "convert a.json a.json" [ "IN and OUT are one file" ]
    refused folder "convert a.json out.json --to xml" [ "--to: 'xml' is no format" ]
    refused folder "convert cut.json out.json" [ "cut.json"; "the text is no JSON here" ]
    refused folder "convert broken.json out.json" [ "the key 'lo' is missing" ]
    refused folder "convert workspace.json out.json" [ "channel 'SR': it is unbinned" ]

    refused folder "convert a.json out.json --measurement no" [
        "there are: search, statistics only"
    ]

    refused folder "convert workspace.json o.json --measurement no" [ "it has no measurement 'no'" ]
    refused folder "convert a.json out.json --patch s.json" [ "it holds 2 patches" ]
    refused folder "convert a.json out.json --patch s.json --patch-name x" [ "it has no patch 'x'" ]
    refused folder "convert b.json out.json --patch s.json --patch-name heavy" [ "md5"; "sha256" ]
    refused folder "convert a.json out.json --patch-name heavy" [ "of no patch set" ]
    refused folder "fit a.json --measurement no" [ "there is no measurement 'no'" ]
    refused folder "fit a.json --patch none.json" [ "none.json"; "there is no such file" ]
    refused folder "scan b.json --poi mu --from 0 --to 1" [ "there is no parameter 'mu'" ]
    refused folder "combine a.json --out out.json" [ "there is one workspace only" ]
    refused folder "combine a.json b.json --out b.json" [ "it is one of the workspaces" ]
    refused folder "combine a.json a.json --out out.json" [ "the channel 'SR' is in a.json too" ]

    refused folder "combine a.json other.json --out out.json" [
        "other.json: the parameter 'mu' is of interest, from 1 in 0 to 7"
        "in a.json"
    ]

    Assert.That(File.Exists(folder.File "out.json"), Is.False)
