module Nsbi.Model.Tests.SampleBasisTests

open System
open NUnit.Framework
open Nsbi.Model
open Nsbi.Model.Words

let private mu = poi "mu" |> above 0.0
let private index = ParameterIndex.OfNames [ "mu" ]
let private at (x: float) (c: Coefficient) = Coefficient.value index [| x |] c
let private terms = [ mu; sqrt mu; Constant 1.0 ]
let private strengths = List.map (fun x -> [ "mu", x ])

[<Test>]
let ``samples at strengths of ten and one and the background give the known coefficients`` () =
    let found = SampleBasis.coefficients terms (strengths [ 10.0; 1.0; 0.0 ])
    let r = sqrt 10.0

    for x in [ 0.0; 0.3; 1.0; 2.0; 10.0 ] do
        let s = sqrt x

        let expected = [
            (x - s) / (10.0 - r)
            (10.0 * s - r * x) / (10.0 - r)
            1.0 - s + (r - 1.0) * (x - s) / (10.0 - r)
        ]

        List.iter2 (fun c e -> Check.close 1e-14 e (at x c)) found expected

[<Test>]
let ``their derivatives are those of the known coefficients`` () =
    let found = SampleBasis.coefficients terms (strengths [ 10.0; 1.0; 0.0 ])
    let r = sqrt 10.0

    for x in [ 0.01; 0.3; 1.0; 4.0 ] do
        let first, second = 0.5 / sqrt x, -0.25 / (x * sqrt x)

        let expected = [
            (1.0 - first) / (10.0 - r), -second / (10.0 - r)
            (10.0 * first - r) / (10.0 - r), 10.0 * second / (10.0 - r)
            -first + (r - 1.0) * (1.0 - first) / (10.0 - r),
            -second - (r - 1.0) * second / (10.0 - r)
        ]

        for c, (slope, bend) in List.zip found expected do
            let jet = Coefficient.evaluate index [| x |] c
            Check.close 1e-12 slope jet.Gradient[0]
            Check.close 1e-12 bend jet.Hessian[0, 0]

[<Test>]
let ``each coefficient is one at its own sample and zero at the others`` () =
    let points = [ 0.2; 1.0; 5.0 ]
    let found = SampleBasis.coefficients terms (strengths points)

    for k, c in List.indexed found do
        for l, x in List.indexed points do
            Check.close 1e-13 (if k = l then 1.0 else 0.0) (at x c)

[<Test>]
let ``a polynomial of two parameters is reproduced from its samples`` () =
    let a, b = poi "a", poi "b"
    let monomials = [ Constant 1.0; a; b; a * a; a * b; b * b ]

    let points = [ 0.0, 0.0; 1.0, 0.0; 0.0, 1.0; -1.0, 0.0; 1.0, 1.0; 0.0, -1.0 ]

    let found =
        points
        |> List.map (fun (x, y) -> [ "a", x; "b", y ])
        |> SampleBasis.coefficients monomials

    let density x y =
        2.0 + 0.3 * x - y + 0.5 * x * x + 0.7 * x * y + 1.1 * y * y

    let two = ParameterIndex.OfNames [ "a"; "b" ]

    let mixture =
        List.zip found points
        |> List.sumBy (fun (c, (x, y)) -> Coefficient.value two [| 0.4; -1.7 |] c * density x y)

    Check.close 1e-13 (density 0.4 -1.7) mixture

[<Test>]
let ``the coefficients have an inner coordinate like the terms`` () =
    let found = SampleBasis.coefficients terms (strengths [ 10.0; 1.0; 0.0 ])
    let inner = InnerCoordinates.Of(Coefficient.parameters mu, found)
    Check.equal [ "mu" ] inner.Squared

/// D of the interference toy from the samples, at 50 strengths.
let private closes (samples: float list) (found: Coefficient list) =
    let density (x: float) = 40.0 * x - 51.7 * sqrt x + 80.0

    for j in 0..49 do
        let x = 0.2 * float j
        let mixture = List.map2 (fun c s -> at x c * density s) found samples |> List.sum
        Check.close 1e-12 (density x) mixture

[<Test>]
let ``with more samples than terms the density is reproduced with the least variance`` () =
    let points = [ 0.0; 0.5; 1.0; 5.0; 10.0 ]
    let variances = [ 1.0; 4.0; 0.25; 2.0; 1.0 ]
    let equal = SampleBasis.coefficients terms (strengths points)
    let weighted = SampleBasis.leastVariance variances terms (strengths points)
    closes points equal
    closes points weighted

    let variance (found: Coefficient list) (x: float) (sizes: float list) =
        List.map2 (fun c size -> at x c * at x c * size) found sizes |> List.sum

    let ones = List.replicate 5 1.0

    for x in [ 0.0; 0.1; 0.7; 2.0; 7.0 ] do
        Assert.That(variance weighted x variances, Is.LessThan(variance equal x variances))
        Assert.That(variance equal x ones, Is.LessThan(variance weighted x ones))

    // Any other choice that reproduces the density: here one that leaves out two of the samples.
    let some = SampleBasis.coefficients terms (strengths [ 0.0; 1.0; 10.0 ])

    for x in [ 0.1; 0.7; 2.0; 7.0 ] do
        Assert.That(variance equal x ones, Is.LessThan(variance some x (List.replicate 3 1.0)))

[<Test>]
let ``the least variance is that of the method of Lagrange`` () =
    // Two samples at one point: the one with half the variance counts twice.
    let found =
        SampleBasis.leastVariance [ 2.0; 1.0; 1.0; 1.0 ] terms (strengths [ 1.0; 1.0; 0.0; 4.0 ])

    for x in [ 0.3; 1.0; 2.0 ] do
        Check.close 1e-13 (2.0 * at x found[0]) (at x found[1])

[<Test>]
let ``coefficients do not depend on the units of the terms`` () =
    let points = strengths [ 10.0; 1.0; 0.0 ]
    let scaled = [ 1e6 * mu; 1e-7 * sqrt mu; Constant 1.0 ]

    List.iter2
        (fun a b -> Check.close 1e-12 (at 2.3 a) (at 2.3 b))
        (SampleBasis.coefficients terms points)
        (SampleBasis.coefficients scaled points)

    Check.close 1e-6 (SampleBasis.condition terms points) (SampleBasis.condition scaled points)

[<Test>]
let ``the condition number of orthogonal terms is one and grows as samples approach`` () =
    let line = [ Constant 1.0; mu ]
    let symmetric = [ [ "mu", 1.0 ]; [ "mu", -1.0 ] ]
    Check.close 1e-14 1.0 (SampleBasis.condition line symmetric)
    // [1 1; 1 1 − d] has the condition number 4/d up to terms of order d.
    Check.close 1e-3 4e4 (SampleBasis.condition line (strengths [ 1.0; 1.0 - 1e-4 ]))
    Check.equal infinity (SampleBasis.condition line (strengths [ 1.0; 1.0 ]))
    Check.equal infinity (SampleBasis.condition line (strengths [ 1.0 ]))

[<Test>]
let ``samples close to each other keep their digits`` () =
    let points = [ 1.0; 1.001; 0.0 ]
    let found = SampleBasis.coefficients terms (strengths points)

    for k, c in List.indexed found do
        for l, x in List.indexed points do
            // The coefficients reach 1e3: so many digits are left of 1e-16.
            Check.close 1e-12 (if k = l then 1.0 else 0.0) (at x c)

let private refused (samples: (string * float) list list) (part: string) =
    let act = Action(fun () -> SampleBasis.coefficients terms samples |> ignore)
    let thrown = Assert.Throws<ArgumentException> act
    Check.contains [ part ] thrown.Message

[<Test>]
let ``samples that do not determine the density are refused with the condition number`` () =
    refused (strengths [ 1.0; 1.0; 0.0 ]) "condition number Infinity"
    refused (strengths [ 1.0; 1.0 + 1e-9; 0.0 ]) "do not determine the density (condition number"
    refused (strengths [ 1.0; 1.0; 1.0; 0.0 ]) "do not determine"
    refused (strengths [ 1.0; 0.0 ]) "2 samples for 3 terms"
    refused [] "0 samples for 3 terms"
    refused [ [ "mu", 1.0 ]; [ "nu", 2.0 ]; [ "mu", 0.0 ] ] "no value of 'mu'"
    refused (strengths [ 1.0; -1.0; 0.0 ]) "A term is NaN"

[<Test>]
let ``variances are one positive number per sample`` () =
    let refused (variances: float list) (part: string) =
        let act =
            Action(fun () ->
                SampleBasis.leastVariance variances terms (strengths [ 10.0; 1.0; 0.0 ])
                |> ignore)

        Check.contains [ part ] (Assert.Throws<ArgumentException> act).Message

    refused [ 1.0; 1.0 ] "2 variances for 3 samples"
    refused [ 1.0; 0.0; 1.0 ] "A variance is 0"
    refused [ 1.0; nan; 1.0 ] "A variance is NaN"
