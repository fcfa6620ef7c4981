module WeightedEventsTests

open System
open NUnit.Framework
open Nsbi.Tests
open Nsbi.Kernels

let private tiles (n: int) =
    EventTiles.Create [| Array.init n float; Array.init n (fun i -> 1.0 / float (i + 1)) |]

[<Property(MaxTest = 100)>]
let ``events at some positions are those with a weight among all`` (n: byte) (counts: byte list) =
    let n = int n
    let all = Array.zeroCreate<float> n

    counts
    |> List.iteri (fun i count ->
        if i < n then
            all[i] <- float (count % 3uy))

    let positions = [| 0 .. n - 1 |] |> Array.filter (fun i -> all[i] <> 0.0)
    let tiles = tiles n
    let twin = WeightedEvents.Create(tiles, ReadOnlySpan all)
    let weights = positions |> Array.map (fun i -> all[i])

    let found =
        WeightedEvents.CreateAt(tiles, ReadOnlySpan positions, ReadOnlySpan weights)

    Assert.That(found.Total, Is.EqualTo n)
    Assert.That((found.Weights.ToArray() = twin.Weights.ToArray()))

    for k in 0 .. positions.Length - 1 do
        Assert.That(found.Tiles.Row k, Is.EqualTo(twin.Tiles.Row k))
        Assert.That(found.Tiles[1, k], Is.EqualTo(twin.Tiles[1, k]))

[<Test>]
let ``positions and weights that do not fit are refused`` () =
    let refused (positions: int[]) (weights: float[]) =
        Assert.Throws<ArgumentException>(
            Action(fun () ->
                WeightedEvents.CreateAt(tiles 5, ReadOnlySpan positions, ReadOnlySpan weights)
                |> ignore)
        )
        |> ignore

    refused [| 0; 1 |] [| 1.0 |]
    refused [| 5 |] [| 1.0 |]
    refused [| -1 |] [| 1.0 |]
    refused [| 1 |] [| nan |]
