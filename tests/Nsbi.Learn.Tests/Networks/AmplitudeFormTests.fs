module Networks.AmplitudeFormTests

open NUnit.Framework
open FsCheck
open Nsbi.Tests
open Nsbi.Learn.Networks

let private near (tolerance: float) (expected: float) (found: float) =
    Assert.That(found, Is.EqualTo(expected).Within(tolerance * max 1.0 (abs expected)))

let private form (q: float[,]) (u: float[]) =
    Seq.sum (
        seq {
            for i in 0 .. u.Length - 1 do
                for j in 0 .. u.Length - 1 -> u[i] * q[i, j] * u[j]
        }
    )

let private points = [|
    [| 1.0; 0.0; 0.0 |]
    [| 1.0; 1.0; 0.0 |]
    [| 1.0; -1.0; 0.5 |]
    [| 1.0; 0.0; 1.0 |]
    [| 1.0; 2.0; -1.0 |]
    [| 1.0; 1.0; 3.0 |]
|]

let private q =
    array2D [ [ 2.0; 0.3; -0.1 ]; [ 0.3; 1.0; 0.2 ]; [ -0.1; 0.2; 0.5 ] ]

[<Property>]
let ``a triangle is a form of 0 or above, the square of each column`` (l: NormalFloat[]) =
    let numbers =
        Array.init 6 (fun k -> if k < l.Length then float32 l[k].Get else 1.0f)

    let places = AmplitudeForm.places 3
    let full = Array2D.zeroCreate<float> 3 3
    places |> Array.iteri (fun k (i, j) -> full[i, j] <- float numbers[k])

    let product =
        Array2D.init 3 3 (fun i j -> Seq.sum (seq { for k in 0..2 -> full[i, k] * full[j, k] }))

    for u in points do
        let found = AmplitudeForm.value places numbers 0 u
        Assert.That(found, Is.GreaterThanOrEqualTo 0.0)
        near 1e-12 (form product u) found

[<Test>]
let ``the projections of a graph are those of the value`` () =
    let numbers = [| 1.0f; 2.0f; -0.5f; 0.25f; 3.0f; 1.5f |]
    let scales = [| 1.0; 4.0; 0.25; 1.0; 1.0; 9.0 |]
    let projections = AmplitudeForm.projections points scales

    for b in 0..5 do
        let squares =
            projections
            |> Array.sumBy (fun a ->
                let x = Seq.sum (seq { for k in 0..5 -> float numbers[k] * a[k, b] })
                x * x)

        let value = AmplitudeForm.value (AmplitudeForm.places 3) numbers 0 points[b]
        near 1e-12 (scales[b] * value) squares

[<Test>]
let ``a form is found from its values at points`` () =
    let found = AmplitudeForm.ofValues points (points |> Array.map (form q))

    Array2D.iteri (fun i j x -> near 1e-12 x found.Value[i, j]) q

[<Test>]
let ``points or values that do not make a positive form give none`` () =
    Assert.That((AmplitudeForm.ofValues points[..4] (Array.create 5 1.0)).IsNone)
    let repeated = Array.append points[..4] points[..0]
    Assert.That((AmplitudeForm.ofValues repeated (repeated |> Array.map (form q))).IsNone)
    let saddle = array2D [ [ 2.0; 0.0; 0.0 ]; [ 0.0; 1.0; 0.0 ]; [ 0.0; 0.0; -0.1 ] ]
    Assert.That((AmplitudeForm.ofValues points (points |> Array.map (form saddle))).IsNone)

[<Test>]
let ``the correction gives the mean form its target`` () =
    let triangles = [| 1.0f; 2.0f; -0.5f; 0.25f; 3.0f; 1.5f; 0.5f; 0.1f; 2.0f; 0.0f; 1.0f; 1.0f |]
    let weights = [| 2.0; 1.0 |]
    let mean = AmplitudeForm.mean 3 triangles weights
    let places = AmplitudeForm.places 3

    for u in points do
        let values = [| for e in 0..1 -> AmplitudeForm.value places triangles (6 * e) u |]
        near 1e-12 ((2.0 * values[0] + values[1]) / 3.0) (form mean u)

    let t = AmplitudeForm.correction mean q

    for u in points do
        let v = Array.init 3 (fun i -> Seq.sum (seq { for k in 0..2 -> t[k, i] * u[k] }))
        let values = [| for e in 0..1 -> AmplitudeForm.value places triangles (6 * e) v |]
        near 1e-12 (form q u) ((2.0 * values[0] + values[1]) / 3.0)
