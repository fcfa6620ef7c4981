namespace Nsbi.Learn.Autodiff

open System
open Nsbi.Kernels
open Nsbi.Learn.Autodiff.Planning

/// <summary>One of several losses that are stepped along in turn.</summary>
type Objective = {
    /// <summary>1 x 1; to be made smaller.</summary>
    Loss: Node
    /// <summary>The parameters that its steps change.</summary>
    Trained: Node list
    /// <summary>Of these steps, with moments of its own.</summary>
    Optimiser: Optimiser
}

/// <summary>How an alternating plan is made.</summary>
type AlternatingSettings = {
    /// <summary>Element type.</summary>
    Precision: Precision
    /// <summary>Largest number of rows of a batch.</summary>
    Capacity: int
    /// <summary>Of the dropout masks.</summary>
    Seed: uint64
}

/// <summary>What the steps of one objective depend on beside the parameters.</summary>
type ObjectiveState = {
    /// <summary>Number of its steps done.</summary>
    Step: int64
    /// <summary>The optimiser's m of each parameter it trains.</summary>
    FirstMoments: Values
    /// <summary>The optimiser's v of each parameter it trains.</summary>
    SecondMoments: Values
}

/// <summary>Everything a step depends on beside its batch: what a checkpoint holds.</summary>
type AlternatingState = {
    /// <summary>All parameters of all losses, trained or not.</summary>
    Parameters: Values
    /// <summary>In the order of the objectives.</summary>
    Objectives: ObjectiveState list
}

/// <summary>Several losses over the same parameters, each with the parameters it trains and an
/// optimiser: for minimisation against maximisation, as of transport potentials or adversaries.
/// </summary>
/// <remarks>A parameter lies in memory once: a step of one objective is seen by the next step of
/// any other, and nothing is copied. Bytes after a sequence of steps are a function of the state at
/// the start, the batches, the learning rates and the instruction path; not of the number of
/// threads. To make a loss larger, give its negative.</remarks>
[<Sealed>]
type AlternatingPlan private (settings: AlternatingSettings, store: Store, descents: Descent array)
    =
    let descentOf objective =
        if objective < 0 || objective >= descents.Length then
            let range = $"0 to {descents.Length - 1}"
            raise (ArgumentOutOfRangeException("objective", objective, $"Objectives are {range}."))

        descents[objective]

    let mutable steps = 0L

    let readParameters () : Values =
        descents
        |> Seq.collect (fun descent -> Map.toSeq (descent.Engine.ReadParameters()))
        |> Map.ofSeq

    let writeParameters (values: Values) =
        for descent in descents do
            descent.Engine.WriteParameters values

    /// <summary>One step of an objective's optimiser.</summary>
    /// <param name="objective">position in the list of objectives, from 0</param>
    /// <param name="table">has a block for each input of its loss</param>
    /// <param name="rows">the batch: at least one and at most Capacity row numbers</param>
    /// <param name="learningRate">η of this step</param>
    /// <returns>the loss before the step</returns>
    /// <remarks>Dropout masks differ between all steps, of whichever objective.</remarks>
    member _.Step
        (objective: int, table: Table, rows: ReadOnlySpan<int>, learningRate: float)
        : float =
        let key = { Seed = settings.Seed; Step = steps }
        let loss = (descentOf objective).Step(table, rows, key, learningRate)
        steps <- steps + 1L
        loss

    /// <summary>The parameters as they are now, as new arrays.</summary>
    member _.Parameters: Values = readParameters ()

    /// <summary>A copy of the state, for a checkpoint.</summary>
    member _.State: AlternatingState = {
        Parameters = readParameters ()
        Objectives = [
            for descent in descents do
                let means, variances = descent.Engine.ReadMoments()

                {
                    Step = descent.Steps
                    FirstMoments = means
                    SecondMoments = variances
                }
        ]
    }

    /// <summary>Goes on from a state: the following steps give the same bytes as if training had
    /// never stopped.</summary>
    /// <exception cref="T:System.ArgumentException">The state has another number of objectives, or
    /// a parameter is missing or has another shape.</exception>
    member _.Restore(saved: AlternatingState) : unit =
        if saved.Objectives.Length <> descents.Length then
            invalidArg
                "saved"
                $"The state has {saved.Objectives.Length} objectives, the plan {descents.Length}."

        writeParameters saved.Parameters

        for descent, state in Seq.zip descents saved.Objectives do
            descent.Restore(state.Step, state.FirstMoments, state.SecondMoments)

        steps <- saved.Objectives |> List.sumBy _.Step

    /// <summary>Plans the steps of all objectives.</summary>
    /// <param name="team">the threads to run on</param>
    /// <param name="settings">precision, capacity, seed</param>
    /// <param name="objectives">at least one</param>
    /// <param name="initial">a value for each parameter of each loss</param>
    /// <exception cref="T:System.ArgumentException">A loss is not 1 x 1, what is to be trained is
    /// no parameter, a name has two shapes, or a value is missing.</exception>
    static member Compile
        (
            team: ThreadTeam,
            settings: AlternatingSettings,
            objectives: Objective list,
            initial: Values
        ) : AlternatingPlan =
        if isNull (box team) then
            nullArg "team"

        if settings.Capacity < 1 then
            invalidArg "settings" $"A capacity of {settings.Capacity} rows: at least one is needed."

        if objectives.IsEmpty then
            invalidArg "objectives" "An alternating plan needs at least one objective."

        let store = new Store(settings.Precision)

        let descents = [|
            for objective in objectives ->
                Descent(
                    store,
                    team,
                    settings.Capacity,
                    objective.Loss,
                    objective.Trained,
                    objective.Optimiser
                )
        |]

        store.Allocate()

        for descent in descents do
            descent.Engine.Start()
            descent.Engine.WriteParameters initial

        new AlternatingPlan(settings, store, descents)

    interface IDisposable with
        member _.Dispose() : unit = (store :> IDisposable).Dispose()
