module Nsbi.Infer.Tests.LogRatioCalibrationTests

open NUnit.Framework
open Nsbi.Infer
open Nsbi.Infer.Tests.Expect
open Nsbi.Infer.Tests.GaussianRatios
open Nsbi.Infer.Tests.TwoSampleToys

let private run limits events =
    LogRatioCalibration.run limits 20 "mu = 2" 2.0 "the reference" events

let private pValues a = [|
    for index in 1..300 do
        let _, found = simulate 2000 index |> known a TwoSampleToys.exact |> run strict
        found.ChiSquare.PValue
|]

[<Test>]
let ``p-values of an exact density are uniform`` () =
    pValues [| 3.0; 2.0 |] |> shouldBeUniform

/// −0.5 events of sample 0 and 6 of sample 1, by x alone: positive everywhere, since p_0 < 6.1 p_1.
let private signed (toy: Toy) : StratifiedSample =
    let a = [| -0.5; 6.0 |]

    let p0, p1 =
        toy.X |> Array.map (normal 1.0 0.8), toy.X |> Array.map (normal -0.3 1.1)

    let over (b: float[]) =
        Array.map2 (fun p q -> (b[0] * p + b[1] * q) / (0.5 * p + 0.5 * q)) p0 p1

    let reference = mixture [| 0.5; 0.5 |] toy

    StratifiedSample.create toy.Sample reference (mixture a toy) (over a)
    |> StratifiedSample.withCommon {
        Weights = reference
        Ratios = [| over [| 1.0; 0.0 |]; over [| 0.0; 1.0 |] |]
    }

[<Test>]
let ``p-values are uniform with a negative coefficient`` () =
    [|
        for index in 1..300 do
            let _, found = simulate 2000 index |> signed |> run strict
            found.ChiSquare.PValue
    |]
    |> shouldBeUniform

[<Test>]
let ``points of an exact density have standard pulls`` () =
    [|
        for index in 1..100 do
            let _, found =
                simulate 2000 index |> known [| 3.0; 2.0 |] TwoSampleToys.exact |> run strict

            for point in found.Points do
                (point.Found - point.Predicted) / point.Error
    |]
    |> Array.filter (fun v -> abs v < 10.0)
    |> shouldBeStandard

/// 5 % in the ratio along x.
let private distorted x _ = 1.0 + 0.05 * tanh (2.0 * x)

[<Test>]
let ``a density that is off by five percent fails`` () =
    for index in 1..3 do
        let check, _ =
            simulate 100000 index
            |> known [| 3.0; 2.0 |] distorted
            |> run CheckLimits.standard

        Assert.That(check.Passed, Is.False, check.Finding)

[<Test>]
let ``a density that is exact passes with the standard limits`` () =
    for index in 1..3 do
        let check, found =
            simulate 100000 index
            |> known [| 3.0; 2.0 |] TwoSampleToys.exact
            |> run CheckLimits.standard

        Assert.That(check.Passed, Is.True, check.Finding)
        Assert.That(found.Points.Length, same 20)

[<Test>]
let ``negative coefficients are said`` () =
    let check, found = simulate 2000 1 |> signed |> run strict
    Assert.That(found.NegativeShare, near 1e-12 (0.5 / 6.5))
    Assert.That(check.Finding, Does.Contain "7.7 % of the weights have a minus sign")

[<Test>]
let ``a density that is not positive fails with a sentence`` () =
    let toy = simulate 100 1
    let events = known [| 3.0; 2.0 |] (fun x _ -> if x > 2.0 then -1.0 else 1.0) toy
    let check, found = run strict events
    Assert.That(check.Passed, Is.False)
    Assert.That(check.Finding, Does.Contain "not a positive number")
    Assert.That(found.Points, Is.Empty)
