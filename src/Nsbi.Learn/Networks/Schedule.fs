namespace Nsbi.Learn.Networks

open System
open System.Text.Json
open Nsbi.Learn

/// <summary>How the learning rate changes in the course of a training. p is the share of the epochs
/// done, from 0 to 1; e the number of whole epochs done.</summary>
[<RequireQualifiedAccess>]
type Schedule =
    /// <summary>1 always.</summary>
    | Constant
    /// <summary>final^p: a geometric fall from 1 to the final factor.</summary>
    | Exponential of final: float
    /// <summary>final + (1 − final)(1 + cos πp)/2 (Loshchilov and Hutter, arXiv:1608.03983,
    /// without restarts).</summary>
    | Cosine of final: float
    /// <summary>factor^⌊e/every⌋</summary>
    | Step of every: int * factor: float
    /// <summary>Times the factor whenever the validation loss has not fallen for more than
    /// <c>patience</c> epochs since its minimum or since the last such change.</summary>
    | ReduceOnPlateau of factor: float * patience: int

/// The factor by which a schedule multiplies the learning rate, and its JSON.
[<RequireQualifiedAccess>]
module Schedule =
    let private plateauFactor factor patience (losses: float seq) =
        let mutable best = infinity
        let mutable waited = 0
        let mutable result = 1.0

        for loss in losses do
            if loss < best then
                best <- loss
                waited <- 0
            else
                waited <- waited + 1

                if waited > patience then
                    result <- result * factor
                    waited <- 0

        result

    /// <summary>The factor at a point of the training.</summary>
    /// <param name="schedule">the schedule</param>
    /// <param name="epochs">epochs of the whole training; at least 1</param>
    /// <param name="elapsed">epochs done, with the fraction of the running one; from 0 to epochs</param>
    /// <param name="validationLosses">of the epochs done, in their order; used on a plateau only</param>
    /// <returns>a factor ≥ 0; 1 at the start</returns>
    let factor
        (schedule: Schedule)
        (epochs: int)
        (elapsed: float)
        (validationLosses: float seq)
        : float =
        let progress = Math.Clamp(elapsed / float epochs, 0.0, 1.0)

        match schedule with
        | Schedule.Constant -> 1.0
        | Schedule.Exponential final -> Math.Pow(final, progress)
        | Schedule.Cosine final ->
            final + (1.0 - final) * 0.5 * (1.0 + Math.Cos(Math.PI * progress))
        | Schedule.Step(every, factor) -> Math.Pow(factor, Math.Floor(elapsed / float every))
        | Schedule.ReduceOnPlateau(factor, patience) ->
            plateauFactor factor patience validationLosses

    let internal faults (source: string) (schedule: Schedule) : Fault list =
        let share name allowZero (value: float) = [
            if not (value <= 1.0 && (value > 0.0 || allowZero && value = 0.0)) then
                let remedy = if allowZero then "from 0 to 1" else "above 0, at most 1"

                Fault.create source $"the {name} of the schedule is out of range" remedy
                |> Fault.withValue (JsonFields.text value)
        ]

        let count name least value = [
            if value < least then
                Fault.create
                    source
                    $"the {name} of the schedule is out of range"
                    $"at least {least}"
                |> Fault.withValue (string value)
        ]

        match schedule with
        | Schedule.Constant -> []
        | Schedule.Exponential final -> share "final factor" false final
        | Schedule.Cosine final -> share "final factor" true final
        | Schedule.Step(every, factor) -> count "interval" 1 every @ share "factor" false factor
        | Schedule.ReduceOnPlateau(factor, patience) ->
            share "factor" false factor @ count "patience" 0 patience

    let internal read (fields: JsonFields) : Schedule =
        let kinds = [ "constant"; "exponential"; "cosine"; "step"; "reduceOnPlateau" ]

        match fields.Word("kind", "constant", kinds |> List.map (fun kind -> kind, kind)) with
        | "exponential" -> Schedule.Exponential(fields.Float("final", 1e-3))
        | "cosine" -> Schedule.Cosine(fields.Float("final", 0.0))
        | "step" -> Schedule.Step(fields.Int("every", 10), fields.Float("factor", 0.1))
        | "reduceOnPlateau" ->
            Schedule.ReduceOnPlateau(fields.Float("factor", 0.1), fields.Int("patience", 5))
        | _ -> Schedule.Constant

    let internal write (writer: Utf8JsonWriter) (schedule: Schedule) : unit =
        match schedule with
        | Schedule.Constant -> writer.WriteString("kind", "constant")
        | Schedule.Exponential final ->
            writer.WriteString("kind", "exponential")
            writer.WriteNumber("final", final)
        | Schedule.Cosine final ->
            writer.WriteString("kind", "cosine")
            writer.WriteNumber("final", final)
        | Schedule.Step(every, factor) ->
            writer.WriteString("kind", "step")
            writer.WriteNumber("every", every)
            writer.WriteNumber("factor", factor)
        | Schedule.ReduceOnPlateau(factor, patience) ->
            writer.WriteString("kind", "reduceOnPlateau")
            writer.WriteNumber("factor", factor)
            writer.WriteNumber("patience", patience)
