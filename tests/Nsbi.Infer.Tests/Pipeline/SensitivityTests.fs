module Nsbi.Infer.Tests.SensitivityTests

open NUnit.Framework
open Nsbi.Infer
open Nsbi.Infer.Tests.Expect
open Nsbi.Infer.Tests.ExactModel

let private byX =
    lazy
        (let learned = standard.Value
         let weights = (LearnedModel.simulationWeights learned [| 1.0 |]).Value
         Sensitivity.byColumn learned weights [ "x" ] |> List.exactlyOne)

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

    for b in 0..19 do
        // 10,000 events of weight: a bin with a share of 0.1 is known to 0.003.
        Assert.That(byX.Value.Events[b], near 0.012 (events[b] / Array.sum events))
        Assert.That(byX.Value.Information[b], near 0.02 (information[b] / Array.sum information))

    // Most of it on the side of the signal, where few of the events are.
    let above values =
        Array.zip edges[0..19] values
        |> Array.sumBy (fun (low, v) -> if low >= 0.5 then v else 0.0)

    Assert.That(above byX.Value.Information, Is.GreaterThan(2.0 * above byX.Value.Events))
