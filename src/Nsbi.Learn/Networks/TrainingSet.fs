namespace Nsbi.Learn.Networks

open System
open Nsbi.Learn.Autodiff

/// <summary>What a network tells apart.</summary>
[<RequireQualifiedAccess>]
type ClassifierTarget =
    /// All classes from one another, each with weight w_c of the reference mixture: a softmax.
    | AllClasses
    /// The class of this number from the reference mixture, each with weight ½: one logit.
    | AgainstReference of classIndex: int

/// Rows of features and targets as the graph's inputs, standardised, with weights of mean 1.
type internal TrainingSet = { Table: Table; Rows: int }

[<RequireQualifiedAccess>]
module internal TrainingSet =
    /// Number of logits.
    let outputs (target: ClassifierTarget) (events: LabelledEvents) : int =
        match target with
        | ClassifierTarget.AllClasses -> events.ClassCount
        | ClassifierTarget.AgainstReference _ -> 1

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
                struct (asClass, 0.5 * mixture[classes[row]] * share row))

    /// The rows of positive weight.
    let used target mixture events (rows: int[]) : int[] =
        Array.zip rows (weights target mixture events rows)
        |> Array.filter (fun (_, struct (a, b)) -> a + b > 0.0)
        |> Array.map fst

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
        let data = Array.zeroCreate<float32>(rows.Length * width)
        let scale = float rows.Length

        for k in 0 .. rows.Length - 1 do
            let row = rows[k]

            Standardisation.row
                standardisation
                (ReadOnlySpan(events.FeatureArray, row * features, features))
                (Span(data, k * width, features))

            let struct (a, b) = weights[k]

            if outputs = 1 then
                data[k * width + features] <- float32 (a / (a + b))
                data[k * width + features + 1] <- float32 (scale * (a + b))
            else
                data[k * width + features + events.ClassArray[row]] <- float32 (scale * a)

        let blocks =
            if outputs = 1 then
                [ "x", features; "y", 1; "w", 1 ]
            else
                [ "x", features; "t", outputs ]

        {
            Table = Table.OfSingles(blocks, data)
            Rows = rows.Length
        }
