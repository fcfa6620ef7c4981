/// Two samples of two features whose ratios to their mixture are known exactly.
module Nsbi.Infer.Tests.TwoSampleToys

open Nsbi.Infer
open Nsbi.Kernels

let normal (mean: float) (width: float) (x: float) =
    exp (-0.5 * ((x - mean) / width) ** 2.0) / (width * sqrt (2.0 * System.Math.PI))

/// Sample 0: x ~ N(1, 0.8²), y = x/2 + N(0, 1). Sample 1: x ~ N(−0.3, 1.1²), y = −0.3 x + N(0, 1).
let density (k: int) (x: float) (y: float) : float =
    match k with
    | 0 -> normal 1.0 0.8 x * normal (0.5 * x) 1.0 y
    | _ -> normal -0.3 1.1 x * normal (-0.3 * x) 1.0 y

type Toy = {
    Sample: int[]
    X: float[]
    Y: float[]
    /// Positive, uneven, and different for the two densities that are compared.
    Weights: float[]
}

/// n events of each sample.
let simulate (n: int) (index: int) : Toy =
    let mutable random = RandomStream(20261123UL, "two-sample-toys", uint64 index)

    let x, y, w =
        Array.zeroCreate<float>(2 * n),
        Array.zeroCreate<float>(2 * n),
        Array.zeroCreate<float>(2 * n)

    for i in 0 .. 2 * n - 1 do
        let a, b = random.NextGaussian(), random.NextGaussian()
        x[i] <- if i < n then 1.0 + 0.8 * a else -0.3 + 1.1 * a
        y[i] <- (if i < n then 0.5 * x[i] else -0.3 * x[i]) + b
        w[i] <- 0.5 + random.NextDouble()

    {
        Sample = Array.init (2 * n) (fun i -> i / n)
        X = x
        Y = y
        Weights = w
    }

/// Σ_k a_k p_k(x)/p_ref(x) with p_ref = (p_0 + p_1)/2.
let ratio (a: float[]) (toy: Toy) : float[] =
    Array.map2
        (fun x y ->
            (a[0] * density 0 x y + a[1] * density 1 x y)
            / (0.5 * density 0 x y + 0.5 * density 1 x y))
        toy.X
        toy.Y

/// Weights of a mixture with a_k events of sample k; its events are those of the reference.
let mixture (a: float[]) (toy: Toy) : float[] =
    let sums = Array.zeroCreate<float> 2
    Array.iter2 (fun k w -> sums[k] <- sums[k] + w) toy.Sample toy.Weights
    Array.map2 (fun k w -> a[k] * w / sums[k]) toy.Sample toy.Weights

/// A mixture against p_ref with its exact ratio times a factor of x and y; errors from the events.
let against (a: float[]) (factor: float -> float -> float) (toy: Toy) : StratifiedSample =
    StratifiedSample.create
        toy.Sample
        (mixture [| 0.5; 0.5 |] toy)
        (mixture a toy)
        (Array.map3 (fun r x y -> r * factor x y) (ratio a toy) toy.X toy.Y)

/// The same with the densities of the samples, and errors from these.
let known (a: float[]) factor (toy: Toy) : StratifiedSample =
    against a factor toy
    |> StratifiedSample.withCommon {
        Weights = mixture [| 0.5; 0.5 |] toy
        Ratios = [| ratio [| 1.0; 0.0 |] toy; ratio [| 0.0; 1.0 |] toy |]
    }

let exact: float -> float -> float = fun _ _ -> 1.0

/// Uniform p-values: mean and share below 0.05 within 4σ.
let shouldBeUniform (p: float[]) : unit = RatioDiagnosticsTests.shouldBeUniform p

/// Standard normal pulls: mean and width within 4σ.
let shouldBeStandard (pulls: float[]) : unit =
    let n = float pulls.Length
    let mean = Array.average pulls

    let width =
        sqrt ((pulls |> Array.sumBy (fun v -> (v - mean) * (v - mean))) / (n - 1.0))

    NUnit.Framework.Assert.That(mean, Expect.near (4.0 / sqrt n) 0.0)
    NUnit.Framework.Assert.That(width, Expect.near (4.0 / sqrt (2.0 * n)) 1.0)
