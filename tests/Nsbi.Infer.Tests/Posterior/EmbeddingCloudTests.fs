module Nsbi.Infer.Tests.Posterior.EmbeddingCloudTests

open System
open NUnit.Framework
open Nsbi.Infer
open Nsbi.Infer.Tests
open Nsbi.Kernels

let private distances = [ EmbeddingDistance.Mahalanobis; EmbeddingDistance.Kernel ]

/// Means and mean squares of the features of a set of 50 events, width times as wide as they should be, and a
/// number that never changes.
let private embedding (width: float) (seed: uint64) (set: int) : float[] =
    let mutable stream = RandomStream(seed, "embeddings", uint64 set)
    let means = GaussianMeansToy.drawMeans &stream
    let x = GaussianMeansToy.drawEvents &stream means 50
    let column k = [| for j in 0..49 -> means[k] + width * (x[3 * j + k] - means[k]) |]

    [|
        for k in 0..2 do
            let values = column k
            let mean = Array.average values
            mean
            values |> Array.averageBy (fun v -> (v - mean) * (v - mean))
        1.0
    |]

[<TestCaseSource(nameof distances)>]
let ``p-values are uniform where the data come from the simulator`` (distance: EmbeddingDistance) =
    let n = 39

    let ranks = [|
        for trial in 0..399 do
            let cloud = Array.init n (fun i -> embedding 1.0 3UL (100 * trial + i))
            let alarm = EmbeddingCloud.compute distance cloud (embedding 1.0 4UL trial)
            int (round (alarm.PValue * float (n + 1))) - 1
    |]

    let test = RankTest.ofRanks "p" 10 n ranks
    Assert.That(test.PValue, Is.GreaterThan 0.01)
    Assert.That(abs (test.Mean.Pull 0.5), Is.LessThan 3.0)

[<TestCaseSource(nameof distances)>]
let ``events that are half as wide again raise the alarm`` (distance: EmbeddingDistance) =
    let cloud = Array.init 400 (embedding 1.0 5UL)

    for set in 0..9 do
        let alarm = EmbeddingCloud.compute distance cloud (embedding 1.5 6UL set)
        Assert.That((EmbeddingCloud.check 0.01 alarm).Passed, Is.False)

    let right = EmbeddingCloud.compute distance cloud (embedding 1.0 6UL 0)
    Assert.That((EmbeddingCloud.check 0.01 right).Passed)

[<TestCaseSource(nameof distances)>]
let ``a number that never changes in simulation and does in the data raises the alarm``
    (distance: EmbeddingDistance)
    =
    let cloud = Array.init 200 (embedding 1.0 7UL)
    let observed = embedding 1.0 8UL 1
    observed[6] <- 1.001
    let alarm = EmbeddingCloud.compute distance cloud observed
    Assert.That(alarm.PValue, Expect.near 1e-12 (1.0 / 201.0))

[<Test>]
let ``the distance of Mahalanobis is that of the mean and covariance of all points`` () =
    let cloud = [| [| 0.0; 0.0 |]; [| 2.0; 1.0 |]; [| 1.0; 3.0 |]; [| -1.0; 0.5 |] |]
    let observed = [| 4.0; -1.0 |]

    let alarm = EmbeddingCloud.compute EmbeddingDistance.Mahalanobis cloud observed

    // By numpy: all five points, np.cov(bias=True).
    let all = Array.append cloud [| observed |]
    let mx = all |> Array.averageBy (fun z -> z[0])
    let my = all |> Array.averageBy (fun z -> z[1])
    let a = all |> Array.averageBy (fun z -> (z[0] - mx) ** 2.0)
    let b = all |> Array.averageBy (fun z -> (z[0] - mx) * (z[1] - my))
    let c = all |> Array.averageBy (fun z -> (z[1] - my) ** 2.0)
    let x, y = observed[0] - mx, observed[1] - my
    let square = (c * x * x - 2.0 * b * x * y + a * y * y) / (a * c - b * b)
    Assert.That(alarm.Observed, Expect.near 1e-10 (sqrt square))
    Assert.That(alarm.PValue, Expect.near 1e-12 0.2)

[<Test>]
let ``scaled and shifted coordinates give the same p-value`` () =
    let cloud = Array.init 60 (embedding 1.0 9UL)
    let observed = embedding 1.2 10UL 0
    let moved = Array.mapi (fun k v -> 3.0 + float (k + 1) * 7.0 * v)

    for distance in distances do
        let a = EmbeddingCloud.compute distance cloud observed
        let b = EmbeddingCloud.compute distance (cloud |> Array.map moved) (moved observed)
        Assert.That(b.PValue, Expect.near 1e-12 a.PValue)
        Assert.That(b.Observed, Expect.near 1e-8 a.Observed)

[<Test>]
let ``clouds that are too small or not finite are refused`` () =
    let refused (cloud: float[][]) (observed: float[]) =
        let act () =
            EmbeddingCloud.compute EmbeddingDistance.Mahalanobis cloud observed |> ignore

        Assert.Throws<ArgumentException>(Action act) |> ignore

    refused [| [| 1.0 |] |] [| 1.0 |]
    refused [| [| 1.0; 2.0 |]; [| 2.0; 1.0 |] |] [| 0.0; 0.0 |]
    refused [| [| 1.0 |]; [| nan |]; [| 2.0 |] |] [| 0.0 |]
