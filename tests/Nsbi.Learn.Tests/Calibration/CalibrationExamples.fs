/// Samples of ratios whose exact values are known.
module Calibration.CalibrationExamples

open Nsbi.Kernels
open Nsbi.Learn.Calibration

let sample (rows: (float * float * float) seq) : CalibrationSample =
    let rows = Seq.toArray rows

    CalibrationSample.Create(
        rows |> Array.map (fun (t, _, _) -> t),
        rows |> Array.map (fun (_, q, _) -> q),
        rows |> Array.map (fun (_, _, r) -> r)
    )

/// The exact ratio of Beta(3, 2) to Beta(2, 3).
let exact (x: float) : float = x / (1.0 - x)

/// Beta(k, 5 − k): the k-th smallest of four uniform numbers.
let private ordered (stream: RandomStream byref) (k: int) : float =
    let numbers = Array.zeroCreate<float> 4

    for i in 0..3 do
        numbers[i] <- stream.NextDouble()

    System.Array.Sort numbers
    numbers[k - 1]

/// n events of the target Beta(3, 2), then n of the reference Beta(2, 3).
let beta (seed: uint64) (n: int) : float[] * bool[] =
    let mutable stream = RandomStream(seed, "beta")
    let x = Array.zeroCreate<float>(2 * n)

    for i in 0 .. 2 * n - 1 do
        x[i] <- ordered &stream (if i < n then 3 else 2)

    x, Array.init (2 * n) (fun i -> i < n)

/// The same as a sample with a ratio of x.
let betaSample (seed: uint64) (n: int) (ratio: float -> float) : CalibrationSample =
    let x, isTarget = beta seed n

    Array.map2
        (fun x isTarget ->
            (if isTarget then 1.0 else 0.0), (if isTarget then 0.0 else 1.0), ratio x)
        x
        isTarget
    |> sample

/// Midpoints between 0 and 1 with the densities as weights: the limit of many events.
let betaLimit (points: int) (ratio: float -> float) : CalibrationSample =
    sample [
        for i in 0 .. points - 1 do
            let x = (float i + 0.5) / float points
            12.0 * x * x * (1.0 - x), 12.0 * x * (1.0 - x) * (1.0 - x), ratio x
    ]

/// Ratios that grow from n seeds, some of them equal, with weights in both classes.
let rows (seeds: uint32 list) : (float * float * float) list =
    seeds
    |> List.mapi (fun i seed ->
        let part shift = float (1u + (seed >>> shift) % 97u)
        part 0, part 7, exp (0.1 * float ((seed >>> 14) % 41u) - 2.0 + 1e-3 * float (i % 3)))

let mapped (f: float -> float) (rows: (float * float * float) list) =
    rows |> List.map (fun (t, q, r) -> t, q, f r)
