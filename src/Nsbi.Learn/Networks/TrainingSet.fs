namespace Nsbi.Learn.Networks

open System
open System.Collections.Generic
open Nsbi.Learn.Autodiff

/// <summary>What a network tells apart.</summary>
[<RequireQualifiedAccess>]
type ClassifierTarget =
    /// All classes from one another, each with weight w_c of the reference mixture: a softmax.
    | AllClasses
    /// The class of this number from the reference mixture, each with weight ½: one logit.
    | AgainstReference of classIndex: int
    /// The samples, at their parameter values, from the reference: one logit of features and parameters.
    | Parameterised

/// Rows of features and targets as the graph's inputs, standardised, with weights of mean 1.
type internal TrainingSet = { Table: Table; Rows: int }

[<RequireQualifiedAccess>]
module internal TrainingSet =
    /// Number of logits.
    let outputs (target: ClassifierTarget) (events: LabelledEvents) : int =
        match target with
        | ClassifierTarget.AllClasses -> events.ClassCount
        | ClassifierTarget.AgainstReference _
        | ClassifierTarget.Parameterised -> 1

    /// (a, b) per row: for one logit the weights as class and as reference, each side adding up to ½;
    /// otherwise the weight in its class and 0. All add up to 1. A class without weight in these rows
    /// stays without.
    let weights
        (target: ClassifierTarget)
        (mixture: float[])
        (events: LabelledEvents)
        (rows: int[])
        : struct (float * float)[] =
        let classes, u = events.ClassArray, events.WeightArray
        let sums = Array.zeroCreate<float> events.ClassCount

        for row in rows do
            sums[classes[row]] <- sums[classes[row]] + u[row]

        let share row =
            if u[row] > 0.0 then u[row] / sums[classes[row]] else 0.0

        rows
        |> Array.map (fun row ->
            match target with
            | ClassifierTarget.AllClasses -> struct (mixture[classes[row]] * share row, 0.0)
            | ClassifierTarget.AgainstReference wanted ->
                let asClass = if classes[row] = wanted then 0.5 * share row else 0.0
                struct (asClass, 0.5 * mixture[classes[row]] * share row)
            | ClassifierTarget.Parameterised ->
                invalidOp "Events with parameters have a training set of their own.")

    /// The rows of positive weight.
    let used target mixture events (rows: int[]) : int[] =
        Array.zip rows (weights target mixture events rows)
        |> Array.filter (fun (_, struct (a, b)) -> a + b > 0.0)
        |> Array.map fst

    /// The row of the table for each of these rows of the events, and how many rows the table has: rows
    /// of one origin share one.
    let private slots (events: LabelledEvents) (rows: int[]) : struct (int[] * int) =
        match events.Origins with
        | None -> struct (Array.init rows.Length id, rows.Length)
        | Some origins ->
            let slotOf = Dictionary<int, int>()

            let slots =
                rows
                |> Array.map (fun row ->
                    match slotOf.TryGetValue origins[row] with
                    | true, slot -> slot
                    | _ ->
                        let slot = slotOf.Count
                        slotOf.Add(origins[row], slot)
                        slot)

            struct (slots, slotOf.Count)

    let create
        (target: ClassifierTarget)
        (mixture: float[])
        (events: LabelledEvents)
        (standardisation: Standardisation)
        (rows: int[])
        : TrainingSet =
        let weights = weights target mixture events rows
        let features = events.FeatureCount
        let outputs = outputs target events
        let columns = if outputs = 1 then 2 else outputs
        let width = features + columns
        let struct (slots, count) = slots events rows
        let data = Array.zeroCreate<float32>(count * width)
        let targets = Array2D.zeroCreate<float> count columns

        for k in 0 .. rows.Length - 1 do
            let row, slot = rows[k], slots[k]

            Standardisation.row
                standardisation
                (ReadOnlySpan(events.FeatureArray, row * features, features))
                (Span(data, slot * width, features))

            let struct (a, b) = weights[k]

            if outputs = 1 then
                targets[slot, 0] <- targets[slot, 0] + a
                targets[slot, 1] <- targets[slot, 1] + b
            else
                let c = events.ClassArray[row]
                targets[slot, c] <- targets[slot, c] + a

        let scale = float count

        for slot in 0 .. count - 1 do
            let first = slot * width + features

            if outputs = 1 then
                let a, b = targets[slot, 0], targets[slot, 1]
                data[first] <- float32 (a / (a + b))
                data[first + 1] <- float32 (scale * (a + b))
            else
                for c in 0 .. columns - 1 do
                    data[first + c] <- float32 (scale * targets[slot, c])

        let blocks =
            if outputs = 1 then
                [ "x", features; "y", 1; "w", 1 ]
            else
                [ "x", features; "t", outputs ]

        {
            Table = Table.OfSingles(blocks, data)
            Rows = count
        }
