namespace Nsbi.Learn.Autodiff

open System
open Nsbi.Kernels
open Nsbi.Learn.Autodiff.Planning

/// <summary>How a training plan is made.</summary>
type TrainingSettings = {
    /// <summary>Element type.</summary>
    Precision: Precision
    /// <summary>Largest number of rows of a batch.</summary>
    Capacity: int
    /// <summary>Of the dropout masks.</summary>
    Seed: uint64
    /// <summary>Applied to each gradient as it is finished.</summary>
    Optimiser: Optimiser
}

/// <summary>Everything a training step depends on beside its batch: what a checkpoint holds.</summary>
type TrainingState = {
    /// <summary>Number of steps done.</summary>
    Step: int64
    /// <summary>All parameters of the loss, trained or not.</summary>
    Parameters: Values
    /// <summary>The optimiser's m of each trained parameter.</summary>
    FirstMoments: Values
    /// <summary>The optimiser's v of each trained parameter.</summary>
    SecondMoments: Values
}

/// <summary>A loss, its gradient and the optimiser's update, planned as one.</summary>
/// <remarks>The bytes after a number of steps are a function of the state at the start, the
/// batches, the learning rates and the instruction path; not of the number of threads.</remarks>
[<Sealed>]
type TrainingPlan private (settings: TrainingSettings, engine: Engine) =
    let mutable step = 0L
    // Π μ_i of NAdam up to the last step.
    let mutable momentum = 1.0

    /// <summary>One step of the optimiser.</summary>
    /// <param name="table">has a block for each input of the loss</param>
    /// <param name="rows">the batch: at least one and at most Capacity row numbers</param>
    /// <param name="learningRate">η of this step</param>
    /// <returns>the loss before the step</returns>
    member _.Step(table: Table, rows: ReadOnlySpan<int>, learningRate: float) : float =
        if rows.Length = 0 then
            invalidArg "rows" "A training step needs at least one row."

        let optimiser = settings.Optimiser
        let key = { Seed = settings.Seed; Step = step }
        let rule, product = Optimiser.rule optimiser learningRate (step + 1L) momentum
        engine.Run(table, rows, true, key, rule)
        step <- step + 1L
        momentum <- product
        engine.Scalar 0

    /// <summary>The parameters as they are now, as new arrays.</summary>
    member _.Parameters: Values = engine.ReadParameters()

    /// <summary>A copy of the state, for a checkpoint.</summary>
    member _.State: TrainingState =
        let means, variances = engine.ReadMoments()

        {
            Step = step
            Parameters = engine.ReadParameters()
            FirstMoments = means
            SecondMoments = variances
        }

    /// <summary>Goes on from a state: the following steps give the same bytes as if training had
    /// never stopped.</summary>
    /// <exception cref="T:System.ArgumentException">A parameter is missing or has another shape.
    /// </exception>
    member _.Restore(saved: TrainingState) : unit =
        engine.WriteParameters saved.Parameters
        engine.WriteMoments(saved.FirstMoments, saved.SecondMoments)
        step <- saved.Step
        momentum <- Optimiser.momentumProduct settings.Optimiser saved.Step

    /// <summary>Plans a training.</summary>
    /// <param name="team">the threads to run on</param>
    /// <param name="settings">precision, capacity, seed, optimiser</param>
    /// <param name="loss">1 x 1</param>
    /// <param name="trained">the parameters to train; the loss's others keep their values</param>
    /// <param name="initial">a value for each parameter of the loss</param>
    static member Compile
        (
            team: ThreadTeam,
            settings: TrainingSettings,
            loss: Node,
            trained: Node list,
            initial: Values
        ) : TrainingPlan =
        if loss.Shape <> Shape.scalar then
            invalidArg "loss" $"A loss is 1 x 1, but this is {loss.Shape}."

        if isNull (box team) then
            nullArg "team"

        if settings.Capacity < 1 then
            invalidArg "settings" $"A capacity of {settings.Capacity} rows: at least one is needed."

        Optimiser.check settings.Optimiser

        let names =
            trained
            |> List.map (fun node ->
                match node.Operation with
                | Operation.Parameter name -> name
                | operation -> invalidArg "trained" $"{operation} is not a parameter.")

        let outputs = loss :: grad loss trained
        let updates = names |> List.mapi (fun i name -> name, i + 1)

        let engine =
            new Engine(team, settings.Precision, settings.Capacity, outputs, updates)

        engine.WriteParameters initial
        new TrainingPlan(settings, engine)

    interface IDisposable with
        member _.Dispose() : unit = (engine :> IDisposable).Dispose()
