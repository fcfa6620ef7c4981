/// Small events with responses that the tests of summaries share.
module Summaries.SummaryExamples

open System
open Nsbi.Kernels
open Nsbi.Learn.Autodiff
open Nsbi.Learn.Autodiff.Words
open Nsbi.Learn.Networks
open Nsbi.Learn.Summaries
open Networks.TrainingExamples

/// Uniform events: n of them between two edges, which add up to a yield.
let private uniform name first (low: float) (high: float) (total: float) n : ClassEvents =
    let mutable stream = RandomStream(11UL, name, first)
    let x = Array.zeroCreate<float32> n

    for i in 0 .. n - 1 do
        x[i] <- float32 (low + (high - low) * stream.NextDouble())

    {
        Name = name
        Features = x
        Weights = Array.create n (total / float n)
        Groups = Array.init n (fun i -> first + uint64 i)
    }

/// 10 signal events on [0, 1] over 100 background events on [−1, 1].
let samples (n: int) : ClassEvents list = [
    uniform "S" 0UL 0.0 1.0 10.0 n
    uniform "B" 1_000_000_000UL -1.0 1.0 100.0 n
]

/// These, with a signal strength in units of events and, or not, a free background.
let stepEvents (freeBackground: bool) (n: int) : ResponseEvents =
    let samples = samples n

    [
        ResponseParameter.scaling "s" 10.0 [ "S" ] samples
        if freeBackground then
            ResponseParameter.scaling "b" 100.0 [ "B" ] samples
    ]
    |> ResponseEvents.create 1 samples
    |> valueOf

/// Two features; S at the origin, B at (r, 0) with x₁ stretched by a: parameters s, r, a.
let simulators (n: int) : SampleSimulator list =
    let latents name =
        let mutable stream = RandomStream(5UL, name)
        let z = Array.zeroCreate<float>(2 * n)

        for i in 0 .. z.Length - 1 do
            z[i] <- stream.NextGaussian()

        z

    let sample name first simulate = {
        Name = name
        LatentCount = 2
        Latents = latents name
        Groups = Array.init n (fun i -> first + uint64 i)
        Simulate = simulate
    }

    [
        sample "S" 0UL (fun z theta -> { Features = z; Rate = column 0 theta })
        sample "B" 1_000_000_000UL (fun z theta -> {
            Features = concat [ column 0 z + column 1 theta; exp (column 2 theta) * column 1 z ]
            Rate = constant 200.0 * exp (column 2 theta)
        })
    ]

let simulatedParameters = [ "s", 30.0, None; "r", 1.0, Some 0.3; "a", 0.2, None ]

let simulated (n: int) : ResponseEvents =
    use team = new ThreadTeam(1)
    SimulatedResponse.create team simulatedParameters (simulators n) |> valueOf

/// Simulated at another point, θ given: features and weights.
let simulatedAt (theta: float list) (n: int) : float32[] * float[] =
    use team = new ThreadTeam(1)

    let events =
        List.map2 (fun (name, _, width) value -> name, value, width) simulatedParameters theta
        |> fun parameters -> SimulatedResponse.create team parameters (simulators n)
        |> valueOf

    events.Features.ToArray(), events.Weights.ToArray()

/// A small network in few updates.
let settings interest = {
    InfernoSettings.standard interest with
        Bins = 3
        Temperature = 0.1
        Training = { smallSettings with BatchSize = 200 }
}
