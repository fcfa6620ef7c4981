/// The exact minima are those of uncorrelated_background.py (40 digits).
module Nsbi.Infer.Tests.TestStatisticTests

open System
open NUnit.Framework
open Nsbi.Tests
open Nsbi.Model
open Nsbi.Infer
open Nsbi.Infer.Tests.CountingModels
open Nsbi.Infer.Tests.Expect
open Nsbi.Infer.Tests.InterferenceModel

let private evaluate observation statistic tested =
    TestStatistic.evaluate Fit.settings observation statistic "mu" tested

let private deficit lower =
    uncorrelatedBackground lower [ 51.0; 48.0 ]

let private atOne = 28.92218013371657
let private atNought = 24.98393520034109
let private lowest = 24.96719090406928

[<Test>]
let ``with a best fit below 0 the bounded statistics start from the fit at 0`` () =
    for statistic, expected in
        [
            TestStatistic.TwoSided, atOne - lowest
            TestStatistic.UpperLimit, atOne - lowest
            TestStatistic.TwoSidedBounded, atOne - atNought
            TestStatistic.UpperLimitBounded, atOne - atNought
        ] do
        let found = evaluate (deficit -5.0) statistic 1.0
        Assert.That(found.Value, near 1e-9 expected)
        Assert.That(found.AtZero.IsSome, same statistic.IsBounded)
        Assert.That(found.BestValue, near 1e-6 -0.066870019915327)
        Assert.That(found.Reason, same None)

[<Test>]
let ``with a lower bound of 0 the statistics with and without a bound are the same`` () =
    for statistic in TestStatistic.all |> List.filter (fun s -> s <> TestStatistic.Discovery) do
        let found = evaluate (deficit 0.0) statistic 1.0
        Assert.That(found.Value, near 1e-9 (atOne - atNought))
        Assert.That(found.AtZero.IsNone)

[<Test>]
let ``q0 is t at 0 above 0, and 0 below`` () =
    let excess = uncorrelatedBackground -5.0 [ 60.0; 65.0 ]
    let found = evaluate excess TestStatistic.Discovery 0.0
    Assert.That(found.Value, near 1e-9 (28.3353182357226 - 25.35192342475779))
    Assert.That((evaluate (deficit -5.0) TestStatistic.Discovery 0.0).Value, same 0.0)

[<Test>]
let ``an upper limit does not count an excess against a smaller value`` () =
    let observation = counting -1.0 10.0 20.0 35.0

    for statistic in [ TestStatistic.UpperLimit; TestStatistic.UpperLimitBounded ] do
        Assert.That((evaluate observation statistic 1.0).Value, same 0.0)
        Assert.That((evaluate observation statistic 3.0).Value, Is.GreaterThan 1.0)

    for statistic in [ TestStatistic.TwoSided; TestStatistic.TwoSidedBounded ] do
        let expected = 2.0 * (30.0 - 35.0 - 35.0 * log (30.0 / 35.0))
        Assert.That((evaluate observation statistic 1.0).Value, near 1e-9 expected)

[<Test>]
let ``without events the bounded statistics are the difference of the expectations`` () =
    for lower in [ 0.0; -1.0; -5.0 ] do
        for statistic in [ TestStatistic.TwoSidedBounded; TestStatistic.UpperLimitBounded ] do
            let found = evaluate (counting lower 10.0 20.0 0.0) statistic 1.0
            Assert.That(found.Value, near 1e-9 20.0)
            Assert.That(found.Reason, same None)

    Assert.That((evaluate (counting 0.0 10.0 20.0 0.0) TestStatistic.Discovery 0.0).Value, same 0.0)

[<Test>]
let ``without events and without a bound the value is absent, with its reason`` () =
    let found = evaluate (counting -5.0 10.0 20.0 0.0) TestStatistic.UpperLimit 1.0
    Assert.That(found.Value, same nan)
    Assert.That(found.Reason.Value, Does.Contain "with all parameters free")

[<Test>]
let ``a value under which the data are impossible has an infinite statistic and a reason`` () =
    let found = evaluate (counting 0.0 10.0 0.0 3.0) TestStatistic.Discovery 0.0
    Assert.That(found.Value, same infinity)
    Assert.That(found.Reason.Value, Does.Contain "mu = 0 is impossible for the data")

[<Test>]
let ``a failed fit gives a reason and no exception`` () =
    let settings = {
        Fit.settings with
            Search = {
                Fit.settings.Search with
                    MaxSteps = 0
            }
    }

    let observation = counting 0.0 10.0 20.0 35.0

    let found =
        TestStatistic.evaluate settings observation TestStatistic.UpperLimit "mu" 2.0

    Assert.That(found.Value, same nan)
    Assert.That(found.Reason.Value, Does.Contain "notConverged")

[<Test>]
let ``with interference t is that of the quadrature, and q̃ is q`` () =
    // PHYSICS: the unbinned Asimov set of the interference toy at μ = 1.
    let observation = asimov 1.0

    for tested, expected in [ 0.0, 2.448976; 0.1, 2.957598; 2.0, 6.460370; 4.0, 49.142017 ] do
        for statistic in [ TestStatistic.TwoSided; TestStatistic.TwoSidedBounded ] do
            Assert.That((evaluate observation statistic tested).Value, near 2e-6 expected)

        let q = evaluate observation TestStatistic.UpperLimit tested
        let bounded = evaluate observation TestStatistic.UpperLimitBounded tested
        Assert.That(bounded.Value, same q.Value)
        Assert.That(q.Value, near 2e-6 (if tested < 1.0 then 0.0 else expected))

[<Test>]
let ``a free fit that missed the minimum is made again`` () =
    let observation = deficit -5.0

    let poor = Fit.runWith (Fit.fix "mu" 3.0 Fit.settings) observation

    let found =
        TestStatistic.evaluateFrom Fit.settings observation TestStatistic.TwoSided "mu" poor [] 1.0

    Assert.That(found.Value, near 1e-9 (atOne - lowest))
    Assert.That(found.Best.TwiceNll, near 1e-9 lowest)

[<Test>]
let ``what cannot be tested is refused`` () =
    let observation = deficit -5.0

    let refused settings statistic poi tested (part: string) =
        let error =
            Assert.Throws<ArgumentException>(
                Action(fun () ->
                    TestStatistic.evaluate settings observation statistic poi tested |> ignore)
            )

        Assert.That(error.Message, Does.Contain part)

    refused Fit.settings TestStatistic.UpperLimit "nu" 1.0 "nu"
    refused Fit.settings TestStatistic.UpperLimit "mu" 11.0 "outside of the bounds"
    refused Fit.settings TestStatistic.UpperLimit "mu" nan "outside of the bounds"
    refused Fit.settings TestStatistic.Discovery "mu" 1.0 "tests the value 0"
    refused Fit.settings TestStatistic.UpperLimitBounded "mu" -1.0 "for granted"
    refused (Fit.fix "mu" 1.0 Fit.settings) TestStatistic.UpperLimit "mu" 1.0 "is fixed"

[<Property(MaxTest = 60)>]
let ``the bounded statistics are never above those without a bound`` (a: uint8) (b: uint8) =
    let observation =
        uncorrelatedBackground -1.0 [ 20.0 + float (a % 70uy); 20.0 + float (b % 70uy) ]

    let value statistic =
        (evaluate observation statistic 0.7).Value

    let free, t = value TestStatistic.TwoSided, value TestStatistic.TwoSidedBounded

    let q, bounded =
        value TestStatistic.UpperLimit, value TestStatistic.UpperLimitBounded

    t <= free + 1e-8 && bounded <= q + 1e-8 && q <= free + 1e-8 && bounded >= 0.0
