module Nsbi.Infer.Tests.StratifiedTests

open System
open NUnit.Framework
open Nsbi.Infer
open Nsbi.Infer.Tests.Expect
open Nsbi.Infer.Tests.TwoSampleToys

/// The influence of every event on every bin, by its definition.
let private byInfluence (bins: int) (binOf: int[]) (events: StratifiedSample) =
    let total = Array.sum events.Target
    let raw = Array.map2 (*) events.Reference events.Ratio
    let p = raw |> Array.map (fun v -> v * total / Array.sum raw)

    let over (values: float[]) keep =
        values |> Array.mapi (fun i v -> if keep i then v else 0.0) |> Array.sum

    let covariance = Array2D.zeroCreate<float> bins bins

    for i in 0 .. p.Length - 1 do
        let own j = events.Sample[j] = events.Sample[i]

        let x =
            events.Target[i]
            / (let s = over events.Target own in if s = 0.0 then 1.0 else s)

        let y = events.Reference[i] / over events.Reference own
        let excess = p[i] - y * over p own

        let z =
            Array.init bins (fun b ->
                let here j = own j && binOf[j] = b
                let s = over p (fun j -> binOf[j] = b) / total

                (if binOf[i] = b then events.Target[i] - p[i] else 0.0)
                - x * over events.Target here
                + y * over p here
                + s * excess)

        for a in 0 .. bins - 1 do
            for b in 0 .. bins - 1 do
                covariance[a, b] <- covariance[a, b] + z[a] * z[b]

    covariance

[<TestCase(1.0, 0.0)>]
[<TestCase(3.0, 2.0)>]
[<TestCase(4.0, -1.0)>]
let ``the covariance is the sum of squared influences`` (a0: float, a1: float) =
    let toy = simulate 150 3
    let events = against [| a0; a1 |] (fun x _ -> 1.0 + 0.1 * tanh x) toy
    let binOf = toy.X |> Array.map (fun x -> Math.Clamp(int (x + 2.0), -1, 4))
    let prepared = StratifiedDifference.prepare events
    let _, _, covariance = StratifiedDifference.compute 4 binOf prepared
    let slow = byInfluence 4 binOf events

    for a in 0..3 do
        for b in 0..3 do
            Assert.That(covariance[a, b], near 1e-12 slow[a, b])

[<Test>]
let ``target and prediction have the same total`` () =
    let events = against [| 3.0; 2.0 |] (fun _ _ -> 1.3) (simulate 200 1)
    let prepared = StratifiedDifference.prepare events
    let n, p, _ = StratifiedDifference.compute 1 (Array.create 400 0) prepared
    Assert.That(n[0], near 1e-12 5.0)
    Assert.That(p[0], near 1e-12 5.0)

[<Test>]
let ``samples that do not fit are refused`` () =
    let make sample reference target =
        Assert.Throws<ArgumentException>(
            Action(fun () ->
                StratifiedSample.create sample reference target [| 1.0; 1.0 |] |> ignore)
        )
        |> ignore

    make [| 0 |] [| 1.0; 1.0 |] [| 1.0; 1.0 |]
    make [| 0; -1 |] [| 1.0; 1.0 |] [| 1.0; 1.0 |]
    make [| 0; 1 |] [| 1.0; -1.0 |] [| 1.0; 1.0 |]
    make [| 0; 1 |] [| 1.0; 1.0 |] [| 1.0; nan |]

[<Test>]
let ``the share of negative weights is that of their sizes`` () =
    let events =
        StratifiedSample.create [| 0; 0; 1 |] [| 1.0; 1.0; 1.0 |] [| 3.0; 3.0; -2.0 |] [|
            1.0
            1.0
            1.0
        |]

    Assert.That(events.NegativeShare, near 1e-15 0.25)

[<TestCase(1.0, 0.0)>]
[<TestCase(3.0, 2.0)>]
[<TestCase(4.0, -0.5)>]
let ``the expected covariance is the spread of the differences`` (a0: float, a1: float) =
    let bins = 4

    let toys =
        Array.init 400 (fun index ->
            let toy = simulate 400 (index + 1)
            let prepared = known [| a0; a1 |] exact toy |> StratifiedDifference.prepare
            let binOf = toy.X |> Array.map (fun x -> Math.Clamp(int (x + 1.5), 0, bins - 1))
            let n, p, covariance = StratifiedDifference.compute bins binOf prepared
            Array.map2 (-) n p, covariance)

    for b in 0 .. bins - 1 do
        let differences = toys |> Array.map (fun (d, _) -> d[b])
        let expected = toys |> Array.averageBy (fun (_, v) -> v[b, b])
        let mean = Array.average differences
        let variance = differences |> Array.averageBy (fun d -> (d - mean) * (d - mean))
        // A variance of 400 values is known to 7 %.
        Assert.That(variance / expected, near 0.28 1.0)
        Assert.That(mean / sqrt (expected / 400.0), near 4.0 0.0)

[<Test>]
let ``the expected covariance is that of the events where these are many`` () =
    let toy = simulate 200000 1
    let binOf = toy.X |> Array.map (fun x -> Math.Clamp(int (x + 2.0), 0, 4))

    let covariance events =
        let _, _, v =
            StratifiedDifference.prepare events |> StratifiedDifference.compute 5 binOf

        v

    let observed = covariance (against [| 3.0; 2.0 |] exact toy)
    let expected = covariance (known [| 3.0; 2.0 |] exact toy)

    for b in 0..4 do
        Assert.That(expected[b, b] / observed[b, b], near 0.05 1.0)
