module Summaries.SimulatedResponseTests

open System
open NUnit.Framework
open Nsbi.Kernels
open Nsbi.Learn.Summaries
open Summaries.SummaryExamples

let private near (tolerance: float) (expected: float) (actual: float) =
    Assert.That(actual, Is.EqualTo(expected).Within tolerance)

let private point = simulatedParameters |> List.map (fun (_, value, _) -> value)

[<Test>]
let ``weights of a sample add up to its rate`` () =
    let events = simulated 50
    let weights = events.Weights.ToArray()
    near 1e-10 30.0 (Array.sum weights[..49])
    near 1e-10 (200.0 * exp 0.2) (Array.sum weights[50..])
    Assert.That(events.Samples.ToArray()[50], Is.EqualTo 1)
    Assert.That(events.FeatureCount, Is.EqualTo 2)

[<Test>]
let ``tangents and slopes of weights are differences of simulations`` () =
    let n, h = 20, 1e-2
    let events = simulated n

    events.Parameters
    |> List.iteri (fun j parameter ->
        let at shift =
            simulatedAt (point |> List.mapi (fun k v -> if k = j then v + shift else v)) n

        let upX, upW = at h
        let downX, downW = at -h

        for i in 0 .. 2 * n - 1 do
            near 1e-3 ((upW[i] - downW[i]) / (2.0 * h)) parameter.WeightSlopes[i]

        match parameter.Displacement with
        | Displacement.Along tangents ->
            Assert.That(j, Is.Not.EqualTo 0)

            for i in 0 .. 4 * n - 1 do
                let slope = (float upX[i] - float downX[i]) / (2.0 * h)
                near 1e-3 slope (float tangents[i])
        | _ -> Assert.That(j, Is.EqualTo 0))

[<Test>]
let ``simulators that do not fit their random numbers are refused`` () =
    use team = new ThreadTeam(1)

    let wrong = {
        (simulators 4).Head with
            LatentCount = 3
    }

    let refused (simulators: SampleSimulator list) =
        Assert.Throws<ArgumentException>(
            Action(fun () -> SimulatedResponse.create team simulatedParameters simulators |> ignore)
        )
        |> ignore

    refused [ wrong ]
    refused []
