namespace Nsbi.Infer

open System
open Nsbi.Learn
open Nsbi.Learn.Events

/// <summary>Selected events of one sample at +1 or at −1.</summary>
[<NoComparison; ReferenceEquality>]
type VariedEvents = {
    /// The events with their varied weights.
    Events: EventTable
    /// The group of each event; events that are equal to nominal ones have their group.
    Groups: uint64[]
    /// Expected events after the selection.
    Yield: float
}

/// <summary>The varied events of a plan.</summary>
[<NoComparison; ReferenceEquality>]
type VariationEvents = {
    /// What varies.
    Plan: VariationPlan
    /// The nominal sample k, from 0.
    Sample: int
    /// True where they are the nominal events, one by one, with other weights.
    Reweighted: bool
    /// The events.
    Sides: Sides<VariedEvents>
}

/// <summary>Operations on varied events.</summary>
[<RequireQualifiedAccess>]
module VariedEvents =

    /// <summary>The events at some rows.</summary>
    /// <param name="rows">the events to keep</param>
    /// <param name="expected">expected events of what is kept</param>
    /// <param name="events">all events</param>
    let take (rows: int[]) (expected: float) (events: VariedEvents) : VariedEvents = {
        Events = EventTable.take rows events.Events
        Groups = rows |> Array.map (fun i -> events.Groups[i])
        Yield = expected
    }

    /// <summary>The expected events in the bins of a histogram: w_i ν/Σ_j w_j of the events in it.
    /// </summary>
    /// <param name="bins">number of bins</param>
    /// <param name="binOf">the bin of event i; outside of 0 … bins − 1 it is left out</param>
    /// <param name="events">the events</param>
    let histogram (bins: int) (binOf: int -> int) (events: VariedEvents) : float list =
        let weights = EventTable.weights events.Events
        let scale = events.Yield / Array.sum weights
        let contents = Array.zeroCreate<float> bins

        for i in 0 .. weights.Length - 1 do
            let b = binOf i

            if b >= 0 && b < bins then
                contents[b] <- contents[b] + scale * weights[i]

        Array.toList contents

/// <summary>Operations on variations.</summary>
[<RequireQualifiedAccess>]
module VariationEvents =

    let private expression (text: string) : Expression =
        match Feature.parse text with
        | Ok feature -> feature.Expression
        // The analysis was checked before: its texts can be read.
        | Error fault -> invalidOp (string fault)

    /// The columns that the varied weights of a sample are computed from.
    let internal columns (plans: VariationPlan list) (sample: string) : string list =
        [
            for plan in plans do
                match plan.Source with
                | VariedWeights sides when plan.Sample = sample ->
                    yield! sides |> Sides.toList |> List.collect (expression >> Expression.columns)
                | _ -> ()
        ]
        |> List.distinct

    /// The events of a sample with weights computed from their columns.
    let internal reweighted
        (plan: VariationPlan)
        (table: EventTable, expected: float)
        (text: string)
        : Result<EventTable * float, Fault list> =
        let weights = Expression.evaluate (expression text) table
        let source = $"variation {plan.Parameter.Name} of sample '{plan.Sample}'"
        let total = Array.sum weights

        match weights |> Array.tryFindIndex (Double.IsFinite >> not) with
        | Some i ->
            Error [
                Fault.create source "a varied weight is not a finite number" "mend the expression"
                |> Fault.atEvent (i + 1)
                |> Fault.withValue text
            ]
        | None when not (total > 0.0) ->
            Error [
                Fault.create
                    source
                    "the total varied weight of the selected events is not positive"
                    "mend the expression"
                |> Fault.withValue text
            ]
        | None -> Ok(EventTable.withWeights weights table, expected * total / table.SumOfWeights)

    /// The source of varied events, completed by what it leaves to the nominal one.
    let internal completed (nominal: Sample) (varied: Sample) : Sample = {
        varied with
            Weight = varied.Weight |> Option.orElse nominal.Weight
            Selection = varied.Selection |> Option.orElse nominal.Selection
            Yield = varied.Yield |> Option.orElse nominal.Yield
    }
