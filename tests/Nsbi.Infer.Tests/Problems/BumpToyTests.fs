module Nsbi.Infer.Tests.Problems.BumpToyTests

open System
open MathNet.Numerics.Integration
open NUnit.Framework
open Nsbi.Infer
open Nsbi.Tests

let private near (tolerance: float) (expected: float) (actual: float) =
    Assert.That(actual, Is.EqualTo(expected).Within tolerance)

let private relative (tolerance: float) (expected: float) (actual: float) =
    near (tolerance * abs expected) expected actual

let private integral (points: int) (f: float -> float) : float =
    // The trapezoid rule of a periodic function converges exponentially.
    Seq.init points (fun i -> f (float i / float points - 0.5))
    |> Seq.sum
    |> fun sum -> sum / float points

let private widths = [ 0.02; 0.04; 0.08; 0.16; 0.32 ]

[<TestCase(0.4, 0.4)>]
[<TestCase(0.6, -0.4)>]
[<TestCase(-0.5, -0.5)>]
[<TestCase(0.5, -0.5)>]
[<TestCase(2.25, 0.25)>]
[<TestCase(-1.75, 0.25)>]
let ``an integer is added until a number is in the interval`` (y: float, expected: float) =
    near 1e-15 expected (BumpToy.wrap y)

[<TestCase(0.08, 0.0, 4.98678)>]
[<TestCase(0.16, 0.0, 2.49339)>]
[<TestCase(0.32, 0.0, 1.26558)>]
[<TestCase(0.16, 0.5, 0.0377782)>]
[<TestCase(0.32, 0.5, 0.735649)>]
let ``the ratio at the middle and the ends is the published one`` (s: float, y: float, r: float) =
    near (if r > 1.0 then 5e-6 else 5e-7) r (BumpToy.signalDensity s y)

[<TestCaseSource(nameof widths)>]
let ``the signal is normalised and periodic`` (s: float) =
    near 1e-13 1.0 (integral 2000 (BumpToy.signalDensity s))

    for y in [ -0.45; 0.1; 0.49 ] do
        let here = BumpToy.signalDensity s y
        relative 1e-12 here (BumpToy.signalDensity s (y + 1.0))
        relative 1e-12 here (BumpToy.signalDensity s -y)

[<Test>]
let ``a width far above the interval is the uniform density`` () =
    near 1e-12 1.0 (BumpToy.signalDensity 3.0 0.21)

[<TestCaseSource(nameof widths)>]
let ``the sensitivity to the width is the derivative of the logarithm`` (s: float) =
    for y in [ 0.0; 0.03; -0.11; 0.2; 0.5 ] do
        let h = 1e-6
        let f s = log (BumpToy.signalDensity s y)
        let slope = (f (s + h) - f (s - h)) / (2.0 * h)
        near (1e-6 * (1.0 + abs slope)) slope (BumpToy.widthScore s y)

[<TestCaseSource(nameof widths)>]
let ``probabilities of signal are integrals of its density`` (s: float) =
    let f = Func<_, _>(BumpToy.signalDensity s)

    for a, b in [ -0.5, 0.5; -0.5, -0.3; 0.0, 0.1; -0.04, 0.2; 0.41, 0.5 ] do
        let expected =
            [ a; a + 0.25 * (b - a); 0.5 * (a + b); a + 0.75 * (b - a); b ]
            |> List.pairwise
            |> List.sumBy (fun (a, b) -> GaussLegendreRule.Integrate(f, a, b, 64))

        near 1e-11 expected (BumpToy.signalProbability s a b)

[<Test>]
let ``the mean over the nuisance feature is the integral over it`` () =
    for width in [ BumpWidth.OfSum; BumpWidth.OfEach ] do
        for y in [ 0.02; -0.1; 0.33; 0.4353; 0.5 ] do
            let f =
                Func<_, _>(fun t ->
                    BumpToy.signalDensity (width.Factor * t) y / BumpToy.greatestWidth)

            let expected =
                [ 1e-3; 0.003; 0.01; 0.03; 0.1; 0.2; BumpToy.greatestWidth ]
                |> List.pairwise
                |> List.sumBy (fun (a, b) -> GaussLegendreRule.Integrate(f, a, b, 128))

            relative 1e-8 expected (BumpToy.averagedDensity width y)

    Assert.That(BumpToy.averagedDensity BumpWidth.OfSum 0.0, Is.EqualTo infinity)

let private kinds = [ BumpClass.Signal; BumpClass.Background ]

let private twoWidths = [ 0.05; 0.08; 0.25 ]

[<Test>]
let ``the density of two features is normalised and gives that of their sum`` () =
    for sigma in twoWidths do
        for kind in kinds do
            let n = 100

            let both y0 =
                integral n (BumpToy.pairDensity kind sigma y0)

            near 1e-9 1.0 (integral n both)

            // y0 + y1 = u mod 1 at any y0.
            for u in [ -0.4; 0.0; 0.07 ] do
                integral n (fun y0 -> BumpToy.pairDensity kind sigma y0 (BumpToy.wrap (u - y0)))
                |> near 1e-9 (BumpToy.density kind (sqrt 2.0 * sigma) u)

[<Test>]
let ``the difference of the two features is that of both classes`` () =
    for sigma in twoWidths do
        for kind in kinds do
            for v in [ -0.3; 0.0; 0.11 ] do
                integral 100 (fun y0 -> BumpToy.pairDensity kind sigma y0 (BumpToy.wrap (y0 - v)))
                |> near 1e-9 (BumpToy.signalDensity (sqrt 2.0 * sigma) v)

[<Test>]
let ``sum and difference mod 1 are independent in both classes`` () =
    // The pair covers (sum, difference) twice: (y0, y1) and (y0 + 1/2, y1 + 1/2).
    for sigma in twoWidths do
        for kind in kinds do
            let s = sqrt 2.0 * sigma

            for y0, y1 in [ 0.03, 0.01; -0.2, 0.3; 0.45, 0.4; 0.1, -0.49 ] do
                let p a b = BumpToy.pairDensity kind sigma a b
                let half = BumpToy.wrap (y0 + 0.5), BumpToy.wrap (y1 + 0.5)
                let expected = BumpToy.density kind s (y0 + y1) * BumpToy.signalDensity s (y0 - y1)
                near 1e-9 expected (0.5 * (p y0 y1 + p (fst half) (snd half)))

/// Largest distance of the empirical distribution from another one.
let private distance (cdf: float -> float) (values: float[]) : float =
    let sorted = Array.sort values
    let n = float sorted.Length

    sorted
    |> Array.mapi (fun i y ->
        let f = cdf y
        max (abs (f - float i / n)) (abs (f - float (i + 1) / n)))
    |> Array.max

/// Kolmogorov's distance is above 1.95/√n once in a thousand times.
let private limit n = 1.95 / sqrt (float n)

[<Test>]
let ``events follow the densities`` () =
    let n = 20_000

    for s in [ 0.08; 0.32 ] do
        let cdf = BumpToy.signalProbability s -0.5

        BumpToy.sample 5UL BumpClass.Signal s n
        |> distance cdf
        |> fun d -> Assert.That(d, Is.LessThan(limit n))

        BumpToy.sample 5UL BumpClass.Background s n
        |> distance (fun y -> y + 0.5)
        |> fun d -> Assert.That(d, Is.LessThan(limit n))

[<Test>]
let ``sums and differences of two features follow the densities`` () =
    let n = 20_000
    let sigma = 0.08
    let cdf = BumpToy.signalProbability (sqrt 2.0 * sigma) -0.5

    for kind in kinds do
        let pairs = BumpToy.samplePairs 3UL kind sigma n
        let sums = Array.map2 (fun a b -> BumpToy.wrap (a + b)) pairs.First pairs.Second

        let differences =
            Array.map2 (fun a b -> BumpToy.wrap (a - b)) pairs.First pairs.Second

        let ofSum =
            match kind with
            | BumpClass.Signal -> cdf
            | BumpClass.Background -> fun y -> y + 0.5

        Assert.That(distance ofSum sums, Is.LessThan(limit n))
        Assert.That(distance cdf differences, Is.LessThan(limit n))

        for y in Array.append pairs.First pairs.Second do
            Assert.That(y >= -0.5 && y < 0.5)

[<Test>]
let ``events with the nuisance feature follow its density and the averaged one`` () =
    let n = 20_000
    let events = BumpToy.sampleWithWidth 11UL BumpClass.Signal BumpWidth.OfEach n
    Assert.That(distance (fun w -> w / 0.29) events.Width, Is.LessThan(limit n))

    let inside = events.Sum |> Array.filter (fun y -> abs y < 0.1) |> Array.length

    let expected =
        2.0
        * GaussLegendreRule.Integrate(
            Func<_, _>(fun t ->
                6.0 * t ** 5.0 * 0.1 * BumpToy.averagedDensity BumpWidth.OfEach (0.1 * t ** 6.0)),
            0.0,
            1.0,
            256
        )

    near (3.3 * sqrt (expected * (1.0 - expected) / float n)) expected (float inside / float n)

[<Test>]
let ``fewer events are the first of more`` () =
    let more = BumpToy.sample 7UL BumpClass.Signal 0.1 50
    Assert.That(BumpToy.sample 7UL BumpClass.Signal 0.1 20, Is.EqualTo<float[]> more[..19])
    Assert.That(BumpToy.sample 8UL BumpClass.Signal 0.1 20, Is.Not.EqualTo<float[]> more[..19])

[<Property>]
let ``wrapping changes a number by an integer`` (y: FsCheck.NormalFloat) =
    let y = y.Get % 1e6
    let wrapped = BumpToy.wrap y
    let added = y - wrapped
    wrapped >= -0.5 && wrapped < 0.5 && abs (added - round added) < 1e-9

[<Test>]
let ``a width that is none is refused`` () =
    for s in [ 0.0; -0.1; nan; infinity ] do
        Assert.Throws<ArgumentException>(Action(fun () -> BumpToy.signalDensity s 0.0 |> ignore))
        |> ignore
