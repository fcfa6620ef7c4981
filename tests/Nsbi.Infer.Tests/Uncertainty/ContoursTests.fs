module Nsbi.Infer.Tests.ContoursTests

open System
open NUnit.Framework
open Nsbi.Kernels
open Nsbi.Model
open Nsbi.Infer
open Nsbi.Infer.Tests.Expect
open Nsbi.Infer.Tests.InterferenceModel

let private measured name value sigma lower upper =
    parameter PointOfInterest name value lower upper (Gaussian(value, sigma))

/// Counting channels with these expectations and counts.
let private bins (channels: (Coefficient * float) list) : Observation =
    let compiled =
        channels
        |> List.mapi (fun k (mean, _) -> $"C{k}", [ Process.create "p" mean [ 1.0 ] ])
        |> CountingModels.compileBins

    channels
    |> List.mapi (fun k (_, n) -> $"C{k}", [ n ])
    |> Observation.observed compiled
    |> ok

/// a ~ N(1, 0.3²), b ~ N(2, 0.5²) and nothing else, exactly.
let private gaussian lower : Observation =
    let a = measured "a" 1.0 0.3 lower 10.0
    let b = measured "b" 2.0 0.5 -10.0 10.0
    bins [ 50.0 + 0.0 * a + 0.0 * b, 50.0 ]

let private contour (observation: Observation) level : Contour =
    Contours.find Fit.settings observation (Fit.run observation) "a" "b" level

let private theta (observation: Observation) (a: float) (b: float) : float[] =
    observation.Owner.Index.Names
    |> List.map (fun name -> if name = "a" then a else b)
    |> List.toArray

let private points (curve: ContourCurve) = Array.zip curve.First curve.Second

[<TestCase(2.295748928898636)>]
[<TestCase(5.991464547107979)>]
let ``the contour of a Gaussian is its ellipse`` (level: float) =
    let found = contour (gaussian -10.0) level
    let curve = found.Curves |> List.exactlyOne
    Assert.That(curve.IsHole, same false)
    Assert.That(curve.AtBound, Has.None.True)
    Assert.That(curve.First.Length, Is.GreaterThan 40)

    for a, b in points curve do
        let t = ((a - 1.0) / 0.3) ** 2.0 + ((b - 2.0) / 0.5) ** 2.0
        Assert.That(t, near 1e-6 level)

    let area = Math.PI * level * 0.3 * 0.5
    Assert.That(curve.Area, Is.LessThan area)
    Assert.That(curve.Area, near (0.01 * area) area)

[<Test>]
let ``the levels of two parameters are those of the chi-square of two degrees`` () =
    Assert.That(Contours.levelOf 0.95, near 1e-12 5.991464547107979)
    Assert.That(Contours.levelOf 0.6826894921370859, near 1e-12 2.295748928898636)

/// Nuisance parameters between two parameters of interest: t is the profile.
let private correlated: Lazy<Observation> =
    lazy
        (let a, b = poi "a" 1.0 -5.0 10.0, poi "b" 1.0 -5.0 10.0
         let x = parameter Nuisance "x" 0.0 -5.0 5.0 (Gaussian(0.0, 1.0))

         bins [
             60.0 * a + 40.0 * b + 20.0 + 8.0 * x, 130.0
             10.0 * a + 50.0 * b + 30.0 + 4.0 * x, 82.0
             30.0 * a + 20.0 * b + 40.0 - 9.0 * x, 95.0
         ])

[<Test>]
let ``every point has the others at their best`` () =
    let observation = correlated.Value
    let best = Fit.run observation

    for level in [ 2.3; 5.99 ] do
        let curve = (contour observation level).Curves |> List.exactlyOne

        for a, b in
            points curve
            |> Array.indexed
            |> Array.filter (fun (k, _) -> k % 7 = 0)
            |> Array.map snd do
            let settings = Fit.settings |> Fit.fix "a" a |> Fit.fix "b" b
            let held = Fit.runWith settings observation
            Assert.That(held.TwiceNll - best.TwiceNll, near 1e-5 level)

[<Test>]
let ``a contour's shadow is the interval of one parameter at its level`` () =
    let observation = correlated.Value
    let curve = (contour observation 2.3).Curves |> List.exactlyOne
    let interval = Intervals.find Fit.settings observation (Fit.run observation) "a" 2.3
    let piece = interval.Intervals.Head
    let lower, upper = piece.Lower, piece.Upper
    Assert.That(Array.min curve.First, near (0.01 * (upper - lower)) lower)
    Assert.That(Array.max curve.First, near (0.01 * (upper - lower)) upper)
    Assert.That(Array.min curve.First, Is.GreaterThan(lower - 1e-6))
    Assert.That(Array.max curve.First, Is.LessThan(upper + 1e-6))

/// The area of {t ≤ level} by counting cells of a fine grid: no tracing, no derivatives.
let private counted (observation: Observation) level (a0, a1) (b0, b1) =
    let best = (Fit.run observation).TwiceNll
    let n = 400

    let at low high k =
        low + (high - low) * (float k + 0.5) / float n

    let inside =
        Seq.sum (
            seq {
                for i in 0 .. n - 1 do
                    for j in 0 .. n - 1 do
                        let t =
                            Likelihood.twiceNll
                                observation
                                (theta observation (at a0 a1 i) (at b0 b1 j))
                            - best

                        if t <= level then 1.0 else 0.0
            }
        )

    inside * (a1 - a0) * (b1 - b0) / float (n * n)

[<Test>]
let ``the contour of a banana follows it`` () =
    let a, b = poi "a" 0.5 -3.0 3.0, poi "b" 1.0 -5.0 10.0
    // b − a² is known well and a badly.
    let observation = bins [ 200.0 * (2.0 + b - a * a), 400.0; 10.0 + 2.0 * a, 10.0 ]
    let found = contour observation 2.3
    let curve = found.Curves |> List.exactlyOne
    let best = Fit.run observation

    for k, (a, b) in points curve |> Array.indexed do
        if not curve.AtBound[k] then
            let t = Likelihood.twiceNll observation (theta observation a b) - best.TwiceNll
            Assert.That(t, near 1e-6 2.3)

    let area = counted observation 2.3 (-3.0, 3.0) (-1.0, 10.0)
    Assert.That(curve.Area, near (0.03 * area) area)

[<Test>]
let ``disjoint pieces are found, and are what they mirror`` () =
    let a, b = poi "a" 1.0 -3.0 3.0, poi "b" 1.0 0.0 3.0
    let observation = bins [ 100.0 * a * a + 20.0, 120.0; 50.0 * b + 10.0, 60.0 ]
    let found = contour observation 5.99
    Assert.That(found.Curves.Length, same 2)

    let left, right =
        found.Curves
        |> List.partition (fun c -> Array.forall (fun a -> a < 0.0) c.First)

    Assert.That(left.Length, same 1)
    Assert.That(left.Head.Area, near 1e-3 right.Head.Area)
    Assert.That(Array.min left.Head.First, near 1e-2 -(Array.max right.Head.First))

[<Test>]
let ``a ring has a hole`` () =
    let a, b = poi "a" 1.0 -3.0 3.0, poi "b" 0.5 -3.0 3.0

    let observation =
        bins [ 100.0 * (a * a + b * b) + 1.0, 101.0; 20.0 + 0.3 * a + 0.2 * b, 20.0 ]

    let found = contour observation 2.3
    Assert.That(found.Curves |> List.map _.IsHole |> List.sort, same [ false; true ])
    let outer = found.Curves |> List.find (fun c -> not c.IsHole)
    let hole = found.Curves |> List.find _.IsHole
    let area = counted observation 2.3 (-1.5, 1.5) (-1.5, 1.5)
    Assert.That(outer.Area - hole.Area, near (0.03 * area) area)

[<Test>]
let ``a set that ends at a bound is closed along it`` () =
    let observation = gaussian 0.9
    let curve = (contour observation 2.3).Curves |> List.exactlyOne

    for k, (a, b) in points curve |> Array.indexed do
        let t = ((a - 1.0) / 0.3) ** 2.0 + ((b - 2.0) / 0.5) ** 2.0

        if curve.AtBound[k] then
            Assert.That(a, near 1e-12 0.9)
            Assert.That(t, Is.LessThan(2.3 + 1e-6))
        else
            Assert.That(t, near 1e-6 2.3)
            Assert.That(a, Is.GreaterThan(0.9 - 1e-12))

    Assert.That(curve.AtBound, Has.Some.True)
    // The part of the ellipse above a = 0.9, by the area of a segment.
    let r = sqrt 2.3
    let h = (0.9 - 1.0) / 0.3

    let segment =
        0.5 * Math.PI * r * r - h * sqrt (r * r - h * h) - r * r * asin (h / r)

    Assert.That(curve.Area, near (0.01 * curve.Area) (0.15 * segment))

[<Test>]
let ``square roots are followed in their inner coordinates down to the bound`` () =
    let a, b = poi "a" 0.3 0.0 8.0, poi "b" 1.0 0.0 8.0
    let observation = bins [ 40.0 * a - 20.0 * sqrt a + 60.0 * b, 70.0; 50.0 * b, 52.0 ]
    let found = contour observation 2.3
    let best = found.Best

    for curve in found.Curves do
        for k, (a, b) in points curve |> Array.indexed do
            if not curve.AtBound[k] then
                let t = Likelihood.twiceNll observation (theta observation a b) - best.TwiceNll
                Assert.That(t, near 1e-6 2.3)

    let area =
        found.Curves |> List.sumBy (fun c -> if c.IsHole then -c.Area else c.Area)

    let expected = counted observation 2.3 (0.0, 3.0) (0.0, 2.5)
    Assert.That(area, near (0.03 * expected) expected)

[<Test>]
let ``a contour does not depend on the number of threads`` () =
    let observation = correlated.Value
    let best = Fit.run observation
    use team = new ThreadTeam(3)

    let shared =
        Contours.find { Fit.settings with Team = Some team } observation best "a" "b" 2.3

    let alone = Contours.find Fit.settings observation best "a" "b" 2.3
    Assert.That(shared.Curves.Head.First, same alone.Curves.Head.First)
    Assert.That(shared.Curves.Head.Second, same alone.Curves.Head.Second)

[<Test>]
let ``wrong requests are refused`` () =
    let observation = correlated.Value
    let best = Fit.run observation

    for first, second, level in [ "a", "a", 2.3; "a", "nobody", 2.3; "a", "b", 0.0 ] do
        Assert.Throws<ArgumentException>(
            Action(fun () ->
                Contours.find Fit.settings observation best first second level |> ignore)
        )
        |> ignore
