namespace Nsbi.Infer

open Nsbi.Learn.Events
open Nsbi.Learn.Networks

// Axes: event i, sample k.

/// The events on which closure is measured, with what diagnostics ask of them.
[<NoComparison; ReferenceEquality>]
type internal HeldOutSample = {
    Learned: LearnedModel
    /// Rows in the simulated events of the learned model.
    Rows: int[]
    /// The events at these rows, standing for all expected ones.
    Simulated: SimulatedEvents
    /// [k][i].
    Ratios: float[][]
    /// Weights in the reference, adding up to one.
    Reference: float[]
    /// Positive weights of the training.
    Positive: float[]
}

[<RequireQualifiedAccess>]
module internal HeldOutSample =

    /// Of some rows.
    let ofRows (learned: LearnedModel) (rows: int[]) : HeldOutSample =
        let simulated = SimulatedEvents.take rows learned.Simulated.Yields learned.Simulated
        let policy = learned.Analysis.NegativeWeights

        {
            Learned = learned
            Rows = rows
            Simulated = simulated
            Ratios = learned.Ratios |> Array.map (fun r -> rows |> Array.map (fun i -> r[i]))
            Reference = LearnedModel.weightsIn policy learned.Mixture simulated
            Positive = LearnedModel.positive policy simulated
        }

    /// Rows of one role.
    let rowsOf (learned: LearnedModel) (role: Role) : int[] =
        [| 0 .. learned.Roles.Length - 1 |]
        |> Array.filter (fun i -> learned.Roles[i] = role)

    /// Weights with signs are not proportional to the positive ones of the reference: then errors are
    /// taken from the events.
    let private withCommon (held: HeldOutSample) (events: StratifiedSample) : StratifiedSample =
        let weights = EventTable.weights held.Simulated.Events

        if weights |> Array.exists (fun w -> w < 0.0) then
            events
        else
            events
            |> StratifiedSample.withCommon {
                Weights = held.Reference
                Ratios = held.Ratios
            }

    /// Sample k against the reference, by its own ratio; the target has the positive weights.
    let ofSample (held: HeldOutSample) (k: int) : StratifiedSample =
        let target =
            Array.map2 (fun own w -> if own = k then w else 0.0) held.Simulated.Sample held.Positive

        let total = Array.sum target

        StratifiedSample.create
            held.Simulated.Sample
            held.Reference
            (target |> Array.map (fun w -> w / total))
            held.Ratios[k]
        |> withCommon held

    /// The mixture at a value against the reference.
    let againstReference (held: HeldOutSample) (value: float) : StratifiedSample =
        let rates, _ = MixtureDensity.rates held.Learned value

        StratifiedSample.create
            held.Simulated.Sample
            held.Reference
            (MixtureDensity.truth held.Learned held.Simulated value)
            (MixtureDensity.sum rates held.Ratios)
        |> withCommon held

    /// The mixture at a value against that at another, where the weights of the latter are positive.
    let againstValue (held: HeldOutSample) (value: float) (other: float) : StratifiedSample option =
        let reference = MixtureDensity.truth held.Learned held.Simulated other

        if reference |> Array.exists (fun w -> w < 0.0) then
            None
        else
            let density at =
                MixtureDensity.sum (fst (MixtureDensity.rates held.Learned at)) held.Ratios

            StratifiedSample.create
                held.Simulated.Sample
                reference
                (MixtureDensity.truth held.Learned held.Simulated value)
                (Array.map2 (/) (density value) (density other))
            |> withCommon held
            |> Some
