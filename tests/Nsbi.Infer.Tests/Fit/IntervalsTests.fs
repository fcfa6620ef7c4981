module Nsbi.Infer.Tests.IntervalsTests

open System
open NUnit.Framework
open Nsbi.Tests
open Nsbi.Model
open Nsbi.Infer
open Nsbi.Infer.Tests.Expect
open Nsbi.Infer.Tests.InterferenceModel
open Nsbi.Infer.Tests.CountingModels

let private find observation name level =
    Intervals.find Fit.settings observation (Fit.run observation) name level

/// t of n ~ Pois(μ s + b).
let private countingT s b n mu =
    let nu = mu * s + b
    2.0 * (nu - n - n * log (nu / n))

[<Property(MaxTest = 30)>]
let ``the ends of a counting experiment's interval lie at the level`` (seed: int) =
    let n = float (20 + abs (seed % 200))
    let observation = counting -1.7 7.0 12.0 n

    for found in
        [
            find observation "mu" 1.0
            Intervals.around Fit.settings observation (Fit.run observation) "mu" 1.0
        ] do
        let best = (n - 12.0) / 7.0
        Assert.That(found.Intervals.Length, same 1)
        Assert.That(countingT 7.0 12.0 n (best + found.Upper.Value), near 1e-6 1.0)
        Assert.That(countingT 7.0 12.0 n (best + found.Lower.Value), near 1e-6 1.0)
        Assert.That(found.Lower.Value, Is.LessThan 0.0)
        Assert.That(found.Intervals.Head.Upper, near 1e-6 (best + found.Upper.Value))

[<Test>]
let ``a profiled interval lies at the level of refitted likelihoods`` () =
    let observation = uncorrelatedBackground -5.0 [ 60.0; 65.0 ]
    let fit = Fit.run observation
    let found = Intervals.find Fit.settings observation fit "mu" 1.0

    for ends in [ found.Intervals.Head.Lower; found.Intervals.Head.Upper ] do
        let held = Fit.runWith (Fit.fix "mu" ends Fit.settings) observation
        Assert.That(held.TwiceNll - fit.TwiceNll, near 1e-6 1.0)

[<Test>]
let ``an end at a bound has no offset`` () =
    let found = find (counting 0.0 7.0 12.0 14.0) "mu" 1.0
    Assert.That(found.Lower, same None)
    Assert.That(found.Upper.IsSome, same true)
    Assert.That(found.Intervals.Head.Lower, same 0.0)
    Assert.That(found.Intervals.Head.LowerAtBound, same true)
    Assert.That(found.Intervals.Head.UpperAtBound, same false)

[<Test>]
let ``the 68 % set of the interference model is [0·594, 1·387]`` () =
    let found = find (asimov 1.0) "mu" 1.0
    Assert.That(found.Intervals.Length, same 1)
    Assert.That(found.Intervals.Head.Lower, near 1e-3 0.594)
    Assert.That(found.Intervals.Head.Upper, near 1e-3 1.387)
    Assert.That(found.Lower.Value, near 1e-3 -0.406)
    Assert.That(found.Upper.Value, near 1e-3 0.387)

[<Test>]
let ``the 95 % set of the interference model has no lower end`` () =
    let found = find (asimov 1.0) "mu" 3.841
    Assert.That(found.Intervals.Length, same 1)
    Assert.That(found.Intervals.Head.Lower, same 0.0)
    Assert.That(found.Intervals.Head.LowerAtBound, same true)
    Assert.That(found.Intervals.Head.Upper, near 1e-3 1.765)
    Assert.That(found.Lower, same None)

[<Test>]
let ``a level between the second minimum and the barrier gives disjoint sets`` () =
    let observation = asimov 1.0

    // t(0) = 2.449 < 2.7 < 2.958 = t(0.1).
    let found = find observation "mu" 2.7
    Assert.That(found.Intervals.Length, same 2)
    let low, high = found.Intervals[0], found.Intervals[1]
    Assert.That(low.Lower, same 0.0)
    Assert.That(low.LowerAtBound, same true)
    Assert.That(low.Upper, Is.InRange(0.01, 0.05))
    Assert.That(high.Lower, Is.InRange(0.2, 0.3))
    Assert.That(high.LowerAtBound, same false)
    let best = Likelihood.twiceNll observation [| 1.0 |]

    for ends in [ low.Upper; high.Lower; high.Upper ] do
        Assert.That(Likelihood.twiceNll observation [| ends |] - best, near 1e-6 2.7)

    Assert.That(found.Lower.Value, near 1e-6 (high.Lower - 1.0))

    let own = Intervals.around Fit.settings observation (Fit.run observation) "mu" 2.7
    Assert.That(own.Lower.Value, near 1e-6 found.Lower.Value)
    Assert.That(own.Upper.Value, near 1e-6 found.Upper.Value)

[<Test>]
let ``a narrow second set between two points of the grid is found by the slope`` () =
    // The second minimum is at μ ≈ 0.001 with t = 2.4345, and t(0) = 2.4490.
    let found = find (asimov 1.0) "mu" 2.44
    Assert.That(found.Intervals.Length, same 2)
    Assert.That(found.Intervals.Head.LowerAtBound, same false)
    Assert.That(found.Intervals.Head.Upper, Is.LessThan 0.01)

[<Test>]
let ``a fit that stayed in the wrong basin is replaced by the lower minimum`` () =
    let observation = asimov 1.0
    let one = { Fit.settings with StartsPerPoi = 0 }
    let wrong = Fit.runFrom one observation [ [| 0.01 |] ]
    Assert.That(wrong["mu"].Value, Is.LessThan 0.01)

    let found = Intervals.find one observation wrong "mu" 1.0
    Assert.That(found.Best["mu"].Value, near 1e-5 1.0)
    Assert.That(found.Intervals.Head.Lower, near 1e-3 0.594)

    let scan = Profile.scan one observation wrong "mu" [ 0.0; 1.1 ]
    Assert.That(scan.Best["mu"].Value, near 1e-5 1.0)
    Assert.That(scan.Points.Head.T, near 1e-6 2.448976)

[<Test>]
let ``a scan gives the known values of the interference model`` () =
    let observation = asimov 1.0
    let values = [ 0.0; 0.1; 0.5; 1.0; 2.0; 4.0 ]
    let scan = Profile.scan Fit.settings observation (Fit.run observation) "mu" values
    let expected = [ 2.448976; 2.957598; 1.462839; 0.0; 6.460370; 49.142017 ]
    Assert.That(scan.Points |> List.map _.Value, same values)

    for point, t in List.zip scan.Points expected do
        Assert.That(point.T, near 1e-6 t)

[<Test>]
let ``a scan profiles the other parameters`` () =
    let observation = uncorrelatedBackground -5.0 [ 51.0; 48.0 ]
    let scan = Profile.scan Fit.settings observation (Fit.run observation) "mu" [ 1.0 ]
    Assert.That(scan.Points.Head.T, near (6e-5 * 3.9549891) 3.9549891)
    Assert.That(scan.Points.Head.Point[0], same 1.0)
    Assert.That(scan.Points.Head.Point[1], Is.LessThan 1.0)

[<Test>]
let ``the conventional observable in 5, 10 and 20 bins has its known power`` () =
    for bins, atZero, atThree in [ 5, 1.358, 21.64; 10, 2.163, 23.31; 20, 2.382, 23.70 ] do
        let observation = histogram bins InterferenceToy.observable

        let t value =
            Likelihood.twiceNll observation [| value |]

        Assert.That(t 0.0 - t 1.0, near 6e-4 atZero, $"{bins} bins")
        Assert.That(t 3.0 - t 1.0, near 6e-3 atThree, $"{bins} bins")

[<Test>]
let ``misuse is refused`` () =
    let observation = asimov 1.0
    let fit = Fit.run observation

    let refuse (action: unit -> obj) =
        Assert.Throws<ArgumentException>(Action(fun () -> action () |> ignore))
        |> ignore

    refuse (fun () -> box (Intervals.find Fit.settings observation fit "mu" 0.0))
    refuse (fun () -> box (Intervals.find Fit.settings observation fit "nu" 1.0))
    refuse (fun () -> box (Intervals.find (Fit.fix "mu" 1.0 Fit.settings) observation fit "mu" 1.0))
    refuse (fun () -> box (Profile.scan Fit.settings observation fit "mu" [ -1.0 ]))

[<Test>]
let ``intervals and scans print as a person reads them`` () =
    let observation = asimov 1.0
    let text = find observation "mu" 2.6 |> string
    Assert.That(text, Does.StartWith "mu with t ≤ 2.6: [0 (bound), 0.02")
    Assert.That(text, Does.Contain "] ∪ [0.27")
    Assert.That(text, Does.EndWith "best 1")

    let scan =
        Profile.scan Fit.settings observation (Fit.run observation) "mu" [ 0.5; 2.0 ]

    let lines = [
        "          mu             t"
        "         0.5       1.46284"
        "           2       6.46037"
    ]

    Assert.That(string scan, same (String.Join("\n", lines)))
