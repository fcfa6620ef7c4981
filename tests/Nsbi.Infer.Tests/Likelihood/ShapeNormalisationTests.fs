module Nsbi.Infer.Tests.ShapeNormalisationTests

open System
open NUnit.Framework
open Nsbi.Infer
open Nsbi.Kernels
open Nsbi.Model

/// Nodes and weights of a unit Gaussian: the trapezium rule, exact to rounding for this integrand.
let private nodes = Array.init 4001 (fun i -> -20.0 + 0.01 * float i)
let private weights = nodes |> Array.map (fun x -> exp (-0.5 * x * x))

/// A shift of the mean by δ per standard deviation: r± = exp(±δx − δ²/2).
let private shift parameter code delta = {
    Parameter = parameter
    Code = code
    LogUp = nodes |> Array.map (fun x -> delta * x - 0.5 * delta * delta)
    LogDown = nodes |> Array.map (fun x -> -delta * x - 0.5 * delta * delta)
}

let private range = [| -5.0, 5.0 |]

let private compile ranges interpolants =
    ShapeNormalisation.compile 20_000 None weights ranges interpolants None

let private near (tolerance: float) (wanted: float) (got: float) =
    Assert.That(got, Is.EqualTo(wanted).Within(tolerance * max 1.0 (abs wanted)))

[<TestCase(0.3, -2.0)>]
[<TestCase(0.3, 1.0)>]
[<TestCase(0.3, 3.7)>]
[<TestCase(0.5, -1.5)>]
let ``outside of the anchors a shifted Gaussian has Z = exp(δ²|α|(|α| − 1)/2)``
    (delta: float, alpha: float)
    =
    let wanted = 0.5 * delta * delta * abs alpha * (abs alpha - 1.0)
    let interpolant = shift 0 PolynomialExponential delta
    near 1e-10 wanted (ShapeNormalisation.exact weights [ interpolant ] [| alpha |]).Value
    near 1e-10 wanted ((compile range [ interpolant ]).LogZ [| alpha |]).Value

[<Test>]
let ``the published factor`` () =
    // δ = 0.3, α = −2: 1.09417.
    let z = (compile range [ shift 0 PolynomialExponential 0.3 ]).LogZ [| -2.0 |]
    Assert.That(exp z.Value, Is.EqualTo(1.09417).Within 5e-6)

let private jetsAgree (tolerance: float) (wanted: Jet) (got: Jet) =
    near tolerance wanted.Value got.Value

    for k in 0 .. wanted.Gradient.Length - 1 do
        near (10.0 * tolerance) wanted.Gradient[k] got.Gradient[k]

        for l in 0 .. wanted.Gradient.Length - 1 do
            near (1000.0 * tolerance) wanted.Hessian[k, l] got.Hessian[k, l]

[<Test>]
let ``with one parameter the compiled function is the exact one for every code`` () =
    for _, code in Interpolation.names do
        let interpolant = {
            shift 0 code 0.4 with
                LogDown = nodes |> Array.map (fun x -> -0.3 * x - 0.045)
        }

        let compiled = compile range [ interpolant ]

        for alpha in [ -4.9; -2.2; -0.97; -0.4; 0.0; 0.13; 0.999; 1.001; 2.5; 5.0 ] do
            let exact = ShapeNormalisation.exact weights [ interpolant ] [| alpha |]
            let got = compiled.LogZ [| alpha |]
            // A kink of the code at 0 has a slope from above only.
            if alpha <> 0.0 then
                jetsAgree 1e-9 exact got
            else
                near 1e-9 exact.Value got.Value

[<Test>]
let ``two parameters that move the same feature are correlated`` () =
    let interpolants = [ shift 0 PolynomialExponential 0.15; shift 2 PolynomialExponential -0.1 ]

    let ranges = Array.create 3 (-5.0, 5.0)
    let compiled = compile ranges interpolants
    let alone = compile ranges [ interpolants[0] ]

    for alpha in
        [
            [| 0.5; 9.0; -0.7 |]
            [| 1.5; 0.0; 2.0 |]
            [| -0.3; 0.0; 0.9 |]
            [| -3.0; 1.0; -2.0 |]
        ] do
        let exact = ShapeNormalisation.exact weights interpolants alpha
        jetsAgree 3e-6 exact (compiled.LogZ alpha)
        // The product of both expectations is another thing.
        Assert.That(abs (exact.Value - (alone.LogZ alpha).Value), Is.GreaterThan 1e-4)

[<Test>]
let ``several variations of one parameter multiply`` () =
    let both = [ shift 0 PolynomialExponential 0.2; shift 0 LogPolynomial 0.1 ]
    let compiled = compile range both

    for alpha in [ -2.0; 0.3; 1.2 ] do
        jetsAgree
            1e-9
            (ShapeNormalisation.exact weights both [| alpha |])
            (compiled.LogZ [| alpha |])

[<Test>]
let ``value, slope and curvature are continuous at the knots and at the ends of the range`` () =
    let interpolants = [ shift 0 PolynomialExponential 0.3; shift 1 PolynomialLinear 0.2 ]
    let compiled = compile (Array.create 2 (-3.0, 3.0)) interpolants

    for knot in [ -3.0; -1.0; 1.0; 3.0 ] do
        for other in [ -1.7; 0.4 ] do
            let below = compiled.LogZ [| knot - 1e-9; other |]
            let above = compiled.LogZ [| knot + 1e-9; other |]
            near 1e-8 below.Value above.Value
            near 1e-5 below.Gradient[0] above.Gradient[0]
            near 1e-3 below.Hessian[0, 0] above.Hessian[0, 0]

[<Test>]
let ``derivatives of the compiled function are those of its value`` () =
    let interpolants = [ shift 0 PolynomialExponential 0.3; shift 1 PolynomialLinear 0.2 ]
    let compiled = compile (Array.create 2 (-3.0, 3.0)) interpolants
    let h = 1e-5

    for alpha in [ [| 0.4; -0.6 |]; [| 1.8; 2.7 |]; [| -3.4; 3.3 |] ] do
        let jet = compiled.LogZ alpha

        for k in 0..1 do
            let moved step =
                Array.mapi (fun j a -> if j = k then a + step else a) alpha

            let up, down = compiled.LogZ(moved h), compiled.LogZ(moved -h)
            near 1e-7 ((up.Value - down.Value) / (2.0 * h)) jet.Gradient[k]

            for l in 0..1 do
                near 1e-6 ((up.Gradient[l] - down.Gradient[l]) / (2.0 * h)) jet.Hessian[k, l]

[<Test>]
let ``threads do not change it`` () =
    let interpolants =
        List.init 5 (fun k -> shift k PolynomialExponential (0.1 * float (k - 2)))

    let ranges = Array.create 5 (-4.0, 4.0)
    let alpha = [| 0.3; -1.2; 2.0; 0.7; -0.1 |]
    use team = new ThreadTeam(2)

    let shared =
        ShapeNormalisation.compile 20_000 (Some team) weights ranges interpolants None

    let one = (compile ranges interpolants).LogZ alpha
    let two = shared.LogZ alpha

    Assert.That(
        BitConverter.DoubleToInt64Bits two.Value,
        Is.EqualTo(BitConverter.DoubleToInt64Bits one.Value)
    )

    Assert.That(two.Gradient, Is.EqualTo<float[]> one.Gradient)

[<Test>]
let ``events of weight zero do not count`` () =
    let spoilt = {
        shift 0 PolynomialExponential 0.3 with
            LogUp = nodes |> Array.map (fun x -> if x > 15.0 then 700.0 else 0.3 * x - 0.045)
    }

    let weights = Array.map2 (fun x w -> if x > 15.0 then 0.0 else w) nodes weights

    let z = ShapeNormalisation.compile 20_000 None weights range [ spoilt ] None

    near 1e-9 0.0 (z.LogZ [| 1.0 |]).Value
