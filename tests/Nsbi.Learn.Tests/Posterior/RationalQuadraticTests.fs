module Nsbi.Learn.Tests.Posterior.RationalQuadraticTests

open System
open NUnit.Framework
open Nsbi.Tests
open Nsbi.Kernels
open Nsbi.Learn.Autodiff
open Nsbi.Learn.Autodiff.Words
open Nsbi.Learn.Posterior

let private rowOf (seed: int) freeEnds bins size =
    let mutable stream = RandomStream(uint64 seed, "spline", 0UL)
    let row = Array.zeroCreate<float>(RationalQuadratic.columns freeEnds bins)

    for j in 0 .. row.Length - 1 do
        row[j] <- size * stream.NextGaussian()

    row

[<Test>]
let ``a row of zeros is the identity`` () =
    for freeEnds in [ true; false ] do
        let row = Array.zeroCreate<float>(RationalQuadratic.columns freeEnds 7)
        let knots = RationalQuadratic.knots freeEnds 7 (ReadOnlySpan row)

        for x in [ 0.0; 0.1; 1.0 / 7.0; 0.77; 1.0 ] do
            let struct (y, slope) = RationalQuadratic.forward knots x
            Assert.That(y, Is.EqualTo(x).Within 1e-14)
            Assert.That(slope, Is.EqualTo(0.0).Within 1e-12)

[<Property(MaxTest = 200)>]
let ``the inverse undoes the spline, which keeps the order`` (seed: uint16) (freeEnds: bool) =
    let knots =
        RationalQuadratic.knots freeEnds 8 (ReadOnlySpan(rowOf (int seed) freeEnds 8 2.0))

    let xs = [| 0.0..0.01..1.0 |]

    let ys =
        xs
        |> Array.map (fun x ->
            let struct (y, _) = RationalQuadratic.forward knots x
            y)

    let back = ys |> Array.map (RationalQuadratic.inverse knots)

    // A slope of 10⁻³ magnifies the rounding of y a thousandfold.
    Array.forall2 (fun x b -> abs (x - b) < 1e-9) xs back
    && Array.pairwise ys |> Array.forall (fun (a, b) -> a < b)
    && abs ys[0] < 1e-12
    && abs (ys[100] - 1.0) < 1e-12

[<Property(MaxTest = 100)>]
let ``the slope is the derivative`` (seed: uint16) (freeEnds: bool) (n: uint8) =
    let knots =
        RationalQuadratic.knots freeEnds 6 (ReadOnlySpan(rowOf (int seed) freeEnds 6 1.0))

    let x = (float n + 0.5) / 257.0
    let h = 1e-6

    let at x =
        let struct (y, _) = RationalQuadratic.forward knots x
        y

    let struct (_, slope) = RationalQuadratic.forward knots x
    let expected = (at (x + h) - at (x - h)) / (2.0 * h)
    abs (exp slope - expected) < 2e-4 * (1.0 + expected)

[<Test>]
let ``the slope at the knots is that of the row, one where the spline goes on`` () =
    let row = rowOf 5 false 4 1.0
    let knots = RationalQuadratic.knots false 4 (ReadOnlySpan row)

    for k in 0..4 do
        let struct (y, slope) = RationalQuadratic.forward knots knots.X[k]
        Assert.That(y, Is.EqualTo(knots.Y[k]).Within 1e-14)
        Assert.That(exp slope, Is.EqualTo(knots.Slopes[k]).Within 1e-10)

    Assert.That((knots.Slopes[0], knots.Slopes[4]), Is.EqualTo((1.0, 1.0)))

[<Test>]
let ``the program gives the numbers`` () =
    for freeEnds in [ true; false ] do
        let row = rowOf 9 freeEnds 5 1.5
        let knots = RationalQuadratic.knots freeEnds 5 (ReadOnlySpan row)
        let xs = [| 0.0..0.017..1.0 |]
        let node = broadcastTo (Shape.batch row.Length) (constantRow (List.ofArray row))
        let y, slope = RationalQuadratic.ofNode freeEnds 5 node (input "x" 1)
        let inputs = Map [ "x", Array2D.init xs.Length 1 (fun i _ -> xs[i]) ]
        let found = Interpreter.run xs.Length inputs Map.empty None [ y; slope ]

        for i in 0 .. xs.Length - 1 do
            let struct (y, slope) = RationalQuadratic.forward knots xs[i]
            Assert.That(found[0][i, 0], Is.EqualTo(y).Within 1e-12)
            Assert.That(found[1][i, 0], Is.EqualTo(slope).Within 1e-10)
