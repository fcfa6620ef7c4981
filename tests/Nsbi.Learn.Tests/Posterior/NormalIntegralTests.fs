module Nsbi.Learn.Tests.Posterior.NormalIntegralTests

open NUnit.Framework
open Nsbi.Tests
open Nsbi.Learn.Autodiff
open Nsbi.Learn.Autodiff.Words
open Nsbi.Learn.Posterior

// scipy.special.log_ndtr; tests/peers/normal_integral.py
[<TestCase(-300.0, -45006.62273211866)>]
[<TestCase(-37.5, -707.6689893175072)>]
[<TestCase(-5.0, -15.064998393988727)>]
[<TestCase(-1.0, -1.841021645009264)>]
[<TestCase(-0.1, -0.7761545927302731)>]
[<TestCase(0.0, -0.6931471805599453)>]
[<TestCase(0.3, -0.4814101615884816)>]
[<TestCase(2.0, -0.023012909328963486)>]
[<TestCase(8.0, -6.220960574271743e-16)>]
let ``the logarithm of the integral is scipy's`` (x: float, expected: float) =
    Assert.That(
        NormalIntegral.logLower x,
        Is.EqualTo(expected).Within(1e-12 * abs expected + 1e-28).Or.EqualTo(expected).Within 1e-12
    )

    Assert.That(NormalIntegral.logUpper -x, Is.EqualTo(NormalIntegral.logLower x))

// scipy.stats.truncnorm.ppf at 0.01, 0.5 and 0.99
[<TestCase(5.0, 9.0, 5.00193744, 5.13201833, 5.82436454)>]
[<TestCase(-9.0, -5.0, -5.82436454, -5.13201833, -5.00193744)>]
[<TestCase(38.0, 45.0, 38.0002643, 38.01822375, 38.12091284)>]
let ``quantiles of an interval in the tail are scipy's``
    (a: float, b: float, first: float, median: float, last: float)
    =
    for share, expected in [ 0.01, first; 0.5, median; 0.99, last ] do
        Assert.That(NormalIntegral.quantile a b share, Is.EqualTo(expected).Within 1e-8)

[<Property(MaxTest = 300)>]
let ``quantile and interval are each other's inverse`` (s: uint16) (w: uint16) (u: uint16) =
    let a = (float s / 65535.0 - 0.5) * 60.0
    let b = a + 0.01 + 20.0 * float w / 65535.0
    let share = (float u + 0.5) / 65536.0
    let x = NormalIntegral.quantile a b share
    let back = exp (NormalIntegral.logInterval a x - NormalIntegral.logInterval a b)
    a <= x && x <= b && abs (back - share) < 1e-9

[<Test>]
let ``programs and numbers agree, in both tails`` () =
    let lows = [| for a in -40.0 .. 1.7..40.0 -> a |]

    for width in [ 0.3; 2.0; 50.0 ] do
        let inputs =
            Map [
                "a", Array2D.init lows.Length 1 (fun i _ -> lows[i])
                "b", Array2D.init lows.Length 1 (fun i _ -> lows[i] + width)
            ]

        let node = NormalIntegral.logIntervalOf (input "a" 1) (input "b" 1)
        let found = Interpreter.run lows.Length inputs Map.empty None [ node ]

        for i in 0 .. lows.Length - 1 do
            let expected = NormalIntegral.logInterval lows[i] (lows[i] + width)
            Assert.That(found.Head[i, 0], Is.EqualTo(expected).Within(1e-11 * (1.0 + abs expected)))
