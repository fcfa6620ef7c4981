module Summaries.DecorrelatedTrainingTests

open System
open NUnit.Framework
open Nsbi.Kernels
open Nsbi.Learn.Autodiff
open Nsbi.Learn.Networks
open Nsbi.Learn.Summaries
open Networks.TrainingExamples

/// Signal at (1, 1), background at (0, m) with a nuisance feature m ~ N(0, 1), which the second of two features
/// follows: x₁ tells signal from background, x₂ = m + noise does so too but only through m.
let private events (n: int) =
    let sample name first (mean: float) (spread: float) =
        let mutable stream = RandomStream(17UL, name, first)
        let x = Array.zeroCreate<float32>(2 * n)
        let z = Array.zeroCreate<float> n

        for i in 0 .. n - 1 do
            z[i] <- mean + spread * stream.NextGaussian()
            x[2 * i] <- float32 (mean + stream.NextGaussian())
            x[2 * i + 1] <- float32 (z[i] + 0.3 * stream.NextGaussian())

        {
            Events = {
                Name = name
                Features = x
                Weights = Array.create n 1.0
                Groups = Array.init n (fun i -> first + uint64 i)
            }
            Nuisances = z
        }

    let signal = sample "S" 0UL 1.0 0.5
    let background = sample "B" 1_000_000_000UL 0.0 1.0
    DecorrelatedEvents.create 2 1 signal background |> valueOf

let private settings strength = {
    DecorrelatedSettings.standard strength with
        Training = {
            smallSettings with
                Architecture = {
                    smallSettings.Architecture with
                        Hidden = [ 16; 16 ]
                }
                LearningRate = 5e-3
                BatchSize = 2000
                Epochs = 20
        }
}

let private train threads settings events =
    use team = new ThreadTeam(threads)

    DecorrelatedTraining.train (TrainingContext.plain team) settings events
    |> valueOf

/// dCor² of score and nuisance feature in a class, and the mean of the score's difference of the classes.
let private measured (score: ScoreSummary) (events: DecorrelatedEvents) wanted =
    use team = new ThreadTeam(1)
    let scores = score.Scores(team, events.Labelled.Features)
    let classes = events.Labelled.Classes.ToArray()

    let of' c (values: float[]) = [|
        for i in 0 .. classes.Length - 1 do
            if classes[i] = c then
                values[i]
    |]

    let s, z = of' wanted scores, of' wanted (events.Nuisances.ToArray())
    let few = 1500
    let ones = Array.create few 1.0

    DistanceCorrelation.squared ones s[.. few - 1] z[.. few - 1],
    Array.average (of' 1 scores) - Array.average (of' 0 scores)

[<TestCase("background", 0)>]
[<TestCase("signal", 1)>]
let ``a strong penalty makes the score independent of the nuisance feature``
    (name: string, c: int)
    =
    let insensitive =
        if name = "signal" then
            InsensitiveClass.Signal
        else
            InsensitiveClass.Background

    let sample = events 5000

    let score strength =
        measured
            (train
                1
                {
                    settings strength with
                        Insensitive = insensitive
                }
                sample)
            sample
            c

    let plain, separation = score 0.0
    let decorrelated, kept = score 5.0
    Assert.That(plain, Is.GreaterThan 0.05)
    Assert.That(decorrelated, Is.LessThan 0.03)
    Assert.That(kept, Is.InRange(0.1, separation))

[<Test>]
let ``both classes can be made insensitive at once`` () =
    let sample = events 5000

    let score =
        train
            1
            {
                settings 5.0 with
                    Insensitive = InsensitiveClass.Each
            }
            sample

    Assert.That(fst (measured score sample 0), Is.LessThan 0.03)
    Assert.That(fst (measured score sample 1), Is.LessThan 0.03)

[<Test>]
let ``the loss of a batch is the cross-entropy and the penalty of its events`` () =
    let sample = events 60
    let n = sample.Labelled.Count
    let strength = 3.0
    let wanted = { settings strength with Terms = 300 }

    let plain = {
        Shift = [| 0.0f; 0.0f |]
        Scale = [| 1.0f; 1.0f |]
    }

    let set = DecorrelatedLoss.set wanted sample plain [| 0 .. n - 1 |]
    let layers = NetworkGraph.parameters wanted.Training.Architecture 2 1
    let logit = NetworkGraph.logits wanted.Training.Architecture 2 layers
    let values = NetworkGraph.initialValues 4UL wanted.Training.Architecture 2 1
    use team = new ThreadTeam(1)
    let loss = DecorrelatedLoss.loss wanted 1 logit
    use plan = Plan.Compile(team, Precision.Double, n, [ loss; logit ])
    plan.SetParameters values
    plan.Run(set.Table, ReadOnlySpan [| 0 .. n - 1 |])
    let logits = Array.init n (fun i -> (plan.Output 1)[i, 0])
    let classes = sample.Labelled.Classes.ToArray()

    let crossEntropy =
        Array.map2
            (fun z c -> if c = 1 then log (1.0 + exp -z) else log (1.0 + exp z))
            logits
            classes
        |> Array.average

    let background = [|
        for i in 0 .. n - 1 do
            if classes[i] = 0 then
                i
    |]

    let penalty =
        DistanceCorrelation.squared
            (background |> Array.map (fun _ -> 1.0))
            (background |> Array.map (fun i -> 1.0 / (1.0 + exp -logits[i])))
            (background |> Array.map (fun i -> sample.Nuisances.Span[i]))

    // The training's penalty is free of a bias of the order 1/n, here 1/60 times about 3.
    let found = ((plan.Output 0)[0, 0] - crossEntropy) / strength
    Assert.That(found, Is.InRange(penalty - 0.15, penalty - 0.001))

[<Test>]
let ``any number of threads gives the same bytes`` () =
    let sample = events 400

    let quick = {
        settings 5.0 with
            Training = { smallSettings with Epochs = 2 }
    }

    let bytes threads =
        (train threads quick sample).Network |> Network.toBytes

    Assert.That(bytes 1 = bytes 3, Is.True)

[<Test>]
let ``scores fall into bins between edges`` () =
    let sample = events 200

    let quick = {
        settings 0.0 with
            Training = { smallSettings with Epochs = 1 }
    }

    let score = train 1 quick sample
    use team = new ThreadTeam(1)
    let x = ReadOnlyMemory [| 1.0f; 1.0f; nanf; 0.0f; -3.0f; -3.0f |]
    let scores = score.Scores(team, x)
    let bins = score.Bins(team, [ 0.2; scores[0] ], x)
    let above edge = if scores[2] >= edge then 1 else 0
    Assert.That(bins[0], Is.EqualTo 2)
    Assert.That(bins[1], Is.EqualTo -1)
    Assert.That(bins[2], Is.EqualTo(above 0.2 + above scores[0]))

    Assert.Throws<ArgumentException>(Action(fun () -> score.Bins(team, [ 0.2; 0.2 ], x) |> ignore))
    |> ignore

[<Test>]
let ``settings that make no sense are told`` () =
    use team = new ThreadTeam(1)
    let wrong = { settings -1.0 with Terms = 0 }

    let train n =
        DecorrelatedTraining.train (TrainingContext.plain team) wrong (events n)

    for text in [ "strength"; "number of waves" ] do
        Assert.That(faultsOf (train 10), Does.Contain text)

    let few =
        DecorrelatedTraining.train (TrainingContext.plain team) (settings 1.0) (events 1)

    Assert.That(faultsOf few, Does.Contain "too few events")
