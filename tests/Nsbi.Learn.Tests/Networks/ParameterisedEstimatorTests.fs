module Networks.ParameterisedEstimatorTests

open System
open NUnit.Framework
open Nsbi.Kernels
open Nsbi.Learn.Autodiff
open Nsbi.Learn.Networks
open Networks.TrainingExamples
open Networks.ParameterisedExamples

let private reference () =
    gaussian "other reference" 500_000_000UL 0.0 1.0 8000

/// √E[(ln r̂ − ln r)²] over N(0, 1).
let private misfit (estimator: ParameterisedEstimator) alpha =
    let held = reference ()
    use team = new ThreadTeam(1)

    estimator.ByFold(team, ReadOnlyMemory held.Features, ReadOnlyMemory held.Groups, [| alpha |])
    |> Array.map2 (fun x z -> (z - truth alpha (float x)) ** 2.0) held.Features
    |> Array.average
    |> sqrt

let private check (record: ParameterisedRecord) =
    TestContext.Out.WriteLine $"{record}"
    // E_ref[r] of a learned r is off by its error at most, beside what the check events fluctuate.
    let allowed = 4.0 * record.Normalisation.Error + 2.0 * record.Error
    Assert.That(record.Normalisation.Value, Is.EqualTo(1.0).Within allowed)

    Assert.That(
        record.Closure |> List.map _.Observable,
        Is.EqualTo<string list> [ "feature 0"; "ln r" ]
    )

    for closure in record.Closure do
        // At α = 0 every event has the same ln r.
        if record.Point <> [ 0.0 ] || closure.Observable <> "ln r" then
            Assert.That(closure.Degrees, Is.EqualTo 19)
            Assert.That(closure.PValue, Is.GreaterThan 1e-6)

[<Test>]
let ``the shift is learned at the points of the training`` () =
    let estimator = shiftEstimator.Value

    Assert.That(
        estimator.Records |> List.map _.Point,
        Is.EqualTo<float list list> [ [ -2.0 ]; [ -1.0 ]; [ 1.0 ]; [ 2.0 ] ]
    )

    let line = string estimator.Records.Head
    Assert.That(line, Does.StartWith("at -2 at (-2): E[r] = ").And.Contain "least p of closure")

    for record in estimator.Records do
        check record
        let miss = misfit estimator record.Point.Head
        TestContext.Out.WriteLine $"missed by {miss}"
        Assert.That(record.Trained, Is.True)
        Assert.That(miss, Is.LessThan 0.16)
        Assert.That(record.Error / miss, Is.InRange(0.4, 3.0))

[<Test>]
let ``between the points and at zero it holds on samples nobody trained on`` () =
    let estimator = shiftEstimator.Value
    use team = new ThreadTeam(1)

    for alpha in [ -1.5; -0.5; 0.0; 0.5; 1.5 ] do
        let sample = sampleAt 50_000_000UL 8000 alpha

        let record = ParameterisedCheck.at team estimator (reference ()) sample |> valueOf

        check record
        Assert.That(record.Trained, Is.False)
        let miss = misfit estimator alpha
        TestContext.Out.WriteLine $"{alpha}: missed by {miss}"
        Assert.That(miss, Is.LessThan 0.16)

        if alpha = 0.0 then
            Assert.That(miss, Is.EqualTo 0.0)
            Assert.That(record.Normalisation.Value, Is.EqualTo(1.0).Within 1e-12)

[<Test>]
let ``two parameters at once hold where neither was trained`` () =
    let estimator = pairEvents 4000 |> train (settings true 2 1)
    let n = 4000
    let x = features n
    use team = new ThreadTeam(1)

    for a, b in [ 0.4, 0.2; -0.4, 0.3; 0.4, -0.3 ] do
        let m0, m1 = 0.5 * a, 0.3 * b
        let z = estimator.MeanOfFolds(team, ReadOnlyMemory x, [| a; b |])

        let misses =
            Array.init n (fun i ->
                let x0, x1 = float x[2 * i], float x[2 * i + 1]
                let truth = m0 * x0 + m1 * x1 - 0.5 * (m0 * m0 + m1 * m1)
                (z[i] - truth) ** 2.0)

        let miss = sqrt (Array.average misses)
        TestContext.Out.WriteLine $"({a}, {b}): missed by {miss}"
        Assert.That(miss, Is.LessThan 0.15)

[<Test>]
let ``a wrong ratio fails the closure`` () =
    let estimator = shiftEstimator.Value
    use team = new ThreadTeam(1)
    // Made at 1, said to be at −1.
    let sample = {
        sampleAt 50_000_000UL 8000 1.0 with
            Parameters = Array.create 8000 -1.0
    }

    let record = ParameterisedCheck.at team estimator (reference ()) sample |> valueOf

    for closure in record.Closure do
        Assert.That(closure.PValue, Is.LessThan 1e-10)

[<Test>]
let ``without an anchor the ratio to any reference is learned`` () =
    // Reference N(0, 1.5²): ln r = −(x − αδ)²/2 + x²/4.5 + ln 1.5; values of α drawn event by event.
    let n = 16_000
    let mutable stream = RandomStream(1UL, "prior", 0UL)
    let alphas = Array.init n (fun _ -> 2.0 * stream.NextDouble() - 1.0)
    let plain = gaussian "sample" 0UL 0.0 1.0 n

    let sample =
        {
            plain with
                Features = Array.map2 (fun x a -> x + float32 (delta * a)) plain.Features alphas
        }
        |> ParameterisedSample.drawn alphas

    let events =
        ParameterisedEvents.create
            NegativeWeights.Refuse
            1
            [ "shift" ]
            (gaussian "reference" 100_000_000UL 0.0 1.5 n)
            [ sample ]
        |> valueOf

    let estimator = train (settings false 2 1) events
    Assert.That(estimator.Records, Is.Empty)
    let struct (least, largest) = estimator.Ranges[0]
    Assert.That(least, Is.InRange(-1.0, -0.99))
    Assert.That(largest, Is.InRange(0.99, 1.0))
    use team = new ThreadTeam(1)
    let xs = [| for i in -20 .. 20 -> 0.1f * float32 i |]

    for alpha in [ -0.8; 0.0; 0.6 ] do
        let z = estimator.MeanOfFolds(team, ReadOnlyMemory xs, [| alpha |])

        for i in 0 .. xs.Length - 1 do
            let x = float xs[i]
            let expected = -0.5 * (x - alpha * delta) ** 2.0 + x * x / 4.5 + log 1.5
            Assert.That(z[i], Is.EqualTo(expected).Within 0.2, $"x = {x}, α = {alpha}")

[<Test>]
let ``the file gives the same estimator back, and any number of threads the same file`` () =
    let events = pairEvents 300

    let bytesWith threads =
        use team = new ThreadTeam(threads)

        ParameterisedAssembly.train
            (quick true 2 2)
            events
            (Some "features")
            (TrainingContext.plain team)
        |> valueOf
        |> ParameterisedFile.toBytes

    let bytes = bytesWith 1
    Assert.That(bytesWith 3, Is.EqualTo<byte[]> bytes)
    let read = ParameterisedFile.ofBytes "shape.json" bytes |> valueOf
    Assert.That(ParameterisedFile.toBytes read, Is.EqualTo<byte[]> bytes)
    Assert.That(read.Preprocessing, Is.EqualTo(Some "features"))
    Assert.That(read.Parameters, Is.EqualTo<string list> [ "a"; "b" ])
    Assert.That(read.Records.Length, Is.EqualTo 4)
    let message = ParameterisedFile.ofBytes "shape.json" "{}"B |> faultsOf
    Assert.That(message, Does.Contain("shape.json").And.Contain "nsbi-parameterised-1")

[<Test>]
let ``an interrupted training goes on to the same bytes`` () =
    let events = pairEvents 300
    use team = new ThreadTeam(1)
    let task = (ParameterisedAssembly.tasks (quick true 2 1) events |> valueOf)[1]
    Assert.That(task.Name, Is.EqualTo "network-fold1-member0")
    let whole = task.Run(TrainingContext.plain team)
    let saved = ResizeArray<byte[]>()
    use source = new Threading.CancellationTokenSource()

    let interrupting = {
        TrainingContext.plain team with
            Save = saved.Add
            Cancellation = source.Token
            Progress = {
                new IProgress<TrainingProgress> with
                    member _.Report report =
                        if report.Epoch = 1 then
                            source.Cancel()
            }
    }

    Assert.Throws<OperationCanceledException>(Action(fun () -> task.Run interrupting |> ignore))
    |> ignore

    let resumed =
        task.Run {
            TrainingContext.plain team with
                Checkpoint = Some saved[saved.Count - 1]
        }

    Assert.That(resumed, Is.EqualTo<byte[]> whole)

[<Test>]
let ``settings are read back from their JSON, and faults are told`` () =
    let given = quick false 3 2
    use document = Text.Json.JsonDocument.Parse(ParameterisedSettings.toJson given)
    let read = ParameterisedSettings.ofJson "a.json" "$" document.RootElement |> valueOf
    Assert.That((read = given), Is.True)

    use wrong =
        Text.Json.JsonDocument.Parse """{ "anchored": 1, "folds": 0, "depth": 3 }"""

    let message =
        ParameterisedSettings.ofJson "a.json" "$" wrong.RootElement |> faultsOf

    for part in [ "$.anchored"; "the number of folds is out of range"; "$.depth" ] do
        Assert.That(message, Does.Contain part)
