/// What transport reaches with a training of a minute or two; run by the target "study".
module Transport.TransportStudyTests

open System
open System.Diagnostics
open NUnit.Framework
open Nsbi.Kernels
open Nsbi.Learn.Networks
open Nsbi.Learn.Transport
open Transport.TransportExamples

/// N(0, 1) onto N(m, (A Aᵀ + 16)/16), m and A uniform on (0, 1): the 16-dimensional test of otcalib
/// (arXiv:2107.08648), for any number of dimensions.
let private uniformCase d =
    let mutable stream = RandomStream(99UL, "uniform case", uint64 d)
    let mean, a = Array.zeroCreate<float> d, Array2D.zeroCreate<float> d d

    for i in 0 .. d - 1 do
        mean[i] <- stream.NextDouble()

        for k in 0 .. d - 1 do
            a[i, k] <- stream.NextDouble()

    let size = float (max 16 d)
    let one i k = if i = k then 1.0 else 0.0

    {
        Mean = Array.zeroCreate d
        Covariance = Array2D.init d d one
    },
    {
        Mean = mean
        Covariance =
            Array2D.init d d (fun i k ->
                let product = Seq.init d (fun m -> a[i, m] * a[k, m]) |> Seq.sum
                (product + size * one i k) / size)
    }

let private correlatedCase d =
    {
        Mean = Array.zeroCreate d
        Covariance = covariance 1UL d
    },
    {
        Mean = mean d
        Covariance = covariance 2UL d
    }

let private gaussianError d n settings (source, target) =
    let watch = Stopwatch.StartNew()

    let map =
        TransportEvents.create d 0 (sample d (draw 1UL source n)) (sample d (draw 2UL target n))
        |> valueOf
        |> trainWith 2 settings

    let seconds = watch.Elapsed.TotalSeconds
    let x = draw 3UL source 5000
    let exact = (GaussianTransport.between source target).Apply(ReadOnlySpan x)
    let error = meanDistance d exact (apply map x [||]) / meanDistance d exact x
    TestContext.Out.WriteLine $"{d} dimensions: {error:P2} of the mean displacement, {seconds:F0} s"
    error

let private study = {
    TransportSettings.standard with
        Cost = TransportCost.Euclidean
        Start = TransportStart.Translation
}

[<TestCase(2); TestCase(5); TestCase(16); Category("Study")>]
let ``normal distributions are moved as the closed form says`` (d: int) =
    Assert.That(gaussianError d 100_000 study (correlatedCase d), Is.LessThan 0.05)
    Assert.That(gaussianError d 100_000 study (uniformCase d), Is.LessThan 0.05)

[<Test; Category("Study")>]
let ``a latent space of 128 dimensions is moved within a tenth`` () =
    let settings = {
        study with
            Hidden = [ 64 ]
            LearningRate = 2e-3
            MapSteps = 4
            Epochs = 6
            Rounds = 100
    }

    Assert.That(gaussianError 128 200_000 settings (uniformCase 128), Is.LessThan 0.1)

[<Test; Category("Study")>]
let ``a conditional shift and stretch is found to two per cent`` () =
    let n = 200_000
    let truth z x = (1.0 + 0.5 * z) * x + 2.0 * z

    let side seed moved =
        let mutable stream = RandomStream(seed, "conditional", 0UL)
        let x, z = Array.zeroCreate<float> n, Array.zeroCreate<float> n

        for i in 0 .. n - 1 do
            z[i] <- 2.0 * stream.NextDouble() - 1.0
            let value = stream.NextGaussian()
            x[i] <- if moved then truth z[i] value else value

        {
            Features = x
            Conditions = z
            Weights = Array.create n 1.0
        }

    let map =
        TransportEvents.create 1 1 (side 1UL false) (side 2UL true)
        |> valueOf
        |> trainWith 2 study

    let test = side 3UL false
    let expected = Array.map2 truth test.Conditions test.Features

    let error =
        meanDistance 1 expected (apply map test.Features test.Conditions)
        / meanDistance 1 expected test.Features

    TestContext.Out.WriteLine $"{error:P2} of the mean displacement"
    Assert.That(error, Is.LessThan 0.02)

// 1.919: mean of five assignments of 2000 points each, spread 0.027; 1.977 with 500 points, so that some of it is
// the bias of few points (tests/peers/gaussian_transport.py). The target has an edge where its density diverges:
// after the 20 epochs at 5e-3 of the other studies a classifier still has an area of 0.5214.
[<Test; Category("Study")>]
let ``the cost of a map between skewed pairs is that of the best assignment of points`` () =
    let n = 100_000

    let side seed skewed =
        let mutable stream = RandomStream(seed, "pairs", 0UL)
        let x = Array.zeroCreate<float>(2 * n)

        for i in 0 .. n - 1 do
            let a, b = stream.NextGaussian(), stream.NextGaussian()
            let r = 0.6 * a + 0.8 * b
            x[2 * i] <- if skewed then Math.Exp(0.5 * a) else a
            x[2 * i + 1] <- if skewed then r + 0.3 * r * r else b

        x

    let map =
        TransportEvents.create 2 0 (sample 2 (side 1UL false)) (sample 2 (side 2UL true))
        |> valueOf
        |> trainWith 2 {
            study with
                LearningRate = 1e-2
                Epochs = 40
        }

    let x = side 3UL false
    let y = apply map x [||]

    let cost =
        Array.map2 (fun a b -> (a - b) ** 2.0) x y
        |> Array.sum
        |> (fun sum -> sum / float n)

    TestContext.Out.WriteLine $"cost {cost:F4}"
    Assert.That(cost, Is.EqualTo(1.919).Within(0.03 * 1.919))
    Assert.That(twoSampleAuc 2 (x |> fun x -> apply map x [||]) (side 4UL true), Is.LessThan 0.52)
