module Calibration.SampleCalibrationTests

open System
open System.IO
open NUnit.Framework
open Nsbi.Infer
open Nsbi.Infer.Calibration
open Nsbi.Kernels
open Nsbi.Learn.Events

type private Scratch() =
    let path = Directory.CreateTempSubdirectory("nsbi-calibration-").FullName
    member _.Path = path
    member _.File(name: string) = Path.Combine(path, name)

    member this.Write(name: string, text: string) : string =
        File.WriteAllText(this.File name, text)
        this.File name

    interface IDisposable with
        member _.Dispose() = Directory.Delete(path, true)

let private fast =
    """"networks": { "epochs": 12, "folds": 2, "hidden": [16, 16], "batchSize": 256, "learningRate": 0.005 },
       "test": { "epochs": 8, "hidden": [16, 16], "batchSize": 256, "learningRate": 0.005 }, "replicas": 20"""

let private toy (events: int) (more: string) =
    $$"""{ "nsbi-calibration": 1, "name": "Jets", "seed": 3,
         "source": { "toy": "flavourTagging", "process": "simulation", "events": {{events}} },
         "target": { "toy": "flavourTagging", "process": "data", "events": {{events}} },
         "features": ["pb", "pc", "pu"], "condition": ["pt | log"], "coordinates": "logits",
         "method": "reweighting", {{fast}},
         "derived": ["Db = log(pb / (0.018 * pc + 0.982 * pu))"],
         "bins": [ { "of": "pt", "edges": [20, 60, 250] } ] {{more}} }"""

let private run threads (plan: string) out =
    let options = {
        Pipeline.options with
            Threads = threads
    }

    match SampleCalibration.run options [] plan out with
    | Ok result -> result
    | Error fault -> invalidOp (string fault)

let private sentences plan out =
    match SampleCalibration.run Pipeline.options [] plan out with
    | Ok _ -> ""
    | Error(PipelineFault.WrongInput found)
    | Error(PipelineFault.NotSuccessful found) -> String.Join("\n", found)

let private content (folder: string) =
    [
        for path in Directory.GetFiles(folder, "*", SearchOption.AllDirectories) do
            let name = Path.GetRelativePath(folder, path)

            if not (name.StartsWith "log") then
                name, Convert.ToHexString(File.ReadAllBytes path)
    ]
    |> List.sortBy fst

let private check name (result: CalibrationResult) =
    result.Checks |> List.find (fun check -> check.Name = name)

let private table (path: string) request =
    match EventFile.read request path with
    | Ok table -> table
    | Error faults -> invalidOp (string faults)

[<Test>]
let ``reweighted jets close, in every quantity and in bins, and the file holds them`` () =
    use folder = new Scratch()
    let out = folder.File "out"
    let result = run 1 (folder.Write("plan.json", toy 6000 "")) out
    Assert.That(result.AreaBefore.Value, Is.GreaterThan 0.58)
    Assert.That((check "two-sample test" result).Passed)
    Assert.That(result.AreaAfter.Value, Is.LessThan 0.54)

    for name in [ "pb"; "pc"; "pu"; "Db" ] do
        Assert.That((check $"closure of {name}" result).Passed)
        Assert.That((check $"closure of {name} in pt" result).Passed)

    let db = result.Quantities |> List.find (fun q -> q.Name = "Db")
    Assert.That(db.IsMoved, Is.False)
    Assert.That(db.Before.Kolmogorov.PValue, Is.LessThan 1e-6)
    Assert.That(db.After.Wasserstein.Value, Is.LessThan(0.6 * db.Before.Wasserstein.Value))
    Assert.That((check "spectrum of pt" result).Passed)
    let request = EventRequest.all |> EventRequest.weightedBy "weight"
    let calibrated = table (Path.Combine(out, "calibrated.csv")) request
    Assert.That(calibrated.Count, Is.EqualTo 6000)
    Assert.That(calibrated.SumOfWeights, Is.EqualTo(6000.0).Within 1e-6)
    Assert.That(calibrated.EffectiveSize, Is.EqualTo(result.Effective).Within 1e-6)
    Assert.That(calibrated.Has "Db" && calibrated.Has "flavour")
    Assert.That(File.ReadAllText(Path.Combine(out, "report.html")), Does.Contain "<svg")

[<Test>]
let ``a second run reuses the trainings, and threads do not matter`` () =
    use folder = new Scratch()
    let plan = folder.Write("plan.json", toy 1200 "")
    let first = run 1 plan (folder.File "a")
    let before = content (folder.File "a")
    let again = run 1 plan (folder.File "a")
    Assert.That((content (folder.File "a") = before))
    Assert.That(again.Networks |> List.forall (fun network -> network.Seconds = 0.0))
    run 2 plan (folder.File "b") |> ignore
    Assert.That((content (folder.File "b") = before))
    Assert.That(first.Checks.Length, Is.GreaterThan 8)

let private signedPlan (negative: string) =
    $$"""{ "nsbi-calibration": 1, "name": "Signed",
         "source": { "file": "mc.csv", "weight": "w" }, "target": { "file": "data.csv" },
         "features": ["x"], "method": "reweighting", {{fast}},
         "negativeWeights": {{negative}}, "output": { "suffix": "_c", "weight": "w" } }"""

/// Accepts normal x with the signed density over its largest value.
let private writeSigned (folder: Scratch) =
    let mutable stream = RandomStream(5UL, "signed", 0UL)

    let line (x: float) (w: float) =
        FormattableString.Invariant $"{x:R},{w:R},{-x:R}"

    let rows = ResizeArray [ "x,w,other" ]

    for _ in 1..4000 do
        rows.Add(line (stream.NextGaussian()) 2.0)

    for _ in 1..700 do
        rows.Add(line (0.5 + 0.5 * stream.NextGaussian()) -2.0)

    folder.Write("mc.csv", String.Join("\n", rows)) |> ignore
    let rows = ResizeArray [ "x" ]

    let normal mean sigma x =
        exp (-0.5 * ((x - mean) / sigma) ** 2.0) / sigma

    while rows.Count <= 3000 do
        let x = stream.NextGaussian()
        let keep = 1.0 - 700.0 / 4000.0 * normal 0.5 0.5 x / normal 0.0 1.0 x

        if stream.NextDouble() < keep then
            rows.Add(FormattableString.Invariant $"{x + 0.3:R}")

    folder.Write("data.csv", String.Join("\n", rows)) |> ignore

[<TestCase("""{ "method": "resample", "networks": { "epochs": 30, "folds": 2, "hidden": [16], "batchSize": 128, "learningRate": 0.01 } }""")>]
[<TestCase("""{ "method": "reweight", "of": "x", "bins": 30 }""")>]
let ``negative weights become positive by the stated method, and the sample closes``
    (negative: string)
    =
    use folder = new Scratch()
    writeSigned folder

    let result =
        run 1 (folder.Write("plan.json", signedPlan negative)) (folder.File "out")

    let positive = result.Positive.Value
    Assert.That((check "positive weights of x" result).Passed)
    Assert.That((check "closure of x" result).Passed)
    Assert.That(positive.SignedSize, Is.EqualTo(3300.0 * 3300.0 / 4700.0).Within 1e-6)
    Assert.That(Array.sum positive.Weights, Is.EqualTo(6600.0).Within 1e-6)
    let request = EventRequest.all |> EventRequest.weightedBy "w"
    let calibrated = table (Path.Combine(folder.File "out", "calibrated.csv")) request
    Assert.That(calibrated.Has "x" && calibrated.Has "x_c" && calibrated.Has "other")
    Assert.That(calibrated.SumOfWeights, Is.EqualTo(6600.0).Within 1e-6)

[<Test>]
let ``what cannot be calibrated is told`` () =
    use folder = new Scratch()
    writeSigned folder
    let plan = folder.Write("plan.json", signedPlan "\"refuse\"")

    Assert.That(
        sentences plan (folder.File "out"),
        Does.Contain "negative weights cannot be calibrated"
    )

    let absent = (signedPlan "\"refuse\"").Replace("\"x\"", "\"y\"")
    let plan = folder.Write("absent.json", absent)
    Assert.That(sentences plan (folder.File "out"), Does.Contain "'y'")

    Assert.That(
        sentences (folder.File "none.json") (folder.File "out"),
        Does.Contain "no such file"
    )

/// The toy by another method.
let private by (method: string) (events: int) : string =
    let networks = fast.Substring(0, fast.IndexOf "\"test\"")
    (toy events "").Replace("\"method\": \"reweighting\"", method).Replace(networks, "")

let private transport (epochs: int) =
    $$""""method": "transport",
         "transport": { "epochs": {{epochs}}, "rounds": 40, "batchSize": 512, "cost": "euclidean" }"""

/// Mean distance of the calibrated logits from those of the exact map, and mean way of the exact map.
let private misses (folder: string) : float * float =
    let calibrated = table (Path.Combine(folder, "calibrated.csv")) EventRequest.all
    let jets = FlavourTaggingToy.jets 3UL JetSample.Simulation calibrated.Count
    let pt = EventTable.values "pt" jets
    let logit p = log (p / (1.0 - p))

    let logits (table: EventTable) =
        [| "pb"; "pc"; "pu" |]
        |> Array.map (fun name -> EventTable.values name table |> Array.map logit)

    let before, after = logits jets, logits calibrated

    let norm a b =
        sqrt (Array.fold2 (fun sum x y -> sum + (x - y) * (x - y)) 0.0 a b)

    Array.init jets.Count (fun i ->
        let at (q: float[][]) = q |> Array.map (fun c -> c[i])
        let exact = FlavourTaggingToy.map pt[i] (at before)
        norm (at after) exact, norm (at before) exact)
    |> Array.unzip
    |> fun (missed, way) -> Array.average missed, Array.average way

[<Test>]
let ``transported jets close in D_b, of which the map knows nothing, and move as the exact map says``
    ()
    =
    use folder = new Scratch()
    let out = folder.File "out"
    let result = run 1 (folder.Write("plan.json", by (transport 12) 8000)) out
    Assert.That((check "training of the map" result).Passed)
    let db = result.Quantities |> List.find (fun q -> q.Name = "Db")
    Assert.That(db.Before.Kolmogorov.PValue, Is.LessThan 1e-8)
    Assert.That((check "closure of Db" result).Passed)
    Assert.That((check "closure of Db in pt" result).Passed)
    // Four thousand jets of each kind fix the map to a fifth of the way.
    Assert.That(result.AreaAfter.Value, Is.LessThan 0.545)
    Assert.That(result.Effective, Is.EqualTo(8000.0).Within 1e-6)
    let missed, way = misses out
    Assert.That(missed, Is.LessThan(0.35 * way))

[<Test>]
let ``quantile maps close every feature, and leave what is between them to the two-sample test``
    ()
    =
    use folder = new Scratch()
    let method = "\"method\": \"monotone\", \"monotone\": { \"bins\": 4 }"
    let out = folder.File "out"
    let result = run 1 (folder.Write("plan.json", by method 8000)) out

    for name in [ "pb"; "pc"; "pu" ] do
        Assert.That((check $"closure of {name}" result).Passed)

    Assert.That(result.AreaAfter.Value, Is.LessThan result.AreaBefore.Value)
    Assert.That(result.Outside, Is.EqualTo None)

[<Test; Category("Study")>]
let ``fifty thousand jets close to an area of 0.52 and in D_b in every bin`` () =
    use folder = new Scratch()

    let plan =
        (by (transport 30) 50000).Replace("[20, 60, 250]", "[20, 30, 45, 70, 120, 250]")

    let out = folder.File "out"
    let result = run 2 (folder.Write("plan.json", plan)) out

    for check in result.Checks do
        Assert.That(check.Passed, $"{check.Name}: {check.Finding}")

    Assert.That(result.AreaAfter.Value, Is.LessThan 0.52)
    let missed, way = misses out
    Assert.That(missed, Is.LessThan(0.2 * way))
