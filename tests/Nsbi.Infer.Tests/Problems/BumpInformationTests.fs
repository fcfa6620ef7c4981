module Nsbi.Infer.Tests.Problems.BumpInformationTests

open System
open NUnit.Framework
open Nsbi.Infer

let private near (tolerance: float) (expected: float) (actual: float) =
    Assert.That(actual, Is.EqualTo(expected).Within tolerance)

let private mu = 0.1
let private events = 1e4

[<TestCase(0.02, 0.004119)>]
[<TestCase(0.03, 0.004589)>]
[<TestCase(0.04, 0.005044)>]
[<TestCase(0.06, 0.005946)>]
[<TestCase(0.08, 0.006871)>]
[<TestCase(0.16, 0.011606)>]
[<TestCase(0.32, 0.053361)>]
[<TestCase(0.11313708498984761, 0.008553)>]
[<TestCase(0.22627416997969522, 0.019417)>]
let ``the error of the fraction is the published one`` (s: float, expected: float) =
    near 6e-7 expected (BumpInformation.error s mu events)

[<TestCase(0.02, 0.009818)>]
[<TestCase(0.04, 0.007646)>]
[<TestCase(0.08, 0.006871)>]
[<TestCase(0.16, 0.007605)>]
[<TestCase(0.32, 0.008253)>]
let ``the error with a wrong nuisance value is the published one``
    (trained: float, expected: float)
    =
    near 6e-7 expected (BumpInformation.errorOfScore trained 0.08 mu events)

// Without the feature, the published numbers are 1.5e-4 off those of scipy's quad with exp1 in panels
// towards the logarithm at y = 0, which are these.
[<Test>]
let ``the errors with and without the nuisance feature are the published ones`` () =
    for width, withIt, without, exact in
        [
            BumpWidth.OfSum, 0.007500, 0.009341, 0.00934000659805556
            BumpWidth.OfEach, 0.008896, 0.012392, 0.012390221819240948
        ] do
        near 7e-7 withIt (BumpInformation.errorWithWidth width mu events)
        near (2e-4 * without) without (BumpInformation.errorWithoutWidth width mu events)
        near (1e-9 * exact) exact (BumpInformation.errorWithoutWidth width mu events)

[<Test>]
let ``the error falls with the root of the number of events`` () =
    let one = BumpInformation.error 0.08 mu 1.0
    near 1e-12 (one / 10.0) (BumpInformation.error 0.08 mu 100.0)

[<Test>]
let ``no score does better than that of the right width`` () =
    for s in [ 0.05; 0.2 ] do
        let best = BumpInformation.error s mu events
        near (1e-9 * best) best (BumpInformation.errorOfScore s s mu events)

        for trained in [ 0.5 * s; 0.9 * s; 1.1 * s; 2.0 * s ] do
            Assert.That(
                BumpInformation.errorOfScore trained s mu events,
                Is.GreaterThan(best * (1.0 + 1e-5))
            )

[<Test>]
let ``the quadrature is that of a fine trapezoid rule`` () =
    let n = 20_000

    for s in [ 0.01; 0.08; 0.3 ] do
        let information =
            Seq.init n (fun i ->
                let r = BumpToy.signalDensity s (float i / float n - 0.5)
                (r - 1.0) ** 2.0 / (mu * r + 1.0 - mu))
            |> Seq.sum
            |> fun sum -> sum / float n

        let expected = 1.0 / sqrt (events * information)
        near (1e-9 * expected) expected (BumpInformation.error s mu events)

[<Test>]
let ``fractions and numbers that are none are refused`` () =
    for mu, events in [ 0.0, 10.0; 1.0, 10.0; nan, 10.0; 0.1, 0.0; 0.1, nan ] do
        Assert.Throws<ArgumentException>(
            Action(fun () -> BumpInformation.error 0.1 mu events |> ignore)
        )
        |> ignore
