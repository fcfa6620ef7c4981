module Nsbi.Model.Tests.ExactInverseTests

open NUnit.Framework
open MathNet.Numerics.LinearAlgebra
open Nsbi.Model

let private exact (v: float[,]) = Array2D.map Dyadic.ofFloat v

let private inverse (v: float[,]) (weights: float[]) =
    ExactInverse.compute (exact v) weights |> Option.map ExactInverse.toFloats

let private agrees (tolerance: float) (expected: float[,]) (found: float[,] option) =
    Assert.That(found.IsSome, "The matrix is not singular.")

    Array2D.iteri (fun i j (x: float) -> Check.close tolerance x found.Value[i, j]) expected

[<Test>]
let ``the inverse of a Hilbert matrix of doubles is that of exact fractions`` () =
    // Inverse of [1 1/2; 1/2 1/4 + 1/16], by hand.
    let v = array2D [ [ 1.0; 0.5 ]; [ 0.5; 0.3125 ] ]
    agrees 0.0 (array2D [ [ 5.0; -8.0 ]; [ -8.0; 16.0 ] ]) (inverse v [| 1.0; 1.0 |])

[<Test>]
let ``a pivot of zero is passed over`` () =
    let v = array2D [ [ 0.0; 2.0; 0.0 ]; [ 0.0; 0.0; 4.0 ]; [ 8.0; 0.0; 0.0 ] ]

    let expected =
        array2D [ [ 0.0; 0.0; 0.125 ]; [ 0.5; 0.0; 0.0 ]; [ 0.0; 0.25; 0.0 ] ]

    agrees 0.0 expected (inverse v [| 1.0; 1.0; 1.0 |])

[<Test>]
let ``it is the pseudoinverse of a tall matrix, and the weighted one with weights`` () =
    let v = array2D [ [ 1.0; 0.3 ]; [ 1.0; -1.7 ]; [ 1.0; 2.1 ]; [ 1.0; 5.5 ] ]
    let weights = [| 1.0; 0.5; 3.0; 0.1 |]
    let m = Matrix<float>.Build.DenseOfArray v
    let s = Matrix<float>.Build.DenseOfDiagonalArray weights
    let vt = m.Transpose()
    agrees 1e-13 (((vt * m).Inverse() * vt).ToArray()) (inverse v [| 1.0; 1.0; 1.0; 1.0 |])
    agrees 1e-13 (((vt * s * m).Inverse() * vt * s).ToArray()) (inverse v weights)

[<Test>]
let ``a singular matrix has none, one that is singular but for the last digit has one`` () =
    let singular = array2D [ [ 0.1; 0.3 ]; [ 0.2; 0.6 ] ]
    Check.equal None (inverse singular [| 1.0; 1.0 |] |> Option.map ignore)
    let near = array2D [ [ 1.0; 1.0 ]; [ 1.0; 1.0 + 2.220446049250313e-16 ] ]
    let d = 4503599627370496.0
    agrees 0.0 (array2D [ [ d + 1.0; -d ]; [ -d; d ] ]) (inverse near [| 1.0; 1.0 |])
