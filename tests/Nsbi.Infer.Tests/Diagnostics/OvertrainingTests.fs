module Nsbi.Infer.Tests.OvertrainingTests

open NUnit.Framework
open Nsbi.Learn.Networks
open Nsbi.Kernels
open Nsbi.Infer
open Nsbi.Infer.Tests.Expect
open Nsbi.Infer.Tests.GaussianRatios

let private fold (n: int) (shift: float) (index: int) : SeenAndUnseen =
    let mutable random = RandomStream(9UL, "overtraining", uint64 index)
    let values = Array.zeroCreate<float>(2 * n)

    for i in 0 .. 2 * n - 1 do
        values[i] <- random.NextGaussian()

    {
        Seen = Array.init n (fun i -> values[i] + shift)
        SeenWeights = Array.create n 0.5
        Unseen = Array.sub values n n
        UnseenWeights = Array.create n 2.0
    }

let private strict = {
    strict with
        Overtraining = 0.0
        LossGap = 0.0
}

[<Test>]
let ``networks without memory raise false alarms at the stated rate`` () =
    let limits = { strict with PValue = 0.05 }

    let failed =
        [| 1..400 |]
        |> Array.filter (fun index ->
            let check, _ =
                OvertrainingCheck.run limits "S" [
                    fold 300 0.0 (2 * index)
                    fold 300 0.0 (2 * index + 1)
                ]

            not check.Passed)
        |> Array.length

    // 5 % in either of two folds, 400 times.
    Assert.That(float failed, Is.InRange(20.0 - 4.0 * sqrt 19.0, 20.0 + 4.0 * sqrt 19.0))

[<Test>]
let ``networks that know their events fail, those that hardly do pass`` () =
    let run shift =
        OvertrainingCheck.run CheckLimits.standard "S" [ fold 8000 shift 1; fold 8000 0.0 2 ]
        |> fst

    Assert.That((run 0.5).Passed, Is.False)
    Assert.That((run 0.02).Passed, Is.True)
    Assert.That((run 0.5).Finding, Does.Contain "2 folds")

[<Test>]
let ``histograms are shares`` () =
    let _, found = OvertrainingCheck.run strict "S" [ fold 5000 0.1 1 ]
    Assert.That(Array.sum found.Seen.Contents, Is.InRange(0.99, 1.0))
    Assert.That(Array.sum found.Unseen.Contents, Is.InRange(0.99, 1.0))
    Assert.That(found.Folds.Length, same 1)

[<Test>]
let ``the gap is a share of what was learned`` () =
    let gap seen = {
        Seen = { Value = seen; Error = 0.001 }
        Unseen = { Value = 0.5; Error = 0.001 }
        Ignorant = 0.7
    }

    let check = LossGapCheck.run CheckLimits.standard (gap 0.48)
    Assert.That(check.Value, near 1e-12 0.1)
    Assert.That(check.Passed, Is.True)
    Assert.That((LossGapCheck.run CheckLimits.standard (gap 0.44)).Passed, Is.False)

[<Test>]
let ``networks that learned nothing fail where they learned by heart or harm`` () =
    let passes seen unseen =
        let gap = {
            Seen = { Value = seen; Error = 0.001 }
            Unseen = { Value = unseen; Error = 0.001 }
            Ignorant = 0.7
        }

        (LossGapCheck.run CheckLimits.standard gap).Passed

    Assert.That(passes 0.69 0.701, Is.False)
    Assert.That(passes 0.71 0.71, Is.False)
    Assert.That(passes 0.6995 0.701, Is.True)
