namespace Nsbi.Learn.Autodiff

open System
open Nsbi.Kernels

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
type TrainingPlan
    internal (settings: TrainingSettings, plan: Plan, trained: string list, initial: TrainingState)
    =
    let mutable state = initial

    let round (x: float) =
        if settings.Precision = Precision.Single then
            float (float32 x)
        else
            x

    /// <summary>One step of the optimiser.</summary>
    /// <param name="table">has a block for each input of the loss</param>
    /// <param name="rows">the batch: at least one and at most Capacity row numbers</param>
    /// <param name="learningRate">η of this step</param>
    /// <returns>the loss before the step</returns>
    member _.Step(table: Table, rows: ReadOnlySpan<int>, learningRate: float) : float =
        let key = {
            Seed = settings.Seed
            Step = state.Step
        }

        plan.SetParameters state.Parameters
        plan.RunWith(Some key, table, rows)
        let optimiser = settings.Optimiser
        let t = state.Step + 1L

        let c =
            Optimiser.coefficients optimiser learningRate t (Optimiser.momentumProduct optimiser t)

        let update (state: TrainingState) (index, name) =
            let g = plan.Output(index + 1)

            let moment beta power (old: float[,]) =
                old
                |> Array2D.mapi (fun i j x -> round (beta * x + (1.0 - beta) * power g[i, j]))

            let m = moment optimiser.Beta1 id state.FirstMoments[name]
            let v = moment optimiser.Beta2 (fun x -> x * x) state.SecondMoments[name]

            let theta =
                state.Parameters[name]
                |> Array2D.mapi (fun i j x ->
                    let along = c.AlongMean * m[i, j] + c.AlongGradient * g[i, j]
                    let scale = sqrt v[i, j] * c.Scale + optimiser.Epsilon
                    round (c.Keep * x - along / scale))

            {
                state with
                    Parameters = state.Parameters |> Map.add name theta
                    FirstMoments = state.FirstMoments |> Map.add name m
                    SecondMoments = state.SecondMoments |> Map.add name v
            }

        state <- {
            List.fold update state (List.indexed trained) with
                Step = t
        }

        (plan.Output 0)[0, 0]

    /// <summary>The parameters as they are now, as new arrays.</summary>
    member _.Parameters: Values = state.Parameters

    /// <summary>A copy of the state, for a checkpoint.</summary>
    member _.State: TrainingState = state

    /// <summary>Goes on from a state: the following steps give the same bytes as if training had
    /// never stopped.</summary>
    /// <exception cref="T:System.ArgumentException">A parameter is missing or has another shape.
    /// </exception>
    member _.Restore(saved: TrainingState) : unit = state <- saved

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

        Optimiser.check settings.Optimiser

        let names =
            trained
            |> List.map (fun node ->
                match node.Operation with
                | Operation.Parameter name -> name
                | operation -> invalidArg "trained" $"{operation} is not a parameter.")

        let plan =
            Plan.Compile(team, settings.Precision, settings.Capacity, loss :: grad loss trained)

        let zeros =
            List.zip names trained
            |> List.map (fun (name, node) ->
                match node.Shape.Rows with
                | Rows.Fixed rows -> name, Array2D.zeroCreate rows node.Shape.Columns
                | Rows.Batch -> invalidArg "trained" $"'{name}' has batch rows.")
            |> Map.ofList

        let state = {
            Step = 0L
            Parameters = initial
            FirstMoments = zeros
            SecondMoments = zeros
        }

        new TrainingPlan(settings, plan, names, state)

    interface IDisposable with
        member _.Dispose() = (plan :> IDisposable).Dispose()
