module Transport.GaussianTransportTests

open System
open NUnit.Framework
open FsCheck
open FsCheck.FSharp
open Nsbi.Tests
open Nsbi.Learn.Transport
open Transport.TransportExamples

let private (.*) = SymmetricRoot.multiply

let private largest (x: float[,]) (y: float[,]) =
    Seq.zip (Seq.cast<float> x) (Seq.cast<float> y)
    |> Seq.map (fun (a, b) -> abs (a - b))
    |> Seq.max

let private transpose (x: float[,]) =
    Array2D.init (Array2D.length2 x) (Array2D.length1 x) (fun a b -> x[b, a])

/// M^½ by Newton's iteration of Denman and Beavers: the slow twin of the eigenvalues.
let private slowRoot (m: float[,]) =
    let n = Array2D.length1 m

    let inverse (x: float[,]) =
        let l = (SymmetricRoot.cholesky x).Value

        let columns =
            Array.init n (fun b ->
                SymmetricRoot.solve l (Array.init n (fun a -> if a = b then 1.0 else 0.0)))

        Array2D.init n n (fun a b -> columns[b][a])

    let half (x: float[,]) (y: float[,]) =
        Array2D.init n n (fun a b -> 0.5 * (x[a, b] + y[a, b]))

    let mutable y = m
    let mutable z = Array2D.init n n (fun a b -> if a = b then 1.0 else 0.0)

    for _ in 1..40 do
        let next = half y (inverse z)
        z <- half z (inverse y)
        y <- next

    y

let private gaussian seed d = {
    Mean = mean d
    Covariance = covariance seed d
}

[<Property>]
let ``the map takes one covariance to the other and is symmetric`` (seed: uint64) =
    let d = 1 + int (seed % 8UL)
    let source, target = gaussian seed d, gaussian (seed + 1UL) d
    let map = GaussianTransport.between source target
    let image = map.Matrix .* source.Covariance .* transpose map.Matrix

    largest image target.Covariance < 1e-9
    && largest map.Matrix (transpose map.Matrix) = 0.0

[<Test>]
let ``the map is that of roots by Newton's iteration`` () =
    for d in [ 1; 2; 5; 16 ] do
        let source, target = gaussian 3UL d, gaussian 4UL d
        let s = slowRoot source.Covariance
        let middle = slowRoot (s .* target.Covariance .* s)
        let map = GaussianTransport.between source target
        Assert.That(largest (s .* map.Matrix .* s) middle, Is.LessThan 1e-9)

        let trace =
            Seq.init d (fun k ->
                source.Covariance[k, k] + target.Covariance[k, k] - 2.0 * middle[k, k])
            |> Seq.sum

        Assert.That(map.SquaredDistance, Is.EqualTo(trace).Within 1e-9)

// scipy.linalg.sqrtm of [[2, .5], [.5, 1]] and [[1, -.3], [-.3, .7]], means (0, 0) and (1, -2): tests/peers/gaussian_transport.py
[<Test>]
let ``map and distance are those of scipy`` () =
    let source = {
        Mean = [| 0.0; 0.0 |]
        Covariance = array2D [ [ 2.0; 0.5 ]; [ 0.5; 1.0 ] ]
    }

    let target = {
        Mean = [| 1.0; -2.0 |]
        Covariance = array2D [ [ 1.0; -0.3 ]; [ -0.3; 0.7 ] ]
    }

    let map = GaussianTransport.between source target
    Assert.That(map.SquaredDistance, Is.EqualTo(5.473229208023136).Within 1e-10)
    Assert.That(map.Matrix[0, 0], Is.EqualTo(0.7525363729605404).Within 1e-10)
    Assert.That(map.Matrix[0, 1], Is.EqualTo(-0.2816332938669143).Within 1e-10)
    Assert.That(map.Matrix[1, 1], Is.EqualTo(0.8899459439342672).Within 1e-10)
    let y = map.Apply(ReadOnlySpan [| 1.0; 1.0 |])
    Assert.That(y[0], Is.EqualTo(1.0 + map.Matrix[0, 0] + map.Matrix[0, 1]).Within 1e-12)

[<Test>]
let ``what is no covariance is refused`` () =
    let bad = {
        Mean = [| 0.0; 0.0 |]
        Covariance = array2D [ [ 1.0; 2.0 ]; [ 2.0; 1.0 ] ]
    }

    let refuses (action: unit -> obj) =
        Assert.Throws<ArgumentException>(Action(fun () -> action () |> ignore))
        |> ignore

    refuses (fun () -> GaussianTransport.between bad (gaussian 1UL 2))
    refuses (fun () -> GaussianTransport.between (gaussian 1UL 2) (gaussian 1UL 3))
    refuses (fun () -> GaussianTransport.moments 2 [| 1.0; 2.0; 3.0 |] [| 1.0 |])

[<Test>]
let ``weighted moments are those of repeated events`` () =
    let x = [| 1.0; 2.0; 3.0; -1.0; 0.5; 4.0 |]
    let weighted = GaussianTransport.moments 2 x [| 2.0; 1.0; 0.0 |]

    let repeated =
        GaussianTransport.moments 2 [| 1.0; 2.0; 1.0; 2.0; 3.0; -1.0 |] [| 1.0; 1.0; 1.0 |]

    Assert.That(weighted.Mean, Is.EqualTo<float[]> repeated.Mean)
    Assert.That(largest weighted.Covariance repeated.Covariance, Is.LessThan 1e-12)
