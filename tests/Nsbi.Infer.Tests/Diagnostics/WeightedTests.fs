module Nsbi.Infer.Tests.WeightedTests

open System
open NUnit.Framework
open FsCheck
open FsCheck.FSharp
open Nsbi.Tests
open Nsbi.Infer
open Nsbi.Infer.Tests.Expect
open Nsbi.Kernels

/// Values and positive weights of 1 to 40 events, with ties.
let events =
    gen {
        let! n = Gen.choose (1, 40)

        let! values =
            Gen.arrayOfLength n (Gen.choose (-10, 10) |> Gen.map (fun v -> float v / 4.0))

        let! weights =
            Gen.arrayOfLength n (Gen.choose (1, 20) |> Gen.map (fun v -> float v / 8.0))

        return values, weights
    }
    |> Arb.fromGen

[<Test>]
let ``quantiles of equal weights are order statistics`` () =
    let quantiles =
        WeightedQuantile.compute
            [| 0.0; 0.25; 0.5; 0.75; 1.0 |]
            [| 4.0; 1.0; 3.0; 2.0 |]
            (Array.create 4 2.0)

    Assert.That(quantiles, same [| 1.0; 1.0; 2.0; 3.0; 4.0 |])

[<Property>]
let ``a quantile has its share at or below it and less strictly below`` () =
    Prop.forAll events (fun (values, weights) ->
        let total = Array.sum weights

        [ 0.1; 0.37; 0.5; 0.9 ]
        |> List.forall (fun q ->
            let v = (WeightedQuantile.compute [| q |] values weights)[0]

            let share (keep: float -> bool) =
                Array.fold2 (fun s x w -> if keep x then s + w else s) 0.0 values weights

            share (fun x -> x <= v) >= q * total - 1e-12
            && share (fun x -> x < v) < q * total + 1e-12))

[<Property>]
let ``a histogram holds every event exactly once`` () =
    Prop.forAll events (fun (values, weights) ->
        let edges = WeightedHistogram.equalWidth 7 -2.5 2.5
        let histogram = WeightedHistogram.fill edges values weights

        let byDefinition b =
            Array.fold2
                (fun s x w ->
                    let last = b = 6 && x = edges[7]

                    if (x >= edges[b] && x < edges[b + 1]) || last then
                        s + w
                    else
                        s)
                0.0
                values
                weights

        abs (Array.sum histogram.Contents - Array.sum weights) < 1e-9
        && Array.init 7 byDefinition = histogram.Contents
        && abs (Array.sum histogram.Variances - Array.sumBy (fun w -> w * w) weights) < 1e-9)

[<Test>]
let ``values outside the limits and NaN are in no bin`` () =
    let edges = [| 0.0; 1.0; 2.0 |]

    let bins =
        [ -0.1; 0.0; 1.0; 2.0; 2.1; nan ] |> List.map (WeightedHistogram.binOf edges)

    Assert.That(bins, same [ -1; 0; 1; 1; 2; -1 ])

[<Test>]
let ``the weighted mean of equal weights is the mean with sd over root n`` () =
    let mean = WeightedMean.compute [| 1.0; 2.0; 3.0; 6.0 |] (Array.create 4 0.5)
    Assert.That(mean.Value, near 1e-15 3.0)
    Assert.That(mean.StandardError, near 1e-15 (sqrt (14.0 / 4.0) / 2.0))
    Assert.That(mean.EffectiveEvents, near 1e-12 (144.0 / 50.0))
    Assert.That(mean.LargestShare, near 1e-15 0.5)

[<Test>]
let ``the distance of two points and of a shifted sample is the shift`` () =
    let distance = Wasserstein.compute [| 0.0; 3.0 |] [| 2.0; 0.0 |] [| 0.0; 5.0 |]
    Assert.That(distance.Value, near 1e-15 3.0)
    let x = Array.init 50 (fun i -> sin (float i))
    let n = Array.length x
    let ones, zeros = Array.create n 1.0, Array.zeroCreate<float> n

    let shifted =
        Wasserstein.compute
            (Array.append x (x |> Array.map (fun v -> v + 0.25)))
            (Array.append ones zeros)
            (Array.append zeros ones)

    Assert.That(shifted.Value, near 1e-12 0.25)

[<Property>]
let ``the distance is that of the sorted samples for equal weights`` () =
    Prop.forAll events (fun (values, _) ->
        let n = values.Length
        let other = values |> Array.map (fun v -> v * v - 1.0)
        let ones, zeros = Array.create n 1.0, Array.zeroCreate<float> n

        let expected =
            Array.map2 (fun a b -> abs (a - b)) (Array.sort values) (Array.sort other)
            |> Array.average

        let found =
            Wasserstein.compute
                (Array.append values other)
                (Array.append ones zeros)
                (Array.append zeros ones)

        abs (found.Value - expected) < 1e-12)

[<Test>]
let ``the distance of samples of one distribution is its noise on average`` () =
    let n = 400

    let ratios = [|
        for index in 0..199 do
            let mutable random = RandomStream(5UL, "distance", uint64 index)
            let values = Array.init (2 * n) (fun _ -> 0.0)

            for i in 0 .. 2 * n - 1 do
                values[i] <- random.NextGaussian()

            let first = Array.init (2 * n) (fun i -> if i < n then 1.0 else 0.0)

            let distance =
                Wasserstein.compute values first (first |> Array.map (fun w -> 1.0 - w))

            distance.Value / distance.Noise
    |]

    // The ratio scatters by 0.43, so its mean over 200 by 0.03.
    Assert.That(Array.average ratios, near 0.1 1.0)
    Assert.That(Array.max ratios, Is.LessThan Wasserstein.noiseFactor)

[<TestCase(0.2)>]
[<TestCase(0.7)>]
[<TestCase(1.2)>]
let ``the shape of a Pareto tail is found`` (k: float) =
    let mutable random = RandomStream(3UL, "pareto", uint64 (10.0 * k))
    let values = Array.zeroCreate<float> 40000

    for i in 0 .. values.Length - 1 do
        values[i] <- Math.Pow(random.NextDouble(), -k)

    // 600 values in the tail: standard deviation of about (1 + k)/√600.
    Assert.That(ParetoTail.shape values, near 0.25 k)

[<Test>]
let ``an exponential tail has shape zero and few values have none`` () =
    let mutable random = RandomStream(4UL, "exponential", 0UL)
    let values = Array.zeroCreate<float> 40000

    for i in 0 .. values.Length - 1 do
        values[i] <- -log(random.NextDouble())

    Assert.That(ParetoTail.shape values, near 0.15 0.0)
    Assert.That(ParetoTail.shape [| 1.0; 2.0 |], Is.NaN)
    Assert.That(ParetoTail.shape (Array.create 100 1.0), Is.NaN)

[<Test>]
let ``the chi-square of a diagonal covariance is the sum of squares with its p-value`` () =
    let covariance = Array2D.init 3 3 (fun a b -> if a = b then 4.0 else 0.0)
    let chi = BinnedDifference.chiSquare [| 2.0; 4.0; 0.0 |] covariance
    Assert.That(chi.Value, near 1e-12 5.0)
    Assert.That(chi.DegreesOfFreedom, same 3)
    // P(χ²₃ > 5), R: pchisq(5, 3, lower.tail = FALSE)
    Assert.That(chi.PValue, near 1e-10 0.1717971442967336)

[<Test>]
let ``the chi-square uses correlations and leaves out directions without variance`` () =
    // V = [[2, 1], [1, 2]], V⁻¹ = [[2, −1], [−1, 2]]/3: (1, −1) gives 2, (1, 1) gives 2/3.
    let covariance = array2D [ [ 2.0; 1.0 ]; [ 1.0; 2.0 ] ]
    Assert.That((BinnedDifference.chiSquare [| 1.0; -1.0 |] covariance).Value, near 1e-12 2.0)

    Assert.That(
        (BinnedDifference.chiSquare [| 1.0; 1.0 |] covariance).Value,
        near 1e-12 (2.0 / 3.0)
    )

    let flat = array2D [ [ 1.0; 1.0 ]; [ 1.0; 1.0 ] ]
    let chi = BinnedDifference.chiSquare [| 1.0; 1.0 |] flat
    Assert.That(chi.DegreesOfFreedom, same 1)
    Assert.That(chi.Value, near 1e-12 1.0)

[<Test>]
let ``arrays of different lengths and empty sums are refused`` () =
    Assert.That(
        Action(fun () -> WeightedMean.compute [| 1.0 |] [||] |> ignore),
        Throws.ArgumentException
    )

    Assert.That(
        Action(fun () -> WeightedMean.compute [| 1.0 |] [| 0.0 |] |> ignore),
        Throws.ArgumentException
    )

    Assert.That(
        Action(fun () -> WeightedQuantile.compute [| 0.5 |] [||] [||] |> ignore),
        Throws.ArgumentException
    )

    Assert.That(
        Action(fun () -> WeightedHistogram.equalWidth 3 1.0 1.0 |> ignore),
        Throws.ArgumentException
    )
