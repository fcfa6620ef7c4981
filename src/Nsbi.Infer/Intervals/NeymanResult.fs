namespace Nsbi.Infer

open System
open System.Globalization

/// <summary>The toys at one value of the parameter.</summary>
[<NoComparison; ReferenceEquality>]
type NeymanPoint = {
    /// The value.
    Value: float
    /// <summary>θ at which the toys were drawn: the nuisances at their best for the observed data and
    /// this value, in the order of the index.</summary>
    Theta: float[]
    /// <summary>t_obs; +∞ where the value is impossible for the data.</summary>
    Observed: float
    /// The toys, in the order of their numbers.
    Tests: ToyTest[]
    /// Whether the toys can be trusted.
    Validity: ToyValidity
    /// Their quantiles.
    Belt: BeltPoint
}

/// <summary>The construction with one nuisance parameter away from its profiled value.</summary>
type ShiftedNeyman = {
    /// The nuisance parameter.
    Nuisance: string
    /// <summary>By how many of its standard deviations.</summary>
    Sigmas: float
    /// The quantiles.
    Belt: ConfidenceBelt
    /// The accepted values, one set per level.
    Accepted: AcceptedSet list
}

/// <summary>A Neyman construction with likelihood-ratio ordering for observed data.</summary>
[<NoComparison; ReferenceEquality>]
type NeymanResult = {
    /// The settings it was made with.
    Settings: NeymanSettings
    /// The best fit to the data.
    Best: FitResult
    /// In ascending order of the value.
    Points: NeymanPoint list
    /// The quantiles of t at the points.
    Belt: ConfidenceBelt
    /// <summary>The accepted values {μ: t_obs(μ) ≤ c_α(μ)}, one set per level.</summary>
    Accepted: AcceptedSet list
    /// <summary>{μ: t_obs(μ) ≤ χ²_α}, the asymptotic sets, one per level.</summary>
    Asymptotic: LikelihoodIntervals list
    /// <summary>t_obs at the values at which it was looked at, ascending.</summary>
    Curve: (float * float) list
    /// The constructions with shifted nuisance parameters.
    Shifted: ShiftedNeyman list
    /// <summary>Of the toys' validity, failed toys, and the edges of the grid.</summary>
    Checks: Check list
} with

    /// Toys of all points that failed.
    member this.Failed: int = this.Points |> List.sumBy _.Belt.Failed

    /// <summary>The reasons of failed toys with how often each was given, the most frequent first.
    /// </summary>
    member this.FailureReasons: (string * int) list =
        this.Points
        |> List.collect (fun point -> point.Tests |> Array.toList |> List.choose _.Failure)
        |> List.countBy id
        |> List.sortBy (fun (reason, count) -> -count, reason)

    /// <summary>The largest |c_shifted − c| of a level over points and shifts; 0 without shifts.
    /// </summary>
    member this.QuantileSpread(level: float) : float =
        let difference (point: BeltPoint) (belt: ConfidenceBelt) =
            let struct (shifted, _) = ConfidenceBelt.quantile belt level point.Value
            let struct (nominal, _) = ConfidenceBelt.quantile this.Belt level point.Value
            if shifted = nominal then 0.0 else abs (shifted - nominal)

        this.Shifted
        |> List.collect (fun s -> this.Belt.Points |> List.map (fun p -> difference p s.Belt))
        |> List.fold max 0.0

    /// The accepted sets beside the asymptotic ones, and the belt.
    override this.ToString() : string =
        let level (x: float) =
            x.ToString("G4", CultureInfo.InvariantCulture)

        let pieces (intervals: Interval list) =
            intervals |> List.map string |> String.concat " ∪ "

        let lines = [
            for accepted, asymptotic in List.zip this.Accepted this.Asymptotic do
                $"{level accepted.Level} Neyman:     {accepted}"
                $"{level accepted.Level} asymptotic: {pieces asymptotic.Intervals}"
            ""
            string this.Belt
        ]

        String.Join("\n", lines)
