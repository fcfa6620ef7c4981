namespace Nsbi.Learn.Networks

open System
open Nsbi.Kernels
open Nsbi.Learn
open Nsbi.Learn.Losses

/// <summary>What one network is trained for and with.</summary>
type ClassifierProblem = {
    /// Name of the network: for progress reports and messages.
    Name: string
    /// How it is trained.
    Settings: ClassifierSettings
    /// What it tells apart.
    Target: ClassifierTarget
    /// The reference mixture, whose classes are those of the events.
    Mixture: ReferenceMixture
    /// The events.
    Events: LabelledEvents
    /// The events that gradients are computed with.
    TrainingRows: int[]
    /// The events by whose loss the best weights are found.
    ValidationRows: int[]
    /// Of the first weights, the order of the events and dropout.
    Seed: uint64
}

/// <summary>The training of one classifier by a weighted loss: an explicit state that can be saved
/// at any update and resumed, on any number of threads, to the same bytes.</summary>
/// <remarks>
/// Softmax: L = −Σ_i t_ic ln s_c(x_i), the weights t of class c adding up to w_c of the reference mixture.
/// One logit z: L = Σ_i a_i ln(1 + e^−z_i) + b_i ln(1 + e^z_i), the weights a of the class and b of the
/// reference adding up to ½ each, or another loss of the settings with the same weights. Batches are consecutive pieces of a permutation drawn anew in each epoch,
/// of sizes that differ by one at most. Where the reference is one class alone, the output layer starts with
/// weights 0, that is at r = 1, and so it does for other losses than the cross-entropy. One thread drives a training at a time.
/// </remarks>
[<Sealed>]
type ClassifierTraining(team: ThreadTeam, problem: ClassifierProblem) =
    let settings = problem.Settings
    let architecture = settings.Architecture
    let events = problem.Events
    let mixture = problem.Mixture.WeightArray
    let inputs = events.FeatureCount
    let outputs = TrainingSet.outputs problem.Target events

    do
        if List.ofSeq problem.Mixture.ClassNames <> List.ofSeq events.ClassNames then
            invalidArg (nameof problem) "the mixture and the events have different classes"

        match ClassifierSettings.validate settings with
        | Ok _ -> ()
        | Error faults -> invalidArg (nameof problem) (Fault.render faults)

        if outputs > 1 && not (ClassifierSettings.hasStandardLoss settings) then
            let name = Loss.name settings.Loss
            invalidArg (nameof problem) $"a softmax is not trained with the loss '{name}'"

    let rows = TrainingSet.used problem.Target mixture events

    let trainingRows, validationRows =
        match rows problem.TrainingRows, rows problem.ValidationRows with
        | [||], _ -> invalidArg (nameof problem) $"'{problem.Name}' has no training events"
        | _, [||] -> invalidArg (nameof problem) $"'{problem.Name}' has no validation events"
        | rows -> rows

    let standardisation =
        TrainingSet.weights problem.Target mixture events trainingRows
        |> Array.map (fun struct (a, b) -> a + b)
        |> Standardisation.fit inputs events.FeatureArray trainingRows

    let set rows =
        TrainingSet.create problem.Target mixture events standardisation rows

    let layers = NetworkGraph.parameters architecture inputs outputs

    let initial =
        let random = NetworkGraph.initialValues problem.Seed architecture inputs outputs

        let isOther = not (ClassifierSettings.hasStandardLoss settings)

        // Against one class alone, as variations against their nominal one.
        if outputs = 1 && (isOther || Array.contains 1.0 mixture) then
            NetworkGraph.startingAtOne settings.Output architecture random
        else
            random

    let loop =
        new TrainingLoop(
            team,
            {
                Name = problem.Name
                Settings = settings
                Seed = problem.Seed
                Training = set trainingRows
                Validation = set validationRows
                Objective =
                    NetworkGraph.logits architecture inputs layers
                    |> NetworkGraph.rowLoss settings.Loss settings.Output outputs
                    |> LoopLoss.OfRows
                Strata = [||]
                Parameters = layers |> List.collect (fun (w, b) -> [ w; b ])
                Initial = initial
                BeforeEpoch = ignore
            }
        )

    /// Epochs done.
    member _.Epoch: int = loop.Epoch

    /// Updates per epoch, ⌈n / batch size⌉.
    member _.StepsPerEpoch: int = loop.StepsPerEpoch

    /// True when there is nothing left to do.
    member _.IsDone: bool = loop.IsDone

    /// <summary>One update; after the last one of an epoch also the validation loss and what follows from
    /// it. Nothing if the training is done.</summary>
    member _.Advance() : unit = loop.Advance()

    /// <summary>The state as bytes, from which <c>Restore</c> goes on.</summary>
    member _.Checkpoint() : byte[] = loop.Checkpoint()

    /// <summary>Goes on from a checkpoint of a training of the same problem.</summary>
    /// <exception cref="T:System.ArgumentException">other bytes, or a network of other shapes</exception>
    member _.Restore(checkpoint: byte[]) : unit = loop.Restore checkpoint

    /// <summary>The network with the weights of the least validation loss so far.</summary>
    member _.Network: Network =
        Network(
            architecture,
            inputs,
            outputs,
            standardisation,
            loop.BestValues,
            loop.History,
            settings.Loss,
            settings.Output
        )

    /// <summary>Trains to the end, from the context's checkpoint if there is one.</summary>
    /// <param name="fold">told in the progress reports</param>
    /// <param name="memberNumber">told in the progress reports</param>
    /// <param name="context">progress, cancellation, checkpoints; its team is not used, the training has
    /// its own</param>
    /// <returns>the trained network</returns>
    /// <exception cref="T:System.OperationCanceledException">cancelled; the state is saved before</exception>
    member this.Run(fold: int, memberNumber: int, context: TrainingContext) : Network =
        loop.Run(fold, memberNumber, context)
        this.Network

    interface IDisposable with
        member _.Dispose() = (loop :> IDisposable).Dispose()
