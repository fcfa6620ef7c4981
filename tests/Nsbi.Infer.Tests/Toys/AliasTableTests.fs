module Nsbi.Infer.Tests.AliasTableTests

open NUnit.Framework
open Nsbi.Tests
open Nsbi.Kernels
open Nsbi.Infer

let private draw (weights: float[]) (seed: uint64) (n: int) : float[] =
    let table = AliasTable.Create weights
    let mutable stream = RandomStream(seed, "alias", 0UL)
    let counts = Array.zeroCreate<float> weights.Length

    for _ in 1..n do
        let i = table.Draw &stream
        counts[i] <- counts[i] + 1.0

    counts

[<Test>]
let ``items come in proportion to their weights`` () =
    let weights = [| 1.0; 0.0; 3.0; 0.25; 7.0; 1e-3; 2.5; 0.0; 4.0; 1.0 |]
    let n = 400_000
    let counts = draw weights 3UL n
    let total = Array.sum weights

    let chi2 =
        Array.zip weights counts
        |> Array.filter (fun (w, _) -> w > 0.0)
        |> Array.sumBy (fun (w, found) ->
            let expected = float n * w / total
            (found - expected) ** 2.0 / expected)

    // 7 degrees of freedom: 30 has p = 1e-4
    Assert.That(chi2, Is.LessThan 30.0)
    Assert.That((counts[1], counts[7]), Is.EqualTo((0.0, 0.0)))

[<Property(MaxTest = 100)>]
let ``an item without weight is never drawn`` (shares: byte list) =
    let weights =
        shares
        |> List.map (fun s -> if s < 128uy then 0.0 else float s / 3.0)
        |> List.toArray

    if Array.sum weights > 0.0 then
        let counts = draw weights 5UL 500

        Array.zip weights counts
        |> Array.forall (fun (w, found) -> w > 0.0 || found = 0.0)
    else
        true
