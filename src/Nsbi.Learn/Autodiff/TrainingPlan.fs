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
type TrainingPlan private (settings: TrainingSettings, store: Store, descent: Descent) =
    /// <summary>One step of the optimiser.</summary>
    /// <param name="table">has a block for each input of the loss</param>
    /// <param name="rows">the batch: at least one and at most Capacity row numbers</param>
    /// <param name="learningRate">η of this step</param>
    /// <returns>the loss before the step</returns>
    member _.Step(table: Table, rows: ReadOnlySpan<int>, learningRate: float) : float =
        let key = {
            Seed = settings.Seed
            Step = descent.Steps
        }

        descent.Step(table, rows, key, learningRate)

    /// <summary>The parameters as they are now, as new arrays.</summary>
    member _.Parameters: Values = descent.Engine.ReadParameters()

    /// <summary>A copy of the state, for a checkpoint.</summary>
    member _.State: TrainingState =
        let means, variances = descent.Engine.ReadMoments()

        {
            Step = descent.Steps
            Parameters = descent.Engine.ReadParameters()
            FirstMoments = means
            SecondMoments = variances
        }

    /// <summary>Goes on from a state: the following steps give the same bytes as if training had
    /// never stopped.</summary>
    /// <exception cref="T:System.ArgumentException">A parameter is missing or has another shape.
    /// </exception>
    member _.Restore(saved: TrainingState) : unit =
        descent.Engine.WriteParameters saved.Parameters
        descent.Restore(saved.Step, saved.FirstMoments, saved.SecondMoments)

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
        if isNull (box team) then
            nullArg "team"

        if settings.Capacity < 1 then
            invalidArg "settings" $"A capacity of {settings.Capacity} rows: at least one is needed."

        let store = new Store(settings.Precision)

        let descent =
            Descent(store, team, settings.Capacity, loss, trained, settings.Optimiser)

        store.Allocate()
        descent.Engine.Start()
        descent.Engine.WriteParameters initial
        new TrainingPlan(settings, store, descent)

    interface IDisposable with
        member _.Dispose() : unit = (store :> IDisposable).Dispose()
