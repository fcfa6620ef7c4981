module Nsbi.Infer.Tests.NormalisationSpaceTests

open System
open NUnit.Framework
open Nsbi.Infer
open Nsbi.Infer.Tests.Expect
open Nsbi.Kernels
open Nsbi.Model

let private events = 500

let private random purpose =
    let mutable s = RandomStream(5UL, purpose, 0UL)
    Array.init events (fun _ -> 0.2 * s.NextGaussian())

let private interpolant parameter code = {
    Parameter = parameter
    Code = code
    LogUp = random $"up {parameter}"
    LogDown = random $"down {parameter}"
}

let private weights = Array.init events (fun i -> 1.0 + 0.3 * float (i % 7))

/// Codes with and without a kink at 0, and a range that ends at ±1 or beyond it.
let private cases = [
    [ PolynomialExponential, (-5.0, 5.0) ]
    [ PiecewiseExponential, (-5.0, 5.0); PolynomialExponential, (-1.0, 3.0) ]
    [
        LogPolynomial, (-2.0, 5.0)
        PiecewiseExponential, (-5.0, 5.0)
        PolynomialExponential, (-5.0, 5.0)
    ]
]

let private points (n: int) =
    // Inside, at nodes and breaks, and beyond the range.
    let values = [| 0.0; 0.3; -0.97; 1.0; -1.0; 2.2; -4.1; 5.0; -5.0; 6.5; -7.0; 1e-17 |]
    let mutable s = RandomStream(8UL, "points of ln Z", 0UL)

    Array.init 200 (fun _ -> Array.init n (fun _ -> values[s.NextInt32 values.Length]))

[<Test>]
let ``ln Z in arrays that are used again is ln Z with its derivatives`` () =
    for case in cases do
        let interpolants = case |> List.mapi (fun k (code, _) -> interpolant k code)
        let ranges = case |> List.map snd |> List.toArray
        let z = ShapeNormalisation.compile 300 None weights ranges interpolants None
        let n = case.Length

        let bases = Array.init n (fun k -> BasisSpace(k, z.Single[k], z.Pair[k], z.Kept[k]))

        let space = NormalisationSpace(z, bases)

        for alpha in points n do
            for basis in bases do
                basis.Fill alpha

            let value = space.Fill()
            let wanted = z.LogZ alpha
            let at = $"{alpha}"
            let near tolerance x = near (tolerance * (1.0 + abs x)) x
            Assert.That(value, near 1e-11 wanted.Value, at)

            for k in 0 .. n - 1 do
                Assert.That(space.Gradient[k], near 1e-10 wanted.Gradient[k], at)

                for l in k .. n - 1 do
                    Assert.That(space.Hessian[n * k + l], near 1e-8 wanted.Hessian[k, l], at)

[<Test>]
let ``processes share the bases of a parameter where they break at the same places`` () =
    let make code low =
        ShapeNormalisation.compile 300 None weights [| low, 5.0 |] [ interpolant 0 code ] None

    let z = make PolynomialExponential -5.0
    let basis = BasisSpace(3, z.Single[0], z.Pair[0], z.Kept[0])

    let isSame position (other: ShapeNormalisation) =
        basis.Is(position, other.Single[0], other.Pair[0])

    Assert.That(isSame 3 (make LogPolynomial -5.0))
    Assert.That(isSame 2 (make LogPolynomial -5.0), Is.False)
    Assert.That(isSame 3 (make PiecewiseExponential -5.0), Is.False)
    Assert.That(isSame 3 (make PolynomialExponential -4.0), Is.False)
