module Transport.TransportEventsTests

open System
open NUnit.Framework
open Nsbi.Kernels
open Nsbi.Learn
open Nsbi.Learn.Transport
open Transport.TransportExamples

let private events (features: float[]) (conditions: float[]) (weights: float[]) = {
    Features = features
    Conditions = conditions
    Weights = weights
}

let private told result =
    match result with
    | Ok _ -> ""
    | Error faults -> Fault.render faults

[<Test>]
let ``negative weights are refused with the way out`` () =
    let one = Array.create 4 1.0
    let good = events one [||] one
    let bad = events one [||] [| 1.0; -1.0; 1.0; 1.0 |]
    let text = told (TransportEvents.create 1 0 good bad)
    Assert.That(text, Does.Contain "target")
    Assert.That(text, Does.Contain "1 of 4 events")
    Assert.That(text, Does.Contain "PositiveWeights")

[<Test>]
let ``all faults of both samples are told at once`` () =
    let text =
        told (
            TransportEvents.create
                2
                1
                (events [| 1.0; nan; 2.0; 3.0 |] [| 0.0; infinity |] [| 1.0; 1.0 |])
                (events [| 1.0 |] [| 0.0; 0.0; 0.0 |] [| 0.0; 0.0 |])
        )

    for part in
        [
            "source"
            "target"
            "the features are not"
            "not finite"
            "the conditions are not"
            "add up to nothing"
            "too few events"
        ] do
        Assert.That(text, Does.Contain part)

let private uniform (seed: uint64) n power =
    let mutable stream = RandomStream(seed, "conditions", 0UL)
    let z = Array.zeroCreate<float> n

    for i in 0 .. n - 1 do
        z[i] <- Math.Pow(stream.NextDouble(), power)

    z

[<Test>]
let ``conditions of other shares are refused, and matched in bins they pass`` () =
    let n = 20_000
    let one = Array.create n 1.0
    let source = events (uniform 1UL n 1.0) (uniform 2UL n 1.0) one
    let target = events (uniform 3UL n 1.0) (uniform 4UL n 1.5) one
    let refused = told (TransportEvents.create 1 1 source target)
    Assert.That(refused, Does.Contain "condition 0")
    Assert.That(refused, Does.Contain "matchConditions")
    let matched = TransportEvents.matchConditions 50 source target |> valueOf
    let created = TransportEvents.create 1 1 source matched |> valueOf
    let distance = created.ConditionDistances.Head
    Assert.That(distance.Distance, Is.LessThan distance.Limit)

    // F of the target is u^(2/3) against u: the distance before is (2/3)² − (2/3)³ = 4/27.
    let before =
        told (TransportEvents.create 1 1 source target)
        |> fun text -> text.Substring(text.IndexOf("distance ", StringComparison.Ordinal) + 9, 5)

    Assert.That(
        Double.Parse(before, Globalization.CultureInfo.InvariantCulture),
        Is.EqualTo(4.0 / 27.0).Within 0.015
    )

[<Test>]
let ``several conditions cannot be matched in bins, nor empty bins`` () =
    let one = Array.create 4 1.0
    let two = events one (Array.create 8 1.0) one
    Assert.That(told (TransportEvents.matchConditions 2 two two), Does.Contain "ReweightingMap")
    let low = events one [| 0.0; 0.1; 0.2; 0.3 |] one
    let high = events one [| 0.3; 0.4; 0.5; 0.6 |] one
    Assert.That(told (TransportEvents.matchConditions 2 low high), Does.Contain "bin 1 of 2")

[<Test>]
let ``passes draw each event in proportion to its weight, and all draws can be found again`` () =
    let weights = [| 1.0; 0.0; 2.0; 0.5; 4.5; 1.0; 0.5; 0.5 |]
    let passes = WeightedPasses(3UL, "order", weights)
    let n = weights.Length
    let count = 400 * n
    let draws = Array.init count (fun k -> passes.Event(int64 k))
    let hits = Array.zeroCreate<int> n

    for i in draws do
        hits[i] <- hits[i] + 1

    for i in 0 .. n - 1 do
        let expected = float count * weights[i] / Array.sum weights
        // Each pass has the expected number to within one; its fraction is a coin of its own.
        Assert.That(float hits[i], Is.EqualTo(expected).Within 45.0)

    Assert.That(hits[1], Is.EqualTo 0)

    let again = WeightedPasses(3UL, "order", weights |> Array.map (fun w -> 8.0 * w))

    for k in [ count - 1; 0; 17; 8 ] do
        Assert.That(again.Event(int64 k), Is.EqualTo draws[k])

[<Test>]
let ``with equal weights a pass is a permutation`` () =
    let passes = WeightedPasses(5UL, "order", Array.create 1000 0.3)

    for pass in 0..4 do
        let drawn = Array.init 1000 (fun k -> passes.Event(int64 (1000 * pass + k)))
        Assert.That(Array.sort drawn, Is.EqualTo<int[]>(Array.init 1000 id))
