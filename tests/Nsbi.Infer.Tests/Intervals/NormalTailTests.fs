/// The numbers are those of normal_tails.py (40 digits).
module Nsbi.Infer.Tests.NormalTailTests

open System
open NUnit.Framework
open Nsbi.Tests
open Nsbi.Infer
open Nsbi.Infer.Tests.Expect

let private relative (tolerance: float) (expected: float) (actual: float) =
    Assert.That(actual, near (tolerance * abs expected) expected)

[<TestCase(-9.0, 1.0, -1.1285884059538406e-19)>]
[<TestCase(-5.0, 0.99999971334842812, -2.8665161296376359e-7)>]
[<TestCase(-1.5, 0.93319279873114193, -0.069143455612233983)>]
[<TestCase(0.0, 0.5, -0.69314718055994531)>]
[<TestCase(0.3, 0.38208857781104736, -0.96210281816885067)>]
[<TestCase(1.0, 0.15865525393145705, -1.8410216450092635)>]
[<TestCase(2.5, 0.0062096653257761352, -5.0816482772786905)>]
[<TestCase(3.999, 3.1805340054202048e-5, -10.355876356043406)>]
[<TestCase(4.0, 3.1671241833119921e-5, -10.360101486527291)>]
[<TestCase(5.0, 2.8665157187919391e-7, -15.064998393988726)>]
[<TestCase(6.0, 9.8658764503769814e-10, -20.736768949974706)>]
[<TestCase(7.0, 1.279812543885835e-12, -27.384307498811075)>]
[<TestCase(8.0, 6.2209605742717841e-16, -35.01343715991455)>]
[<TestCase(9.0, 1.1285884059538406e-19, -43.628149113332115)>]
[<TestCase(20.0, 2.7536241186062337e-89, -203.91715537109726)>]
[<TestCase(37.0, 5.7255712225245768e-300, -689.03058557689059)>]
let ``tails have all their digits, in both directions`` (x: float, tail: float, logTail: float) =
    NormalTail.upper x |> relative 1e-12 tail
    NormalTail.pValue x |> relative 1e-12 tail
    NormalTail.logUpper x |> relative 1e-13 logTail
    Assert.That(NormalTail.significanceOfLog logTail, near (1e-11 * (1.0 + abs x)) x)

    if x > -5.0 then
        Assert.That(NormalTail.significance tail, near (1e-11 * (1.0 + abs x)) x)

[<Test>]
let ``logarithms of tails go on where the tails underflow`` () =
    Assert.That(NormalTail.upper 50.0, same 0.0)
    NormalTail.logUpper 50.0 |> relative 1e-14 -1254.8313611394199
    NormalTail.logUpper 1000.0 |> relative 1e-14 -500007.82669481218
    Assert.That(NormalTail.significanceOfLog -500007.82669481218, near 1e-9 1000.0)

[<TestCase(3.9, 0.5, 0.11253545395722656)>]
[<TestCase(5.0, 2.0, 4.4646974565525761e-6)>]
[<TestCase(40.0, 0.5, 1.7965328386866524e-9)>]
[<TestCase(1000.0, 0.01, 4.5397205851595113e-5)>]
let ``ratios of tails have all their digits`` (x: float, shift: float, expected: float) =
    NormalTail.ratio x shift |> relative 1e-12 expected

[<Test>]
let ``the ends are defined`` () =
    Assert.That(NormalTail.upper infinity, same 0.0)
    Assert.That(NormalTail.upper -infinity, same 1.0)
    Assert.That(NormalTail.logUpper infinity, same -infinity)
    Assert.That(NormalTail.logUpper -infinity, same 0.0)
    Assert.That(NormalTail.significance 0.0, same infinity)
    Assert.That(NormalTail.significance 1.0, same -infinity)
    Assert.That(NormalTail.significance 0.5, same 0.0)
    Assert.That(NormalTail.significance -0.1, same nan)
    Assert.That(NormalTail.significance 1.1, same nan)
    Assert.That(NormalTail.significanceOfLog 0.1, same nan)
    Assert.That(NormalTail.upper nan, same nan)
    Assert.That(NormalTail.ratio 2.0 0.0, same 1.0)
    Assert.That(NormalTail.ratio 2.0 infinity, same 0.0)

[<Property(MaxTest = 200)>]
let ``a significance is that of its p-value`` (a: uint16) =
    let z = 38.0 * float a / 65535.0
    abs (NormalTail.significance (NormalTail.pValue z) - z) < 1e-10 * (1.0 + z)
