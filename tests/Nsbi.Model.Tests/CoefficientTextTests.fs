module Nsbi.Model.Tests.CoefficientTextTests

open NUnit.Framework
open Nsbi.Tests
open Nsbi.Model
open Nsbi.Model.Words

let private lookupIn (coefficient: Coefficient) (name: string) =
    Coefficient.parameters coefficient |> List.tryFind (fun p -> p.Name = name)

let private mu = poi "mu"
let private nu = nuisance "nu"
let private lookup = lookupIn (mu + nu)

[<Property(Arbitrary = [| typeof<Arbitrary> |], MaxTest = 1000)>]
let ``parsing what was printed gives the same structure`` (c: Coefficient) =
    CoefficientText.parse (lookupIn c) (CoefficientText.print c) = Ok c

let private spellings = [
    TestCaseData(mu - sqrt mu, "mu - sqrt(mu)")
    TestCaseData(1.0 - sqrt mu, "1 - sqrt(mu)")
    TestCaseData(mu - (nu - mu), "mu - (nu - mu)")
    TestCaseData(mu - nu - mu, "mu - nu - mu")
    TestCaseData(mu / (nu * mu), "mu / (nu * mu)")
    TestCaseData((mu + 1.0) * nu ** -2.0, "(mu + 1) * nu ** -2")
    TestCaseData(-mu * nu, "-mu * nu")
    TestCaseData(-(mu * nu), "-(mu * nu)")
    TestCaseData(Negation(Constant 2.0), "-(2)")
    TestCaseData(Constant -2.0, "-2")
    TestCaseData(Power(Constant -2.0, 2.0), "(-2) ** 2")
    TestCaseData(Negation(Power(Constant 2.0, 2.0)), "-2 ** 2")
    TestCaseData(exp (-mu) + log nu, "exp(-mu) + log(nu)")
    TestCaseData(poi "a-b" + poi "sqrt", "`a-b` + `sqrt`")
    TestCaseData(Constant infinity, "inf")
    TestCaseData(
        2.0 * Interpolated(sqrt mu, Spline.create [ -1.0, 0.5; 2.0, -0.25 ]),
        "2 * spline(sqrt(mu), -1: 0.5, 2: -0.25)"
    )
    TestCaseData(poi "spline", "`spline`")
]

[<TestCaseSource(nameof spellings)>]
let ``an expression is printed with the fewest brackets`` (c: Coefficient, text: string) =
    Check.equal text (string c)
    Check.equal (Ok c) (CoefficientText.parse (lookupIn c) text)

let private freeSpellings = [
    TestCaseData("  mu-sqrt( mu )", mu - sqrt mu)
    TestCaseData("((mu))", mu)
    TestCaseData("mu**.5", mu ** 0.5)
    TestCaseData("--mu", Negation(Negation mu))
    TestCaseData("--2", Negation(Constant -2.0))
    TestCaseData("1e-3*mu", 1e-3 * mu)
    TestCaseData("mu\n + nu", mu + nu)
]

[<TestCaseSource(nameof freeSpellings)>]
let ``spaces and brackets are free`` (text: string, c: Coefficient) =
    Check.equal (Ok c) (CoefficientText.parse lookup text)

let private broken = [
    TestCaseData("mu -", [ "column 5" ])
    TestCaseData("", [ "column 1" ])
    TestCaseData("mu nu", [ "column 4" ])
    TestCaseData("sqrt mu", [ "column 6" ])
    TestCaseData("(mu", [ "column 4" ])
    TestCaseData("mu ** nu", [ "column 7" ])
    TestCaseData("mu * * nu", [ "column 6" ])
    TestCaseData("spline(mu, 0: 1)", [ "two or more" ])
    TestCaseData("spline(mu, 0: 1, 0: 2)", [ "do not ascend" ])
    TestCaseData("spline(mu, 0 1)", [ "column 14" ])
    TestCaseData("kappa + jes + kappa", [ "'kappa'"; "'jes'" ])
    TestCaseData(String.replicate 300 "(" + "mu" + String.replicate 300 ")", [ "200 deep" ])
    TestCaseData(String.replicate 20_000 "-" + "mu", [ "20000 characters" ])
]

[<TestCaseSource(nameof broken)>]
let ``text that is no expression is answered by its place`` (text: string, parts: string list) =
    match CoefficientText.parse lookup text with
    | Ok c -> Assert.Fail $"was read as {c}"
    | Error faults -> Check.contains parts (String.concat "\n" faults)

[<Test>]
let ``every unknown name is reported once`` () =
    match CoefficientText.parse lookup "kappa + jes + kappa" with
    | Ok c -> Assert.Fail $"was read as {c}"
    | Error faults -> Check.equal 2 faults.Length

[<Test>]
let ``many signs are read without deep recursion`` () =
    match CoefficientText.parse lookup (String.replicate 10_000 "-" + "2") with
    | Ok(Negation _) -> ()
    | other -> Assert.Fail $"{other.IsOk}"
