module Nsbi.Kernels.Tests.ExponentialSeriesTests

open System
open NUnit.Framework
open Nsbi.Kernels

let private horner (p: float[]) (degree: int) (y: float) =
    Array.foldBack (fun c sum -> sum * y + c) p[..degree] 0.0

[<TestCase(0.0, 0.4)>]
[<TestCase(0.02, 0.0)>]
[<TestCase(0.1, -0.05)>]
[<TestCase(0.5, 0.2)>]
[<TestCase(2.0, -1.0)>]
let ``polynomials stay within the tolerance over the whole range`` (half: float, middle: float) =
    let series = ExponentialSeries half
    let p = Array.zeroCreate (ExponentialSeries.MaxDegree + 1)

    for a0, a1, a2 in [ 1.0, 0.0, 0.0; 0.3, -0.7, 0.2; -1.0, 0.5, 0.0625 ] do
        for tolerance in [ 1e-3; 1e-6; 1e-8 ] do
            let degree = series.Polynomial(middle, a0, a1, a2, tolerance, Span p)
            Assert.That(degree, Is.InRange(0, ExponentialSeries.MaxDegree))

            for y in -1.0 .. 0.01..1.0 do
                let u = middle + half * y
                let exact = (a0 + u * (a1 + u * a2)) * exp u
                Assert.That(horner p degree y, Is.EqualTo(exact).Within(tolerance + 1e-13))

[<Test>]
let ``a range that is too wide has no polynomial`` () =
    let p = Array.zeroCreate (ExponentialSeries.MaxDegree + 1)
    let degree = ExponentialSeries(6.0).Polynomial(0.0, 1.0, 0.0, 0.0, 1e-9, Span p)
    Assert.That(degree, Is.EqualTo -1)

[<Test>]
let ``coefficients that are no numbers have no polynomial`` () =
    let p = Array.zeroCreate (ExponentialSeries.MaxDegree + 1)
    let degree = ExponentialSeries(0.1).Polynomial(0.0, nan, 0.0, 0.0, 1e-9, Span p)
    Assert.That(degree, Is.EqualTo -1)
