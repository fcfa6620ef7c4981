module Nsbi.Infer.Tests.WeightedAucTests

open System
open NUnit.Framework
open Nsbi.Tests
open Nsbi.Infer
open Nsbi.Infer.Tests.Expect
open Nsbi.Infer.Tests.TwoSampleToys

[<Property>]
let ``the area is that of all pairs`` (events: (byte * byte * byte)[]) =
    let events = Array.append [| 1uy, 1uy, 2uy; 2uy, 3uy, 1uy |] events
    let scores = events |> Array.map (fun (s, _, _) -> float (s % 5uy))
    let first = events |> Array.map (fun (_, w, _) -> float w)
    let second = events |> Array.map (fun (_, _, w) -> float w)
    let sample = scores |> Array.map (fun _ -> 0)
    let fast = (WeightedAuc.compute scores sample second first second).Value
    abs (fast - WeightedAuc.byPairs scores first second) < 1e-12

[<Test>]
let ``without common events it is the separation of two samples`` () =
    let toy = simulate 500 1

    let own k =
        Array.map2 (fun s w -> if s = k then w else 0.0) toy.Sample toy.Weights

    let one = WeightedAuc.compute toy.X toy.Sample (own 1) (own 0) (own 1)
    let other = Separation.auc toy.X (own 0) (own 1)
    Assert.That(one.Value, near 1e-12 other.Value)
    Assert.That(one.Error, near (1e-9 * other.Error) other.Error)

[<Test>]
let ``the area of a score that knows nothing of the events has standard pulls about one half`` () =
    [|
        for index in 1..400 do
            let toy = simulate 500 index
            let events = against [| 1.0; 0.0 |] exact toy
            let score = Array.map2 (fun x y -> sin (2.0 * x) + y) toy.X toy.Y

            let area =
                WeightedAuc.compute score toy.Sample events.Reference events.Target events.Predicted

            (area.Value - 0.5) / area.Error
    |]
    |> shouldBeStandard

[<Test>]
let ``weights that add up to nothing are refused`` () =
    Assert.Throws<ArgumentException>(
        Action(fun () ->
            WeightedAuc.compute [| 1.0 |] [| 0 |] [| 1.0 |] [| 0.0 |] [| 1.0 |] |> ignore)
    )
    |> ignore
