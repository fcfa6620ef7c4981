namespace Nsbi.Infer

open System
open Nsbi.Kernels

// Axes: event i, feature j, toy t.

/// <summary>The events of one pseudo-experiment.</summary>
[<NoComparison; ReferenceEquality>]
type EventToy = {
    /// <summary>n x F, row-major.</summary>
    Features: float[]
    /// What was measured beside the events, of nuisance parameters; may be empty.
    Globals: float[]
}

/// <summary>What pseudo-experiments of one hypothesis are drawn from.</summary>
type IEventSource =
    /// <summary>Names and values of everything that a pseudo-experiment depends on beside seed and
    /// number.</summary>
    abstract Settings: (string * string) list

    /// <summary>F, the features of an event.</summary>
    abstract FeatureCount: int

    /// <summary>A pseudo-experiment, a function of the arguments alone.</summary>
    abstract Draw: seed: uint64 * toy: uint64 -> EventToy

/// <summary>The ratio of signal to background of events: exact, or learned.</summary>
type IEventRatio =
    /// Names and values of everything that the ratio depends on.
    abstract Settings: (string * string) list

    /// <summary>p_S/p_B of each event.</summary>
    /// <param name="team">threads; the values do not depend on their number</param>
    /// <param name="features">n x F, row-major</param>
    /// <returns>length n; 0 or above</returns>
    abstract Ratios: team: ThreadTeam * features: float[] -> float[]

/// <summary>A test statistic, or an estimate, of pseudo-experiments.</summary>
type IEventStatistic =
    /// What it is called in tables and files.
    abstract Name: string

    /// Names and values of everything that it depends on beside the events.
    abstract Settings: (string * string) list

    /// <summary>The value of each pseudo-experiment; NaN where it has none.</summary>
    /// <param name="team">threads; the values do not depend on their number</param>
    /// <param name="toys">the pseudo-experiments</param>
    abstract Evaluate: team: ThreadTeam * toys: EventToy[] -> float[]

/// <summary>Ratios of events.</summary>
[<RequireQualifiedAccess>]
module EventRatio =

    /// <summary>A ratio that is a function of the features of one event.</summary>
    /// <param name="settings">what the function depends on</param>
    /// <param name="features">F</param>
    /// <param name="formula">r of the features of an event</param>
    let ofFormula
        (settings: (string * string) list)
        (features: int)
        (formula: ReadOnlyMemory<float> -> float)
        : IEventRatio = {
        new IEventRatio with
            member _.Settings = settings

            member _.Ratios(_, values) =
                Array.init (values.Length / features) (fun i ->
                    formula (ReadOnlyMemory(values, i * features, features)))
    }

    /// <summary>The ratios of several pseudo-experiments at once, split again.</summary>
    let internal ofToys
        (team: ThreadTeam)
        (features: int)
        (ratio: IEventRatio)
        (toys: EventToy[])
        : float[][] =
        let all = ratio.Ratios(team, toys |> Array.collect _.Features)
        let mutable first = 0

        toys
        |> Array.map (fun toy ->
            let events = toy.Features.Length / features
            first <- first + events
            Array.sub all (first - events) events)
