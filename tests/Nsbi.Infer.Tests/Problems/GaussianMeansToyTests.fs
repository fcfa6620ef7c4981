module Nsbi.Infer.Tests.Problems.GaussianMeansToyTests

open NUnit.Framework
open Nsbi.Infer
open Nsbi.Infer.Tests
open Nsbi.Kernels
open Nsbi.Tests

[<TestCase(1, 0.618853, 0.857143, 1.028992)>]
[<TestCase(10, 0.199557, 0.281594, 0.344124)>]
[<TestCase(200, 0.044716, 0.063232, 0.077434)>]
let ``the widths are the published ones`` (batches: int, a: float, b: float, c: float) =
    let found = GaussianMeansToy.widths (batches * GaussianMeansToy.batch)
    Assert.That(found[0], Expect.near 5e-7 a)
    Assert.That(found[1], Expect.near 5e-7 b)
    Assert.That(found[2], Expect.near 5e-7 c)

[<Test>]
let ``without events the posterior is the prior`` () =
    let found = GaussianMeansToy.posterior [||]
    Assert.That(found.Means, Expect.same [| 0.0; 0.0; 0.0 |])
    Assert.That(found.Widths |> Array.map round, Expect.same [| 3.0; 3.0; 3.0 |])

[<Test>]
let ``the posterior is the normalised product of prior and likelihood`` () =
    let x = GaussianMeansToy.sample 3UL 0UL [| 1.0; -2.0; 4.0 |] 7
    let found = GaussianMeansToy.posterior x

    for i in 0..2 do
        let log mu =
            let events =
                Seq.init 7 (fun j ->
                    let d = x[3 * j + i] - mu
                    d * d / (2.0 * float (i + 1)))
                |> Seq.sum

            -0.5 * (mu * mu / 9.0 + events)

        let points = [| for k in -4000 .. 4000 -> 0.005 * float k |]
        let weights = points |> Array.map (fun mu -> exp (log mu))
        let total = Array.sum weights
        let mean = Array.sum (Array.map2 (*) weights points) / total

        let variance =
            Array.sum (Array.map2 (fun w p -> w * (p - mean) * (p - mean)) weights points)
            / total

        Assert.That(found.Means[i], Expect.near 1e-10 mean)
        Assert.That(found.Widths[i], Expect.near 1e-10 (sqrt variance))

[<Test>]
let ``posterior means pull to unit normal over draws of the prior`` () =
    let pulls = [|
        for set in 0UL .. 1999UL do
            let mutable stream = RandomStream(11UL, "means", set)
            let means = GaussianMeansToy.drawMeans &stream
            let x = GaussianMeansToy.drawEvents &stream means 10
            let found = GaussianMeansToy.posterior x

            for i in 0..2 do
                (means[i] - found.Means[i]) / found.Widths[i]
    |]

    let mean = Array.average pulls
    let variance = pulls |> Array.averageBy (fun p -> p * p)
    Assert.That(mean, Expect.near (4.0 / sqrt 6000.0) 0.0)
    Assert.That(variance, Expect.near (4.0 * sqrt (2.0 / 6000.0)) 1.0)

[<Property>]
let ``the first events of a larger set are the same`` (set: uint16) =
    let means = [| 0.5; 1.5; -3.0 |]
    let few = GaussianMeansToy.sample 1UL (uint64 set) means 4
    let many = GaussianMeansToy.sample 1UL (uint64 set) means 9
    many[.. few.Length - 1] = few
