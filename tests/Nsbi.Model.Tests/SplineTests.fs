module Nsbi.Model.Tests.SplineTests

open System
open NUnit.Framework
open Nsbi.Tests
open Nsbi.Model
open Nsbi.Model.Words

let private near (tolerance: float) (expected: float) (actual: float) =
    Assert.That(actual, Is.EqualTo(expected).Within tolerance)

let private value spline x =
    let struct (f, _, _) = Spline.evaluate spline x
    f

/// scipy.interpolate.CubicSpline([0, 1, 2.5, 3, 5], [0.3, 0.1, 0.4, 0.35, 0.9], bc_type="natural").
let private curve =
    Spline.create [ 0.0, 0.3; 1.0, 0.1; 2.5, 0.4; 3.0, 0.35; 5.0, 0.9 ]

[<TestCase(0.5, 0.15529464, -0.22980357, 0.35764286)>]
[<TestCase(1.7, 0.24499467, 0.29419857, 0.01548571)>]
[<TestCase(2.75, 0.37899777, -0.12734821, -0.12792857)>]
[<TestCase(4.2, 0.56163200, 0.36659429, 0.21137143)>]
let ``the spline is that of an independent program``
    (x: float, f: float, first: float, second: float)
    =
    let struct (found, slope, bend) = Spline.evaluate curve x
    near 1e-8 f found
    near 1e-8 first slope
    near 1e-8 second bend

[<Test>]
let ``value, slope and curvature are continuous at every knot, and a line goes on beyond`` () =
    for x, y in curve.Knots do
        near 1e-14 y (value curve x)

        let struct (below, slopeBelow, bendBelow) = Spline.evaluate curve (x - 1e-9)
        let struct (above, slopeAbove, bendAbove) = Spline.evaluate curve (x + 1e-9)
        near 1e-8 below above
        near 1e-8 slopeBelow slopeAbove
        near 1e-7 bendBelow bendAbove

    for x in [ -3.0; 8.0 ] do
        let struct (_, _, bend) = Spline.evaluate curve x
        near 0.0 0.0 bend
        near 1e-12 (2.0 * value curve x) (value curve (x - 0.5) + value curve (x + 0.5))

[<Property>]
let ``derivatives are those of the value`` (at: FsCheck.NormalFloat) =
    let x = max -10.0 (min 10.0 at.Get)
    let struct (_, slope, bend) = Spline.evaluate curve x
    let h = 1e-4
    let difference = (value curve (x + h) - value curve (x - h)) / (2.0 * h)
    let struct (_, up, _) = Spline.evaluate curve (x + h)
    let struct (_, down, _) = Spline.evaluate curve (x - h)

    abs (difference - slope) < 1e-6 && abs ((up - down) / (2.0 * h) - bend) < 1e-3

[<Property>]
let ``a straight line stays one`` (a: FsCheck.NormalFloat, b: FsCheck.NormalFloat) =
    let a, b = max -1e3 (min 1e3 a.Get), max -1e3 (min 1e3 b.Get)
    let line = Spline.create [ for x in [ -1.0; 0.2; 0.5; 4.0 ] -> x, a + b * x ]

    [ -5.0; 0.0; 0.3; 2.0; 9.0 ]
    |> List.forall (fun x -> abs (value line x - (a + b * x)) < 1e-9 * (1.0 + abs a + abs b))

[<Test>]
let ``a coefficient has the value and the derivatives of its spline`` () =
    let mu, alpha = poi "mu", nuisance "alpha"
    let coefficient = mu + alpha * Interpolated(mu, curve)
    let index = ParameterIndex.OfNames [ "mu"; "alpha" ]
    let jet = Coefficient.evaluate index [| 1.7; -0.4 |] coefficient
    let struct (f, first, second) = Spline.evaluate curve 1.7
    near 1e-15 (1.7 - 0.4 * f) jet.Value
    near 1e-15 (1.7 - 0.4 * f) (Coefficient.value index [| 1.7; -0.4 |] coefficient)
    near 1e-15 (1.0 - 0.4 * first) jet.Gradient[0]
    near 1e-15 f jet.Gradient[1]
    near 1e-15 (-0.4 * second) jet.Hessian[0, 0]
    near 1e-15 first jet.Hessian[0, 1]

[<Test>]
let ``a spline of a root is smooth in the inner coordinate`` () =
    let mu = poi "mu" |> above 0.0
    let parameters = Coefficient.parameters mu
    let coefficient = Interpolated(sqrt mu, curve)
    let inner = InnerCoordinates.Of(parameters, [ coefficient ])
    Assert.That(inner.Squared, Is.EqualTo<string list> [ "mu" ])
    let jet = Coefficient.evaluate inner.Index [| 0.0 |] (inner.Rewrite coefficient)
    let struct (f, first, _) = Spline.evaluate curve 0.0
    near 0.0 f jet.Value
    near 0.0 first jet.Gradient[0]

[<Test>]
let ``knots that make no spline are refused`` () =
    for knots in
        [
            []
            [ 0.0, 1.0 ]
            [ 0.0, 1.0; 0.0, 2.0 ]
            [ 1.0, 0.0; 0.0, 0.0 ]
            [ 0.0, nan; 1.0, 0.0 ]
        ] do
        Assert.That((Spline.tryCreate knots).IsError)

        Assert.Throws<ArgumentException>(Action(fun () -> Spline.create knots |> ignore))
        |> ignore
