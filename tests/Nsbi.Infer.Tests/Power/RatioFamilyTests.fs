module Nsbi.Infer.Tests.Power.RatioFamilyTests

open System
open NUnit.Framework
open Nsbi.Infer
open Nsbi.Kernels

let private near (tolerance: float) (expected: float) (actual: float) =
    Assert.That(actual, Is.EqualTo(expected).Within tolerance)

let private s = 0.08

let private family (from: float) (step: float) (knots: int) : IRatioFamily =
    let knots = List.init knots (fun k -> from + step * float k)
    RatioFamily.ofRatios [] knots BumpExperiment.ratio

let private run (toys: int) source statistics =
    EventStudy.run
        {
            ToyRun.ofToys toys with
                Threads = 2
                Seed = 8UL
        }
        None
        "toys"
        source
        statistics

[<Test>]
let ``a width that is profiled costs what Fisher's matrix says`` () =
    let expected = { Signal = 1000.0; Background = 9000.0 }

    for error in [ infinity; 0.002 ] do
        let measured = if Double.IsInfinity error then 0.0 else error
        let source = BumpExperiment.measuredWidth s measured EventNumber.Fixed expected
        let fits = (run 100 source [ RatioFamily.bestFit (family 0.064 0.004 9) error ])[0]
        let spread, mean = SignalFraction.spread fits, SignalFraction.mean fits
        let exact = BumpInformation.errorProfiled error s 0.1 expected.Total
        near (3.0 * spread.Error) exact spread.Value
        near (3.0 * mean.Error) 0.1 mean.Value

[<Test>]
let ``the error with the width profiled lies between that with it known and the limit`` () =
    let at error =
        BumpInformation.errorProfiled error s 0.1 1e4

    let known = BumpInformation.error s 0.1 1e4
    near (1e-6 * known) known (at 1e-7)
    Assert.That(at 0.002, Is.GreaterThan known)
    Assert.That(at infinity, Is.GreaterThan(at 0.002))

[<Test>]
let ``a width known exactly has the power of the unbinned analysis`` () =
    let h1 = { Signal = 10.0; Background = 100.0 }
    let h0 = { h1 with Signal = 0.0 }
    let error = 1e-6

    let samples =
        EventStudy.compare
            { ToyRun.ofToys 1500 with Threads = 2 }
            None
            (BumpExperiment.measuredWidth s error EventNumber.Poisson h0)
            (BumpExperiment.measuredWidth s error EventNumber.Poisson h1)
            [ RatioFamily.likelihoodRatio (family (s - 2e-6) 1e-6 5) error h0 h1 ]

    let point = PowerCurve.at 0.05 samples.Head
    let exact = BumpExperiment.exactPower 0.05 s h0 h1 PowerStrategy.Unbinned
    near (3.0 * point.Power.Error) exact point.Power.Value

[<Test>]
let ``a width that is not known costs power`` () =
    let h1 = { Signal = 10.0; Background = 100.0 }
    let h0 = { h1 with Signal = 0.0 }

    let power error =
        EventStudy.compare
            { ToyRun.ofToys 1000 with Threads = 2 }
            None
            (BumpExperiment.measuredWidth s 0.04 EventNumber.Poisson h0)
            (BumpExperiment.measuredWidth s 0.04 EventNumber.Poisson h1)
            [ RatioFamily.likelihoodRatio (family 0.02 0.01 14) error h0 h1 ]
        |> List.head
        |> PowerCurve.at 0.05

    let profiled = power 0.04
    let exact = BumpExperiment.exactPower 0.05 s h0 h1 PowerStrategy.Unbinned
    Assert.That(profiled.Power.Value, Is.LessThan exact)
    Assert.That(profiled.Power.Value, Is.GreaterThan 0.3)

[<Test>]
let ``a family of wrong normalisation is mended by the background`` () =
    let exact = family 0.064 0.004 9

    let spoiled = {
        new IRatioFamily with
            member _.Settings = exact.Settings
            member _.Knots = exact.Knots

            member _.Ratios(team, features) =
                exact.Ratios(team, features)
                |> Array.mapi (fun k -> Array.map (fun r -> (1.0 + 0.01 * float k) * r))
    }

    use team = new ThreadTeam(1)
    let background = Array.init 4000 (fun i -> (float i + 0.5) / 4000.0 - 0.5)
    let mended = RatioFamily.normalised team background spoiled
    let places = [| -0.3; 0.0; 0.07 |]

    for wanted, found in Array.zip (exact.Ratios(team, places)) (mended.Ratios(team, places)) do
        for wanted, found in Array.zip wanted found do
            near 1e-9 wanted found

    Assert.That(mended.Settings.Length, Is.EqualTo(exact.Settings.Length + 1))

[<Test>]
let ``too few knots are refused`` () =
    for knots in [ [ 0.1; 0.2 ]; [ 0.1; 0.3; 0.2 ] ] do
        Assert.Throws<ArgumentException>(
            Action(fun () -> RatioFamily.ofRatios [] knots BumpExperiment.ratio |> ignore)
        )
        |> ignore
