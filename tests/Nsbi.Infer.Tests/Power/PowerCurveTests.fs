module Nsbi.Infer.Tests.Power.PowerCurveTests

open System
open NUnit.Framework
open MathNet.Numerics.Distributions
open Nsbi.Infer
open Nsbi.Kernels
open Nsbi.Tests

let private near (tolerance: float) (expected: float) (actual: float) =
    Assert.That(actual, Is.EqualTo(expected).Within tolerance)

let private sample (h0: float[]) (h1: float[]) = {
    Strategy = "test"
    Null = h0
    Alternative = h1
}

let private gaussian (seed: uint64) (mean: float) (n: int) : float[] =
    let mutable stream = RandomStream(seed, "power test")
    let values = Array.zeroCreate n

    for i in 0 .. n - 1 do
        values[i] <- mean + stream.NextGaussian()

    values

let private poisson (seed: uint64) (mean: float) (n: int) : float[] =
    let mutable stream = RandomStream(seed, "power test")
    let values = Array.zeroCreate n

    for i in 0 .. n - 1 do
        values[i] <- float (stream.NextPoisson mean)

    values

[<Test>]
let ``the power of a shifted normal is that of its distribution function`` () =
    let values = sample (gaussian 1UL 0.0 50_000) (gaussian 2UL 1.5 50_000)

    for alpha in [ 0.01; 0.05; 0.5 ] do
        let point = PowerCurve.at alpha values
        let cut = -Normal.InvCDF(0.0, 1.0, alpha)
        near (3.3 * point.Power.Error) (Normal.CDF(cut, 1.0, 1.5)) point.Power.Value

[<Test>]
let ``the error is the spread of repeated studies`` () =
    let points = [
        for seed in 1UL .. 300UL ->
            PowerCurve.at 0.05 (sample (gaussian seed 0.0 1000) (gaussian (seed + 1000UL) 1.5 500))
    ]

    let values = points |> List.map _.Power.Value
    let mean = List.average values
    let spread = sqrt (values |> List.averageBy (fun v -> (v - mean) ** 2.0))
    // The spread of 300 is known to 4 %.
    near (0.15 * spread) spread (points |> List.averageBy _.Power.Error)

[<Test>]
let ``a test on a count is randomised to its exact power`` () =
    let point =
        PowerCurve.at 0.05 (sample (poisson 1UL 100.0 100_000) (poisson 2UL 110.0 100_000))

    near (3.3 * point.Power.Error) (ExactPower.count 0.05 100.0 110.0) point.Power.Value
    near 1e-12 117.0 point.Threshold
    Assert.That(point.Randomised, Is.InRange(0.0, 1.0))
    Assert.That(point.Power.Value, Is.InRange(point.Lower, point.Upper))

[<Property>]
let ``the size of the randomised test is that which was asked for`` (values: int list) (k: int) =
    let values = 0 :: values |> List.map (fun v -> float (v % 5)) |> List.toArray
    let alpha = float (1 + abs (k % 98)) / 100.0
    let point = PowerCurve.at alpha (sample values values)
    abs (point.Power.Value - alpha) < 1e-12

[<Property>]
let ``the power does not fall with the size`` (h0: int list) (h1: int list) =
    let of' values =
        0 :: values |> List.map (fun v -> float (v % 9)) |> List.toArray

    PowerCurve.points PowerCurve.sizes (sample (of' h0) (of' h1))
    |> List.map _.Power.Value
    |> List.pairwise
    |> List.forall (fun (a, b) -> b >= a - 1e-12)

[<Property>]
let ``a rising function of the statistic leaves the power as it is`` (h0: int list) (h1: int list) =
    let h0 = 0 :: h0 |> List.map (fun v -> float (v % 9)) |> List.toArray
    let h1 = 1 :: h1 |> List.map (fun v -> float (v % 9)) |> List.toArray
    let f = Array.map (fun (x: float) -> exp (0.3 * x))
    let a = PowerCurve.at 0.1 (sample h0 h1)
    let b = PowerCurve.at 0.1 (sample (f h0) (f h1))
    abs (a.Power.Value - b.Power.Value) < 1e-12

[<Test>]
let ``failed pseudo-experiments do not count`` () =
    let h0, h1 = gaussian 1UL 0.0 100, gaussian 2UL 1.0 100
    let with' = Array.append [| nan; nan |]
    let a = PowerCurve.at 0.05 (sample h0 h1)
    let b = PowerCurve.at 0.05 (sample (with' h0) (with' h1))
    Assert.That(b, Is.EqualTo a)

[<Test>]
let ``the area is the probability that the alternative is larger`` () =
    let area =
        PowerCurve.area (sample (gaussian 1UL 0.0 20_000) (gaussian 2UL 1.5 20_000))

    near (3.3 * area.Error) (Normal.CDF(0.0, sqrt 2.0, 1.5)) area.Value
    let half = PowerCurve.area (sample [| 1.0; 2.0 |] [| 1.0; 2.0 |])
    near 1e-12 0.5 half.Value

[<Test>]
let ``CLs of a count is the ratio of its tails`` () =
    // n below the median of the background: P(n ≤ 100 | 110)/P(n ≤ 100 | 100).
    let down = Array.map (fun (n: float) -> -n)
    let h0, h1 = down (poisson 1UL 110.0 50_000), down (poisson 2UL 100.0 50_000)
    let cls = PowerCurve.cls 10.0 true (sample h0 h1)
    let expected = Poisson.CDF(110.0, 100.0) / Poisson.CDF(100.0, 100.0)
    near (3.3 * cls.Cls.Error) expected cls.Cls.Value
    // The same with the hypotheses exchanged.
    let up = PowerCurve.cls 10.0 false (sample (down h1) (down h0))
    near 1e-12 cls.Cls.Value up.Cls.Value

[<Test>]
let ``what has no power is refused`` () =
    for alpha, h0, h1 in
        [
            0.0, [| 1.0 |], [| 1.0 |]
            1.0, [| 1.0 |], [| 1.0 |]
            0.5, [||], [| 1.0 |]
            0.5, [| 1.0 |], [| nan |]
        ] do
        Assert.Throws<ArgumentException>(
            Action(fun () -> PowerCurve.at alpha (sample h0 h1) |> ignore)
        )
        |> ignore
