module Nsbi.Infer.Tests.Problems.UnknownBumpToyTests

open NUnit.Framework
open Nsbi.Infer
open Nsbi.Infer.Tests
open Nsbi.Kernels

let internal views = [
    UnknownBumpView.Event
    UnknownBumpView.NominalDiscriminant
    UnknownBumpView.AveragedDiscriminant
]

[<Test>]
let ``the discriminants fold x about the published points`` () =
    let centre view =
        0.5 * (0.3 + (UnknownBumpToy.mirror view 0.3).Value)

    Assert.That(centre UnknownBumpView.NominalDiscriminant, Expect.near 5e-5 1.0101)
    Assert.That(centre UnknownBumpView.AveragedDiscriminant, Expect.near 5e-6 -0.33223)
    Assert.That(UnknownBumpToy.mirror UnknownBumpView.Event 0.3, Expect.same None)

[<TestCaseSource(nameof views)>]
let ``mirrored events have the same discriminant`` (view: UnknownBumpView) =
    for x in [ -3.0; -0.33; 0.2; 1.0; 2.7 ] do
        match UnknownBumpToy.mirror view x with
        | Some other ->
            let here = UnknownBumpToy.summary view x
            let tolerance = 1e-11 * (1.0 + abs here)
            Assert.That(UnknownBumpToy.summary view other, Expect.near tolerance here)
        | None -> Assert.That(UnknownBumpToy.summary view x, Expect.same x)

[<TestCaseSource(nameof views)>]
let ``the gradient is the slope of the posterior`` (view: UnknownBumpView) =
    let x = UnknownBumpToy.sample 5UL 0UL 0.3 0.8 60
    let density = UnknownBumpToy.logPosterior view x

    for f, m in [ 0.3, 0.8; 0.01, 0.9; 0.9, 0.7; 0.4, -1.5; 0.2, 6.0 ] do
        let point = [| f; m |]
        let gradient = Array.zeroCreate 2
        density.Evaluate(point, gradient) |> ignore

        for k in 0..1 do
            let h = 1e-6

            let at shift =
                let moved = Array.copy point
                moved[k] <- moved[k] + shift
                LogDensity.value density moved

            let slope = (at h - at -h) / (2.0 * h)
            Assert.That(gradient[k], Expect.near (1e-6 * (10.0 + abs slope)) slope)

[<Test>]
let ``the log posterior is the sum of its parts`` () =
    let x = [| 0.2; 1.4 |]
    let f, m = 0.35, 1.2

    let normal mean width x =
        exp (-0.5 * ((x - mean) / width) ** 2.0) / (width * sqrt (2.0 * System.Math.PI))

    let expected view =
        let density x =
            f * normal m 0.1 x + (1.0 - f) * normal 0.0 1.0 x

        let both x =
            density x
            + (UnknownBumpToy.mirror view x |> Option.map density |> Option.defaultValue 0.0)

        log (normal 1.0 2.0 m) + (x |> Array.sumBy (fun v -> log (both v)))

    for view in views do
        let found = LogDensity.value (UnknownBumpToy.logPosterior view x) [| f; m |]
        Assert.That(found, Expect.near 1e-12 (expected view))

[<Test>]
let ``events far from bump and background still have a density`` () =
    let density = UnknownBumpToy.logPosterior UnknownBumpView.Event [| 60.0; 0.0 |]

    let gradient = Array.zeroCreate 2
    let value = density.Evaluate([| 0.5; 1.0 |], gradient)
    Assert.That(System.Double.IsFinite value)
    Assert.That(gradient |> Array.forall System.Double.IsFinite)

[<Test>]
let ``simulated sets have the moments of their parameters`` () =
    let n = 100_000
    let f, m = 0.3, 1.5
    let x = UnknownBumpToy.sample 2UL 0UL f m n
    let mean = Array.average x
    let square = x |> Array.averageBy (fun v -> v * v)
    let expectedSquare = f * (m * m + 0.01) + 1.0 - f
    let variance = expectedSquare - f * m * f * m
    Assert.That(mean, Expect.near (4.0 * sqrt (variance / float n)) (f * m))
    Assert.That(square, Expect.near (4.0 * 1.9 / sqrt (float n)) expectedSquare)

[<Test>]
let ``a fraction outside of its range is refused`` () =
    let draw () =
        UnknownBumpToy.sample 1UL 0UL 1.2 0.0 5 |> ignore

    Assert.Throws<System.ArgumentException>(System.Action draw) |> ignore

[<Test>]
let ``parameters follow the prior`` () =
    let drawn = [|
        for set in 0UL .. 9999UL do
            let mutable stream = RandomStream(4UL, "prior", set)
            UnknownBumpToy.drawParameters &stream
    |]

    let f, m = drawn |> Array.map Array.head, drawn |> Array.map Array.last
    Assert.That(Array.average f, Expect.near 0.012 0.5)
    Assert.That(f |> Array.forall (fun v -> v > 0.0 && v < 1.0))
    Assert.That(Array.average m, Expect.near 0.08 1.0)
    Assert.That(m |> Array.averageBy (fun v -> (v - 1.0) * (v - 1.0)), Expect.near 0.23 4.0)
