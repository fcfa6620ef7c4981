module Nsbi.Infer.Tests.YieldFactorTests

open NUnit.Framework
open Nsbi.Model
open Nsbi.Model.Words
open Nsbi.Infer
open Nsbi.Infer.Tests.Expect

[<Test>]
let ``rates are products of interpolations, zero included, with exact derivatives`` () =
    // A process without events of its own, so that −2 ln L is 2ν plus constraints.
    let a, b = nuisance "a", nuisance "b"

    let parts = [
        yields 1.0
        normSysBy PiecewiseLinear a (0.5, 1.5)
        normSys a (0.9, 1.2)
        normSysBy PolynomialLinear b (0.8, 1.3)
    ]

    let compiled =
        RatioTables.empty
        |> RatioTables.observed "SR" (RatioTable.unweighted 0 [ "B", Ratios [||] ])
        |> Likelihood.compile (
            InterferenceModel.valid (
                model "rates" [ unbinned "SR" (reference "ref") [ processOf "B" parts ] ]
            )
        )
        |> InterferenceModel.ok

    let observation = Observation.observed compiled [] |> InterferenceModel.ok
    let constraints = Constraint.twiceNll (Gaussian(0.0, 1.0))

    let jetAt theta =
        match Likelihood.evaluate observation theta with
        | Finite jet -> jet
        | Infinite reason -> invalidOp (string reason)

    // At a = −2 the first factor is 0, and the second derivative in (a, b) is not.
    for theta in [ [| -2.0; 0.5 |]; [| 0.7; -1.2 |]; [| 1.4; 0.3 |] ] do
        let code c low high x = Interpolation.evaluate c 1.0 low high x
        let struct (f, f1, f2) = code PiecewiseLinear 0.5 1.5 theta[0]
        let struct (g, g1, g2) = code PolynomialExponential 0.9 1.2 theta[0]
        let struct (h, h1, h2) = code PolynomialLinear 0.8 1.3 theta[1]
        let jet = jetAt theta
        Assert.That(jet.Value, near 1e-13 (2.0 * f * g * h + Array.sumBy constraints theta))
        Assert.That(jet.Gradient[0], near 1e-13 (2.0 * (f1 * g + f * g1) * h + 2.0 * theta[0]))
        Assert.That(jet.Gradient[1], near 1e-13 (2.0 * f * g * h1 + 2.0 * theta[1]))
        Assert.That(jet.Hessian[0, 1], near 1e-13 (2.0 * (f1 * g + f * g1) * h1))
        Assert.That(jet.Hessian[1, 1], near 1e-13 (2.0 * f * g * h2 + 2.0))

        Assert.That(
            jet.Hessian[0, 0],
            near 1e-13 (2.0 * (f2 * g + 2.0 * f1 * g1 + f * g2) * h + 2.0)
        )
