module PosteriorVerbTests

open System.IO
open System.Text.Json
open NUnit.Framework
open CommandLine
open Nsbi.Infer

/// The means of three Gaussians, which a small network learns in seconds.
let private plan (source: string) (data: string) =
    $$"""
{
  "nsbi-posterior": 1,
  "name": "three means",
  "seed": 3,
  "prior": [
    { "name": "mu1", "density": "normal", "mean": 0, "standardDeviation": 3 },
    { "name": "mu2", "density": "normal", "mean": 0, "standardDeviation": 3 },
    { "name": "mu3", "density": "normal", "mean": 0, "standardDeviation": 3 }
  ],
  "features": ["x1", "x2", "x3"],
  {{source}},
  "networks": {
    "embedding": {
      "encoder": { "hidden": [8] }, "width": 8, "decoder": { "hidden": [24] }
    },
    "head": { "kind": "gaussian", "covariance": "diagonal" },
    "training": { "learningRate": 0.01, "epochs": 6, "schedule": { "kind": "cosine", "final": 0.01 } },
    "setsPerEpoch": 2500, "validationSets": 200
  },
  "check": { "sets": 100, "draws": 59, "level": 1e-6 },
  "data": [{{data}}]
}
"""

let private toy = "\"toy\": { \"name\": \"gaussian-means\", \"events\": [2, 30] }"

let private drawn =
    "{ \"name\": \"drawn\", \"parameters\": [1, -2, 0.5], \"events\": 20 }"

let private posterior (folder: Folder) (line: string) : Run =
    runIn folder.Path ("posterior" :: words line)

let private content (folder: string) : (string * byte[]) list =
    [
        for path in Directory.GetFiles(folder, "*", SearchOption.AllDirectories) do
            let name = Path.GetRelativePath(folder, path)

            if not (name.StartsWith "log") then
                name, File.ReadAllBytes path
    ]
    |> List.sortBy fst

let private number (name: string) (element: JsonElement) : float =
    element.GetProperty(name).GetDouble()

let private events (seed: uint64) count =
    GaussianMeansToy.sample seed 0UL [| 1.0; -2.0; 0.5 |] count

let private csv (values: float[]) =
    let rows =
        values
        |> Array.chunkBySize 3
        |> Array.map (Array.map (fun x -> x.ToString "R") >> String.concat ",")

    "x1,x2,x3\n" + String.concat "\n" rows + "\n"

/// A plan and files of observed events.
let writePlan (folder: Folder) : unit =
    folder.Write("posterior.json", plan toy drawn) |> ignore

    for seed, day in List.indexed [ "monday"; "tuesday"; "today" ] do
        folder.Write($"{day}.csv", csv (events (uint64 seed) 9)) |> ignore

/// Mean and standard deviation of each parameter of the only posterior.
let private summary (run: Run) =
    let only = (json run).GetProperty("posteriors")[0]

    number "events" only,
    [|
        for p in only.GetProperty("parameters").EnumerateArray() ->
            number "mean" p, number "standardDeviation" p
    |]

[<Test>]
let ``a posterior is trained, checked and applied, and kept in the folder`` () =
    use folder = new Folder()
    folder.Write("posterior.json", plan toy drawn) |> ignore
    let first = posterior folder "posterior.json --out results --threads 1 --json"
    shouldExit 0 first
    let result = json first

    Assert.That(
        (keys result = [
            "schemaVersion"
            "verb"
            "version"
            "name"
            "seed"
            "estimator"
            "training"
            "checkSets"
            "information"
            "ranks"
            "coverage"
            "posteriors"
            "checks"
        ])
    )

    let exact = GaussianMeansToy.widths 20
    let events, parameters = summary first
    Assert.That(events, Is.EqualTo 20.0)

    for k in 0..2 do
        Assert.That(snd parameters[k], Is.EqualTo(exact[k]).Within(0.3 * exact[k]))

    Assert.That((result.GetProperty "ranks").GetArrayLength(), Is.EqualTo 3)
    Assert.That(number "value" (result.GetProperty "information"), Is.GreaterThan 1.0)
    let page = File.ReadAllText(Path.Combine(folder.File "results", "report.html"))

    for part in
        [
            "drawn: 20 events"
            "rank of mu2"
            "credibility"
            "distance of the embedding"
        ] do
        Assert.That(page, Does.Contain part)

    Assert.That(page, Does.Not.Contain "src=")

    // Again, with other threads: nothing is trained, and the bytes are the same.
    let before = content (folder.File "results")
    let second = posterior folder "posterior.json --out results --threads 2 --json"
    Assert.That(second.Output, Is.EqualTo first.Output)
    Assert.That((content (folder.File "results") = before))

[<Test>]
let ``new events update a state without the old ones`` () =
    use folder = new Folder()
    folder.Write("posterior.json", plan toy "") |> ignore
    let all = events 5UL 24
    folder.Write("all.csv", csv all) |> ignore
    folder.Write("monday.csv", csv all[.. 3 * 9 - 1]) |> ignore
    folder.Write("tuesday.csv", csv all[3 * 9 ..]) |> ignore
    let line = "posterior.json --out results --no-checks --json"
    let whole = posterior folder $"{line} --data all.csv"
    shouldExit 0 whole
    let monday = posterior folder $"{line} --data monday.csv --state seen.json"
    shouldExit 0 monday
    Assert.That(fst (summary monday), Is.EqualTo 9.0)
    let both = posterior folder $"{line} --data tuesday.csv --state seen.json"
    shouldExit 0 both
    let events, parameters = summary both
    Assert.That(events, Is.EqualTo 24.0)

    for (mean, sd), (wholeMean, wholeSd) in Array.zip parameters (snd (summary whole)) do
        Assert.That(mean, Is.EqualTo(wholeMean).Within 1e-6)
        Assert.That(sd, Is.EqualTo(wholeSd).Within 1e-6)

[<Test>]
let ``sets of files train a posterior, and a state of another one is refused`` () =
    use folder = new Folder()
    let mutable stream = Nsbi.Kernels.RandomStream(4UL, "sets of a test", 0UL)
    let sets = System.Text.StringBuilder "set,x1,x2,x3\n"
    let values = System.Text.StringBuilder "set,mu1,mu2,mu3\n"

    let row (numbers: float seq) =
        numbers |> Seq.map (fun x -> x.ToString "R") |> String.concat ","

    for set in 0..1999 do
        let means = GaussianMeansToy.drawMeans &stream
        values.Append(row (Seq.append [ float set ] means)).Append('\n') |> ignore
        let x = GaussianMeansToy.drawEvents &stream means 8

        for event in Array.chunkBySize 3 x do
            sets.Append(row (Seq.append [ float set ] event)).Append('\n') |> ignore

    folder.Write("sets.csv", string sets) |> ignore
    folder.Write("values.csv", string values) |> ignore
    folder.Write("observed.csv", csv (events 6UL 8)) |> ignore
    folder.Write("other.json", "{}") |> ignore

    let source = "\"sets\": { \"events\": \"sets.csv\", \"values\": \"values.csv\" }"
    let data = "{ \"name\": \"observed\", \"file\": \"observed.csv\" }"
    folder.Write("posterior.json", plan source data) |> ignore
    let run = posterior folder "posterior.json --out results --json"
    shouldExit 0 run
    Assert.That(number "checkSets" (json run), Is.EqualTo 400.0)
    Assert.That(fst (summary run), Is.EqualTo 8.0)

    let refused =
        posterior folder "posterior.json --out results --no-checks --state other.json"

    shouldExit 2 refused
    Assert.That(refused.Log, Does.Contain "other.json")
    shouldHideStacks refused

[<Test>]
let ``every fault of a plan is told at once`` () =
    use folder = new Folder()

    let text =
        (plan "\"toy\": { \"name\": \"gaussian-mean\", \"events\": [5, 2] }" drawn)
            .Replace("\"diagonal\"", "\"round\"")
            .Replace("\"level\": 1e-6", "\"level\": 2, \"color\": 1")
            .Replace(
                "\"standardDeviation\": 3 },\n    { \"name\": \"mu2\"",
                "\"standardDeviation\": -3 },\n    { \"name\": \"mu2\""
            )

    folder.Write("posterior.json", text) |> ignore
    let run = posterior folder "posterior.json --threads 0"
    shouldExit 2 run

    for part in
        [
            "--threads"
            "$.toy.events"
            "$.networks.head.covariance"
            "$.check.color"
            "$.check.level"
            "$.prior[0]"
        ] do
        Assert.That(run.Log, Does.Contain part)

    shouldHideStacks run
    Assert.That(Directory.GetFileSystemEntries(folder.Path).Length, Is.EqualTo 1)
    let missing = posterior folder "nothing.json"
    shouldExit 2 missing
    Assert.That(missing.Log, Does.Contain "there is no such file")
