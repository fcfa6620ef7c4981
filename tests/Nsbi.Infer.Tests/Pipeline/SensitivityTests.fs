module Nsbi.Infer.Tests.SensitivityTests

open NUnit.Framework
open Nsbi.Learn.Events
open Nsbi.Infer
open Nsbi.Infer.Tests.Expect
open Nsbi.Infer.Tests.ExactModel

let private byX =
    lazy
        (let learned = standard.Value
         let weights = (LearnedModel.simulationWeights learned [| 1.0 |]).Value
         Sensitivity.byColumn learned weights Map.empty [ "x" ] |> List.exactlyOne)

[<Test>]
let ``the shares sum to one`` () =
    Assert.That(byX.Value.Feature, same "x")
    Assert.That(byX.Value.Edges.Length, same 21)
    Assert.That(Array.sum byX.Value.Information, near 1e-12 1.0)
    Assert.That(Array.sum byX.Value.Events, near 1e-12 1.0)

[<Test>]
let ``the information lies where the integral of the squared score has it`` () =
    let edges = byX.Value.Edges
    let rule = InterferenceToy.quadrature 24_001
    let information, events = Array.zeroCreate<float> 20, Array.zeroCreate<float> 20

    for x, width in Array.zip rule.Nodes rule.Widths do
        let b =
            max 0 (min 19 (WeightedHistogram.binOf edges (max edges[0] (min edges[20] x))))

        let rate = width * InterferenceToy.rateDensity 1.0 x
        events[b] <- events[b] + rate
        information[b] <- information[b] + rate * score x * score x

    // The share of a bin is known to √Σ a_i²/Σ a_i of the events in it.
    let learned = standard.Value
    let x = EventTable.values "x" learned.Simulated.Events
    let weights = (LearnedModel.simulationWeights learned [| 1.0 |]).Value

    let within (shares: float[]) (amount: int -> float) (exact: float[]) =
        let total = Seq.sumBy amount [ 0 .. x.Length - 1 ]

        for b in 1..18 do
            let error =
                [ 0 .. x.Length - 1 ]
                |> Seq.filter (fun i -> WeightedHistogram.binOf edges x[i] = b)
                |> Seq.sumBy (fun i -> amount i * amount i)
                |> sqrt

            Assert.That(shares[b], near (4.0 * error / total) (exact[b] / Array.sum exact), $"{b}")

    within byX.Value.Events (fun i -> weights[i]) events
    within byX.Value.Information (fun i -> weights[i] * score x[i] * score x[i]) information

    // Most of it on the side of the signal, where few of the events are.
    let above values =
        Array.zip edges[0..19] values
        |> Array.sumBy (fun (low, v) -> if low >= 0.5 then v else 0.0)

    Assert.That(above byX.Value.Information, Is.GreaterThan(2.0 * above byX.Value.Events))
