namespace Nsbi.Learn.Networks

open System
open Nsbi.Kernels
open Nsbi.Learn
open Nsbi.Learn.Autodiff
open Nsbi.Learn.Autodiff.Words

/// What a training makes small.
[<RequireQualifiedAccess>]
type internal LoopLoss =
    /// The mean of a loss of each row, batch x 1: over the batch, and over all validation rows.
    | OfRows of rowLoss: Node
    /// A loss of a batch as a whole, 1 x 1; the validation rows are one batch, in double precision.
    | OfBatch of loss: Node

/// What one run of losses over rows of tables is made of.
type internal LoopProblem = {
    /// For progress reports and messages.
    Name: string
    /// Already valid.
    Settings: ClassifierSettings
    /// Of the order of the events and of dropout.
    Seed: uint64
    Training: TrainingSet
    Validation: TrainingSet
    /// Of rows or of batches.
    Objective: LoopLoss
    /// The stratum of each training row, from 0: every batch has its share of each, to one row. Empty where
    /// rows go into batches as they come.
    Strata: int[]
    /// What is trained.
    Parameters: Node list
    Initial: Values
    /// Called before the first update of an epoch, counted from 0, and after a resumption within one:
    /// may change the training rows, as a function of that number alone.
    BeforeEpoch: int -> unit
}

/// A training whatever its batches are made of.
type internal LoopCourse = {
    /// For progress reports and messages.
    Name: string
    /// Already valid.
    Settings: ClassifierSettings
    /// Of dropout.
    Seed: uint64
    /// 1 x 1, of a batch.
    Loss: Node
    /// What is trained.
    Parameters: Node list
    Initial: Values
    /// The batches.
    Feed: ILoopFeed
}

/// Trainings over the rows of tables.
[<RequireQualifiedAccess>]
module internal LoopProblem =
    let private feed (team: ThreadTeam) (problem: LoopProblem) : ILoopFeed =
        let validation = problem.Validation
        let rows = validation.Rows

        let losses, validate =
            match problem.Objective with
            | LoopLoss.OfRows rowLoss ->
                Plan.Compile(team, Precision.Single, min rows 4096, [ rowLoss ]),
                // Mean over the validation events, added up in their order.
                fun (plan: Plan) ->
                    let rowLosses = (plan.RunAll validation.Table).Head
                    let mutable sum = 0.0

                    for i in 0 .. rows - 1 do
                        sum <- sum + rowLosses[i, 0]

                    sum / float rows
            | LoopLoss.OfBatch loss ->
                Plan.Compile(team, Precision.Double, rows, [ loss ]),
                fun plan ->
                    plan.Run(validation.Table, ReadOnlySpan(Array.init rows id))
                    (plan.Output 0)[0, 0]

        new RowFeed(
            problem.Seed,
            problem.Settings.BatchSize,
            problem.Strata,
            problem.Training,
            problem.BeforeEpoch,
            losses,
            validate
        )

    let course (team: ThreadTeam) (problem: LoopProblem) : LoopCourse = {
        Name = problem.Name
        Settings = problem.Settings
        Seed = problem.Seed
        Loss =
            match problem.Objective with
            | LoopLoss.OfRows rowLoss -> meanRows rowLoss
            | LoopLoss.OfBatch loss -> loss
        Parameters = problem.Parameters
        Initial = problem.Initial
        Feed = feed team problem
    }

/// The course of one training, whatever the network: an explicit state that can be saved at any update
/// and resumed, on any number of threads, to the same bytes. It owns its feed.
[<Sealed>]
type internal TrainingLoop(team: ThreadTeam, course: LoopCourse) =
    let settings = course.Settings
    let feed = course.Feed
    let steps = feed.Steps

    let plan =
        TrainingPlan.Compile(
            team,
            {
                Precision = Precision.Single
                Capacity = feed.Capacity
                Seed = course.Seed
                Optimiser = settings.Optimiser
            },
            course.Loss,
            course.Parameters,
            course.Initial
        )

    let mutable begun = -1
    let mutable step = 0
    let mutable lossSum = 0.0
    let mutable epochs: EpochRecord list = []
    let past = ResizeArray<float>()
    let mutable bestEpoch = 0
    let mutable bestLoss = infinity
    let mutable bestValues = plan.Parameters
    let mutable ending: TrainingEnding option = None

    let beginEpoch () =
        if begun <> epochs.Length then
            begun <- epochs.Length
            feed.Begin begun

    let learningRate () =
        let elapsed = float epochs.Length + float step / float steps

        settings.LearningRate
        * Schedule.factor settings.Schedule settings.Epochs elapsed past

    let finishEpoch rate =
        let record = {
            Epoch = epochs.Length + 1
            TrainLoss = lossSum / feed.Total
            ValidationLoss = feed.Validate plan.Parameters
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

    /// Over the rows of tables.
    new(team: ThreadTeam, problem: LoopProblem) =
        new TrainingLoop(team, LoopProblem.course team problem)

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
            beginEpoch ()
            let rate = learningRate ()
            let batch = feed.Batch step
            let batchLoss = plan.Step(batch.Table, batch.Rows.Span, rate)
            lossSum <- lossSum + batchLoss * batch.Weight
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
        match TrainingCheckpoint.ofBytes course.Name checkpoint with
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
            begun <- -1

    /// The weights of the least validation loss so far.
    member _.BestValues: Values = bestValues

    /// The course so far.
    member _.History: TrainingHistory = {
        Epochs = List.rev epochs
        BestEpoch = bestEpoch
        Ending = defaultArg ending TrainingEnding.StoppedEarly
    }

    member private _.Report(fold: int, memberNumber: int, context: TrainingContext) : unit =
        let last =
            List.tryHead epochs |> Option.map (fun e -> e.TrainLoss, e.ValidationLoss)

        let trainLoss, validationLoss = defaultArg last (nan, nan)

        context.Progress.Report {
            Network = course.Name
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
    /// <exception cref="T:System.OperationCanceledException">cancelled; the state is saved before</exception>
    member this.Run(fold: int, memberNumber: int, context: TrainingContext) : unit =
        TrainingCourse.run
            context
            {
                new ITrainingCourse with
                    member _.IsDone = ending.IsSome
                    member _.Epochs = epochs.Length
                    member _.Advance() = this.Advance()
                    member _.Checkpoint() = this.Checkpoint()
                    member _.Restore checkpoint = this.Restore checkpoint

                    member _.Report() =
                        this.Report(fold, memberNumber, context)
            }

    interface IDisposable with
        member _.Dispose() =
            (plan :> IDisposable).Dispose()
            feed.Dispose()
