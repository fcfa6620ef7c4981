namespace Nsbi.Infer

open Nsbi.Model

/// <summary>How a trust-region Newton search is to run.</summary>
type TrustRegionSettings = {
    /// Largest number of steps.
    MaxSteps: int
    /// <summary>The search ends where the quadratic model promises a decrease of less than this (or
    /// of less than 1e-13 of the value, if that is more).</summary>
    Tolerance: float
    /// First radius, in units in which a step of 1 in one variable changes the model by ½.
    Radius: float
    /// <summary>The error of the function's values beside rounding, where they are approximate: so
    /// much of a rise is not held against a step, and the tolerance is a hundredth of it at least.
    /// </summary>
    Noise: float
}

/// <summary>Where a trust-region search stands. Immutable: a step gives the next one.</summary>
[<NoComparison; NoEquality>]
type TrustRegionState = {
    /// The best point so far, inside of the bounds.
    Point: float[]
    /// The function there.
    Jet: Jet
    /// Radius Δ of the trust region |Dp| ≤ Δ.
    Radius: float
    /// The error of the function's values.
    Noise: float
    /// Diagonal of D.
    Scale: float[]
    /// The step that comes next, as the model proposes it.
    Proposed: float[]
    /// The change of the function that the model promises for it, ≤ 0.
    Predicted: float
    /// Whether the proposed step is limited by bounds only, not by the radius.
    IsNewton: bool
    /// Steps so far.
    Steps: int
    /// Evaluations so far.
    Evaluations: int
}

/// Why a trust-region search ended.
type TrustRegionEnd =
    /// A minimum: no step promises more than the tolerance.
    | Minimum
    /// The number of steps ran out.
    | TooManySteps
    /// The radius shrank to nothing: the function and its derivatives do not fit together, or the
    /// point lies at the edge of where the function is finite.
    | Stuck

/// <summary>Newton's method in a trust region between bounds, with exact Hessians, which need not be
/// positive definite on the way.</summary>
/// <remarks>Sources: Conn, Gould and Toint, Trust-Region Methods, §6 and §12; Moré and Sorensen
/// (1983) for the step. Bounded variables are held at a bound while the step would cross it.</remarks>
[<RequireQualifiedAccess>]
module TrustRegion =

    /// 200 steps, tolerance 1e-10, first radius 4, exact values.
    let settings: TrustRegionSettings = {
        MaxSteps = 200
        Tolerance = 1e-10
        Radius = 4.0
        Noise = 0.0
    }

    let private tolerance (settings: TrustRegionSettings) (value: float) =
        max settings.Tolerance (max (0.01 * settings.Noise) (1e-13 * abs value))

    let private propose (objective: IObjective) (state: TrustRegionState) : TrustRegionState =
        let step =
            TrustRegionStep.best
                objective.Lower
                objective.Upper
                state.Scale
                state.Jet.Gradient
                state.Jet.Hessian
                state.Radius
                state.Point

        {
            state with
                Proposed = step.Step
                Predicted = step.Predicted
                IsNewton = step.IsNewton
        }

    /// The metric follows the largest curvature seen of each variable (Moré 1978).
    let private rescale (scale: float[]) (jet: Jet) =
        scale |> Array.mapi (fun k s -> max s (sqrt (abs jet.Hessian[k, k])))

    /// Where there is no curvature, the range or the size of a variable sets its unit.
    let private firstScale (objective: IObjective) (point: float[]) =
        point
        |> Array.mapi (fun k x ->
            let range = objective.Upper[k] - objective.Lower[k]
            if range < 1e6 then 4.0 / range else 1.0 / max 1.0 (abs x))

    /// <summary>The first state of a search; the start is moved inside of the bounds.</summary>
    /// <returns>none where the function is not finite at the start</returns>
    let init
        (settings: TrustRegionSettings)
        (objective: IObjective)
        (start: float[])
        : TrustRegionState option =
        let inside =
            Array.mapi (fun k x -> max objective.Lower[k] (min objective.Upper[k] x)) start

        objective.Evaluate inside
        |> Option.map (fun jet ->
            propose objective {
                Point = inside
                Jet = jet
                Radius = settings.Radius
                Noise = settings.Noise
                Scale = rescale (firstScale objective inside) jet
                Proposed = [||]
                Predicted = 0.0
                IsNewton = false
                Steps = 0
                Evaluations = 1
            })

    /// <summary>Tries the proposed step: takes it if the function decreases, and adapts the
    /// radius to how well the model foretold it.</summary>
    let step (objective: IObjective) (state: TrustRegionState) : TrustRegionState =
        let trial =
            Array.mapi
                (fun k x -> max objective.Lower[k] (min objective.Upper[k] (x + state.Proposed[k])))
                state.Point

        let length =
            sqrt (Array.sum (Array.map2 (fun d s -> (d * s) ** 2.0) state.Proposed state.Scale))

        let next = {
            state with
                Steps = state.Steps + 1
                Evaluations = state.Evaluations + 1
        }

        match objective.Evaluate trial with
        | None -> propose objective { next with Radius = 0.25 * length }
        | Some jet ->
            let noise = state.Noise + 1e-14 * (1.0 + abs state.Jet.Value)
            let agreement = (jet.Value - state.Jet.Value - noise) / (state.Predicted - noise)

            let radius =
                if agreement < 0.25 then 0.25 * length
                elif agreement > 0.75 then max state.Radius (2.0 * length)
                else state.Radius

            let moved =
                if agreement > 1e-4 then
                    {
                        next with
                            Point = trial
                            Jet = jet
                            Scale = rescale state.Scale jet
                    }
                else
                    next

            propose objective { moved with Radius = radius }

    /// <summary>Whether the search has ended, and how; none to go on.</summary>
    let terminate
        (settings: TrustRegionSettings)
        (state: TrustRegionState)
        : TrustRegionEnd option =
        if
            (state.IsNewton && -state.Predicted <= tolerance settings state.Jet.Value)
            || state.Predicted >= 0.0
        then
            Some Minimum
        elif state.Steps >= settings.MaxSteps then
            Some TooManySteps
        elif state.Radius < 1e-12 then
            Some Stuck
        else
            None

    /// What a step promises is lost in the errors of approximate values: it is not worth an
    /// evaluation. Exact values are worth it, if only for a Hessian that is singular to rounding
    /// where it is singular.
    let private isLost (settings: TrustRegionSettings) (state: TrustRegionState) =
        let isApproximate = 0.01 * settings.Noise > settings.Tolerance

        state.Predicted >= 0.0
        || isApproximate && -state.Predicted <= 1e-4 * settings.Noise

    /// <summary>Searches from a start to the end; at a minimum the last proposed step is taken too,
    /// if it promises more than 1e-4 of the errors of approximate values, and the function does not
    /// rise.</summary>
    /// <returns>the last state and why it is the last; none where the function is not finite at the
    /// start</returns>
    let run
        (settings: TrustRegionSettings)
        (objective: IObjective)
        (start: float[])
        : (TrustRegionState * TrustRegionEnd) option =
        let rec search state =
            match terminate settings state with
            | Some Minimum when not (isLost settings state) ->
                let polished = step objective state

                if -polished.Predicted <= -state.Predicted then
                    polished, Minimum
                else
                    {
                        state with
                            Evaluations = polished.Evaluations
                    },
                    Minimum
            | Some reason -> state, reason
            | None -> search (step objective state)

        init settings objective start |> Option.map search
