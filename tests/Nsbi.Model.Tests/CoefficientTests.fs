module Nsbi.Model.Tests.CoefficientTests

open NUnit.Framework
open FsCheck
open Nsbi.Tests
open Nsbi.Model

let private index = ParameterIndex.OfNames [ "a"; "b"; "c" ]

let private parameter name : Coefficient =
    Parameter {
        Name = name
        Role = PointOfInterest
        Initial = 1.0
        Lower = 0.0
        Upper = infinity
        Constraint = Unconstrained
        Fixed = false
    }

let private a, b, c = parameter "a", parameter "b", parameter "c"

/// Expressions that are smooth at positive arguments of order 1.
let private smooth: Coefficient list = [
    a - sqrt a
    sqrt a
    1.0 - sqrt a
    a * b / (1.0 + c * c)
    sqrt (a * b) + a ** 1.5 - b ** -2.0
    exp (-a * b) * log (1.0 + c)
    -(a - 2.0) / (b + 3.0 * c)
    2.0 * a * a * b + 0.5 * a * c - c ** 3.0
]

/// Central differences of a function of θ.
let private difference (f: float[] -> float) (theta: float[]) (k: int) =
    let h = 1e-4

    let shifted sign =
        f (Array.mapi (fun i x -> if i = k then x + sign * h else x) theta)

    (shifted 1.0 - shifted -1.0) / (2.0 * h)

[<TestCaseSource(nameof smooth)>]
let ``derivatives agree with finite differences`` (f: Coefficient) =
    let theta = [| 0.7; 1.3; 0.4 |]
    let jet = Coefficient.evaluate index theta f
    Check.close 1e-15 (Coefficient.value index theta f) jet.Value

    for k in 0..2 do
        let value theta = Coefficient.value index theta f
        Check.close 1e-6 (difference value theta k) jet.Gradient[k]

        for l in 0..2 do
            let slope theta =
                (Coefficient.evaluate index theta f).Gradient[l]

            Check.close 1e-6 (difference slope theta k) jet.Hessian[k, l]
            Assert.That(jet.Hessian[k, l], Is.EqualTo jet.Hessian[l, k])

[<Property>]
let ``a polynomial has its exact derivatives`` (x: NormalFloat) (y: NormalFloat) =
    let x, y = x.Get % 100.0, y.Get % 100.0
    let jet = Coefficient.evaluate index [| x; y; 0.0 |] (a * a * b)
    Check.close 1e-12 (x * x * y) jet.Value
    Check.close 1e-12 (2.0 * x * y) jet.Gradient[0]
    Check.close 1e-12 (x * x) jet.Gradient[1]
    Check.close 1e-12 (2.0 * y) jet.Hessian[0, 0]
    Check.close 1e-12 (2.0 * x) jet.Hessian[0, 1]
    Assert.That(jet.Hessian[1, 1], Is.EqualTo 0.0)
    Assert.That(jet.Gradient[2], Is.EqualTo 0.0)

[<Test>]
let ``the square root of a negative number is NaN and no exception`` () =
    let theta = [| -1.0; 1.0; 1.0 |]
    Assert.That(Coefficient.value index theta (sqrt a), Is.NaN)
    Assert.That((Coefficient.evaluate index theta (sqrt a)).Value, Is.NaN)
    Assert.That((Coefficient.evaluate index theta (sqrt a)).Gradient[0], Is.NaN)

[<Test>]
let ``a singular point in one parameter leaves the others alone`` () =
    let jet = Coefficient.evaluate index [| 0.0; 2.0; 1.0 |] (sqrt a + b * b)
    Assert.That(jet.Gradient[0], Is.EqualTo infinity)
    Assert.That(jet.Gradient[1], Is.EqualTo 4.0)
    Assert.That(jet.Hessian[1, 1], Is.EqualTo 2.0)
    Assert.That(jet.Hessian[0, 1], Is.EqualTo 0.0)

[<Test>]
let ``parameters come once in the order of their first appearance`` () =
    let names = Coefficient.parameters (b - sqrt b * a + c * a) |> List.map _.Name
    Check.equal [ "b"; "a"; "c" ] names

[<Test>]
let ``a parameter that is not in the index is refused by name`` () =
    let short = ParameterIndex.OfNames [ "b" ]

    let refuse = System.Action(fun () -> Coefficient.value short [| 1.0 |] a |> ignore)
    let thrown = Assert.Throws<System.ArgumentException> refuse
    Check.contains [ "'a'" ] thrown.Message

[<Test>]
let ``the nominal value is taken at the initial values`` () =
    Assert.That(Coefficient.nominal (2.0 * a + b), Is.EqualTo 3.0)
