/// Posteriors of sets learned for the two toys whose posteriors are known, and how they compare.
module Nsbi.Infer.Tests.Posterior.LearnedPosteriors

open System
open Nsbi.Infer
open Nsbi.Kernels
open Nsbi.Learn
open Nsbi.Learn.Autodiff
open Nsbi.Learn.Networks
open Nsbi.Learn.Posterior

let private valueOf (result: Result<'T, Fault list>) : 'T =
    match result with
    | Ok value -> value
    | Error faults -> invalidOp (Fault.render faults)

let private layers hidden = {
    Hidden = hidden
    Activation = Activation.Silu
    Dropout = 0.0
}

let train (settings: PosteriorSettings) (simulator: SetSimulator) : PosteriorEstimator =
    use team = new ThreadTeam(2)

    PosteriorTraining.simulate (TrainingContext.plain team) settings simulator
    |> valueOf

let private clipped = {
    Optimiser.adamW 1e-5 with
        ClipNorm = Some 1.0
}

/// The means of three Gaussians; what is pooled is a batch of five events, 15 numbers, so that sets have 1 to
/// 300 batches, each factor of two equally often.
let means: SetSimulator =
    SetSimulator.create
        "means"
        (GaussianMeansToy.parameters
         |> List.map (fun name -> name, PriorDensity.Normal(0.0, GaussianMeansToy.priorWidth))
         |> Prior.create
         |> valueOf)
        [
            for event in 1 .. GaussianMeansToy.batch do
                for i in 1..3 -> $"x{event}{i}"
        ]
        (SetSize.LogUniform(1, 300))
        (DrawEvents(fun phi batches stream ->
            GaussianMeansToy.drawEvents &stream phi (GaussianMeansToy.batch * batches)))

let meansSettings (epochs: int) (sets: int) : PosteriorSettings = {
    PosteriorSettings.standard with
        Embedding = {
            Encoder = layers [ 32 ]
            Waves = 0
            Width = 32
            Pooling = Pooling.Mean
            Decoder = layers [ 64; 64 ]
            Skip = true
        }
        Head = DensityHead.Gaussian Covariance.Diagonal
        Optimiser = clipped
        LearningRate = 3e-3
        Epochs = epochs
        SetsPerEpoch = sets
        Seed = 11UL
}

/// Learned over exact, of one parameter and sets of one size with parameters of the prior.
type Comparison = {
    /// Mean posterior standard deviation over that of the exact posteriors.
    Width: float
    /// RMS of posterior mean minus truth, over that of the exact posteriors.
    Rmse: float
    /// Mean of (truth − posterior mean)/posterior sd.
    Pull: float
}

let private rms (values: float[]) =
    sqrt (Array.averageBy (fun x -> x * x) values)

let private compare (truth: float[]) (learned: (float * float)[]) (exact: (float * float)[]) =
    let residuals = Array.map2 (fun (mean, _) truth -> mean - truth)

    {
        Width = Array.averageBy snd learned / Array.averageBy snd exact
        Rmse = rms (residuals learned truth) / rms (residuals exact truth)
        Pull =
            Array.map2 (fun (mean, sd) truth -> (truth - mean) / sd) learned truth
            |> Array.average
    }

/// The three means of sets of t batches.
let compareMeans (estimator: PosteriorEstimator) (count: int) (batches: int) : Comparison[] =
    use team = new ThreadTeam(2)

    let sets =
        means
        |> SetSimulator.withSize (SetSize.Fixed batches)
        |> SetSimulator.sets team (uint64 (1000 + batches)) count

    let learned =
        PosteriorState.ofSets team estimator sets
        |> PosteriorState.posteriors team estimator

    Array.init 3 (fun i ->
        let exact =
            Array.init count (fun set ->
                let exact =
                    sets.Set(set).ToArray() |> Array.map float |> GaussianMeansToy.posterior

                exact.Means[i], exact.Widths[i])

        compare
            (Array.init count (fun set -> sets.Values(set).Span[i]))
            (learned |> Array.map (fun p -> p.Mean[i].Value, p.StandardDeviation[i].Value))
            exact)

/// What an event of the bump toy is for the network: x, or the distance of x from the extremum of its discriminant
/// x₀, a function of the discriminant alone that says all that it says: |D(x) − D(x₀)| is a multiple of
/// (x − x₀)².
let private seen (view: UnknownBumpView) : float -> float =
    match UnknownBumpToy.mirror view 0.0 with
    | None -> id
    | Some twice ->
        let value = UnknownBumpToy.summary view
        let extremum = value (0.5 * twice)
        let unit = abs (value (0.5 * twice + 1.0) - extremum)
        fun x -> sqrt (abs (value x - extremum) / unit)

/// A bump of unknown size and position, 100 events, of which the view is seen.
let bump (view: UnknownBumpView) : SetSimulator =
    let seen = seen view

    SetSimulator.create
        "bump"
        ([
            "f", PriorDensity.Uniform(0.0, 1.0)
            "m", PriorDensity.Normal(UnknownBumpToy.positionMean, UnknownBumpToy.positionWidth)
         ]
         |> Prior.create
         |> valueOf)
        [ "x" ]
        (SetSize.Fixed UnknownBumpToy.events)
        (DrawEvents(fun phi events stream ->
            UnknownBumpToy.drawEvents &stream phi[0] phi[1] events |> Array.map seen))

let bumpSettings (head: DensityHead) (epochs: int) (sets: int) : PosteriorSettings = {
    PosteriorSettings.standard with
        Embedding = {
            Encoder = layers [ 64; 64 ]
            Waves = 6
            Width = 128
            Pooling = Pooling.Mean
            Decoder = layers [ 256; 256 ]
            Skip = true
        }
        Head = head
        Optimiser = clipped
        LearningRate = 2e-3
        Epochs = epochs
        SetsPerEpoch = sets
        Seed = 1UL
}

let private draws = 1000

/// Mean and width of f for sets of events.
let fractions (view: UnknownBumpView) (estimator: PosteriorEstimator) (sets: float[][]) =
    use team = new ThreadTeam(2)
    use stream = new PosteriorStream(team, estimator)
    let empty = stream.Empty
    let seen = seen view

    let states =
        sets
        |> Array.map (fun x -> stream.Add(empty, ReadOnlyMemory(x |> Array.map (seen >> float32))))

    let contexts = PosteriorState.contexts team estimator states
    let parameters = estimator.Parameters

    Array.init sets.Length (fun set ->
        let density =
            ConditionalDensity.Create(
                estimator.Settings.Head,
                estimator.Prior,
                parameters,
                contexts[set, *],
                {
                    Draws = draws
                    Seed = uint64 (set + 1)
                }
            )

        density.Mean[0].Value, density.StandardDeviation[0].Value)

/// f of sets with f = 0.2 and the bump at m, and mean posterior width and RMSE, exact and learned.
let compareBump view (estimator: PosteriorEstimator) (count: int) (m: float) =
    let sets =
        Array.init count (fun set ->
            let number = uint64 (1_000_000.0 * m) + uint64 set
            UnknownBumpToy.sample 99UL number 0.2 m UnknownBumpToy.events)

    let grid = {
        UnknownBumpGrid.standard with
            PositionStep = 0.02
    }

    let exact =
        sets
        |> Array.map (fun x ->
            let posterior = UnknownBumpPosterior.computeOn grid view x
            posterior.FractionMean, posterior.FractionSd)

    let learned = fractions view estimator sets
    let truth = Array.create count 0.2

    let summary values =
        Array.averageBy snd values, rms (values |> Array.map (fun (mean, _) -> mean - 0.2))

    compare truth learned exact, summary exact, summary learned

/// Ranks of true parameters of the prior among posterior draws.
let ranks
    (simulator: SetSimulator)
    (estimator: PosteriorEstimator)
    (seed: uint64)
    (count: int)
    : RankTest list =
    use team = new ThreadTeam(2)
    let sets = SetSimulator.sets team seed count simulator

    let trials =
        PosteriorState.ofSets team estimator sets
        |> PosteriorState.posteriors team estimator
        |> Array.mapi (fun set posterior ->
            let drawn = posterior.Sample(seed + uint64 (set + 1), 99)

            {
                Truth = sets.Values(set).ToArray()
                Draws = Array.init 99 (fun d -> drawn[d, *])
                TruthLogDensity = nan
                DrawLogDensities = [||]
            })

    RankTest.compute RankTest.standardBins 1UL simulator.Prior.Names trials
