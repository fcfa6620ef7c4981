module Nsbi.Infer.Tests.SensitivityMapTests

open System
open NUnit.Framework
open Nsbi.Infer
open Nsbi.Infer.Tests.Expect
open Nsbi.Infer.Tests.TwoSampleToys

let private score (toy: Toy) = toy.X |> Array.map (fun x -> tanh x)

let private map (toy: Toy) y =
    let weights = mixture [| 3.0; 2.0 |] toy

    SensitivityMap.make
        ("x", toy.X)
        ("y", y)
        weights
        (score toy)
        (score toy |> Array.map (fun s -> 2.0 * s))

[<Test>]
let ``shares of information add up to one`` () =
    let toy = simulate 5000 1
    let found = map toy toy.Y
    Assert.That(found.Share |> Array.sumBy Array.sum, near 1e-12 1.0)
    Assert.That(found.FirstEdges.Length, same 25)

[<Test>]
let ``cells hold the means of their events`` () =
    let weights = [| 1.0; 3.0; 2.0; 2.0 |]
    let score = [| 1.0; 2.0; 3.0; 4.0 |]
    let contribution = [| -1.0; 1.0; 5.0; 7.0 |]

    let found =
        SensitivityMap.make
            ("x", [| 0.0; 0.0; 1.0; 1.0 |])
            ("y", [| 0.0; 0.0; 1.0; 1.0 |])
            weights
            score
            contribution

    let first, last = found.Information[0].[0], found.Information[23].[23]
    Assert.That(first, near 1e-12 ((1.0 + 3.0 * 4.0) / 4.0))
    Assert.That(last, near 1e-12 12.5)
    Assert.That(found.Contribution[0].[0], near 1e-12 0.5)
    Assert.That(found.Contribution[23].[23], near 1e-12 6.0)
    Assert.That(found.Information[0].[23], Is.NaN)

[<Test>]
let ``events without a feature are left out`` () =
    let toy = simulate 5000 1
    let found = map toy (toy.Y |> Array.mapi (fun i y -> if i % 2 = 0 then nan else y))
    Assert.That(found.Share |> Array.sumBy Array.sum, Is.InRange(0.4, 0.6))

let private information limits factor index n =
    let toy = simulate n index
    InformationCheck.run limits "mu" (score toy) (against [| 3.0; 2.0 |] factor toy)

[<Test>]
let ``the information of an exact density has standard pulls`` () =
    [|
        for index in 1..300 do
            let check, _, _ = information CheckLimits.standard exact index 1000
            check.Value / check.Error
    |]
    |> shouldBeStandard

[<Test>]
let ``a density that claims too much fails`` () =
    let wrong x _ = 1.0 + 0.3 * (tanh x) ** 2.0
    let failed, _, _ = information CheckLimits.standard wrong 1 50000
    let passed, found, claimed = information CheckLimits.standard exact 1 50000
    Assert.That(failed.Passed, Is.False, failed.Finding)
    Assert.That(passed.Passed, Is.True, passed.Finding)
    Assert.That(found.Value / claimed - 1.0, near 1e-12 passed.Value)
