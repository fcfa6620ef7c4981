module Nsbi.Infer.Tests.AnalysisEventsTests

open System.IO
open System.Text.Json.Nodes
open NUnit.Framework
open Nsbi.Learn
open Nsbi.Learn.Events
open Nsbi.Infer
open Nsbi.Infer.Tests.Analyses
open Nsbi.Infer.Tests.Expect

/// Two samples and data in files: four and three events, of which a selection of x > 0 keeps three and two.
let private files =
    json
        """{
  "nsbi-analysis": 1,
  "name": "files",
  "samples": [
    { "name": "S", "file": "s.csv", "weight": "w" },
    { "name": "B", "file": "b.csv", "yield": 30 }
  ],
  "selection": "x > 0",
  "features": ["x"],
  "reference": { "B": 2, "S": 1 },
  "parameters": [{ "name": "mu", "role": "poi", "initial": 1, "lower": 0, "upper": 8 }],
  "terms": [{ "name": "S", "scale": "mu" }, { "name": "B" }],
  "data": { "file": "data.csv" }
}"""

let private signal = "x,w\n-1,4\n1,0.5\n2,0.25\n3,0.25\n"
let private background = "x,w\n-1,1\n1,1\n2,1\n"
let private data = "x\n0.5\n-2\n"

let private readWith (root: JsonNode) (s: string) (b: string) (d: string) =
    use folder = new TemporaryFolder()
    folder.Write("s.csv", s) |> ignore
    folder.Write("b.csv", b) |> ignore
    folder.Write("data.csv", d) |> ignore

    parse root |> succeed |> AnalysisEvents.read folder.Path

[<Test>]
let ``a yield is that of the selected events`` () =
    let events = readWith files signal background data |> succeed
    Assert.That(events.Simulated.Samples, same [| "B"; "S" |], "in the order of the reference")
    // 30 of which two in three events pass; the sum of the passing weights 0.5 + 0.25 + 0.25.
    Assert.That(events.Simulated.Yields, same [| 20.0; 1.0 |])
    Assert.That(events.Simulated.Sample, same [| 0; 0; 1; 1; 1 |])
    Assert.That(events.Observed.Value.Count, same 1)
    Assert.That(events.Files |> List.map fst, same [ "s.csv"; "b.csv"; "data.csv" ])

[<Test>]
let ``samples are parts of one file, told apart by a column of texts`` () =
    let root =
        files.DeepClone()
        |> set
            "samples/0"
            """{"name": "S", "file": "s.csv", "weight": "w", "yield": 9,
            "selection": "Label == 's'"}"""
        |> set
            "samples/1"
            """{"name": "B", "file": "s.csv", "weight": "w",
            "selection": "Label != 's' && y < 3"}"""
        |> set "selection" "\"x > 0 && Set == 't'\""

    let rows = [
        "1,4,s,t,0"
        "2,2,s,t,0"
        "3,3,s,v,0"
        "4,5,b,t,2"
        "5,7,b,t,3"
        "-6,1,b,t,1"
    ]

    let file = "x,w,Label,Set,y\n" + String.concat "\n" rows

    let simulated =
        (readWith root file background "x,Set\n1,t\n2,u\n" |> succeed).Simulated

    Assert.That(EventTable.values "x" simulated.Events, same [| 4.0; 1.0; 2.0 |])
    Assert.That(simulated.Sample, same [| 0; 1; 1 |])
    // 9 events of weight 4 + 2 + 3, of which those of weight 4 + 2 pass the selection.
    Assert.That(simulated.Yields, same [| 5.0; 6.0 |])
    Assert.That(Seq.toList simulated.Events.Names, same [ "x" ])

[<Test>]
let ``the expected numbers of the events of a sample sum to its yield`` () =
    let simulated = (readWith files signal background data |> succeed).Simulated

    Assert.That(SimulatedEvents.expected simulated, same [| 10.0; 10.0; 0.5; 0.25; 0.25 |])
    let some = SimulatedEvents.take [| 1; 2; 4 |] [| 6.0; 0.3 |] simulated
    Assert.That(some.Sample, same [| 0; 1; 1 |])
    let expected = SimulatedEvents.expected some
    Assert.That(expected[0], near 1e-15 6.0)
    Assert.That(expected[1], near 1e-15 0.2)
    Assert.That(expected[2], near 1e-15 0.1)

[<Test>]
let ``equal events are one group, whatever their sample`` () =
    let simulated = (readWith files signal background data |> succeed).Simulated

    let groups = simulated.Groups
    Assert.That(groups[0], same groups[2], "x = 1 in B and in S")
    Assert.That(groups[1], same groups[3], "x = 2 in B and in S")
    Assert.That(Array.distinct groups, Has.Length.EqualTo 3)

let private broken: (string * (string * string * string) * string * string) list = [
    "missing column", ("y,w\n1,1\n", background, data), "s.csv", "'x'"
    "missing weight", ("x\n1\n", background, data), "s.csv", "'w'"
    "cell that is no number",
    (signal, "x,w\n1,1\nwide,1\n", data),
    "b.csv, line 3, column 'x'",
    "the cell is not a number ('wide')"
    "cell that is NaN", (signal, "x,w\n1,1\n2,1\nnan,1\n", data), "b.csv, line 4, column 'x'", "nan"
    "cell that is infinite", (signal, background, "x\ninf\n"), "data.csv, line 2, column 'x'", "inf"
    "short line", ("x,w\n1\n", background, data), "s.csv, line 2", "number of cells"
    "no events", (signal, "x,w\n", data), "b.csv", "no events"
    "empty file", (signal, "", data), "b.csv", "empty"
    "selection that keeps nothing", (signal, "x,w\n-1,1\n", data), "b.csv", "keeps no event"
    "total weight that is negative",
    ("x,w\n1,1\n2,-3\n", background, data),
    "s.csv",
    "the total weight"
]

[<Test>]
let ``no observed event after the selection is an observation`` () =
    let events = readWith files signal background "x\n-1\n" |> succeed
    Assert.That(events.Observed.Value.Count, same 0)

let private brokenNames = broken |> List.map (fun (name, _, _, _) -> name)

[<TestCaseSource(nameof brokenNames)>]
let ``a broken event file is answered by a sentence with its place`` (name: string) =
    let _, (s, b, d), place, words = broken |> List.find (fun (n, _, _, _) -> n = name)
    let faults = readWith files s b d |> faultsOf
    let text = Fault.render faults
    Assert.That(text, Does.Contain place)
    Assert.That(text, Does.Contain words)

[<Test>]
let ``faults of several files are reported at once`` () =
    let text =
        readWith files "x,w\n1,a\n2,b\n" "x,w\nc,1\n" "y\n1\n"
        |> faultsOf
        |> Fault.render

    for place in [ "s.csv, line 2"; "s.csv, line 3"; "b.csv, line 2"; "data.csv" ] do
        Assert.That(text, Does.Contain place)

[<Test>]
let ``a file that is not there is a fault`` () =
    use folder = new TemporaryFolder()

    let text =
        parse files
        |> succeed
        |> AnalysisEvents.read folder.Path
        |> faultsOf
        |> Fault.render

    for name in [ "s.csv"; "b.csv"; "data.csv" ] do
        Assert.That(text, Does.Contain(Path.Combine(folder.Path, name)))

[<Test>]
let ``a column that a toy does not have is a fault`` () =
    let text =
        json interference
        |> set "features/0" "\"y\""
        |> parse
        |> succeed
        |> AnalysisEvents.read "."
        |> faultsOf
        |> Fault.render

    Assert.That(text, Does.Contain "there is no such column")

[<Test>]
let ``a toy has its own yield unless the analysis gives another`` () =
    let events change =
        json interference
        |> change
        |> parse
        |> succeed
        |> AnalysisEvents.read "."
        |> succeed
        |> _.Simulated

    let own = events id
    Assert.That(own.Yields[3], near 1e-12 200.0)
    let other = events (set "samples/3/yield" "2000" >> set "selection" "\"x > -0.6\"")
    Assert.That(other.Yields[3], near 20.0 1000.0, "half of the events lie above the mean")
    let half = events (set "samples/3/selection" "\"x > -0.6\"")
    Assert.That(half.Yields[3], near 2.0 100.0, "the sample is a part of the process")
    Assert.That((SimulatedEvents.expected other |> Array.sum), near 1e-9 (Array.sum other.Yields))
