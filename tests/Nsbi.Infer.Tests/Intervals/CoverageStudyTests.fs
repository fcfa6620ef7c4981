module Nsbi.Infer.Tests.CoverageStudyTests

open NUnit.Framework
open Nsbi.Infer
open Nsbi.Infer.Tests.Expect

[<TestCase(0.6826894921370859, 1.0)>]
[<TestCase(0.95, 3.841458820694124)>]
[<TestCase(0.9, 2.705543454095404)>]
let ``the asymptotic level is the quantile of chi square`` (level: float) (expected: float) =
    Assert.That(CoverageStudy.asymptoticLevel level, near 1e-9 expected)

[<Test>]
let ``an interval holds the truth where t at the truth is at or below its level`` () =
    let quantile alpha value = {
        Probability = alpha
        Value = value
        Error = 0.1
        Lower = value
        Upper = value
    }

    let belt =
        ConfidenceBelt.create "mu" [ 0.6827 ] false [
            for v, c in [ 0.0, 2.0; 1.0, 4.0 ] ->
                {
                    Value = v
                    Quantiles = [ quantile 0.6827 c ]
                    Toys = 100
                    Failed = 0
                }
        ]

    let found =
        CoverageStudy.ofValues [ 0.6827 ] (Some belt) 0.5 [ 0.2; 0.9; 1.5; 2.9; 3.1; nan; infinity ]
        |> List.exactlyOne

    // Levels 1.00006 and 3; +∞, an impossible truth, is not covered.
    Assert.That(found.Asymptotic, same (Fraction.create 2 6))
    Assert.That(found.Neyman, same (Some(Fraction.create 4 6)))
    Assert.That(found.Failed, same 1)
    let without = CoverageStudy.ofValues [ 0.6827 ] None 0.5 [ 0.2 ]
    Assert.That(without.Head.Neyman, same None)

[<Test>]
let ``intervals of a count over two solutions cover as exact sums say`` () =
    // The fraction of toys with t(truth) ≤ 1 is P(t ≤ 1), by which likelihood intervals cover.
    let truth = 0.5

    let tests =
        let compiled = InterferenceCounting.compiled 0.0
        let sampler = InterferenceModel.ok (ToySampler.create compiled [| truth |])

        ToyTest.measurement Fit.settings TestStatistic.TwoSided "mu" truth [| truth |]
        |> ToyEnsemble.run { ToyRun.ofToys 2000 with Seed = 12UL } sampler

    let found =
        CoverageStudy.ofValues [ 0.6827; 0.95 ] None truth (tests |> Array.map _.Value)

    for point in found do
        let level = CoverageStudy.asymptoticLevel point.Level
        let _, exact = InterferenceCounting.below truth level
        let struct (low, high) = Fraction.clopperPearson 0.999 point.Asymptotic
        Assert.That(exact, Is.InRange(low, high))
