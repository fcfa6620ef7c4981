module Nsbi.Model.Tests.WordsTests

open NUnit.Framework
open Nsbi.Model
open Nsbi.Model.Words

let private declared (c: Coefficient) =
    Coefficient.parameters c |> List.exactlyOne

[<Test>]
let ``a parameter of interest starts at one without bounds or constraint`` () =
    let expected = {
        Name = "mu"
        Role = PointOfInterest
        Initial = 1.0
        Lower = -infinity
        Upper = infinity
        Constraint = Unconstrained
        Fixed = false
    }

    Check.equal expected (declared (poi "mu"))

[<Test>]
let ``a nuisance parameter starts at zero under the unit Gaussian`` () =
    let p = declared (nuisance "jes")
    Check.equal (Nuisance, 0.0, Gaussian(0.0, 1.0)) (p.Role, p.Initial, p.Constraint)
    Check.equal Unconstrained (declared (nuisance "k" |> freely)).Constraint

[<Test>]
let ``words about a parameter change what they say and nothing else`` () =
    let p = declared (poi "mu" |> from 2.0 |> between 0.0 8.0)
    Check.equal (2.0, 0.0, 8.0) (p.Initial, p.Lower, p.Upper)
    let p = declared (poi "mu" |> above 0.5 |> below 3.0)
    Check.equal (1.0, 0.5, 3.0) (p.Initial, p.Lower, p.Upper)
    let p = declared (nuisance "k" |> constrainedBy (Poisson(4.0, 2.0)))
    Check.equal (Poisson(4.0, 2.0), Nuisance) (p.Constraint, p.Role)
    let p = declared (poi "mu" |> fixedAt 3.0)
    Check.equal (true, 3.0) (p.Fixed, p.Initial)

[<Test>]
let ``a word about a parameter said of an expression is refused`` () =
    let say = System.Action(fun () -> sqrt (poi "mu") |> from 2.0 |> ignore)
    let thrown = Assert.Throws<System.ArgumentException> say
    Check.contains [ "'from'"; "sqrt(mu)" ] thrown.Message

[<Test>]
let ``a process without a coefficient is scaled by one and with two by their product`` () =
    let a, b = poi "a", nuisance "b"
    Check.equal (Constant 1.0) (processOf "p" [ yields 2.0 ]).Scale
    let twice = processOf "p" [ scaledBy a; yields 2.0; scaledBy b ]
    Check.equal (a * b, [ 2.0 ]) (twice.Scale, twice.Yields)

[<Test>]
let ``yields given twice are refused`` () =
    let say =
        System.Action(fun () -> processOf "p" [ yields 1.0; yields 2.0 ] |> ignore)

    let thrown = Assert.Throws<System.ArgumentException> say
    Check.contains [ "'p'"; "twice" ] thrown.Message

[<Test>]
let ``the interference basis gives S plus B plus the interference`` () =
    // With D_S, D_B and an interference I the mixture must be μ S + √μ I + B.
    let s, i, b = 2.0, -1.5, 7.0
    let fs, fsbi, fb = interference (poi "mu")
    let index = ParameterIndex.OfNames [ "mu" ]

    for mu in [ 0.0; 0.3; 1.0; 4.0 ] do
        let value = Coefficient.value index [| mu |]
        let mixture = value fs * s + value fsbi * (s + b + i) + value fb * b
        Check.close 1e-14 (mu * s + sqrt mu * i + b) mixture
