module Networks.StrataTests

open System
open NUnit.Framework
open FsCheck
open Nsbi.Kernels
open Nsbi.Learn.Networks
open Nsbi.Tests

[<Property>]
let ``every piece of a spread order holds its share of each stratum, to one row``
    (seed: uint64)
    (size: PositiveInt)
    (kinds: PositiveInt)
    (pieces: PositiveInt)
    =
    let rows = 10 * size.Get
    let kinds = 1 + kinds.Get % 4
    let pieces = 1 + pieces.Get % 7
    let mutable stream = RandomStream(seed, "strata")
    let strata = Array.zeroCreate<int> rows

    for i in 0 .. rows - 1 do
        strata[i] <- stream.NextInt32 kinds

    let order = Array.init rows id
    stream.Shuffle(Span order)
    let before = Array.copy order
    Strata.spread strata order

    let sameEvents = Array.sort order = Array.sort before

    let inOrder c =
        let only (list: int[]) =
            list |> Array.filter (fun row -> strata[row] = c)

        only order = only before

    let shared c =
        let total = strata |> Array.filter ((=) c) |> Array.length

        [ 0 .. pieces - 1 ]
        |> List.forall (fun p ->
            let first, last = rows * p / pieces, rows * (p + 1) / pieces
            let found = order[first .. last - 1] |> Array.filter (fun row -> strata[row] = c)
            let share = float total * float (last - first) / float rows
            // Rounding of this stratum's places and of the others'.
            abs (float found.Length - share) <= 1.0 + 0.5 * float kinds)

    sameEvents && [ 0 .. kinds - 1 ] |> List.forall (fun c -> inOrder c && shared c)

[<Test>]
let ``without strata an order stays`` () =
    let order = [| 2; 0; 1 |]
    Strata.spread [||] order
    Assert.That(order, Is.EqualTo<int[]> [| 2; 0; 1 |])
