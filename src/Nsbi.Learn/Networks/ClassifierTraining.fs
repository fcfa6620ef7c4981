namespace Nsbi.Learn.Networks

open System
open System.Diagnostics
open Nsbi.Kernels
open Nsbi.Learn
open Nsbi.Learn.Autodiff
open Nsbi.Learn.Autodiff.Words

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

/// <summary>The training of one classifier by weighted cross-entropy: an explicit state that can be saved
/// at any update and resumed, on any number of threads, to the same bytes.</summary>
/// <remarks>
/// Softmax: L = −Σ_i t_ic ln s_c(x_i), the weights t of class c adding up to w_c of the reference mixture.
/// One logit z: L = Σ_i a_i ln(1 + e^−z_i) + b_i ln(1 + e^z_i), the weights a of the class and b of the
/// reference adding up to ½ each. Batches are consecutive pieces of a permutation drawn anew in each epoch,
/// of sizes that differ by one at most. One thread drives a training at a time.
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

    let training, validation = set trainingRows, set validationRows
    let steps = (training.Rows + settings.BatchSize - 1) / settings.BatchSize

    let bound step =
        int (int64 training.Rows * int64 step / int64 steps)

    let layers = NetworkGraph.parameters architecture inputs outputs

    let loss =
        NetworkGraph.logits architecture inputs layers |> NetworkGraph.rowLoss outputs

    let plan =
        TrainingPlan.Compile(
            team,
            {
                Precision = Precision.Single
                Capacity = min training.Rows settings.BatchSize
                Seed = problem.Seed
                Optimiser = settings.Optimiser
            },
            meanRows loss,
            layers |> List.collect (fun (w, b) -> [ w; b ]),
            NetworkGraph.initialValues problem.Seed architecture inputs outputs
        )

    let losses =
        Plan.Compile(team, Precision.Single, min validation.Rows 4096, [ loss ])

    let order = Array.zeroCreate<int> training.Rows
    let mutable shuffled = -1
    let mutable step = 0
    let mutable lossSum = 0.0
    let mutable epochs: EpochRecord list = []
    let past = ResizeArray<float>()
    let mutable bestEpoch = 0
    let mutable bestLoss = infinity
    let mutable bestValues = plan.Parameters
    let mutable ending: TrainingEnding option = None

    let shuffle () =
        if shuffled <> epochs.Length then
            shuffled <- epochs.Length
            let mutable stream = RandomStream(problem.Seed, "order of events", uint64 shuffled)

            for i in 0 .. order.Length - 1 do
                order[i] <- i

            stream.Shuffle(Span order)

    let learningRate () =
        let elapsed = float epochs.Length + float step / float steps

        settings.LearningRate
        * Schedule.factor settings.Schedule settings.Epochs elapsed past

    /// Mean over the validation events, added up in their order.
    let validationLoss () =
        losses.SetParameters plan.Parameters
        let rowLosses = (losses.RunAll validation.Table).Head
        let mutable sum = 0.0

        for i in 0 .. validation.Rows - 1 do
            sum <- sum + rowLosses[i, 0]

        sum / float validation.Rows

    let finishEpoch rate =
        let record = {
            Epoch = epochs.Length + 1
            TrainLoss = lossSum / float training.Rows
            ValidationLoss = validationLoss ()
            LearningRate = rate
        }

        epochs <- record :: epochs
        past.Add record.ValidationLoss
        step <- 0
        lossSum <- 0.0

        let isKept =
            record.ValidationLoss < bestLoss
            || (not settings.KeepBest && Double.IsFinite record.ValidationLoss)

        if isKept then
            bestLoss <- record.ValidationLoss
            bestEpoch <- record.Epoch
            bestValues <- plan.Parameters

        let waited = record.Epoch - bestEpoch

        if not (Double.IsFinite record.ValidationLoss && Double.IsFinite record.TrainLoss) then
            ending <- Some TrainingEnding.Diverged
        elif settings.Patience |> Option.exists (fun patience -> waited > patience) then
            ending <- Some TrainingEnding.StoppedEarly
        elif record.Epoch = settings.Epochs then
            ending <- Some TrainingEnding.Completed

    /// Epochs done.
    member _.Epoch: int = epochs.Length

    /// Updates per epoch, ⌈n / batch size⌉.
    member _.StepsPerEpoch: int = steps

    /// True when there is nothing left to do.
    member _.IsDone: bool = ending.IsSome

    /// <summary>One update; after the last one of an epoch also the validation loss and what follows from
    /// it. Nothing if the training is done.</summary>
    member _.Advance() : unit =
        if ending.IsNone then
            shuffle ()
            let rate = learningRate ()
            let first = bound step
            let count = bound (step + 1) - first
            let batchLoss = plan.Step(training.Table, ReadOnlySpan(order, first, count), rate)
            lossSum <- lossSum + batchLoss * float count
            step <- step + 1

            if step = steps || not (Double.IsFinite batchLoss) then
                finishEpoch rate

    /// <summary>The state as bytes, from which <c>Restore</c> goes on.</summary>
    member _.Checkpoint() : byte[] =
        TrainingCheckpoint.toBytes {
            StepInEpoch = step
            LossSum = lossSum
            State = plan.State
            Epochs = epochs
            BestEpoch = bestEpoch
            BestLoss = bestLoss
            BestValues = bestValues
            Ending = ending
        }

    /// <summary>Goes on from a checkpoint of a training of the same problem.</summary>
    /// <exception cref="T:System.ArgumentException">other bytes, or a network of other shapes</exception>
    member _.Restore(checkpoint: byte[]) : unit =
        match TrainingCheckpoint.ofBytes problem.Name checkpoint with
        | Error faults -> invalidArg (nameof checkpoint) (Fault.render faults)
        | Ok saved ->
            plan.Restore saved.State
            step <- saved.StepInEpoch
            lossSum <- saved.LossSum
            epochs <- saved.Epochs
            past.Clear()
            past.AddRange(saved.Epochs |> List.rev |> List.map _.ValidationLoss)
            bestEpoch <- saved.BestEpoch
            bestLoss <- saved.BestLoss
            bestValues <- saved.BestValues
            ending <- saved.Ending
            shuffled <- -1

    /// <summary>The network with the weights of the least validation loss so far.</summary>
    member _.Network: Network =
        Network(
            architecture,
            inputs,
            outputs,
            standardisation,
            bestValues,
            {
                Epochs = List.rev epochs
                BestEpoch = bestEpoch
                Ending = defaultArg ending TrainingEnding.StoppedEarly
            }
        )

    member private _.Report(fold: int, memberNumber: int, context: TrainingContext) : unit =
        let last =
            List.tryHead epochs |> Option.map (fun e -> e.TrainLoss, e.ValidationLoss)

        let trainLoss, validationLoss = defaultArg last (nan, nan)

        context.Progress.Report {
            Network = problem.Name
            Fold = fold
            Member = memberNumber
            Epoch = epochs.Length
            Epochs = settings.Epochs
            Fraction = float step / float steps
            TrainLoss = trainLoss
            ValidationLoss = validationLoss
            BestLoss = if bestEpoch = 0 then nan else bestLoss
            IsDone = ending.IsSome
        }

    /// <summary>Trains to the end, from the context's checkpoint if there is one.</summary>
    /// <param name="fold">told in the progress reports</param>
    /// <param name="memberNumber">told in the progress reports</param>
    /// <param name="context">progress, cancellation, checkpoints; its team is not used, the training has
    /// its own</param>
    /// <returns>the trained network</returns>
    /// <exception cref="T:System.OperationCanceledException">cancelled; the state is saved before</exception>
    member this.Run(fold: int, memberNumber: int, context: TrainingContext) : Network =
        context.Checkpoint |> Option.iter this.Restore
        let sinceSave, sinceReport = Stopwatch.StartNew(), Stopwatch.StartNew()
        this.Report(fold, memberNumber, context)

        while ending.IsNone do
            if context.Cancellation.IsCancellationRequested then
                context.Save(this.Checkpoint())
                context.Cancellation.ThrowIfCancellationRequested()

            let before = epochs.Length
            this.Advance()

            if epochs.Length > before || sinceReport.ElapsedMilliseconds > 250L then
                sinceReport.Restart()
                this.Report(fold, memberNumber, context)

            if ending.IsNone && sinceSave.Elapsed > context.SaveEvery then
                context.Save(this.Checkpoint())
                sinceSave.Restart()

        this.Network

    interface IDisposable with
        member _.Dispose() =
            (plan :> IDisposable).Dispose()
            (losses :> IDisposable).Dispose()
