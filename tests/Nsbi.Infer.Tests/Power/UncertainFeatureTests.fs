module Nsbi.Infer.Tests.Power.UncertainFeatureTests

open System
open NUnit.Framework
open Nsbi.Infer

let private near (tolerance: float) (expected: float) (actual: float) =
    Assert.That(actual, Is.EqualTo(expected).Within tolerance)

let private feature = {
    Signal = 0.6
    Background = 0.1
    Uncertainty = 0.01
    Others = 1000.0
}

[<Test>]
let ``the gain is the ratio of the two significances`` () =
    // s/√(b + (δε_B1 ε_B2 B)²) with and without the feature, eq. 4.1, of 20 signal events.
    let signal, others = 20.0, feature.Others

    let with' =
        feature.Signal * signal
        / sqrt (feature.Background * others + (feature.Uncertainty * others) ** 2.0)

    let without = signal / sqrt others
    near 1e-12 (with' / without) (UncertainFeature.gain feature)
    Assert.That(UncertainFeature.isWorthUsing feature)

[<Test>]
let ``the approximation is the first term in the uncertainty`` () =
    let at uncertainty =
        let it = {
            feature with
                Uncertainty = uncertainty
        }

        UncertainFeature.gain it - UncertainFeature.approximateGain it

    near 1e-12 0.0 (at 0.0)
    // What is left is of fourth order.
    near 0.3 16.0 (at 2e-4 / at 1e-4)

[<Test>]
let ``with tenths for all, ten thousand background events make the feature not worth using`` () =
    // The paper's example: ε_B2 B = 0.1 B, δε_B1/ε_B1 = 0.1. The bracket of eq. 4.2 is ½ at B = 10⁴.
    let at background =
        UncertainFeature.approximateGain {
            Signal = sqrt 0.1
            Background = 0.1
            Uncertainty = 0.01
            Others = 0.1 * background
        }

    near 1e-12 0.5 (at 1e4)
    near 1e-12 0.95 (at 1e3)

[<Test>]
let ``at the greatest uncertainty the feature neither gains nor loses`` () =
    let greatest = UncertainFeature.greatestUncertainty feature
    near 1e-12 1.0 (UncertainFeature.gain { feature with Uncertainty = greatest })
    let useless = { feature with Signal = 0.2 }
    near 1e-12 0.0 (UncertainFeature.greatestUncertainty useless)
    Assert.That(UncertainFeature.isWorthUsing useless, Is.False)

[<Test>]
let ``efficiencies that are none are refused`` () =
    for wrong in
        [
            { feature with Signal = 0.0 }
            { feature with Background = 1.1 }
            { feature with Uncertainty = -1.0 }
            { feature with Others = nan }
        ] do
        Assert.Throws<ArgumentException>(Action(fun () -> UncertainFeature.gain wrong |> ignore))
        |> ignore
