module Networks.AmplitudeEstimatorTests

open System
open NUnit.Framework
open Nsbi.Kernels
open Nsbi.Learn.Networks
open Networks.TrainingExamples

/// An observable x in [−1, 1] and a hidden z = ±1: dσ(θ)/dσ_ref = (1 + θ(x + z/2))², of which x alone
/// shows (1 + θx)² + θ²/4.
let private couplings = [| 0.0; 1.0; -1.0; 3.0 |]

let private known (theta: float) (x: float) =
    (1.0 + theta * x) ** 2.0 + 0.25 * theta * theta

let private events (n: int) : AmplitudeEvents =
    let mutable stream = RandomStream(3UL, "amplitudes", 0UL)
    let x = Array.init n (fun _ -> 2.0 * stream.NextDouble() - 1.0)
    let z = Array.init n (fun _ -> if stream.NextDouble() < 0.5 then -1.0 else 1.0)

    {
        FeatureCount = 1
        Features = Array.map float32 x
        Weights = Array.create n 1.0
        Groups = Array.init n uint64
        Points = couplings |> Array.map (fun theta -> [| 1.0; theta |])
        Rates =
            couplings
            |> Array.map (fun theta ->
                Array.map2 (fun x z -> (1.0 + theta * (x + 0.5 * z)) ** 2.0) x z)
    }

let private settings epochs = {
    AmplitudeSettings.standard with
        Folds = 2
        Members = 2
        Training = {
            AmplitudeSettings.standard.Training with
                Architecture = {
                    AmplitudeSettings.standard.Training.Architecture with
                        Hidden = [ 16; 16 ]
                }
                Epochs = epochs
        }
}

let private trainWith threads settings events =
    use team = new ThreadTeam(threads)
    AmplitudeTraining.train (TrainingContext.plain team) settings events |> valueOf

let private learned = lazy (trainWith 1 (settings 30) (events 20_000))

let private byFold (estimator: AmplitudeEstimator) (events: AmplitudeEvents) points =
    use team = new ThreadTeam(1)
    estimator.ByFold(team, ReadOnlyMemory events.Features, ReadOnlyMemory events.Groups, points)

[<Test>]
let ``the rates given the features are learned between and beyond the points`` () =
    let x = [| for k in 0..38 -> -0.95 + 0.05 * float k |]
    let thetas = [| 0.0; 0.5; -1.0; 2.0; 6.0; -4.0 |]
    use team = new ThreadTeam(1)

    let found =
        learned.Value.MeanOfFolds(
            team,
            ReadOnlyMemory(Array.map float32 x),
            thetas |> Array.map (fun theta -> [| 1.0; theta |])
        )

    for theta, values in Array.zip thetas found do
        let mean = (1.0 + theta * theta / 3.0) + 0.25 * theta * theta

        let deviation =
            Array.map2 (fun x f -> ((f - known theta x) / mean) ** 2.0) x values
            |> Array.average
            |> sqrt

        Assert.That(deviation, Is.LessThan 0.03, $"theta = {theta}")

[<Test>]
let ``no event has a negative rate at any coupling`` () =
    let thetas = [| for k in -60 .. 60 -> [| 1.0; 0.2 * float k |] |]

    for values in byFold learned.Value (events 2_000) thetas do
        Assert.That(Array.min values, Is.GreaterThanOrEqualTo 0.0)

[<Test>]
let ``the mean of the rates is that of the events at every coupling, however little was learned``
    ()
    =
    let events = events 2_000
    let estimator = trainWith 1 (settings 1) events

    let found =
        byFold estimator events (Array.append events.Points [| [| 1.0; 10.0 |] |])

    // At 10, which was no point, by the parabola through those at 0, 1 and −1.
    let means = events.Rates |> Array.map Array.average

    let slope, bend =
        0.5 * (means[1] - means[2]), 0.5 * (means[1] + means[2]) - means[0]

    let tenth = means[0] + 10.0 * slope + 100.0 * bend
    Assert.That(Array.average found[4], Is.EqualTo(tenth).Within(1e-10 * tenth))

    // Fold by fold too: the correction is that of the events that were held out.
    for fold in 0..1 do
        let held =
            [| 0..1999 |]
            |> Array.filter (fun i ->
                DataSplit.fold estimator.Settings.Seed 2 events.Groups[i] = fold)

        for b in 0..3 do
            let mean = held |> Array.averageBy (fun i -> (found[b])[i])
            let expected = Array.average events.Rates[b]
            Assert.That(mean, Is.EqualTo(expected).Within(1e-10 * expected))

[<Test>]
let ``the network of a fold never saw the events of the fold`` () =
    let events = events 1_000

    let isHeld i =
        DataSplit.fold 1UL 2 events.Groups[i] = 0

    let changed = {
        events with
            Features = events.Features |> Array.mapi (fun i x -> if isHeld i then -x else x)
            Rates =
                events.Rates
                |> Array.map (Array.mapi (fun i r -> if isHeld i then 1.1 * r else r))
    }

    let parameters events fold =
        (trainWith 1 (settings 2) events).Networks[fold].[1].Parameters

    let areSame fold =
        let a, b = parameters events fold, parameters changed fold

        a
        |> Map.forall (fun name values ->
            Seq.forall2 (=) (Seq.cast<float> values) (Seq.cast<float> b[name]))

    Assert.That(areSame 0)
    Assert.That(not (areSame 1))

[<Test>]
let ``the members of a fold differ and are averaged`` () =
    let events = events 500
    use team = new ThreadTeam(1)
    let points = [| [| 1.0; 0.7 |] |]
    let features = ReadOnlyMemory events.Features
    let two = trainWith 1 (settings 1) events
    let one = trainWith 1 { settings 1 with Members = 1 } events
    let ofOne = one.OfFold(team, 0, features, points)[0]
    let ofTwo = two.OfFold(team, 0, features, points)[0]
    Assert.That(ofTwo, Is.Not.EqualTo<float[]> ofOne)
    let folds = [| for fold in 0..1 -> two.OfFold(team, fold, features, points)[0] |]
    let mean = Array.map2 (fun a b -> (a + b) / 2.0) folds[0] folds[1]
    Assert.That(two.MeanOfFolds(team, features, points)[0], Is.EqualTo<float[]> mean)

[<Test>]
let ``any number of threads gives the same bits`` () =
    let events = events 1_000
    let points = [| [| 1.0; 0.7 |] |]
    let one = byFold (trainWith 1 (settings 3) events) events points
    let two = byFold (trainWith 2 (settings 3) events) events points
    Assert.That(two[0], Is.EqualTo<float[]> one[0])

[<Test>]
let ``settings and events that cannot be used have their sentences`` () =
    use team = new ThreadTeam(1)
    let context = TrainingContext.plain team
    let good = events 100

    let refused settings events (part: string) =
        let found = AmplitudeTraining.train context settings events |> faultsOf
        Assert.That(found, Does.Contain part)

    refused { settings 1 with Folds = 1 } good "number of folds"
    refused { settings 1 with Members = 0 } good "number of members"

    refused
        (settings 1)
        {
            good with
                Groups = Array.create 100 1UL
        }
        "has no events"

    refused
        (settings 1)
        {
            good with
                Points = Array.create 4 [| 1.0; 2.0 |]
        }
        "the points do not determine it"

    let act =
        Action(fun () ->
            learned.Value.OfFold(team, 0, ReadOnlyMemory good.Features, [| [| 1.0 |] |])
            |> ignore)

    Assert.That((Assert.Throws<ArgumentException> act).Message, Does.Contain "Give 2 terms")

[<Test>]
let ``a cancelled training ends`` () =
    use team = new ThreadTeam(1)
    use source = new Threading.CancellationTokenSource()
    source.Cancel()

    let context = {
        TrainingContext.plain team with
            Cancellation = source.Token
    }

    let act =
        Action(fun () -> AmplitudeTraining.train context (settings 1) (events 100) |> ignore)

    Assert.Throws<OperationCanceledException> act |> ignore
