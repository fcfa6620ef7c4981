module Nsbi.Infer.Tests.LogRatioComparisonTests

open NUnit.Framework
open Nsbi.Kernels
open Nsbi.Infer
open Nsbi.Infer.Tests.Expect
open Nsbi.Infer.Tests.GaussianRatios
open Nsbi.Infer.Tests.TwoSampleToys

let private prediction (toy: Toy) shifts = {
    Sample = toy.Sample
    Weights = mixture [| 120.0; 80.0 |] toy
    LogRatio = toy.X
    Shifts = shifts
}

/// Poisson counts of another simulation of the same truth.
let private counted (index: int) (rate: float) : float[] =
    let mutable random = RandomStream(77UL, "comparison-data", uint64 index)

    [|
        for mean, width, expected in [ 1.0, 0.8, 120.0; -0.3, 1.1, 80.0 ] do
            for _ in 1L .. random.NextPoisson(rate * expected) do
                mean + width * random.NextGaussian()
    |]

let private run n index rate shifts =
    let toy = simulate n index

    LogRatioComparison.run
        strict
        "mu = 2"
        2.0
        "data"
        (prediction toy (shifts toy))
        (counted index rate)
    |> Option.get

let private none _ : float[] list = []

[<TestCase(200)>]
[<TestCase(5000)>]
let ``p-values of data as simulated are uniform, also with little simulation`` (n: int) =
    // 200 events per sample: the error of the prediction is that of the data.
    [|
        for index in 1..300 do
            (run n index 1.0 none |> snd).ChiSquare.PValue
    |]
    |> shouldBeUniform

[<Test>]
let ``data of another rate fail, unless a nuisance parameter allows it`` () =
    let rate (toy: Toy) = [ mixture [| 120.0; 80.0 |] toy |> Array.map (fun w -> 0.5 * w) ]
    let failed, _ = run 5000 1 1.6 none
    let passed, found = run 5000 1 1.6 rate
    Assert.That(failed.Value, Is.LessThan 1e-4)
    Assert.That(passed.Value, Is.GreaterThan 1e-3)
    Assert.That(found.Systematic[3], near 1e-9 (0.5 * found.Predicted[3]))

[<Test>]
let ``bins hold at least five expected events and all data`` () =
    let _, found = run 5000 1 1.0 none
    Assert.That(found.Counts.Length, same 12)
    Assert.That(Array.min found.Predicted, Is.GreaterThan 5.0)
    Assert.That(Array.sum found.Predicted, near 1e-9 200.0)
    Assert.That(Array.sum found.Counts, near 1e-9 (float (counted 1 1.0).Length))

[<Test>]
let ``few expected events are one bin`` () =
    let toy = simulate 500 1

    let little = {
        prediction toy [] with
            Weights = mixture [| 2.0; 1.0 |] toy
    }

    let check, found =
        LogRatioComparison.run strict "mu = 2" 2.0 "data" little [| 0.1; 9.0 |]
        |> Option.get

    Assert.That(found.Counts, same [| 2.0 |])
    // (2 − 3)²/3, the simulated totals being known.
    Assert.That(found.ChiSquare.Value, near 1e-9 (1.0 / 3.0))
    Assert.That(check.Finding, Does.Contain "2 events where 3.0 are predicted")

[<Test>]
let ``no data at all are compared too, nothing expected is not`` () =
    let toy = simulate 500 1

    let compare prediction =
        LogRatioComparison.run strict "mu = 2" 2.0 "data" prediction [||]

    Assert.That((compare (prediction toy [])).IsSome, Is.True)

    let nothing = {
        prediction toy [] with
            Weights = toy.X |> Array.map (fun _ -> 0.0)
    }

    Assert.That((compare nothing).IsNone, Is.True)
