module Nsbi.Infer.Tests.Power.LearnedPowerTests

open System
open NUnit.Framework
open Nsbi.Infer
open Nsbi.Kernels
open Nsbi.Learn
open Nsbi.Learn.Networks

let private near (tolerance: float) (expected: float) (actual: float) =
    Assert.That(actual, Is.EqualTo(expected).Within tolerance)

let private ok (result: Result<'a, Fault list>) : 'a =
    match result with
    | Ok value -> value
    | Error faults -> invalidOp (faults |> List.map string |> String.concat "\n")

let private mu = 0.1
let private events = 1e4

let private settings (hidden: int list) (epochs: int) : EstimatorSettings = {
    EstimatorSettings.standard with
        Folds = 1
        HeldOut = 0.2
        Training = {
            ClassifierSettings.standard with
                Architecture = {
                    Architecture.standard with
                        Hidden = hidden
                }
                LearningRate = 0.01
                Schedule = Schedule.Cosine 0.001
                BatchSize = 1024
                Epochs = epochs
                Patience = None
        }
}

let private classOf (name: string) (features: int) (first: uint64) (values: float[]) : ClassEvents =
    let n = values.Length / features

    {
        Name = name
        Features = values |> Array.map float32
        Weights = Array.create n 1.0
        Groups = Array.init n (fun i -> first + uint64 i)
    }

/// A network that tells signal from background.
let private train settings (features: int) (signal: float[]) (background: float[]) : IEventRatio =
    use team = new ThreadTeam(2)

    let labelled =
        LabelledEvents.create NegativeWeights.Refuse features [
            classOf "signal" features 0UL signal
            classOf "background" features 1_000_000_000UL background
        ]
        |> ok

    let mixture = ReferenceMixture.create [ "signal", 0.5; "background", 0.5 ] |> ok

    let estimator =
        EstimatorAssembly.train settings mixture labelled None (TrainingContext.plain team)
        |> ok

    LearnedEventRatio.ofEstimator estimator "signal" "background"

/// A network for y alone, of signal of a width.
let private trainAt (n: int) (s: float) : IEventRatio =
    train
        (settings [ 16; 16 ] 8)
        1
        (BumpToy.sample 21UL BumpClass.Signal s n)
        (BumpToy.sample 21UL BumpClass.Background s n)

let private grid = Array.init 4096 (fun k -> float k / 4096.0 - 0.5)

let private onGrid (ratio: IEventRatio) : float[] =
    use team = new ThreadTeam(1)
    ratio.Ratios(team, grid)

let private signal = { Signal = 10.0; Background = 100.0 }
let private background = { signal with Signal = 0.0 }

/// The power of the statistic Σ ln(1 + S r/B) with a learned r on true events, by sums over the grid.
let private unbinnedPower (ratios: float[]) : float =
    let weights = ratios |> Array.map (fun r -> log (1.0 + 0.1 * r))
    let n = float grid.Length
    let h0 = grid |> Array.map (fun _ -> 100.0 / n)

    let h1 =
        grid |> Array.map (fun y -> (100.0 + 10.0 * BumpToy.signalDensity 0.08 y) / n)

    ExactPower.weighted 0.05 weights h0 h1

/// Networks trained at widths, used on data of the width 0.08.
let private checkWidths (n: int) (widths: float list) =
    for trained in widths do
        let learned = onGrid (trainAt n trained)
        let exact = BumpInformation.errorOfScore trained 0.08 mu events
        let found = BumpInformation.errorOfRatios learned 0.08 mu events
        near (0.05 * exact) exact found

        if trained = 0.08 then
            let exact =
                BumpExperiment.exactPower 0.05 0.08 background signal PowerStrategy.Unbinned

            near (0.05 * exact) exact (unbinnedPower learned)

[<Test>]
let ``networks trained at the right and at a wrong width have the exact errors to 5 %`` () =
    checkWidths 60_000 [ 0.08; 0.16 ]

[<Test; Category("Study")>]
let ``networks of all widths have the exact errors to 5 %`` () =
    checkWidths 200_000 [ 0.02; 0.04; 0.08; 0.16; 0.32 ]

[<Test; Category("Study")>]
let ``the power row with networks is the exact one to 5 %`` () =
    let ratio = trainAt 200_000 0.08
    let calibration = BumpExperiment.calibration 99UL 0.08 200_000

    for h0, h1 in [ background, signal; signal, background ] do
        let samples =
            EventStudy.compare
                {
                    ToyRun.ofToys 10_000 with
                        Threads = 2
                }
                None
                (BumpExperiment.ofSum 0.08 EventNumber.Poisson h0)
                (BumpExperiment.ofSum 0.08 EventNumber.Poisson h1)
                (BumpExperiment.strategies
                 |> List.map (RatioStatistic.create 1 ratio calibration h0 h1))

        for strategy, sample in Seq.zip BumpExperiment.strategies samples do
            let point = PowerCurve.at 0.05 sample
            let exact = BumpExperiment.exactPower 0.05 0.08 h0 h1 strategy
            TestContext.Out.WriteLine $"{sample.Strategy}: {point.Power} for {exact}"
            near (0.05 * exact + 3.0 * point.Power.Error) exact point.Power.Value

/// (y, σ) of events.
let private rows (it: BumpWithWidth) : float[] =
    Array.zip it.Sum it.Width |> Array.collect (fun (y, w) -> [| y; w |])

[<Test; Category("Study")>]
let ``the nuisance feature is worth to networks what it is worth`` () =
    let sample seed kind n =
        BumpToy.sampleWithWidth seed kind BumpWidth.OfSum n

    let n = 500_000

    let both seed n =
        sample seed BumpClass.Signal n, sample seed BumpClass.Background n

    let trainS, trainB = both 31UL n
    let testS, testB = both 32UL n
    let settings = settings [ 48; 48; 48 ] 20

    let with' = train settings 2 (rows trainS) (rows trainB)
    let without = train settings 1 trainS.Sum trainB.Sum

    let check (ratio: IEventRatio) simulated exact =
        let found = (SignalFraction.calibrate mu ratio simulated).Error events
        TestContext.Out.WriteLine $"{found} for {exact}"
        near (0.05 * exact) exact found

    check
        without
        (testS.Sum, testB.Sum)
        (BumpInformation.errorWithoutWidth BumpWidth.OfSum mu events)

    check with' (rows testS, rows testB) (BumpInformation.errorWithWidth BumpWidth.OfSum mu events)

let private trainedWidths = [ 0.02; 0.04; 0.08; 0.16; 0.32 ]

/// r(y|s) of the widths that the paper trains on.
let private parameterised (n: int) (epochs: int) : ParameterisedEstimator =
    use team = new ThreadTeam(2)

    let samples =
        trainedWidths
        |> List.mapi (fun k s ->
            BumpToy.sample (uint64 (40 + k)) BumpClass.Signal s n
            |> classOf $"signal at {s}" 1 (uint64 (k + 1) * 100_000_000UL)
            |> ParameterisedSample.at [ log s ])

    let reference =
        BumpToy.sample 39UL BumpClass.Background 0.1 (5 * n)
        |> classOf "background" 1 0UL

    let events =
        ParameterisedEvents.create NegativeWeights.Refuse 1 [ "ln s" ] reference samples
        |> ok

    let settings = {
        ParameterisedSettings.standard with
            Estimator = settings [ 32; 32; 32 ] epochs
            Anchored = false
    }

    ParameterisedAssembly.train settings events None (TrainingContext.plain team)
    |> ok

[<Test; Category("Study")>]
let ``a parameterised network has the exact errors at widths it was and was not trained at`` () =
    let estimator = parameterised 200_000 12

    for s in [ 0.03; 0.04; 0.06; 0.08; 0.16 ] do
        let ratios = onGrid (LearnedEventRatio.ofParameterised estimator [ log s ])
        let exact = BumpInformation.error s mu events
        let found = BumpInformation.errorOfRatios ratios s mu events
        TestContext.Out.WriteLine $"{s}: {found} for {exact}"
        near (0.05 * exact) exact found

    // Profiled over its parameter: the width is fitted with mu.
    let knots = List.init 13 (fun k -> log 0.08 + 0.04 * float (k - 6))
    // The background is flat: a grid of equal content is all of it.
    let background = Array.init 4000 (fun i -> (float i + 0.5) / 4000.0 - 0.5)
    use team = new ThreadTeam(1)

    let family =
        LearnedEventRatio.family estimator knots
        |> RatioFamily.normalised team background

    let expected = { Signal = 1000.0; Background = 9000.0 }
    let source = BumpExperiment.ofSum 0.08 EventNumber.Fixed expected

    let fits =
        (EventStudy.run { ToyRun.ofToys 200 with Threads = 2 } None "toys" source [
            RatioFamily.bestFit family infinity
        ])[0]

    let spread, mean = SignalFraction.spread fits, SignalFraction.mean fits
    let exact = BumpInformation.errorProfiled infinity 0.08 mu events
    TestContext.Out.WriteLine $"profiled: {spread} for {exact}, mean {mean}"
    near (0.05 * exact + 3.0 * spread.Error) exact spread.Value
    // A ratio that is off by a per cent moves the fit by less than its error.
    near exact mu mean.Value

[<Test>]
let ``a parameterised network has the error of the width it is asked for`` () =
    let estimator = parameterised 20_000 8

    for s in [ 0.06; 0.08 ] do
        let ratios = onGrid (LearnedEventRatio.ofParameterised estimator [ log s ])
        let exact = BumpInformation.error s mu events
        near (0.05 * exact) exact (BumpInformation.errorOfRatios ratios s mu events)

[<Test>]
let ``no events have no ratios`` () =
    let ratio = trainAt 2000 0.2
    use team = new ThreadTeam(1)
    Assert.That(ratio.Ratios(team, [||]), Is.Empty)
    Assert.That(ratio.Settings.Head |> snd, Has.Length.EqualTo 64)
