namespace Nsbi.Learn.Posterior

open System
open Nsbi.Kernels
open Nsbi.Learn
open Nsbi.Learn.Autodiff
open Nsbi.Learn.Networks

/// <summary>Learns the posterior of whole sets of events: neural posterior estimation.</summary>
/// <remarks>
/// <code>
/// PosteriorTraining.simulate context { PosteriorSettings.standard with Epochs = 20 } simulator
/// |> Result.map (fun estimator -> PosteriorState.ofEvents team estimator events)
/// </code>
/// Loss: the mean of −ln q(φ_s|set s) over sets, whose minimum over all q is the posterior for the prior that φ was
/// drawn from. With a simulator every epoch sees fresh sets; validation sets never change. A set is a function of
/// (seed, epoch, number); the result is one of the data, the settings and the instruction path, whatever the threads
/// and interruptions. Source: Papamakarios and Murray, arXiv:1605.06376; Heinrich et al., arXiv:2306.12584.
/// </remarks>
[<RequireQualifiedAccess>]
module PosteriorTraining =
    /// Sets for scales: enough for means and spreads, few where sets are large.
    let private sampleSize (most: int) =
        Math.Clamp(2_000_000 / max 1 most, 64, 2_000)

    let private run
        (context: TrainingContext)
        (settings: PosteriorSettings)
        (prior: Prior)
        (source: ISetSource)
        : PosteriorEstimator =
        let features = source.Features.Length
        let team = context.Team

        let scales =
            let samples = Array.zeroCreate<EventSet>(sampleSize source.Most)
            team.For(samples.Length, fun number _ -> samples[number] <- source.Sample number)
            SetScales.fit features source.Range samples

        let buffer =
            SetBuffer(team, features, prior.Count, settings.BatchSize, source.Most, scales)

        let weights = PosteriorGraph.parameters features prior settings
        let loss, used = PosteriorGraph.losses features prior settings scales weights
        let validation = Plan.Compile(team, Precision.Single, buffer.Capacity, [ loss ])

        use loop =
            new TrainingLoop(
                team,
                {
                    Name = "posterior"
                    Settings = PosteriorSettings.training settings
                    Seed = settings.Seed
                    Loss = loss / used
                    Parameters = weights
                    Initial = PosteriorGraph.initialValues features prior settings
                    Feed = new SetFeed(source, settings.BatchSize, buffer, validation)
                }
            )

        loop.Run(0, 0, context)

        PosteriorEstimator(settings, prior, source.Features, scales, loop.BestValues, loop.History)

    /// <summary>Trains on fresh draws of a simulator in each epoch.</summary>
    /// <param name="context">threads, progress, cancellation, checkpoints</param>
    /// <param name="settings">networks, density, course of the training, seed</param>
    /// <param name="simulator">of whole sets</param>
    /// <returns>the posterior with the weights of the least validation loss; or every fault of the settings</returns>
    /// <exception cref="T:System.OperationCanceledException">cancelled; the state is saved before</exception>
    /// <exception cref="T:System.InvalidOperationException">the simulator gave something impossible</exception>
    let simulate
        (context: TrainingContext)
        (settings: PosteriorSettings)
        (simulator: SetSimulator)
        : Result<PosteriorEstimator, Fault list> =
        PosteriorSettings.validate settings
        |> Result.map (fun settings ->
            SimulatedSource(
                simulator,
                settings.Seed,
                settings.SetsPerEpoch,
                settings.ValidationSets
            )
            |> run context settings simulator.Prior)

    let private setFaults (prior: Prior) (sets: EventSets) = [
        let names = List.ofSeq sets.Parameters

        if names <> prior.Names then
            Fault.create
                "posterior training"
                "the sets and the prior have other parameters"
                $"""the prior has {String.Join(", ", prior.Names)}"""
            |> Fault.withValue (String.Join(", ", names))
        else
            let outside =
                Seq.init sets.Count id
                |> Seq.filter (fun set -> not (prior.Supports(sets.Values(set).ToArray())))
                |> List.ofSeq

            for set in outside do
                let values = sets.Values(set).ToArray() |> Array.map JsonFields.text

                Fault.create
                    "posterior training"
                    "the parameters of a set lie outside the prior"
                    "give the prior that they were drawn from"
                |> Fault.withValue $"""set {set + 1}: {String.Join(", ", values)}"""

        if sets.Count < 2 then
            Fault.create "posterior training" "there are too few sets" "at least 2"
            |> Fault.withValue (string sets.Count)
    ]

    /// <summary>Trains on recorded sets, whose parameters were drawn from the prior.</summary>
    /// <param name="context">threads, progress, cancellation, checkpoints</param>
    /// <param name="settings">networks, density, course of the training, seed; a share of the sets, drawn with
    /// the seed, is for validation</param>
    /// <param name="prior">that the parameters were drawn from</param>
    /// <param name="sets">the sets</param>
    /// <returns>the posterior with the weights of the least validation loss; or every fault of settings and sets:
    /// other parameters than the prior's, values outside its support, too few sets</returns>
    /// <exception cref="T:System.OperationCanceledException">cancelled; the state is saved before</exception>
    let ofSets
        (context: TrainingContext)
        (settings: PosteriorSettings)
        (prior: Prior)
        (sets: EventSets)
        : Result<PosteriorEstimator, Fault list> =
        match PosteriorSettings.faults "posterior settings" settings @ setFaults prior sets with
        | [] ->
            let order = Array.init sets.Count id
            let mutable stream = RandomStream(settings.Seed, "validation sets", 0UL)
            stream.Shuffle(Span order)

            let validation =
                Math.Clamp(
                    int (Math.Round(settings.ValidationFraction * float sets.Count)),
                    1,
                    sets.Count - 1
                )

            RecordedSource(
                sets,
                settings.SubSets,
                settings.Seed,
                Array.sort order[validation..],
                Array.sort order[.. validation - 1]
            )
            |> run context settings prior
            |> Ok
        | faults -> Error faults
