namespace Nsbi.Learn.Events

open System
open Nsbi.Learn

// i: event, j: feature.

/// <summary>What is done where a feature has no value.</summary>
/// <remarks>
/// The feature becomes the mean of its values where it has one, so that it says nothing there, and
/// a further input of the network is 1: the indicator, 0 in all other events. Features that lack a
/// value in the same events share one. The network then learns the ratio of the events without the
/// value from what else is known of them, and their share in each sample from the indicator.
/// </remarks>
[<RequireQualifiedAccess>]
type FittedMissing =
    /// No event that was learned from lacks the feature; one that does is a fault, for no network
    /// has seen such an event.
    | Never of code: float
    /// Σ|w|x/Σ|w| of the events that have the feature, after its transforms, and the number of its
    /// indicator among the indicators, from 0.
    | Filled of code: float * fill: float * indicator: int

/// A number that may stand for missing values.
type SuspectedCode = {
    /// The column.
    Column: string
    /// The number.
    Code: float
    /// The share of the events that hold it.
    Share: float
}

/// Where values are missing.
[<RequireQualifiedAccess>]
module MissingValues =
    /// The events that lack a feature: a column it reads holds the code. Empty where no event does.
    let internal mask (code: float option) (expression: Expression) (table: EventTable) : bool[] =
        let columns =
            Expression.columns expression
            |> List.filter table.Has
            |> List.map table.ColumnArray

        match code with
        | Some code when columns |> List.exists (Array.contains code) ->
            Array.init table.Count (fun i ->
                columns |> List.exists (fun values -> values[i] = code))
        | _ -> [||]

    /// Whether two masks are of the same events.
    let internal same (a: bool[]) (b: bool[]) : bool =
        ReadOnlySpan(a).SequenceEqual(ReadOnlySpan b)

    /// The events that have a feature, with the columns it reads.
    let internal present mask (expression: Expression) (table: EventTable) : EventTable =
        if Array.isEmpty mask then
            table
        else
            let columns = Expression.columns expression |> List.filter table.Has
            EventTable.filter (Array.map not mask) (EventTable.select columns table)

    /// Written with nines alone, as codes are: ±99, ±999, …
    let private nines (x: float) =
        let power = Math.Round(Math.Log10(abs x + 1.0))
        power >= 2.0 && abs x + 1.0 = Math.Pow(10.0, power)

    /// Least and greatest of a column: how many events hold it, its distance from the nearest other
    /// value, and the range of all others.
    let private ends (values: float[]) =
        let sorted = Array.sort values
        let n = sorted.Length
        let least, greatest = sorted[0], sorted[n - 1]
        let low = Array.FindIndex(sorted, (fun x -> x > least))
        let high = Array.FindLastIndex(sorted, (fun x -> x < greatest))

        // Two values alone are a yes and a no, and nothing is missing.
        if low < 0 || sorted[low] = greatest then
            []
        else
            [
                least, low, sorted[low] - least, greatest - sorted[low]
                greatest, n - 1 - high, greatest - sorted[high], sorted[high] - least
            ]

    /// <summary>Numbers that look like a code for missing values: the least or the greatest value of
    /// a column, held by one event in a thousand or more, and either written with nines alone (−99,
    /// −999, …) or further from the nearest other value than ten times the range of all
    /// others.</summary>
    /// <param name="columns">which columns to look at; those that the table lacks are left
    /// out</param>
    /// <param name="table">the events</param>
    let suspects (columns: string list) (table: EventTable) : SuspectedCode list = [
        for column in columns |> List.filter (fun name -> table.Has name && table.Count > 0) do
            for code, holders, gap, range in ends (table.ColumnArray column) do
                let share = float holders / float table.Count

                if holders > 1 && share >= 0.001 && (nines code || gap > 10.0 * range) then
                    {
                        Column = column
                        Code = code
                        Share = share
                    }
    ]
