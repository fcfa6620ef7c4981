module ValuesTests

open NUnit.Framework
open Nsbi.Cli

let faults (result: Result<'T, string list>) : string list =
    match result with
    | Ok value -> failwith $"expected faults, got %A{value}"
    | Error faults -> faults

let value (result: Result<'T, string list>) : 'T =
    match result with
    | Ok value -> value
    | Error faults -> failwith $"%A{faults}"

[<Test>]
let ``assignments are names and finite numbers`` () =
    let expected = [ "mu", 1.5; "alpha x", -2e-3 ]
    let read = Values.assignments "--fix" "mu=1.5, alpha x=-2e-3" |> value
    Assert.That((read = expected))

[<TestCase("mu", "not of the form name=value")>]
[<TestCase("=1", "not of the form name=value")>]
[<TestCase("mu=", "not a finite number")>]
[<TestCase("mu=1,5", "not of the form name=value")>]
[<TestCase("mu=nan", "not a finite number")>]
[<TestCase("mu=1,,nu=2", "empty entry")>]
[<TestCase("mu=1,mu=2", "named twice")>]
let ``a bad assignment is named`` (text: string, expected: string) =
    Assert.That(
        Values.assignments "--fix" text |> faults |> String.concat " ",
        Does.Contain expected
    )

[<Test>]
let ``all faults of a list are told at once`` () =
    Assert.That(Values.assignments "--fix" "a=x,b=y,c" |> faults |> List.length, Is.EqualTo 3)

[<TestCase("1,5")>]
[<TestCase("∞")>]
[<TestCase("Infinity")>]
[<TestCase("")>]
let ``a number is finite and written with a point`` (text: string) =
    Assert.That(Values.number "--from" text |> faults |> List.length, Is.EqualTo 1)

[<TestCase("0")>]
[<TestCase("2.0")>]
[<TestCase("two")>]
[<TestCase("99999999999")>]
let ``a whole number has a least value`` (text: string) =
    Assert.That(Values.whole "--points" 1 100 text |> faults |> List.length, Is.EqualTo 1)

[<Test>]
let ``a seed may be any number of 64 bits`` () =
    let largest = System.UInt64.MaxValue
    Assert.That(Values.seed "--seed" (string largest) |> value, Is.EqualTo largest)
    Assert.That(Values.seed "--seed" "-1" |> faults |> List.length, Is.EqualTo 1)
