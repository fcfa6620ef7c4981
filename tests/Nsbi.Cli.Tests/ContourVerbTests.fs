module ContourVerbTests

open System.IO
open System.Text.Json
open NUnit.Framework
open Nsbi.Model
open Nsbi.Model.Words
open Nsbi.Infer
open CommandLine
open Workspaces

/// a ~ N(1, 0.3²) and b ~ N(2, 0.5²), between bounds far away.
let private gaussian (folder: Folder) : unit =
    let measured name value sigma =
        poi name
        |> from value
        |> between -10.0 10.0
        |> constrainedBy (Gaussian(value, sigma))

    let a, b = measured "mu" 1.0 0.3, measured "theta" 2.0 0.5

    let written =
        model "two" [
            Words.counting "C" [ processOf "p" [ scaledBy (1.0 + 0.0 * a + 0.0 * b); yields 50.0 ] ]
        ]

    {
        Workspace.create written RatioTables.empty with
            Counts = Map.ofList [ "C", [ 50.0 ] ]
    }
    |> WorkspaceFile.write (folder.File "workspace.json")
    |> ok
    |> ignore

let private contour (folder: Folder) (line: string) : Run =
    runIn folder.Path ("contour" :: "workspace.json" :: words line)

let private numbers (element: JsonElement) (name: string) : float[] = [|
    for item in element.GetProperty(name).EnumerateArray() -> item.GetDouble()
|]

[<Test>]
let ``contours are closed curves at their level`` () =
    use folder = new Folder()
    gaussian folder
    let run = contour folder "--pois mu,theta --json"
    shouldExit 0 run
    let result = json run
    Assert.That(keys result, Does.Contain "pois")
    let contours = [ for c in result.GetProperty("contours").EnumerateArray() -> c ]

    for contour, level in List.zip contours [ 2.295748928898636; 5.991464547107979 ] do
        Assert.That(contour.GetProperty("t").GetDouble(), Is.EqualTo(level).Within 1e-9)
        let curve = contour.GetProperty("curves").EnumerateArray() |> Seq.exactlyOne

        for a, b in Array.zip (numbers curve "first") (numbers curve "second") do
            let t = ((a - 1.0) / 0.3) ** 2.0 + ((b - 2.0) / 0.5) ** 2.0
            Assert.That(t, Is.EqualTo(level).Within 1e-6)

[<Test>]
let ``the page shows them and does not depend on the threads`` () =
    use folder = new Folder()
    gaussian folder

    let page threads =
        shouldExit 0 (contour folder $"--pois mu,theta --threads {threads} --out out{threads}")
        File.ReadAllText(folder.File $"out{threads}/report.html")

    let one = page 1
    Assert.That(one, Does.Contain "68.27 %")
    Assert.That(one, Does.Contain "<svg")
    Assert.That(page 2, Is.EqualTo one)

[<Test>]
let ``the examples of its help run`` () =
    use folder = new Folder()
    gaussian folder

    for example in HelpTests.examples "contour" do
        shouldExit 0 (runIn folder.Path example)

[<Test>]
let ``what cannot be traced is said at once`` () =
    use folder = new Folder()
    gaussian folder
    let run = contour folder "--pois mu --levels 0,200"
    shouldExit 2 run
    Assert.That(run.Log, Does.Contain "--pois: it names 1 parameters")
    Assert.That(run.Log, Does.Contain "--levels: 200 is no confidence level")
    let names = contour folder "--pois mu,nu"
    shouldExit 2 names
    Assert.That(names.Log, Does.Contain "no parameter 'nu'")
