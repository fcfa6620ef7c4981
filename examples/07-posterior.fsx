// The posterior of parameters given whole sets of events. In a set of 100 events a share f lies in a narrow
// bump at m, of both of which nothing is known; an event by itself tells neither. A network learns the
// posterior of f and m from simulated sets, is updated with new events without the old ones, and is compared
// with the exact posterior. Run: dotnet fsi examples/07-posterior.fsx
#load "Nsbi.fsx"

open System
open Nsbi.Infer
open Nsbi.Kernels
open Nsbi.Learn.Networks
open Nsbi.Learn.Posterior

/// The value, or every fault on the screen and the end.
let valid (result: Result<'a, 'fault list>) : 'a =
    match result with
    | Ok value -> value
    | Error faults ->
        for fault in faults do
            eprintfn $"{fault}"

        exit 2

// 1. The simulator: parameters of the prior, and the events of a set as a function of them.
let prior =
    Prior.create [ "f", PriorDensity.Uniform(0.0, 1.0); "m", PriorDensity.Normal(1.0, 2.0) ]
    |> valid

let bump =
    SetSimulator.create
        "bump"
        prior
        [ "x" ]
        (SetSize.LogUniform(20, 100))
        (DrawEvents(fun phi n stream -> UnknownBumpToy.drawEvents &stream phi[0] phi[1] n))

// 2. A small deep set with a mixture of four Gaussians behind; waves let it see narrow structures.
let settings = {
    PosteriorSettings.standard with
        Embedding = {
            SetEmbedding.standard with
                Encoder = {
                    Architecture.standard with
                        Hidden = [ 32 ]
                }
                Waves = 5
                Width = 32
                Decoder = {
                    Architecture.standard with
                        Hidden = [ 48; 48 ]
                }
        }
        Head = DensityHead.Mixture(4, Covariance.Full)
        LearningRate = 3e-3
        Schedule = Schedule.Cosine 0.01
        Epochs = 15
        SetsPerEpoch = 6_000
        ValidationSets = 500
}

let team = new ThreadTeam(Environment.ProcessorCount)

let estimator =
    PosteriorTraining.simulate (TrainingContext.plain team) settings bump |> valid

printfn $"{estimator}"

// 3. Data, in two portions: the state of the second day needs no event of the first.
let data = UnknownBumpToy.sample 3UL 0UL 0.35 2.0 100
let events (x: float[]) = ReadOnlyMemory(Array.map float32 x)
let monday = PosteriorState.ofEvents team estimator (events data[..59])
let tuesday = PosteriorState.add team estimator (events data[60..]) monday

let posterior (state: PosteriorState) =
    let context = PosteriorState.contexts team estimator [| state |]

    ConditionalDensity.Create(settings.Head, prior, estimator.Parameters, context[0, *])

for name, state in [ "monday", monday; "both days", tuesday ] do
    let q = posterior state
    let interval = q.Quantile(0, 0.16).Value, q.Quantile(0, 0.84).Value

    printfn
        $"{name}, {state.Events} events: f = %.3f{q.Mean[0].Value} ± %.3f{q.StandardDeviation[0].Value}, 68 %% in [%.3f{fst interval}, %.3f{snd interval}]"

// 4. The exact posterior, by quadrature.
let exact = UnknownBumpPosterior.compute UnknownBumpView.Event data
printfn $"exact, 100 events: f = %.3f{exact.FractionMean} ± %.3f{exact.FractionSd}"

// 5. Is it right on the average? Ranks of true parameters among draws, for sets that were never seen.
let sets = SetSimulator.sets team 99UL 200 bump
let states = PosteriorState.ofSets team estimator sets

let trials =
    Array.init sets.Count (fun s ->
        let q = posterior states[s]
        let draws = q.Sample(uint64 s, 99)
        let rows = Array.init 99 (fun n -> draws[n, *])
        PosteriorTrial.withDensity (sets.Values(s).ToArray()) rows q.LogDensity)

for test in RankTest.compute 10 1UL prior.Names trials do
    printfn $"{test}"

printfn $"{(ExpectedCoverage.highestDensity 1UL trials).ToString().Split('\n')[0]}"
