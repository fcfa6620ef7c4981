namespace Nsbi.Learn.Summaries

open System
open Nsbi.Kernels
open Nsbi.Learn
open Nsbi.Learn.Autodiff
open Nsbi.Learn.Events
open Nsbi.Learn.Networks

/// <summary>Inference-aware training (INFERNO): a network that puts events into K bins such that the
/// expected error of one parameter, all others profiled, is least.</summary>
/// <remarks>
/// <code>
/// // events: ClassEvents of each sample; responses to every parameter of the likelihood.
/// ResponseEvents.create 3 [ signal; background ] [
///     ResponseParameter.scaling "mu" 1.0 [ "S" ] [ signal; background ]
///     ResponseParameter.varied "jes" copies |> ResponseParameter.constrainedBy 1.0 ]
/// |> Result.bind (InfernoTraining.train context (InfernoSettings.standard "mu"))
/// |> Result.map (fun summary -> summary.Bins(team, features))
/// </code>
/// Loss: <c>CountInformation.variance</c> of the soft counts of a batch, at the nominal point. Every batch has
/// its share of each sample. Events are split into training and validation by group; on validation all events
/// are one batch, without dropout. The result is a function of events, settings and instruction path, whatever
/// the threads and interruptions. Source: de Castro and Dorigo, arXiv:1806.04743.
/// </remarks>
[<RequireQualifiedAccess>]
module InfernoTraining =
    let private rowsOf (settings: InfernoSettings) (events: ResponseEvents) =
        let fraction = settings.Training.ValidationFraction

        [| 0 .. events.Count - 1 |]
        |> Array.partition (fun row ->
            not (Fold.isValidation settings.Seed fraction events.GroupArray[row]))

    let private partFaults events part rows = [
        for name in InfernoSet.lacking events rows do
            Fault.create
                $"class '{name}'"
                "too few events: a part of the split has no yield of it"
                "give more events or another validation fraction"
            |> Fault.withValue part
    ]

    let private loop (team: ThreadTeam) (settings: InfernoSettings) (events: ResponseEvents) rows =
        let training, validation = rows
        let inputs, outputs = events.FeatureCount, settings.Bins
        let architecture = settings.Training.Architecture

        let standardisation =
            training
            |> Array.map (fun row -> abs events.WeightArray[row])
            |> Standardisation.fit inputs events.FeatureArray training

        let layers = NetworkGraph.parameters architecture inputs outputs

        let problem = {
            Name = "summary"
            Settings = settings.Training
            Seed = settings.Seed
            Training = InfernoSet.create events standardisation training
            Validation = InfernoSet.create events standardisation validation
            Objective = LoopLoss.OfBatch(InfernoLoss.loss settings events layers)
            Strata = training |> Array.map (fun row -> events.SampleArray[row])
            Parameters = layers |> List.collect (fun (w, b) -> [ w; b ])
            Initial = NetworkGraph.initialValues settings.Seed architecture inputs outputs
            BeforeEpoch = ignore
        }

        new TrainingLoop(team, problem), standardisation

    /// <summary>Trains a summary.</summary>
    /// <param name="context">threads, progress, cancellation, checkpoints</param>
    /// <param name="settings">network, bins, temperature, parameter of interest, seed</param>
    /// <param name="events">simulated events with their response to every parameter</param>
    /// <returns>the summary with the weights of the least validation loss, whose history is in units of the
    /// parameter's variance; or every fault of settings and events</returns>
    /// <exception cref="T:System.OperationCanceledException">cancelled; the state is saved before</exception>
    let train
        (context: TrainingContext)
        (settings: InfernoSettings)
        (events: ResponseEvents)
        : Result<BinSummary, Fault list> =
        match InfernoSettings.faults events settings with
        | [] ->
            let training, validation = rowsOf settings events

            match
                partFaults events "training" training
                @ partFaults events "validation" validation
            with
            | [] ->
                let loop, standardisation = loop context.Team settings events (training, validation)

                use loop = loop
                loop.Run(0, 0, context)

                let network =
                    Network(
                        settings.Training.Architecture,
                        events.FeatureCount,
                        settings.Bins,
                        standardisation,
                        loop.BestValues,
                        loop.History,
                        settings.Training.Loss,
                        settings.Training.Output
                    )

                Ok(BinSummary(network, settings.Temperature, settings.Interest))
            | faults -> Error faults
        | faults -> Error faults
