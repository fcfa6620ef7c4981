module Nsbi.Infer.Tests.Power.ExactPowerTests

open System
open NUnit.Framework
open Nsbi.Infer

let private near (tolerance: float) (expected: float) (actual: float) =
    Assert.That(actual, Is.EqualTo(expected).Within tolerance)

// scipy.stats.poisson: P(n ≥ 117 | 110) and its neighbour, a straight line between the sizes
// 0.042844872 and 0.052215489; the same downwards.
[<TestCase(100.0, 110.0, 0.2574895253438747)>]
[<TestCase(110.0, 100.0, 0.24563488617663376)>]
let ``the power of a count is that of scipy`` (h0: float, h1: float, expected: float) =
    near 1e-11 expected (ExactPower.count 0.05 h0 h1)

[<Test>]
let ``a count that says nothing has the power of its size`` () =
    for alpha in [ 0.01; 0.3; 0.9 ] do
        near 1e-12 alpha (ExactPower.count alpha 7.5 7.5)

[<Test>]
let ``a weighted sum of one large count is the count`` () =
    // The lattice smears the atoms of a count of 4000 over less than their distance.
    near 2e-3 (ExactPower.count 0.05 4000.0 4060.0)
    <| ExactPower.weighted 0.05 [| 1.0 |] [| 4000.0 |] [| 4060.0 |]

/// By direct sums over all counts.
let private enumerated (alpha: float) (weights: float[]) (h0: float[]) (h1: float[]) : float =
    let p nu n =
        MathNet.Numerics.Distributions.Poisson.PMF(nu, n)

    let all = [|
        for a in 0..60 do
            for b in 0..60 do
                weights[0] * float a + weights[1] * float b,
                p h0[0] a * p h0[1] b,
                p h1[0] a * p h1[1] b
    |]

    let mutable size = 0.0
    let mutable power = 0.0

    for _, p0, p1 in all |> Array.sortByDescending (fun (t, _, _) -> t) do
        let taken = min 1.0 (max 0.0 (alpha - size) / p0)
        size <- size + taken * p0
        power <- power + taken * p1

    power

[<Test>]
let ``the Fourier transform is the sum over all counts`` () =
    let h0, h1 = [| 12.0; 5.0 |], [| 13.0; 8.0 |]
    let weights = Array.map2 (fun a b -> log (b / a)) h0 h1

    for alpha in [ 0.01; 0.05; 0.2 ] do
        near 3e-3 (enumerated alpha weights h0 h1) (ExactPower.weighted alpha weights h0 h1)

let private signal = { Signal = 10.0; Background = 100.0 }

let private background = { signal with Signal = 0.0 }

// PHYSICS D4, from 1e5 pseudo-experiments: ± 0.002.
let private published = [|
    [| 0.256; 0.249 |]
    [| 0.476; 0.448 |]
    [| 0.527; 0.494 |]
    [| 0.539; 0.505 |]
    [| 0.545; 0.511 |]
|]

[<Test>]
let ``the power of each strategy on the bump toy is the published one`` () =
    let power = BumpExperiment.exactPower 0.05 0.08

    for strategy, row in Seq.zip BumpExperiment.strategies published do
        near (3.0 * 0.002) row[0] (power background signal strategy)
        near (3.0 * 0.002) row[1] (power signal background strategy)

[<Test>]
let ``more information has more power`` () =
    let power = BumpExperiment.exactPower 0.05 0.08 background signal
    let powers = BumpExperiment.strategies |> List.map power

    for less, more in List.pairwise powers do
        Assert.That(more, Is.GreaterThan less)

[<Test>]
let ``sizes and expectations that are none are refused`` () =
    for alpha, nu in [ 0.0, 1.0; 1.0, 1.0; nan, 1.0; 0.1, 0.0; 0.1, nan ] do
        Assert.Throws<ArgumentException>(Action(fun () -> ExactPower.count alpha nu 2.0 |> ignore))
        |> ignore
