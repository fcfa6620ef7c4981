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

let private refused (samples: (string * float) list list) (part: string) =
    let act = Action(fun () -> SampleBasis.coefficients terms samples |> ignore)
    let thrown = Assert.Throws<ArgumentException> act
    Check.contains [ part ] thrown.Message

[<Test>]
let ``samples that do not determine the density are refused`` () =
    refused (strengths [ 1.0; 1.0; 0.0 ]) "do not determine"
    refused (strengths [ 1.0; 0.0 ]) "2 samples for 3 terms"
    refused [ [ "mu", 1.0 ]; [ "nu", 2.0 ]; [ "mu", 0.0 ] ] "no value of 'mu'"
