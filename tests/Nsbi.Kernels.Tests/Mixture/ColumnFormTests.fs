module Nsbi.Kernels.Tests.ColumnFormTests

open System
open NUnit.Framework
open Nsbi.Kernels
open Nsbi.Kernels.Tests.ColumnProblems

let private at (form: ColumnForm) (up: float) (down: float) = form.At(up, down)

[<Test>]
let ``code 4 as a sum of exponentials has its published values`` () =
    // pyhf: I0 = 100, I+ = 110, I− = 85.
    for a, expected in
        [ -1.5, 78.36612789; -0.5, 92.55473300; 0.2, 102.33323072; 0.5, 105.21653199 ] do
        let value, _, _ = at (code4 a) (log 1.10) (log 0.85)
        Assert.That(100.0 * value, Is.EqualTo(expected).Within 6e-9)

[<Test>]
let ``the derivatives of every form are its finite differences`` () =
    let up, down, h = 0.31, -0.22, 1e-5

    for code in codes do
        for a in [ -1.7; -0.9; -0.3; 0.2; 0.8; 1.4 ] do
            let value x = let v, _, _ = at (code x) up down in v
            let slope x = let _, d, _ = at (code x) up down in d
            let _, first, second = at (code a) up down
            let secant (f: float -> float) = (f (a + h) - f (a - h)) / (2.0 * h)
            Assert.That(first, Is.EqualTo(secant value).Within 1e-9)
            Assert.That(second, Is.EqualTo(secant slope).Within 1e-8)

[<Test>]
let ``a side without coefficients adds nothing even where its exponential is infinite`` () =
    let sum = ExponentialSum(0.5, 1.0, 0.0, 0.0, 0.0, 0.0, 0.0)
    Assert.That(sum.At(0.0, 1000.0), Is.EqualTo 1.5)
    Assert.That(ExponentialSum(0.5, 0.0, 0.0, 0.0, 2.0, 0.0, 0.0).At(1000.0, 0.0), Is.EqualTo 2.5)
