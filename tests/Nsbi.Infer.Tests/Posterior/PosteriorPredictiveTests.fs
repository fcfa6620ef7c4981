module Nsbi.Infer.Tests.Posterior.PosteriorPredictiveTests

open System
open NUnit.Framework
open Nsbi.Infer
open Nsbi.Infer.Tests
open Nsbi.Kernels

let private events = 20

let private simulator (phi: float[]) (stream: RandomStream) =
    let mutable stream = stream
    let x = Array.zeroCreate<float> events

    for i in 0 .. events - 1 do
        x[i] <- phi[0] + stream.NextGaussian()

    x

let private draws (mean: float) =
    let mutable stream = RandomStream(1UL, "draws")
    let values = Array.zeroCreate<float[]> 4000

    for i in 0 .. values.Length - 1 do
        values[i] <- [| mean + 0.2 * stream.NextGaussian() |]

    values

let private mean = PosteriorPredictive.statistic "mean" Array.average

let private variance =
    PosteriorPredictive.statistic "variance" (fun (x: float[]) ->
        let m = Array.average x
        x |> Array.averageBy (fun v -> (v - m) * (v - m)))

[<TestCase(0.0, 0.5)>]
[<TestCase(0.3, 0.158655)>]
[<TestCase(-0.45, 0.933193)>]
let ``the p-value of a mean is the normal probability`` (observed: float, expected: float) =
    // Mean of a replica: N(0, 0.2² + 1/20); 1 − Φ(observed/0.3).
    let data = Array.create events observed

    let test =
        PosteriorPredictive.compute 3UL [ mean ] simulator (draws 0.0) data |> List.head

    Assert.That(test.PValue, Expect.near (4.0 * test.Error) expected)
    Assert.That(test.TwoSided, Expect.near 1e-12 (2.0 * min test.PValue (1.0 - test.PValue)))

[<Test>]
let ``data that are wider than the simulator's fail in their variance alone`` () =
    let mutable stream = RandomStream(5UL, "wide")
    let data = Array.zeroCreate<float> events

    for i in 0 .. events - 1 do
        data[i] <- 2.0 * stream.NextGaussian()

    let tests =
        PosteriorPredictive.compute
            3UL
            [ mean; variance ]
            simulator
            (draws (Array.average data))
            data

    Assert.That((PosteriorPredictive.check 0.01 tests[0]).Passed)
    Assert.That((PosteriorPredictive.check 0.01 tests[1]).Passed, Is.False)

[<Test>]
let ``a discrepancy may depend on the parameters`` () =
    let square =
        PosteriorPredictive.discrepancy "chi-square" (fun (x: float[]) phi ->
            x |> Array.sumBy (fun v -> (v - phi[0]) ** 2.0))

    let data = simulator [| 0.0 |] (RandomStream(11UL, "data"))

    let test =
        PosteriorPredictive.compute 3UL [ square ] simulator (draws 0.0) data
        |> List.head

    Assert.That(test.Observed |> Array.distinct |> Array.length, Is.GreaterThan 1000)
    Assert.That((PosteriorPredictive.check 0.01 test).Passed)

[<Test>]
let ``a statistic that is equal in all replicas has the p-value one half`` () =
    let constant =
        PosteriorPredictive.statistic "size" (fun (x: float[]) -> float x.Length)

    let data = Array.zeroCreate<float> events
    let test = PosteriorPredictive.compute 3UL [ constant ] simulator (draws 0.0) data
    Assert.That(test.Head.PValue, Expect.near 1e-12 0.5)

[<Test>]
let ``statistics that are not numbers are refused`` () =
    let bad = PosteriorPredictive.statistic "bad" (fun (_: float[]) -> nan)

    let act () =
        PosteriorPredictive.compute 3UL [ bad ] simulator [| [| 0.0 |] |] [| 1.0 |]
        |> ignore

    Assert.Throws<ArgumentException>(Action act) |> ignore
