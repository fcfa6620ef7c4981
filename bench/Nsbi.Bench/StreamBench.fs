/// A posterior of large sets: events added to a state, and the posterior read off it.
module Nsbi.Bench.StreamBench

open System
open Nsbi.Kernels
open Nsbi.Infer
open Nsbi.Learn
open Nsbi.Learn.Networks
open Nsbi.Learn.Posterior

let private valueOf (result: Result<'T, Fault list>) : 'T =
    match result with
    | Ok value -> value
    | Error faults -> invalidOp (Fault.render faults)

/// The network of the bump study, hardly trained: speed does not depend on its weights.
let private estimator (team: ThreadTeam) =
    let prior =
        Prior.create [ "f", PriorDensity.Uniform(0.0, 1.0); "m", PriorDensity.Normal(1.0, 2.0) ]
        |> valueOf

    let simulator =
        SetSimulator.create
            "bump"
            prior
            [ "x" ]
            (SetSize.Fixed 100)
            (DrawEvents(fun phi events stream ->
                UnknownBumpToy.drawEvents &stream phi[0] phi[1] events))

    let settings = {
        PosteriorSettings.standard with
            Embedding = {
                SetEmbedding.standard with
                    Waves = 6
                    Encoder = {
                        Architecture.standard with
                            Hidden = [ 64 ]
                    }
                    Width = 128
            }
            Epochs = 1
            SetsPerEpoch = 128
    }

    PosteriorTraining.simulate (TrainingContext.plain team) settings simulator
    |> valueOf

/// stream [--threads N] [EVENTS …]
let run (arguments: string list) : int =
    let threads, sizes =
        match arguments with
        | "--threads" :: count :: rest -> int count, rest
        | rest -> 2, rest

    use team = new ThreadTeam(threads)
    let estimator = estimator team

    for events in
        (if sizes.IsEmpty then
             [ 10_000; 1_000_000 ]
         else
             List.map int sizes) do
        let mutable random = RandomStream(3UL, "stream benchmark", 0UL)

        let x = UnknownBumpToy.drawEvents &random 0.2 1.0 events |> Array.map float32

        let whole () =
            PosteriorState.ofEvents team estimator (ReadOnlyMemory x)

        let all = Speed.measure 3 (fun () -> whole () |> ignore)
        use stream = new PosteriorStream(team, estimator)
        let state = whole ()

        let one =
            Speed.measure 200 (fun () -> stream.Add(state, ReadOnlyMemory(x, 0, 100)) |> ignore)

        let read =
            Speed.measure 5 (fun () -> PosteriorState.posterior team estimator state |> ignore)

        printfn
            "%9d events: state %.3f s (%.2f CPU s), 100 events more %.1f us, posterior %.2f ms"
            events
            (1.0 / all.Wall)
            (1.0 / all.Cpu)
            (1e6 / one.Wall)
            (1e3 / read.Wall)

    0
