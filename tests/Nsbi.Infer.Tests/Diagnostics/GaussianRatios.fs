/// A target and a mixture reference of Gaussians whose ratio is known exactly.
module Nsbi.Infer.Tests.GaussianRatios

open Nsbi.Infer
open Nsbi.Kernels

let density (mean: float) (width: float) (x: float) : float =
    exp (-0.5 * ((x - mean) / width) ** 2.0) / (width * sqrt (2.0 * System.Math.PI))

/// p_target: N(1.2, 0.7²); p_ref: half of it and half N(−0.3, 1.1²); so r ≤ 2.
let target (x: float) = density 1.2 0.7 x

let reference (x: float) =
    0.5 * target x + 0.5 * density -0.3 1.1 x

let exact (x: float) : float = target x / reference x

/// n target and n reference events; weights uniform in [0.5, 1.5] where `weighted`.
let simulate (weighted: bool) (n: int) (index: int) : float[] * float[] * float[] =
    let mutable random = RandomStream(20260101UL, "gaussian-ratios", uint64 index)
    let features = Array.zeroCreate<float>(2 * n)
    let weights = Array.zeroCreate<float>(2 * n)

    for i in 0 .. 2 * n - 1 do
        let isTarget = i >= n || random.NextDouble() < 0.5
        let g = random.NextGaussian()
        features[i] <- if isTarget then 1.2 + 0.7 * g else -0.3 + 1.1 * g
        weights[i] <- if weighted then 0.5 + random.NextDouble() else 1.0

    features,
    Array.init (2 * n) (fun i -> if i < n then weights[i] else 0.0),
    Array.init (2 * n) (fun i -> if i < n then 0.0 else weights[i])

/// The sample with a ratio given as a function of the feature, and the feature.
let sampleOf (weighted: bool) (n: int) (index: int) (ratio: float -> float) =
    let x, u, t = simulate weighted n index
    RatioSample.create u t (x |> Array.map ratio), x

/// No allowance beside the statistical one: p-values are then uniform for the exact ratio.
let strict = {
    CheckLimits.standard with
        RatioTolerance = 0.0
}

let failed (checks: Check list) : string list =
    checks |> List.filter (fun c -> not c.Passed) |> List.map _.Name
