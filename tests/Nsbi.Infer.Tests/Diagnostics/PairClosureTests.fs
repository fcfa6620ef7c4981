module Nsbi.Infer.Tests.PairClosureTests

open System
open NUnit.Framework
open Nsbi.Infer
open Nsbi.Infer.Tests.Expect
open Nsbi.Infer.Tests.GaussianRatios
open Nsbi.Infer.Tests.TwoSampleToys

let private features (toy: Toy) = [ "x", toy.X; "y", toy.Y ]

let private run limits factor toy =
    PairClosure.run limits "S" (known [| 1.0; 0.0 |] factor toy) (features toy)

let private named first second (found: PairClosures) =
    found.Closures |> List.find (fun c -> c.First = first && c.Second = second)

let private toys =
    lazy
        [|
            for index in 1..300 do
                simulate 4000 index |> run strict TwoSampleToys.exact |> snd
        |]

[<Test>]
let ``p-values of a feature of the exact ratio are uniform`` () =
    toys.Value
    |> Array.map (fun f -> (named "x" "" f).ChiSquare.PValue)
    |> shouldBeUniform

[<Test>]
let ``p-values of a pair of features of the exact ratio are uniform`` () =
    toys.Value
    |> Array.map (fun f -> (named "x" "y" f).ChiSquare.PValue)
    |> shouldBeUniform

[<Test>]
let ``pulls of cells are standard`` () =
    toys.Value
    |> Array.truncate 100
    |> Array.collect (fun f -> (named "x" "y" f).Pulls |> Array.concat)
    |> Array.filter Double.IsFinite
    |> shouldBeStandard

[<Test>]
let ``the global p-value raises no more false alarms than it says`` () =
    let below =
        toys.Value |> Array.filter (fun f -> f.GlobalPValue < 0.05) |> Array.length

    let expected = 0.05 * float toys.Value.Length
    Assert.That(float below, Is.LessThan(expected + 4.0 * sqrt expected))
    Assert.That(below, Is.GreaterThan 0)

[<Test>]
let ``the global p-value counts all trials and the worst comes first`` () =
    let found = toys.Value[0]
    Assert.That(found.Closures.Length, same 3)
    let p = found.Closures |> List.map _.ChiSquare.PValue
    Assert.That(p, same (List.sort p))
    Assert.That(found.GlobalPValue, near 1e-12 (1.0 - (1.0 - p.Head) ** 3.0))

[<Test>]
let ``five percent along a feature fail`` () =
    let check, _ =
        simulate 100000 1
        |> run CheckLimits.standard (fun x _ -> 1.0 + 0.05 * tanh (3.0 * (x - 1.0)))

    Assert.That(check.Passed, Is.False, check.Finding)

[<Test>]
let ``a missed correlation fails in the pair`` () =
    let wrong x y = exp (0.15 * (x - 1.0) * (y - 0.5 * x))

    let check, found = simulate 100000 1 |> run CheckLimits.standard wrong
    Assert.That(check.Passed, Is.False, check.Finding)
    Assert.That(check.Finding, Does.Contain "x and y")
    Assert.That((named "x" "y" found).ChiSquare.PValue, Is.LessThan 1e-6)

[<Test>]
let ``the exact ratio passes with the standard limits`` () =
    for index in 1..3 do
        let check, _ = simulate 100000 index |> run CheckLimits.standard TwoSampleToys.exact
        Assert.That(check.Passed, Is.True, check.Finding)

[<Test>]
let ``missing values are cells of their own`` () =
    let toy = simulate 4000 7
    // Two of five events lack y, whatever their x.
    let lacking = toy.Y |> Array.mapi (fun i y -> if i % 5 < 2 then nan else y)
    let events = known [| 1.0; 0.0 |] TwoSampleToys.exact toy
    let check, found = PairClosure.run strict "S" events [ "x", toy.X; "y", lacking ]
    Assert.That(check.Passed, Is.True, check.Finding)
    let pair = named "x" "y" found
    Assert.That(pair.Pulls[0].Length, same pair.SecondEdges.Length)
    Assert.That((named "y" "" found).ChiSquare.DegreesOfFreedom, Is.InRange(18, 20))

[<Test>]
let ``a feature of one value is one cell`` () =
    let toy = simulate 500 2
    let events = known [| 1.0; 0.0 |] TwoSampleToys.exact toy

    let check, found =
        PairClosure.run strict "S" events [ "one", Array.create 1000 3.0 ]

    Assert.That(check.Passed, Is.True)
    Assert.That(found.Closures.Head.ChiSquare.DegreesOfFreedom, same 0)
