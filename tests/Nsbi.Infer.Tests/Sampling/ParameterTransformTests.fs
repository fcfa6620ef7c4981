module Nsbi.Infer.Tests.Sampling.ParameterTransformTests

open NUnit.Framework
open Nsbi.Infer
open Nsbi.Infer.Tests

let private cases = [
    ParameterTransform.Free
    ParameterTransform.Above -2.0
    ParameterTransform.Below 3.0
    ParameterTransform.Between(-1.0, 4.0)
]

[<Test>]
let ``bounds choose the transform`` () =
    let ofBounds = ParameterTransform.ofBounds
    Assert.That(ofBounds -infinity infinity, Expect.same ParameterTransform.Free)
    Assert.That(ofBounds 1.0 infinity, Expect.same (ParameterTransform.Above 1.0))
    Assert.That(ofBounds -infinity 1.0, Expect.same (ParameterTransform.Below 1.0))
    Assert.That(ofBounds 0.0 1.0, Expect.same (ParameterTransform.Between(0.0, 1.0)))

[<TestCaseSource(nameof cases)>]
let ``there and back is the same`` (transform: ParameterTransform) =
    for y in [ -6.0; -0.4; 0.0; 1.3; 5.0 ] do
        let x = ParameterTransform.value transform y
        Assert.That(ParameterTransform.inverse transform x, Expect.near 1e-12 y)

[<TestCaseSource(nameof cases)>]
let ``the Jacobian is the slope, and its logarithm has the slope that is told``
    (transform: ParameterTransform)
    =
    for y in [ -6.0; -0.4; 0.0; 1.3; 5.0 ] do
        let h = 1e-5
        let struct (slope, log', derivative) = ParameterTransform.derivatives transform y
        let value = ParameterTransform.value transform
        let numeric = (value (y + h) - value (y - h)) / (2.0 * h)
        Assert.That(slope, Expect.near (1e-8 * (1.0 + abs numeric)) numeric)
        Assert.That(log', Expect.near 1e-12 (log (abs slope)))

        let logAt y =
            let struct (_, log', _) = ParameterTransform.derivatives transform y
            log'

        Assert.That(derivative, Expect.near 1e-8 ((logAt (y + h) - logAt (y - h)) / (2.0 * h)))

[<Test>]
let ``far out nothing overflows`` () =
    let transform = ParameterTransform.Between(0.0, 1.0)

    for y in [ -800.0; 800.0 ] do
        let struct (_, log', derivative) = ParameterTransform.derivatives transform y
        Assert.That(log', Expect.near 1e-9 -800.0)
        Assert.That(derivative, Expect.near 1e-12 -(float (sign y)))

[<Test>]
let ``a density without bounds has the gradient of its value`` () =
    let density =
        LogDensity.bounded
            [ "a"; "b"; "c"; "d" ]
            [| -infinity; 0.0; -infinity; -1.0 |]
            [| infinity; infinity; 2.0; 1.0 |]
            (fun x g ->
                let square = Array.map2 (*) x x
                Array.iteri (fun k v -> g[k] <- -2.0 * v - (if k = 0 then x[1] else 0.0)) x
                g[1] <- g[1] - x[0]
                -(Array.sum square) - x[0] * x[1])

    let unbounded = UnboundedDensity density
    let y = [| 0.3; -0.5; 0.2; 0.7 |]
    let gradient = Array.zeroCreate 4
    let value = unbounded.Evaluate(y, gradient)
    let jacobian = unbounded.LogJacobian y
    Assert.That(value - jacobian, Expect.near 1e-12 (LogDensity.value density (unbounded.Point y)))
    Assert.That(unbounded.Coordinates(unbounded.Point y)[3], Expect.near 1e-12 0.7)

    for k in 0..3 do
        let at shift =
            let moved = Array.copy y
            moved[k] <- moved[k] + shift
            unbounded.Evaluate(moved, Array.zeroCreate 4)

        Assert.That(gradient[k], Expect.near 1e-7 ((at 1e-5 - at -1e-5) / 2e-5))

[<Test>]
let ``bounds that are not in order are refused`` () =
    let act () =
        LogDensity.bounded [ "a" ] [| 1.0 |] [| 1.0 |] (fun _ _ -> 0.0) |> ignore

    Assert.Throws<System.ArgumentException>(System.Action act) |> ignore
