/// A Gaussian whose mean a nuisance parameter shifts: g± = exp(±δx − δ²/2).
module Networks.VariationEstimatorTests

open System
open NUnit.Framework
open Nsbi.Kernels
open Nsbi.Learn.Autodiff
open Nsbi.Learn.Networks
open Networks.TrainingExamples

let private delta = 0.3
let private truth sign x = sign * delta * x - 0.5 * delta * delta

let private settings folds members = {
    EstimatorSettings.standard with
        Folds = folds
        Members = members
        Training = {
            smallSettings with
                Architecture = {
                    Hidden = [ 8 ]
                    Activation = Activation.Tanh
                    Dropout = 0.0
                }
                Schedule = Schedule.Cosine 0.01
                LearningRate = 0.03
                BatchSize = 256
                Epochs = 10
                ValidationFraction = 0.1
        }
}

let private train settings events =
    use team = new ThreadTeam(1)

    VariationEstimator.train settings events None (TrainingContext.plain team)
    |> valueOf

let private samples n (first: uint64) =
    labelled [
        gaussian "NI" first 0.0 1.0 n
        gaussian "jes_up" (first + 1_000_000UL) delta 1.0 n
        gaussian "jes_down" (first + 2_000_000UL) -delta 1.0 n
    ]

/// Weights of the same events; noise: spread of the factor 1 ± noise that the features do not know.
let private reweighted noise n (first: uint64) : ReweightedEvents =
    let nominal = gaussian "NI" first 0.0 1.0 n
    let mutable stream = RandomStream(9UL, "noise", first)

    let weights sign =
        nominal.Features
        |> Array.map (fun x ->
            let factor =
                if stream.NextDouble() < 0.5 then
                    1.0 - noise
                else
                    1.0 + noise

            factor * exp (truth sign (float x)))

    {
        Name = nominal.Name
        Features = nominal.Features
        Weights = nominal.Weights
        Groups = nominal.Groups
        Varied = [ "scale_up", weights 1.0; "scale_down", weights -1.0 ]
    }

let private labelReweighted events =
    ReweightedEvents.label NegativeWeights.Refuse 1 events |> valueOf

/// √E[(ln ĝ − ln g)²] over N(0, 1) on events that no network saw, up and down; the groups say which
/// networks are asked.
let private misfit (estimator: VariationEstimator) =
    let held = gaussian "held out" 77_000_000UL 0.0 1.0 4000
    use team = new ThreadTeam(1)

    let g =
        estimator.ByFold(team, ReadOnlyMemory held.Features, ReadOnlyMemory held.Groups)

    [
        for v, sign in [ 0, 1.0; 1, -1.0 ] ->
            Array.map2
                (fun x (r: float) -> (log r - truth sign (float x)) ** 2.0)
                held.Features
                g[v]
            |> Array.average
            |> sqrt
    ]

let private checkNormalisation (estimator: VariationEstimator) =
    Assert.That(estimator.Normalisation, Is.Not.Empty)

    for record in estimator.Normalisation do
        Assert.That(abs (record.Check.Pull 1.0), Is.LessThan 4.0, $"{record}")

[<Test>]
let ``two samples: the shift is learned and normalised, its error is known`` () =
    let estimator = samples 12_000 0UL |> train (settings 4 1)
    Assert.That(string estimator, Does.StartWith "jes_up: rate 1 ± 0.013, ln g of size 0.")
    Assert.That(estimator.Nominal, Is.EqualTo "NI")
    Assert.That(estimator.Variations, Is.EqualTo<string list> [ "jes_up"; "jes_down" ])
    checkNormalisation estimator

    for miss, record in List.zip (misfit estimator) estimator.Records do
        TestContext.Out.WriteLine $"{record}; missed by {miss}"
        Assert.That(miss, Is.LessThan 0.1)
        // δ of a sample of n against another: known to √(2/n) = 0.013, times |x|; a network has more
        // freedom than that.
        Assert.That(record.Error / miss, Is.InRange(0.5, 2.5))
        Assert.That(record.Size, Is.EqualTo(0.303).Within 0.07)
        Assert.That(record.Rate.Value, Is.EqualTo 1.0)
        Assert.That(record.Rate.Error, Is.EqualTo(sqrt (2.0 / 12000.0)).Within 1e-12)
        Assert.That(record.EffectiveNominal, Is.EqualTo(12000.0).Within 1e-6)
        Assert.That(record.Shared, Is.EqualTo 0.0)

[<Test>]
let ``the same events with other weights: known far better than by two samples`` () =
    let estimator = reweighted 0.0 12_000 0UL |> labelReweighted |> train (settings 4 1)
    checkNormalisation estimator

    for miss, record in List.zip (misfit estimator) estimator.Records do
        TestContext.Out.WriteLine $"{record}; missed by {miss}"
        Assert.That(miss, Is.LessThan 0.03)
        Assert.That(record.Error, Is.LessThan 0.03)
        Assert.That(record.Shared, Is.EqualTo(1.0).Within 1e-12)
        Assert.That(record.Rate.Value, Is.EqualTo(1.0).Within(4.0 * record.Rate.Error))

[<Test>]
let ``what the features do not know of the weights averages out`` () =
    let estimator = reweighted 0.8 12_000 0UL |> labelReweighted |> train (settings 4 1)
    checkNormalisation estimator

    for miss, record in List.zip (misfit estimator) estimator.Records do
        TestContext.Out.WriteLine $"{record}; missed by {miss}"
        Assert.That(miss, Is.LessThan 0.05)
        Assert.That(record.Error / miss, Is.InRange(0.4, 2.5))

[<Test>]
let ``a shift far below the noise of the samples is said to be noise`` () =
    let n = 3000

    let events =
        labelled [ gaussian "NI" 0UL 0.0 1.0 n; gaussian "up" 1_000_000UL 0.003 1.0 n ]

    let small = (train (settings 3 1) events).Records.Head
    TestContext.Out.WriteLine $"{small}, noise {small.NoiseShare}"
    Assert.That(small.NoiseShare, Is.GreaterThan 0.5)
    let large = (samples n 0UL |> train (settings 3 1)).Records.Head
    TestContext.Out.WriteLine $"{large}, noise {large.NoiseShare}"
    Assert.That(large.NoiseShare, Is.LessThan 0.4)

[<Test>]
let ``a varied copy of an event stays in the fold of its nominal one`` () =
    let nominal = gaussian "NI" 0UL 0.0 1.0 900

    let shifted sign name = {
        nominal with
            Name = name
            Features = nominal.Features |> Array.map (fun x -> x + float32 (sign * delta))
    }

    let events = labelled [ nominal; shifted 1.0 "up"; shifted -1.0 "down" ]
    let settings = settings 3 1
    let roles = events.Groups.ToArray() |> Array.map (DataSplit.role settings 1)
    Assert.That(roles[900..1799], Is.EqualTo<Role[]> roles[..899])
    let estimator = train settings events

    // All events are common to both: nothing is left to fluctuate in the rate.
    for record in estimator.Records do
        Assert.That(record.Rate, Is.EqualTo { Value = 1.0; Error = 0.0 })
        Assert.That(record.Shared, Is.EqualTo 1.0)

let private bytesWith threads events =
    use team = new ThreadTeam(threads)

    VariationEstimator.train (settings 2 2) events (Some "features") (TrainingContext.plain team)
    |> valueOf
    |> VariationFile.toBytes

[<Test>]
let ``the file gives the same estimator back, and any number of threads the same file`` () =
    let events = reweighted 0.5 800 0UL |> labelReweighted
    let bytes = bytesWith 1 events
    Assert.That(bytesWith 3 events, Is.EqualTo<byte[]> bytes)
    let read = VariationFile.ofBytes "jes.json" bytes |> valueOf
    Assert.That(VariationFile.toBytes read, Is.EqualTo<byte[]> bytes)
    Assert.That(read.Preprocessing, Is.EqualTo(Some "features"))
    Assert.That(read.Records.Length, Is.EqualTo 2)
    use team = new ThreadTeam(1)
    let features = ReadOnlyMemory(grid |> Array.map float32)
    let groups = ReadOnlyMemory(Array.init grid.Length uint64)
    let again = VariationFile.ofBytes "jes.json" bytes |> valueOf
    let g = again.ByFold(team, features, groups)
    Assert.That(g, Is.EqualTo<float[][]>(read.ByFold(team, features, groups)))
    let ofFold = Array.init 2 (fun fold -> read.OfFold(team, fold, features))
    let mean = read.MeanOfFolds(team, features)

    for i in 0 .. grid.Length - 1 do
        let fold = DataSplit.fold read.Settings.Seed 2 (uint64 i)
        Assert.That(g[1].[i], Is.EqualTo ofFold[fold].[1].[i])
        Assert.That(mean[1].[i], Is.EqualTo(0.5 * (ofFold[0].[1].[i] + ofFold[1].[1].[i])))

[<Test>]
let ``tasks run one by one give the estimator that training all gives`` () =
    let events = samples 400 0UL
    use team = new ThreadTeam(1)
    let tasks = VariationEstimator.tasks (settings 2 1) events |> valueOf

    Assert.That(
        tasks |> List.map _.Name,
        Is.EqualTo<string list> [
            "network-class1-fold0-member0"
            "network-class2-fold0-member0"
            "network-class1-fold1-member0"
            "network-class2-fold1-member0"
        ]
    )

    let networks =
        tasks
        |> List.rev
        |> List.map (fun task -> task.Name, task.Run(TrainingContext.plain team))

    let assembled =
        VariationEstimator.ofNetworks team (settings 2 1) events None networks
        |> valueOf

    let trained = train (settings 2 1) events
    let bytes = VariationFile.toBytes trained
    Assert.That(VariationFile.toBytes assembled, Is.EqualTo<byte[]> bytes)

[<Test>]
let ``with one fold and one member the error is unknown, and survives the file as such`` () =
    let estimator = samples 400 0UL |> train (settings 1 1)
    let read = VariationFile.toBytes estimator |> VariationFile.ofBytes "a" |> valueOf

    for record in estimator.Records @ read.Records do
        Assert.That(record.Error, Is.NaN)
        Assert.That(record.Size, Is.GreaterThan 0.0)

[<Test>]
let ``bytes of another kind are refused with a sentence`` () =
    let message = VariationFile.ofBytes "jes.json" "{}"B |> faultsOf
    Assert.That(message, Does.Contain("jes.json").And.Contain "nsbi-variations-1")

[<Test>]
let ``too few events are a fault that names the class and the part`` () =
    let message = VariationEstimator.tasks (settings 4 1) (samples 3 0UL) |> faultsOf
    Assert.That(message, Does.Contain "class 'jes_up'")
    Assert.That(message, Does.Contain "a part of the split is empty")
