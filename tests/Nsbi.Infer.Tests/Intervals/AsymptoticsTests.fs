module Nsbi.Infer.Tests.AsymptoticsTests

open System
open NUnit.Framework
open Nsbi.Tests
open Nsbi.Infer
open Nsbi.Infer.Tests.Expect

/// Slow twin: the probability of more than a value, summed over Gaussian estimates.
let private sum statistic tested truth sigma (value: float) : float =
    let steps = 40_000

    let estimate k =
        truth + sigma * (-8.0 + 16.0 * (float k + 0.5) / float steps)

    let weight k =
        let z = (estimate k - truth) / sigma
        exp (-0.5 * z * z) / sqrt (2.0 * Math.PI) * 16.0 / float steps

    seq { 0 .. steps - 1 }
    |> Seq.filter (fun k -> Asymptotics.ofEstimate statistic tested sigma (estimate k) > value)
    |> Seq.sumBy weight

[<Property(MaxTest = 60)>]
let ``p-values are the sums over Gaussian estimates`` (a: uint8) (b: uint8) (c: uint8) (d: uint8) =
    let share (x: uint8) = float x / 255.0
    let tested, truth = 3.0 * share a, -1.0 + 4.0 * share b
    let sigma, value = 0.3 + 1.5 * share c, 0.01 + 6.0 * share d

    TestStatistic.all
    |> List.forall (fun statistic ->
        let tested = if statistic = TestStatistic.Discovery then 0.0 else tested
        let found = Asymptotics.pValue statistic tested truth sigma value
        let distribution = Asymptotics.cumulative statistic tested truth sigma value

        abs (found - sum statistic tested truth sigma value) < 1e-3
        && abs (found + distribution - 1.0) < 1e-12)

[<Test>]
let ``p-values at the edges are defined`` () =
    for statistic in TestStatistic.all do
        let tested = if statistic = TestStatistic.Discovery then 0.0 else 1.0
        Assert.That(Asymptotics.pValue statistic tested 0.5 1.0 infinity, same 0.0)

    // All estimates above 0 give 0 for an upper limit at 0, and those below as well.
    Assert.That(Asymptotics.pValue TestStatistic.UpperLimitBounded 0.0 0.0 1.0 0.1, same 0.0)
    Assert.That(Asymptotics.pValue TestStatistic.UpperLimit 1.0 1.0 nan 0.0, same 0.5)
    Assert.That(Asymptotics.pValue TestStatistic.TwoSided 1.0 1.0 nan 0.0, same 1.0)

[<Test>]
let ``p-values keep their digits in the far tail`` () =
    // 1 − Φ(9), of normal_tails.py.
    let tail = 1.1285884059538406e-19

    let close (expected: float) (actual: float) =
        Assert.That(actual, near (1e-10 * expected) expected)

    Asymptotics.pValue TestStatistic.UpperLimit 2.0 2.0 1.0 81.0 |> close tail
    Asymptotics.pValue TestStatistic.Discovery 0.0 0.0 1.0 81.0 |> close tail
    Asymptotics.pValue TestStatistic.TwoSided 2.0 2.0 1.0 81.0 |> close (2.0 * tail)

[<Test>]
let ``CLs of the golden values`` () =
    // PHYSICS: q̃ and q_A of two bins at μ = 1, exact to eight digits.
    let asimov = Asymptotics.expectedRoot 0.06445515627 0.0 ** 2.0

    let levels =
        Asymptotics.confidenceLevels TestStatistic.UpperLimitBounded 3.938244933 asimov

    Assert.That(levels.Clsb, near 1e-8 0.02332496265)
    Assert.That(levels.Clb, near 1e-8 0.4441536555)
    Assert.That(levels.Cls, near 1e-8 0.05251552557)

    let band = [ 0.002606404695; 0.01382064049; 0.06445515627; 0.2352609066; 0.5730416592 ]

    for deviation, expected in List.zip Asymptotics.deviations band do
        Assert.That(Asymptotics.expectedCls asimov deviation, near 1e-8 expected)

[<Test>]
let ``CLs is defined where CLb vanishes`` () =
    let levels observed asimov =
        Asymptotics.confidenceLevels TestStatistic.UpperLimitBounded observed asimov

    // T = 300 − 1/2: both tails underflow, the ratio is that of the densities.
    let far = levels 600.0 1.0
    Assert.That(far.Clsb, same 0.0)
    Assert.That(far.Clb, same 0.0)
    Assert.That(far.Cls, Is.Positive)
    Assert.That(log far.Cls, near 0.01 -300.0)
    Assert.That(far.Reason, same None)

    let infinite = levels infinity 4.0
    Assert.That([ infinite.Clsb; infinite.Clb; infinite.Cls ], same [ 0.0; 0.0; 0.0 ])

    let none = levels 0.0 0.0
    Assert.That([ none.Clsb; none.Clb; none.Cls ], same [ 0.5; 0.5; 1.0 ])

    for observed, asimov, reason in
        [
            1.0, 0.0, "not sensitive"
            1.0, infinity, "impossible for the background-only"
            nan, 1.0, "is not known"
            1.0, nan, "is not known"
        ] do
        let found = levels observed asimov
        Assert.That(found.Cls, same nan)
        Assert.That(found.Reason.Value, Does.Contain reason)

[<Test>]
let ``CLs is made of one-sided statistics only`` () =
    for statistic in
        [
            TestStatistic.TwoSided
            TestStatistic.TwoSidedBounded
            TestStatistic.Discovery
        ] do
        Assert.Throws<ArgumentException>(
            Action(fun () -> Asymptotics.confidenceLevels statistic 1.0 1.0 |> ignore)
        )
        |> ignore

[<Property(MaxTest = 200)>]
let ``levels are probabilities, bands ascend, and CLs falls with q`` (a: uint16) (b: uint16) =
    let q, asimov = 60.0 * float a / 65535.0, 1e-3 + 40.0 * float b / 65535.0

    let isShare x = x >= 0.0 && x <= 1.0

    let band = Asymptotics.deviations |> List.map (Asymptotics.expectedCls asimov)

    let isGood statistic =
        let levels = Asymptotics.confidenceLevels statistic q asimov
        let above = Asymptotics.confidenceLevels statistic (q + 0.1) asimov

        isShare levels.Clsb
        && isShare levels.Clb
        && isShare levels.Cls
        && levels.Cls >= levels.Clsb
        && above.Cls < levels.Cls

    List.forall isShare band
    && List.sort band = band
    && List.forall isGood [ TestStatistic.UpperLimit; TestStatistic.UpperLimitBounded ]

[<Property(MaxTest = 100)>]
let ``on the expectation itself CLs is the median, and expected roots give back α`` (a: uint16) =
    let asimov = 1e-3 + 40.0 * float a / 65535.0

    let isMedian statistic =
        let levels = Asymptotics.confidenceLevels statistic asimov asimov

        abs (levels.Cls - Asymptotics.expectedCls asimov 0.0) < 1e-14
        && levels.Clb = 0.5

    let isInverse deviation =
        let cls = Asymptotics.expectedCls asimov deviation
        abs (Asymptotics.expectedRoot cls deviation - sqrt asimov) < 1e-9

    List.forall isMedian [ TestStatistic.UpperLimit; TestStatistic.UpperLimitBounded ]
    && List.forall isInverse Asymptotics.deviations

[<Test>]
let ``the limit of a Gaussian estimate is the root of CLs`` () =
    for estimate, sigma in [ 0.7, 0.5; -0.4, 0.5; 0.0, 2.0 ] do
        let limit = Asymptotics.approximateLimit 0.05 estimate sigma
        let q = ((limit - estimate) / sigma) ** 2.0
        let asimov = (limit / sigma) ** 2.0
        let levels = Asymptotics.confidenceLevels TestStatistic.UpperLimit q asimov
        Assert.That(levels.Cls, near 1e-10 0.05)

    // Φ⁻¹(0.975), the median limit of the background alone.
    Assert.That(Asymptotics.approximateLimit 0.05 0.0 1.0, near 1e-9 1.959963984540054)

[<Test>]
let ``counting significances are those of the formulae`` () =
    Assert.That(Asymptotics.countingSignificance 10.0 100.0, near 5e-6 0.98399)
    Assert.That(Asymptotics.countingSignificanceWith 10.0 100.0 10.0, near 1e-5 0.69019)
    // Far below b: s/√b and s/√(b + σ²).
    Assert.That(Asymptotics.countingSignificance 1e-6 100.0, near 1e-14 1e-7)

    Assert.That(
        Asymptotics.countingSignificanceWith 10.0 100.0 1e-4,
        near 1e-7 (Asymptotics.countingSignificance 10.0 100.0)
    )

    Assert.That(Asymptotics.countingSignificance 3.0 0.0, same infinity)
    Assert.That(Asymptotics.countingSignificance 0.0 0.0, same 0.0)

    Assert.That(
        Asymptotics.countingSignificanceWith 3.0 10.0 0.0,
        near 1e-15 (Asymptotics.countingSignificance 3.0 10.0)
    )

[<Test>]
let ``σ of an Asimov set turns the statistic into a distance`` () =
    Assert.That(Asymptotics.sigma 1.0 0.0 4.0, same 0.5)
    Assert.That(Asymptotics.sigma 1.0 0.0 0.0, same infinity)
    Assert.That(Asymptotics.sigma 1.0 1.0 0.0, same nan)
