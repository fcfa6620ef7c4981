/// The numbers are those of cls_limits.py and of the exact minima of uncorrelated_background.py.
module Nsbi.Infer.Tests.HypothesisTestTests

open System
open NUnit.Framework
open Nsbi.Tests
open Nsbi.Model
open Nsbi.Infer
open Nsbi.Infer.Tests.CountingModels
open Nsbi.Infer.Tests.Expect
open Nsbi.Infer.Tests.InterferenceModel
open Nsbi.Infer.Tests.LimitModels

let private test observation mu =
    HypothesisTest.asymptotic Fit.settings observation TestStatistic.UpperLimitBounded "mu" mu

let private check tolerance (clsb, clb, cls) band (found: HypothesisTest) =
    Assert.That(found.Reason, same None)
    Assert.That(found.Levels.Clsb, near tolerance clsb)
    Assert.That(found.Levels.Clb, near tolerance clb)
    Assert.That(found.Levels.Cls, near tolerance cls)

    for expected, value in List.zip band found.Expected do
        Assert.That(value, near tolerance expected)

[<Test>]
let ``two bins with uncorrelated backgrounds have their published CLs`` () =
    // To 1e-5 of pyhf's strings, and to 1e-8 of the exact minimum.
    for lower in [ -5.0; 0.0 ] do
        let found = test (uncorrelatedBackground lower [ 51.0; 48.0 ]) 1.0

        found
        |> check 1e-5 (0.02332502, 0.4441594, 0.05251553) [
            0.00260640
            0.01382064
            0.06445516
            0.23526090
            0.57304165
        ]

        found
        |> check 1e-8 (0.02332496265, 0.4441536555, 0.05251552557) [
            0.002606404695
            0.01382064049
            0.06445515627
            0.2352609066
            0.5730416592
        ]

        Assert.That(found.Observed.Value, near 1e-8 3.938244933)
        Assert.That(found.Warnings, same ([]: string list))

[<Test>]
let ``an excess, and a nuisance parameter that three bins share`` () =
    test (uncorrelatedBackground -5.0 [ 60.0; 65.0 ]) 1.0
    |> check 2e-8 (0.4667691261, 0.955800704, 0.4883540305) [
        0.003347079187
        0.01674990172
        0.07388896258
        0.2562006153
        0.5978198734
    ]

    test (sharedNuisance [ 195.0; 104.0; 52.0 ]) 1.0
    |> check 2e-8 (0.2715054359, 0.9291641535, 0.2922039501) [
        0.0009989397952
        0.006570614298
        0.03772221041
        0.1670516282
        0.4798870066
    ]

[<Test>]
let ``unbinned and binned channels together are their finely binned version`` () =
    let exact = test hybrid.Value 1.0
    let fine = test (hybridInBins ()) 1.0

    check 2e-4 (fine.Levels.Clsb, fine.Levels.Clb, fine.Levels.Cls) fine.Expected exact

    // They tell something: the observed value is not the expected one, and not 0 or 1.
    Assert.That(exact.Levels.Cls, Is.InRange(0.05, 0.95))
    Assert.That(abs (exact.Levels.Cls - exact.Expected[2]), Is.GreaterThan 0.01)

[<Test>]
let ``on the background-only expectation CLs is the median`` () =
    for observation in
        [
            uncorrelatedBackground 0.0 [ 51.0; 48.0 ]
            sharedNuisance [ 195.0; 104.0; 52.0 ]
            hybrid.Value
        ] do
        let zero = Fit.runWith (Fit.fix "mu" 0.0 Fit.settings) observation
        let asimov = (ok (Observation.asimov observation.Owner zero.Values)).Observation
        let found = test asimov 1.3
        Assert.That(found.Levels.Cls, near 1e-8 found.Expected[2])
        Assert.That(found.Levels.Clb, near 1e-8 0.5)

[<Test>]
let ``a neighbour to start from changes nothing`` () =
    for observation in [ sharedNuisance [ 195.0; 104.0; 52.0 ]; hybrid.Value; asimov 1.0 ] do
        let prepared =
            AsymptoticTest.Prepare(Fit.settings, observation, TestStatistic.UpperLimitBounded, "mu")

        let near' = prepared.At(2.5, Some(prepared.At(1.7, None)))
        Assert.That(near'.Levels.Cls, near 1e-8 (test observation 2.5).Levels.Cls)

[<Test>]
let ``with nothing to profile and with nothing but fixed parameters`` () =
    // n = 35, s = 10, b = 20: q in closed form.
    let poisson n nu = 2.0 * (nu - n * log nu)
    let found = test (counting 0.0 10.0 20.0 15.0) 1.0
    let q = poisson 15.0 30.0 - poisson 15.0 20.0
    let asimov = poisson 20.0 30.0 - poisson 20.0 20.0
    let expected = Asymptotics.confidenceLevels TestStatistic.UpperLimitBounded q asimov
    Assert.That(found.Levels.Cls, near 1e-9 expected.Cls)

    let held = Fit.fix "alpha" 0.0 Fit.settings
    let observation = sharedNuisance [ 195.0; 104.0; 52.0 ]

    let found =
        HypothesisTest.asymptotic held observation TestStatistic.UpperLimit "mu" 1.0

    Assert.That(found.Observed.Conditional["alpha"].Value, same 0.0)
    Assert.That(found.Asimov.Value.Conditional["alpha"].Value, same 0.0)
    Assert.That(found.Levels.Cls, Is.LessThan (test observation 1.0).Levels.Cls)

[<Test>]
let ``another parameter of interest is profiled`` () =
    // Two bins with a signal of their own each: a test of one does not see the other.
    let bin name = [
        Process.create "signal" (poi $"mu {name}" 1.0 0.0 20.0) [ 10.0 ]
        Process.create "background" (Constant 1.0) [ 20.0 ]
    ]

    let compiled = compileBins [ "a", bin "a"; "b", bin "b" ]

    let observation =
        ok (Observation.observed compiled [ "a", [ 15.0 ]; "b", [ 41.0 ] ])

    let found =
        HypothesisTest.asymptotic
            Fit.settings
            observation
            TestStatistic.UpperLimitBounded
            "mu a"
            1.0

    let alone = test (counting 0.0 10.0 20.0 15.0) 1.0
    Assert.That(found.Levels.Cls, near 1e-9 alone.Levels.Cls)
    Assert.That(found.Observed.Conditional["mu b"].Value, near 1e-6 2.1)

[<Test>]
let ``the statistic at the value 0 excludes nothing`` () =
    let found = test (counting 0.0 10.0 20.0 15.0) 0.0
    Assert.That(found.Levels.Cls, same 1.0)
    Assert.That(found.Expected, same [ 1.0; 1.0; 1.0; 1.0; 1.0 ])

[<Test>]
let ``models with a square root say that statements at 0 are invalid`` () =
    let found = test (asimov 1.0) 2.0
    Assert.That(found.Warnings.Length, same 1)
    Assert.That(found.Warnings.Head, Does.Contain "square root of mu")
    Assert.That(found.Levels.Cls, Is.InRange(0.0, 1.0))

[<Test>]
let ``data that the background cannot have made give a reason`` () =
    let found = test (counting 0.0 10.0 0.0 3.0) 1.0
    Assert.That(found.Levels.Cls, same nan)
    Assert.That(found.Asimov.IsNone)
    Assert.That(found.Reason.Value, Does.Contain "no data expected of mu = 0")
    Assert.That(found.Expected, same [ nan; nan; nan; nan; nan ])
    Assert.That(found.Sigma, same nan)

[<Test>]
let ``a best fit at an upper bound is told`` () =
    let found = test (counting 0.0 10.0 20.0 2000.0) 1.0
    Assert.That(found.Warnings.Head, Does.Contain "at its bound 50")

[<Test>]
let ``what cannot be tested is refused`` () =
    let observation = counting 0.5 10.0 20.0 15.0

    for statistic, poi in
        [
            TestStatistic.UpperLimitBounded, "mu"
            TestStatistic.TwoSided, "mu"
            TestStatistic.UpperLimitBounded, "nu"
        ] do
        Assert.Throws<ArgumentException>(
            Action(fun () ->
                HypothesisTest.asymptotic Fit.settings observation statistic poi 1.0 |> ignore)
        )
        |> ignore

/// pyhf's two bins, the channels in one of both orders and the background with another nominal
/// value of its factors, which is the same model.
let private rescaled (isReversed: bool) (unit: float) (counts: float list) : Observation =
    let mu = poi "mu" 1.0 0.0 10.0

    let bin name s b sigma =
        let tau = (b / sigma) ** 2.0
        // γ/unit is the factor: the auxiliary measurement is the same count.
        let gamma =
            parameter Nuisance name unit (1e-6 * unit) (10.0 * unit) (Poisson(tau, tau / unit))

        name,
        [
            Process.create "signal" mu [ s ]
            Process.create "background" (gamma * (1.0 / unit)) [ b ]
        ]

    let bins = [ bin "0" 12.0 50.0 3.0; bin "1" 11.0 52.0 7.0 ]
    let compiled = compileBins (if isReversed then List.rev bins else bins)
    ok (Observation.observed compiled [ "0", [ counts[0] ]; "1", [ counts[1] ] ])

[<Property(MaxTest = 40)>]
let ``CLs does not depend on the order of channels nor on the units of nuisance parameters``
    (a: uint8)
    (b: uint8)
    (c: uint8)
    =
    let counts = [ 30.0 + float (a % 50uy); 30.0 + float (b % 50uy) ]
    let unit = 0.1 + 3.0 * float c / 255.0
    let one = test (rescaled false 1.0 counts) 1.2
    let other = test (rescaled true unit counts) 1.2

    let isShare x = x >= 0.0 && x <= 1.0

    abs (one.Levels.Cls - other.Levels.Cls) < 1e-7
    && isShare one.Levels.Cls
    && List.forall isShare one.Expected
    && List.sort one.Expected = one.Expected
    && List.forall2 (fun x y -> abs (x - y) < 1e-7) one.Expected other.Expected
