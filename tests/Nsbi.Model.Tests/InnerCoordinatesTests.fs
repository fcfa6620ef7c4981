module Nsbi.Model.Tests.InnerCoordinatesTests

open System
open NUnit.Framework
open FsCheck.FSharp
open Nsbi.Model

let private declare name lower : Parameter = {
    Name = name
    Role = PointOfInterest
    Initial = 1.0
    Lower = lower
    Upper = infinity
    Constraint = Unconstrained
    Fixed = false
}

let private muDeclared = declare "mu" 0.0
let private nuDeclared = declare "nu" -1.0
let private mu, nu = Parameter muDeclared, Parameter nuDeclared

let private coordinates coefficients =
    InnerCoordinates.Of([ muDeclared; nuDeclared ], coefficients)

/// Coefficients with an infinite first or second derivative at μ = 0, with value, first and second
/// derivative in κ at κ = 0 and ν = 4.
let private singular = [
    TestCaseData(sqrt mu, 0.0, 1.0, 0.0)
    TestCaseData(mu - sqrt mu, 0.0, -1.0, 2.0)
    TestCaseData(1.0 - sqrt mu, 1.0, -1.0, 0.0)
    TestCaseData(sqrt (9.0 * mu), 0.0, 3.0, 0.0)
    TestCaseData(mu ** 0.5, 0.0, 1.0, 0.0)
    TestCaseData(mu ** 1.5, 0.0, 0.0, 0.0)
    TestCaseData(sqrt mu * sqrt mu, 0.0, 0.0, 2.0)
    TestCaseData(sqrt (mu * nu), 0.0, 2.0, 0.0)
    TestCaseData(sqrt (mu + nu * mu * mu), 0.0, 1.0, 0.0)
    TestCaseData(sqrt (mu / nu), 0.0, 0.5, 0.0)
    TestCaseData(mu / sqrt mu, 0.0, 1.0, 0.0)
    TestCaseData(exp (-(sqrt mu)), 1.0, -1.0, 1.0)
    TestCaseData(sqrt (mu * mu) + sqrt mu, 0.0, 1.0, 2.0)
]

[<TestCaseSource(nameof singular)>]
let ``derivatives at the boundary are finite and exact in the inner coordinate``
    (f: Coefficient, value: float, first: float, second: float)
    =
    let inner = coordinates [ f ]
    Check.equal [ "mu" ] (inner.Squared)
    let jet = Coefficient.evaluate inner.Index [| 0.0; 4.0 |] (inner.Rewrite f)
    Assert.That(jet.Value, Is.EqualTo value)
    Assert.That(jet.Gradient[0], Is.EqualTo first)
    Assert.That(jet.Hessian[0, 0], Is.EqualTo second)

[<TestCaseSource(nameof singular)>]
let ``the rewritten coefficient is the same function``
    (f: Coefficient, _v: float, _1: float, _2: float)
    =
    let inner = coordinates [ f ]

    for x in [ 0.04; 0.3; 1.0; 2.7 ] do
        let theta = [| x; 4.0 |]
        let kappa = inner.ToInner theta
        let rewritten = Coefficient.evaluate inner.Index kappa (inner.Rewrite f)
        let outer = inner.JetInOuter(kappa, rewritten)
        let expected = Coefficient.evaluate inner.Index theta f

        let close (e: float) (x: float) =
            Assert.That(x, Is.EqualTo(e).Within(1e-11))

        close expected.Value outer.Value

        for k in 0..1 do
            close expected.Gradient[k] outer.Gradient[k]

            for l in 0..1 do
                close expected.Hessian[k, l] outer.Hessian[k, l]

[<Test>]
let ``a coefficient that is smooth at the boundary keeps its parameter`` () =
    for f in [ mu; mu * mu; sqrt (1.0 + mu); sqrt (mu * mu); mu ** 2.5; 1.0 / (1.0 + mu) ] do
        let inner = coordinates [ f ]
        Assert.That(inner.Squared, Is.Empty, string f)
        Check.equal f (inner.Rewrite f)

[<Test>]
let ``only a lower bound of zero makes an inner coordinate`` () =
    let free = Parameter(declare "mu" 0.5)
    let inner = InnerCoordinates.Of([ declare "mu" 0.5 ], [ sqrt free ])
    Assert.That(inner.Squared, Is.Empty)
    Check.equal [| 0.7 |] (inner.ToInner [| 0.7 |])

[<Test>]
let ``points go there and back and infinite bounds stay infinite`` () =
    let inner = coordinates [ sqrt mu ]
    Check.equal [| 2.0; -3.0 |] (inner.ToInner [| 4.0; -3.0 |])
    Check.equal [| 4.0; -3.0 |] (inner.ToOuter [| 2.0; -3.0 |])
    Check.equal [| infinity; -infinity |] (inner.ToInner [| infinity; -infinity |])

[<Test>]
let ``a constraint is carried into the inner coordinate by the chain rule`` () =
    let inner = coordinates [ sqrt mu ]
    let term = Gaussian(1.2, 0.3)

    let at kappa =
        inner.Chain(0, kappa, Constraint.derivatives term (kappa * kappa))

    let h = 1e-4
    let struct (value, first, second) = at 0.8
    let struct (up, slopeUp, _) = at (0.8 + h)
    let struct (down, slopeDown, _) = at (0.8 - h)
    Check.close 1e-14 (Constraint.twiceNll term 0.64) value
    Assert.That(first, Is.EqualTo((up - down) / (2.0 * h)).Within(1e-5))
    Assert.That(second, Is.EqualTo((slopeUp - slopeDown) / (2.0 * h)).Within(1e-5))

[<Test>]
let ``arbitrary expressions are the same function in the inner coordinate`` () =
    let declared = [ declare "a" 0.0; declare "b" 0.0; declare "c" -1.0 ]
    let theta = [| 0.83; 1.37; -0.41 |]

    let compared =
        Gen.sampleWithSeed (FsCheck.Rnd 2026UL) 30 8000 (Generators.tame declared)
        |> Array.filter (fun f ->
            let inner = InnerCoordinates.Of(declared, [ f ])
            let expected = Coefficient.value inner.Index theta f
            let kappa = inner.ToInner theta
            let jet = Coefficient.evaluate inner.Index kappa (inner.Rewrite f)
            let plain = Double.IsFinite expected && abs expected < 1e3
            let squares = not inner.Squared.IsEmpty

            if plain && squares then
                Check.close 1e-9 expected jet.Value

            plain && squares)

    // Enough of them to mean something.
    Assert.That(compared.Length, Is.GreaterThan 500)

[<Test>]
let ``a power of the parameter below one half stays singular`` () =
    let inner = coordinates [ mu ** 0.25 ]

    let jet =
        Coefficient.evaluate inner.Index [| 0.0; 4.0 |] (inner.Rewrite(mu ** 0.25))

    Check.equal [ "mu" ] inner.Squared
    Check.equal infinity jet.Gradient[0]
