module Nsbi.Infer.Tests.Power.PowerStrategyTests

open NUnit.Framework
open Nsbi.Infer
open Nsbi.Tests

let private parsed (text: string) : PowerStrategy =
    match PowerStrategy.parse text with
    | Ok strategy -> strategy
    | Error sentence -> invalidOp sentence

[<TestCase("inclusive")>]
[<TestCase("cut:0.5")>]
[<TestCase("edges:0.5:2")>]
[<TestCase("range:0:3:20")>]
[<TestCase("bins:20")>]
[<TestCase("unbinned")>]
let ``a strategy is read as it is written`` (text: string) =
    Assert.That(PowerStrategy.name (parsed text), Is.EqualTo text)

[<Test>]
let ``a range has its inner edges above 0`` () =
    Assert.That(
        PowerStrategy.edges (fun _ -> nan) (parsed "range:0:2:4"),
        Is.EqualTo<float[]> [| 0.5; 1.0; 1.5; 2.0 |]
    )

[<TestCase("bin:3")>]
[<TestCase("")>]
[<TestCase("cut:0")>]
[<TestCase("cut:a")>]
[<TestCase("cut")>]
[<TestCase("edges:2:1")>]
[<TestCase("edges")>]
[<TestCase("edges:0:1")>]
[<TestCase("range:3:1:2")>]
[<TestCase("range:0:1:1")>]
[<TestCase("bins:1")>]
[<TestCase("bins:1e9")>]
let ``what is no strategy is answered with a sentence`` (text: string) =
    match PowerStrategy.parse text with
    | Ok strategy -> Assert.Fail $"read as {strategy}"
    | Error sentence ->
        Assert.That(sentence, Does.StartWith $"'{text}': ")
        Assert.That(sentence, Does.EndWith ".")

[<Property>]
let ``the bin of a ratio is the number of edges at it or below`` (edges: int list) (ratio: int) =
    let edges = edges |> List.map float |> List.distinct |> List.sort |> List.toArray
    let expected = edges |> Array.filter (fun e -> e <= float ratio) |> Array.length
    PowerStrategy.binOf edges (float ratio) = expected

[<Test>]
let ``equally filled bins have quantiles for edges`` () =
    Assert.That(
        PowerStrategy.edges (fun p -> 10.0 * p) (PowerStrategy.Bins 4),
        Is.EqualTo<float[]> [| 2.5; 5.0; 7.5 |]
    )
