module Losses.LossTests

open FsCheck
open FsCheck.FSharp
open NUnit.Framework
open Nsbi.Tests
open Nsbi.Learn
open Nsbi.Learn.Losses
open Losses.LossExamples

let private cases = cases

/// f of a coordinate that runs over all real numbers: the log-odds or the log of f.
let private ofCoordinate loss t =
    match Loss.domain loss with
    | OutputDomain.Probability -> 1.0 / (1.0 + exp -t)
    | OutputDomain.Ratio -> exp t

let private relative (expected: float) (actual: float) =
    abs (actual - expected) / max 1e-300 (abs expected)

[<TestCaseSource(nameof cases)>]
let ``the slopes of A and B are their derivatives`` (loss: Loss) =
    for f in [ 0.05; 0.3; 0.5; 0.8; 0.97 ] do
        let h = 1e-5 * f
        let slope g = (g (f + h) - g (f - h)) / (2.0 * h)

        Assert.That(
            relative (slope (Loss.ofClass loss)) (Loss.slopeOfClass loss f),
            Is.LessThan 1e-6
        )

        Assert.That(
            relative (slope (Loss.ofReference loss)) (Loss.slopeOfReference loss f),
            Is.LessThan 1e-6
        )

[<TestCaseSource(nameof cases)>]
let ``the ratio is −B'/A', and the output is its inverse`` (loss: Loss) =
    for f in [ 0.05; 0.3; 0.5; 0.8; 0.97 ] do
        let r = Loss.ratio loss f
        let expected = -(Loss.slopeOfReference loss f) / Loss.slopeOfClass loss f
        Assert.That(relative expected r, Is.LessThan 1e-12)
        Assert.That(relative f (Loss.output loss r), Is.LessThan 1e-12)

/// Two densities over a few bins, each bin with events of both.
let private densities =
    gen {
        let! bins = Gen.choose (2, 8)
        let! p1 = Gen.choose (1, 1000) |> Gen.listOfLength bins
        let! p0 = Gen.choose (1, 1000) |> Gen.listOfLength bins

        let normal (p: int list) =
            p |> List.map (fun n -> float n / float (List.sum p))

        return List.zip (normal p1) (normal p0)
    }

[<TestCaseSource(nameof cases)>]
let ``for random discrete densities the least loss is at the stated function of p1/p0``
    (loss: Loss)
    =
    let holds (bins: (float * float) list) =
        bins
        |> List.forall (fun (p1, p0) ->
            // The loss of a bin on its own: outputs of bins are independent of one another.
            let lossOf t =
                let f = ofCoordinate loss t
                0.5 * p1 * Loss.value loss 1.0 f + 0.5 * p0 * Loss.value loss 0.0 f

            let found = ofCoordinate loss (minimiser -30.0 30.0 lossOf)
            relative (p1 / p0) (Loss.ratio loss found) < 1e-5)

    Check.One(
        Config.QuickThrowOnFailure.WithMaxTest(100).WithReplay(20261123UL, 11UL),
        Prop.forAll (Arb.fromGen densities) holds
    )

[<TestCaseSource(nameof cases)>]
let ``with other shares of the two sides the least loss is at p1/p0 times the shares' ratio``
    (loss: Loss)
    =
    let p1, p0, share1, share0 = 0.4, 0.7, 0.2, 0.8

    let found =
        minimiser -30.0 30.0 (fun t ->
            let f = ofCoordinate loss t
            share1 * p1 * Loss.value loss 1.0 f + share0 * p0 * Loss.value loss 0.0 f)

    let expected = p1 * share1 / (p0 * share0)
    Assert.That(relative expected (Loss.ratio loss (ofCoordinate loss found)), Is.LessThan 1e-5)

/// L at ratio r, f between 0 and 1.
let private risk loss r f =
    r * Loss.value loss 1.0 f + Loss.value loss 0.0 f

let private curvature (g: float -> float) f =
    let h = 1e-4
    (g (f + h) - 2.0 * g f + g (f - h)) / (h * h)

[<TestCase 0.1; TestCase 0.5; TestCase 0.9>]
let ``p-MSE with p between 0 and 1 is concave: its stationary point is its largest loss``
    (p: float)
    =
    let loss = Loss.PowerMeanSquared p

    for r in [ 0.2; 1.0; 3.0 ] do
        let stationary = Loss.output loss r

        for f in [ 0.01; 0.2; 0.5; 0.8; 0.99 ] do
            Assert.That(curvature (risk loss r) f, Is.LessThan 0.0)
            Assert.That(risk loss r f, Is.LessThanOrEqualTo(risk loss r stationary))

    Assert.That(Loss.faults "settings" loss, Is.Not.Empty)

[<TestCase -2.0; TestCase -0.1; TestCase 1.1; TestCase 2.0; TestCase 4.0>]
let ``p-MSE with other p is convex`` (p: float) =
    for r in [ 0.2; 1.0; 3.0 ] do
        for f in [ 0.01; 0.2; 0.5; 0.8; 0.99 ] do
            Assert.That(curvature (risk (Loss.PowerMeanSquared p) r) f, Is.GreaterThan 0.0)

    Assert.That(Loss.faults "settings" (Loss.PowerMeanSquared p), Is.Empty)

[<TestCase -1.5; TestCase 0.3; TestCase 1.0; TestCase 1.9>]
let ``p-SQR with |p| below 2 is not convex in f, but convex in ln f`` (p: float) =
    let loss = Loss.PowerSquareRoot p

    let least =
        [ 0.01; 1.0; 100.0; 1e4 ] |> List.map (curvature (risk loss 0.5)) |> List.min

    Assert.That(least, Is.LessThan 0.0)

    for t in [ -4.0; -1.0; 0.0; 2.0; 5.0 ] do
        Assert.That(curvature (exp >> risk loss 0.5) t, Is.GreaterThan 0.0)

    Assert.That(Loss.faults "settings" loss, Is.Empty)

[<Test>]
let ``p-MSE of 2 is the mean squared error, p-SQR of 1 the square root`` () =
    for f in [ 0.1; 0.6; 0.95 ] do
        for y in [ 0.0; 0.3; 1.0 ] do
            let same (left: Loss) (right: Loss) =
                Assert.That(
                    relative (Loss.value left y f) (Loss.value right y f),
                    Is.LessThan 1e-14
                )

            same Loss.MeanSquaredError (Loss.PowerMeanSquared 2.0)
            same Loss.SquareRoot (Loss.PowerSquareRoot 1.0)

let private a = 0.1

let private normal (mean: float) (x: float) =
    exp (-0.5 * (x - mean) ** 2.0) / sqrt (2.0 * System.Math.PI)

// From numpy, two balanced samples of N(±0.1, 1): losses per event at the exact ratio.
[<TestCase("bce", 0.6881720)>]
[<TestCase("mse", 0.2475246)>]
[<TestCase("mlc", -0.0100000)>]
[<TestCase("sqr", 0.9950125)>]
let ``the least losses of two near Gaussians are the known ones`` (name: string, expected: float) =
    let loss = Loss.words 2.0 |> List.find (fun (word, _) -> word = name) |> snd

    let value =
        [ -1200 .. 1200 ]
        |> List.sumBy (fun i ->
            let x = 0.01 * float i
            let f = Loss.output loss (exp (2.0 * a * x))
            let y1, y0 = Loss.value loss 1.0 f, Loss.value loss 0.0 f
            0.01 * (0.5 * normal a x * y1 + 0.5 * normal -a x * y0))

    Assert.That(value, Is.EqualTo(expected).Within 6e-8)
