module Nsbi.Infer.Tests.StabilityTests

open NUnit.Framework
open Nsbi.Kernels
open Nsbi.Learn.Networks
open Nsbi.Infer
open Nsbi.Infer.Tests.Expect
open Nsbi.Infer.Tests.GaussianRatios
open Nsbi.Infer.Tests.TwoSampleToys

let private gaussians (n: int) (index: int) : float[] =
    let mutable random = RandomStream(13UL, "stability", uint64 index)
    let values = Array.zeroCreate<float> n

    for i in 0 .. n - 1 do
        values[i] <- random.NextGaussian()

    values

let private strict = { strict with Stability = 0.0 }

let private folds (values: float[]) error = {
    Folds = [ for v in values -> { Value = v; Error = error } ]
    Members = []
    Expected = 1.0
}

[<Test>]
let ``folds that differ by their errors alone give uniform p-values`` () =
    [|
        for index in 1..400 do
            let values = gaussians 5 index |> Array.map (fun g -> 1.0 + 0.1 * g)
            (StabilityCheck.parameter strict "mu" (folds values 0.1)).Head.Value
    |]
    |> shouldBeUniform

[<Test>]
let ``folds that disagree beyond the allowed share of the error fail`` () =
    let run spread =
        folds [| 1.0; 1.0 + spread; 1.0 - spread; 1.0 |] 0.01
        |> StabilityCheck.parameter CheckLimits.standard "mu"
        |> List.head

    Assert.That((run 0.1).Passed, Is.True)
    Assert.That((run 3.0).Passed, Is.False)
    Assert.That((run 3.0).Finding, Does.Contain "between -2.000 and 4.000 in 4 folds")

[<Test>]
let ``members are judged by their spread over the expected error`` () =
    let run spread =
        {
            Folds = []
            Members = [ 1.0 - spread; 1.0; 1.0 + spread ]
            Expected = 0.5
        }
        |> StabilityCheck.parameter CheckLimits.standard "mu"
        |> List.exactlyOne

    Assert.That((run 0.1).Value, near 1e-12 0.2)
    Assert.That((run 0.1).Passed, Is.True)
    Assert.That((run 0.2).Passed, Is.False)

[<Test>]
let ``one network has nothing to be compared with`` () =
    let alone = {
        Folds = []
        Members = []
        Expected = 0.5
    }

    Assert.That(StabilityCheck.parameter CheckLimits.standard "mu" alone, Is.Empty)

[<Test>]
let ``the spread along ln r is that of the networks`` () =
    // ln r from −2 to 2; folds spread by 0.1, members by 0.3, everywhere.
    let n = 20000
    let centre = Array.init n (fun i -> -2.0 + 4.0 * float i / float n)

    let logs =
        Array.init 6 (fun f ->
            let common = gaussians n (100 + f)

            Array.init 4 (fun m ->
                let own = gaussians n (1000 + 10 * f + m)
                Array.init n (fun i -> centre[i] + 0.1 * common[i] + 0.3 * own[i])))

    let found = StabilityCheck.logRatios "S" (Array.create n 1.0) logs
    Assert.That(found.LogRatio.Length, same 12)

    for b in 0..11 do
        Assert.That(found.Members[b], near 0.01 0.3)
        // The mean of four members carries a quarter of their variance.
        Assert.That(found.Folds[b], near 0.01 (sqrt (0.01 + 0.09 / 4.0)))

[<Test>]
let ``one fold and one member have no spread`` () =
    let found =
        StabilityCheck.logRatios "S" (Array.create 100 1.0) [| [| gaussians 100 1 |] |]

    Assert.That(found.Folds, Is.Empty)
    Assert.That(found.Members, Is.Empty)
