module Nsbi.Learn.Tests.Posterior.SetExamples

open System
open Nsbi.Kernels
open Nsbi.Learn
open Nsbi.Learn.Autodiff
open Nsbi.Learn.Networks
open Nsbi.Learn.Posterior

let valueOf (result: Result<'T, Fault list>) : 'T =
    match result with
    | Ok value -> value
    | Error faults -> invalidOp (Fault.render faults)

let faultsOf (result: Result<'T, Fault list>) : string =
    match result with
    | Ok _ -> ""
    | Error faults -> Fault.render faults

let normal: Prior = Prior.create [ "mu", PriorDensity.Normal(0.0, 1.0) ] |> valueOf

/// Events x ~ N(μ, 1) beside a feature that says nothing, μ ~ N(0, 1): the posterior of n events is
/// N(Σ x/(n + 1), 1/(n + 1)).
let simulator (size: SetSize) : SetSimulator =
    SetSimulator.create
        "mean"
        normal
        [ "x"; "noise" ]
        size
        (DrawEvents(fun phi events stream ->
            let x = Array.zeroCreate<float>(2 * events)

            for i in 0 .. events - 1 do
                x[2 * i] <- phi[0] + stream.NextGaussian()
                x[2 * i + 1] <- stream.NextDouble()

            x))

let private layers hidden = {
    Hidden = hidden
    Activation = Activation.Silu
    Dropout = 0.0
}

let small: PosteriorSettings = {
    PosteriorSettings.standard with
        Embedding = {
            Encoder = layers [ 8 ]
            Waves = 0
            Width = 6
            Pooling = Pooling.SumAndMean
            Decoder = layers [ 16 ]
            Skip = true
        }
        LearningRate = 5e-3
        BatchSize = 32
        Epochs = 3
        SetsPerEpoch = 500
        ValidationSets = 70
}

let train threads settings simulator : PosteriorEstimator =
    use team = new ThreadTeam(threads)

    PosteriorTraining.simulate (TrainingContext.plain team) settings simulator
    |> valueOf

let events (count: int) (seed: uint64) : float32[] =
    let mutable stream = RandomStream(seed, "events", 0UL)
    let x = Array.zeroCreate<float32>(2 * count)

    for i in 0 .. count - 1 do
        x[2 * i] <- float32 (0.5 + stream.NextGaussian())
        x[2 * i + 1] <- float32 (stream.NextDouble())

    x

/// A trained posterior of sets of 0 to 12 events.
let estimator: Lazy<PosteriorEstimator> =
    lazy (train 2 small (simulator (SetSize.Uniform(0, 12))))
