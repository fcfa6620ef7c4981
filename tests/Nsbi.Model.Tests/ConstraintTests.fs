module Nsbi.Model.Tests.ConstraintTests

open System
open NUnit.Framework
open Nsbi.Model

let private factorial (n: int) =
    Seq.fold (*) 1.0 (Seq.map float (seq { 1..n }))

[<Test>]
let ``a Gaussian is minus twice the log of its density`` () =
    let a, sigma, theta = 0.3, 0.2, 1.1

    let density =
        exp (-0.5 * ((a - theta) / sigma) ** 2.0) / (sigma * sqrt (2.0 * Math.PI))

    Check.close 1e-14 (-2.0 * log density) (Constraint.twiceNll (Gaussian(a, sigma)) theta)

[<TestCase(0)>]
[<TestCase(1)>]
[<TestCase(5)>]
[<TestCase(60)>]
let ``a Poisson is minus twice the log of its probability`` (count: int) =
    let tau, theta = 12.0, 0.8
    let mean = tau * theta
    let logProbability = float count * log mean - mean - log (factorial count)

    Constraint.twiceNll (Poisson(float count, tau)) theta
    |> Check.close 1e-14 (-2.0 * logProbability)

[<Test>]
let ``a log-normal is minus twice the log of its density in the observable`` () =
    let a, s, theta = 1.3, 0.25, 0.9

    let density =
        exp (-0.5 * (log (a / theta) / s) ** 2.0) / (a * s * sqrt (2.0 * Math.PI))

    Check.close 1e-14 (-2.0 * log density) (Constraint.twiceNll (LogNormal(a, s)) theta)

let private terms = [
    Gaussian(0.3, 0.2)
    Poisson(9.5, 12.0)
    Poisson(0.0, 2.0)
    LogNormal(1.3, 0.25)
]

[<TestCaseSource(nameof terms)>]
let ``derivatives agree with finite differences`` (term: Constraint) =
    let theta, h = 0.9, 1e-4
    let struct (value, first, second) = Constraint.derivatives term theta
    let struct (up, slopeUp, _) = Constraint.derivatives term (theta + h)
    let struct (down, slopeDown, _) = Constraint.derivatives term (theta - h)
    Check.equal (Constraint.twiceNll term theta) value
    Check.close 1e-6 ((up - down) / (2.0 * h)) first
    Check.close 1e-6 ((slopeUp - slopeDown) / (2.0 * h)) second

[<Test>]
let ``outside of the domain the value is infinite and no exception`` () =
    Check.equal infinity (Constraint.twiceNll (Poisson(3.0, 1.0)) 0.0)
    Check.equal infinity (Constraint.twiceNll (Poisson(0.0, 1.0)) -0.1)
    Check.equal infinity (Constraint.twiceNll (LogNormal(1.0, 0.1)) 0.0)

[<Test>]
let ``an empty auxiliary count is defined down to zero`` () =
    let struct (value, first, second) = Constraint.derivatives (Poisson(0.0, 3.0)) 0.0
    Check.equal (0.0, 6.0, 0.0) (value, first, second)

[<Test>]
let ``no constraint adds nothing`` () =
    let struct (value, first, second) = Constraint.derivatives Unconstrained 2.0
    Check.equal (0.0, 0.0, 0.0) (value, first, second)

[<Test>]
let ``a toy replaces the observable and nothing else`` () =
    Check.equal (Poisson(7.0, 2.0)) (Constraint.withObserved 7.0 (Poisson(3.0, 2.0)))
    Check.equal (Some 3.0) (Constraint.observed (Poisson(3.0, 2.0)))
    Check.equal Unconstrained (Constraint.withObserved 7.0 Unconstrained)

[<TestCaseSource(nameof terms)>]
let ``the term is smallest where the observable is the expected one`` (term: Constraint) =
    let theta = 0.9
    let asimov = Constraint.withObserved (Constraint.expected term theta).Value term
    let struct (_, slope, _) = Constraint.derivatives asimov theta
    Check.close 1e-12 0.0 slope
