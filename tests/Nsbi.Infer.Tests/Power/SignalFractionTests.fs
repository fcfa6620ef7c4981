module Nsbi.Infer.Tests.Power.SignalFractionTests

open System
open NUnit.Framework
open Nsbi.Infer
open Nsbi.Tests

let private near (tolerance: float) (expected: float) (actual: float) =
    Assert.That(actual, Is.EqualTo(expected).Within tolerance)

let private mu = 0.1

/// 10⁴ events of which a tenth is signal.
let private expected = { Signal = 1000.0; Background = 9000.0 }

let private events = expected.Total
let private s = 0.08

let private run (toys: int) (source: IEventSource) (statistics: IEventStatistic list) =
    EventStudy.run
        {
            ToyRun.ofToys toys with
                Threads = 2
                Seed = 5UL
        }
        None
        "toys"
        source
        statistics

let private check (estimates: float[]) (error: float) =
    let spread, mean = SignalFraction.spread estimates, SignalFraction.mean estimates
    near (3.0 * spread.Error) error spread.Value
    near (3.0 * mean.Error) mu mean.Value

[<Test>]
let ``the spread of the best fit is Fisher's bound`` () =
    let source = BumpExperiment.ofSum s EventNumber.Fixed expected
    let fits = run 300 source [ SignalFraction.estimate 1 (BumpExperiment.ratio s) ]
    check fits[0] (BumpInformation.error s mu events)

[<Test>]
let ``the moment estimator of a wrong width is unbiased and has its error`` () =
    let source = BumpExperiment.ofSum s EventNumber.Fixed expected
    let calibration = BumpExperiment.calibration 9UL s 400_000
    let trained = [ 0.02; 0.16 ]

    let statistics, calibrations =
        trained
        |> List.map (fun t ->
            let ratio = BumpExperiment.ratio t
            let calibrated = SignalFraction.calibrate mu ratio calibration
            SignalFraction.moment 1 ratio calibrated, calibrated)
        |> List.unzip

    let found = run 300 source statistics

    for k, t in List.indexed trained do
        let exact = BumpInformation.errorOfScore t s mu events
        near (0.01 * exact) exact (calibrations[k].Error events)
        let spread = SignalFraction.spread found[k]
        near (3.0 * spread.Error) exact spread.Value
        near 5e-4 mu (SignalFraction.mean found[k]).Value

[<Test>]
let ``the nuisance feature narrows the best fit as Fisher's bound says`` () =
    for width in [ BumpWidth.OfSum; BumpWidth.OfEach ] do
        let source = BumpExperiment.withWidth width EventNumber.Fixed expected

        let found =
            run 200 source [
                SignalFraction.estimate 2 (BumpExperiment.ratioWithWidth width)
                SignalFraction.estimate 2 (BumpExperiment.averagedRatio width)
            ]

        check found[0] (BumpInformation.errorWithWidth width mu events)
        check found[1] (BumpInformation.errorWithoutWidth width mu events)

[<Property>]
let ``at the best fit the derivative vanishes`` (values: int list) =
    let ratios =
        0.2 :: 1.7 :: (values |> List.map (fun v -> abs (float (v % 40)) / 10.0))
        |> List.toArray

    let best = SignalFraction.bestFit ratios
    let slope = ratios |> Array.sumBy (SignalFraction.score best)
    let scale = ratios |> Array.sumBy (fun r -> SignalFraction.score best r ** 2.0)
    abs slope < 1e-6 * (1.0 + scale)

[<Test>]
let ``events of one kind have no best fit`` () =
    for ratios in [ [||]; [| 0.5; 0.7 |]; [| 1.5; 2.0 |]; [| 0.5; infinity |] ] do
        Assert.That(SignalFraction.bestFit ratios, Is.NaN)

[<Test>]
let ``one estimate has no spread`` () =
    Assert.Throws<ArgumentException>(
        Action(fun () -> SignalFraction.spread [| 1.0; nan |] |> ignore)
    )
    |> ignore
