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

    let work =
        ToyWork.ofRun Fit.settings {
            ToyRun.ofToys 2000 with
                Seed = 12UL
                Threads = 2
        }

    let sampler =
        ToySampler.create (InterferenceCounting.compiled 0.0) [| truth |]
        |> InterferenceModel.ok

    let found = CoverageStudy.run work [ 0.6827; 0.95 ] None "mu" [ sampler ]

    for point in found do
        let level = CoverageStudy.asymptoticLevel point.Level
        let _, exact = InterferenceCounting.below truth level
        let struct (low, high) = Fraction.clopperPearson 0.999 point.Asymptotic
        Assert.That(exact, Is.InRange(low, high))
        Assert.That(point.Truth, same truth)

[<Test>]
let ``simulated events of other densities than the ratios say are covered less`` () =
    // 3 % of the signal's events lie elsewhere: intervals of the model of 500 events know nothing of it.
    let weights = Array.create 4 1.0
    let mu = InterferenceModel.poi "mu" 1.0 0.0 5.0

    let compiled =
        ToyModels.unbinnedModel weights [
            "S", mu, 2000.0, [| 0.4; 0.8; 1.2; 1.6 |]
            "B", Nsbi.Model.Constant 1.0, 2000.0, [| 1.6; 1.2; 0.8; 0.4 |]
        ]

    let coverage (events: float[]) =
        let sampler =
            Map.ofList [ "SR", (TableKind.Observed, events) ]
            |> ToySampler.ofWeights Multinomial compiled [| 1.0 |]
            |> InterferenceModel.ok

        let work = ToyWork.ofRun Fit.settings { ToyRun.ofToys 400 with Seed = 5UL }

        (CoverageStudy.run work [ 0.6827 ] None "mu" [ sampler ]).Head.Asymptotic

    let right = coverage (Array.create 4 1000.0)
    Assert.That(right.Value, near (4.0 * right.Error) 0.6827)
    let wrong = coverage [| 1060.0; 1000.0; 1000.0; 940.0 |]
    Assert.That(wrong.Value, Is.LessThan(right.Value - 0.15))
