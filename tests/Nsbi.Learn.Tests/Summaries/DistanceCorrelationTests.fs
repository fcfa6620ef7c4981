module Summaries.DistanceCorrelationTests

open System
open NUnit.Framework
open Nsbi.Kernels
open Nsbi.Learn.Autodiff
open Nsbi.Learn.Autodiff.Words
open Nsbi.Learn.Summaries

let private near (tolerance: float) (expected: float) (actual: float) =
    Assert.That(actual, Is.EqualTo(expected).Within tolerance)

// Weighted events of which an independent program knows the number:
// tests/peers/distance_correlation.py.
let private weights = Array.init 40 (fun i -> 1.0 + float (i % 3))
let private x = Array.init 40 (fun i -> Math.Sin(1.0 + 3.0 * float i))

let private z =
    Array.init 40 (fun i -> Math.Cos(2.0 * float i) * x[i] + 0.1 * float i)

[<Test>]
let ``the definition gives the number of another program`` () =
    near 1e-12 0.02906200393204267 (DistanceCorrelation.squared weights x z)

[<Test>]
let ``scale, shift and the size of weights are of no matter`` () =
    let expected = DistanceCorrelation.squared weights x z

    DistanceCorrelation.squared
        (weights |> Array.map (fun w -> 7.0 * w))
        (x |> Array.map (fun v -> 3.0 - 2.0 * v))
        (z |> Array.map (fun v -> 0.5 * v))
    |> near 1e-12 expected

/// Pairs of normal numbers with correlation ρ.
let private normals (rho: float) n =
    let mutable stream = RandomStream(3UL, "normals")
    let a, b = Array.zeroCreate<float> n, Array.zeroCreate<float> n

    for i in 0 .. n - 1 do
        a[i] <- stream.NextGaussian()
        b[i] <- rho * a[i] + sqrt (1.0 - rho * rho) * stream.NextGaussian()

    a, b

[<TestCase(0.0)>]
[<TestCase(0.5)>]
[<TestCase(-0.9)>]
let ``normal numbers have the published distance correlation`` (rho: float) =
    // Székely, Rizzo and Bakirov, arXiv:0803.4101, theorem 7.
    let r = abs rho

    let known =
        (r * asin r + sqrt (1.0 - r * r) - r * asin (r / 2.0) - sqrt (4.0 - r * r) + 1.0)
        / (1.0 + Math.PI / 3.0 - sqrt 3.0)

    let a, b = normals rho 2000
    DistanceCorrelation.squared (Array.create 2000 1.0) a b |> near 0.03 known

[<Test>]
let ``what does not vary is independent, and without weight nothing is known`` () =
    let c = Array.create 40 1.0
    Assert.That(DistanceCorrelation.squared weights x c, Is.EqualTo 0.0)
    Assert.That(DistanceCorrelation.squared weights x x, Is.EqualTo(1.0).Within 1e-12)
    Assert.That(DistanceCorrelation.squared (Array.zeroCreate 40) x z, Is.NaN)

    Assert.Throws<ArgumentException>(
        Action(fun () -> DistanceCorrelation.squared weights x c[1..] |> ignore)
    )
    |> ignore

let private scaled (values: float[]) =
    let low, high = Array.min values, Array.max values
    values |> Array.map (fun v -> (v - low) / (high - low))

/// dCor² and its gradient in x of a batch, in double.
let private run ofWaves terms (weights: float[]) (x: float[]) (z: float[]) =
    use team = new ThreadTeam(1)
    let score = input "x" 1

    let value: Node =
        ofWaves (input "p" 1) (DistanceCorrelation.wavesOf terms score) (input "q" (2 * terms))

    let data =
        Array.init x.Length (fun i ->
            Array.append [| x[i]; weights[i] |] (DistanceCorrelation.waves terms z[i]))
        |> Array.concat

    let table = Table.OfDoubles([ "x", 1; "p", 1; "q", 2 * terms ], data)

    use plan =
        Plan.Compile(team, Precision.Double, x.Length, [ value; List.head (grad value [ score ]) ])

    plan.Run(table, ReadOnlySpan [| 0 .. x.Length - 1 |])
    (plan.Output 0)[0, 0], Array.init x.Length (fun i -> (plan.Output 1)[i, 0])

let private byWaves = run DistanceCorrelation.ofWaves
let private unbiased = run DistanceCorrelation.unbiasedOfWaves

[<Test>]
let ``without its bias the number of independent batches is zero on average`` () =
    let batches, n = 400, 50
    let a, b = normals 0.0 (batches * n)
    let a, b = scaled a, scaled b
    let weights = Array.init n (fun i -> 1.0 + float (i % 3))

    let values estimate =
        Array.init batches (fun k ->
            let part (values: float[]) = Array.sub values (k * n) n
            estimate 4 weights (part a) (part b) |> fst)

    let biased, without = values byWaves, values unbiased
    let mean = Array.average without

    let error =
        sqrt ((without |> Array.averageBy (fun v -> (v - mean) ** 2.0)) / float batches)

    Assert.That(abs mean, Is.LessThan(4.0 * error))
    Assert.That(Array.average biased, Is.GreaterThan(20.0 * error))
    Assert.That(Array.min without, Is.LessThan 0.0)

[<Test>]
let ``waves converge to the definition`` () =
    let x, z = scaled x, scaled z
    let expected = DistanceCorrelation.squared weights x z

    let distance terms =
        abs (fst (byWaves terms weights x z) - expected)

    Assert.That(distance 8, Is.LessThan 0.01)
    Assert.That(distance 100, Is.LessThan 2e-3)
    Assert.That(distance 400, Is.LessThan 3e-4)

[<TestCase(1)>]
[<TestCase(8)>]
let ``few waves see dependence and no other thing`` (terms: int) =
    let n = 2000
    let a, b = normals 0.0 n
    let ones = Array.create n 1.0
    let apart = fst (byWaves terms ones (scaled a) (scaled b))
    // Uncorrelated, but dependent.
    let squares =
        fst (byWaves terms ones (scaled a) (a |> Array.map (fun v -> v * v) |> scaled))

    Assert.That(apart, Is.InRange(0.0, 0.005))
    Assert.That(squares, Is.GreaterThan 0.02)

[<Test>]
let ``the gradient of the penalty is its finite difference`` () =
    let x, z = scaled x, scaled z
    let _, gradient = unbiased 8 weights x z
    let h = 1e-6

    for i in [ 0; 7; 31 ] do
        let at shift =
            let moved = Array.copy x
            moved[i] <- moved[i] + shift
            fst (unbiased 8 weights moved z)

        near 1e-7 ((at h - at -h) / (2.0 * h)) gradient[i]
