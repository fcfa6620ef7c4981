namespace Nsbi.Learn.Events

open System
open System.Globalization
open Nsbi.Learn

// i: event.

/// A transform with all its numbers.
[<RequireQualifiedAccess>]
type FittedTransform =
    /// Nothing to learn: any transform but Standardise and MinMax.
    | Fixed of transform: FeatureTransform
    /// (x − mean) / deviation.
    | Standardised of mean: float * deviation: float
    /// low + (high − low) (x − least) / (greatest − least).
    | MinMaxed of least: float * greatest: float * low: float * high: float

/// Steps from a column to a feature, and what they learn.
[<RequireQualifiedAccess>]
module internal FittedTransform =
    let number (value: float) =
        value.ToString("R", CultureInfo.InvariantCulture)

    /// ln(1 + x) without losing the digits of a small x (Kahan's quotient).
    let private log1p (x: float) =
        let u = 1.0 + x
        if u = 1.0 then x else Math.Log u * (x / (u - 1.0))

    /// One number through one step; NaN where the step is not defined there.
    let step (transform: FittedTransform) (x: float) : float =
        match transform with
        | FittedTransform.Fixed transform ->
            match transform with
            | FeatureTransform.Log -> if x > 0.0 then Math.Log x else nan
            | FeatureTransform.Log1p -> if x > -1.0 then log1p x else nan
            | FeatureTransform.Sqrt -> Math.Sqrt x
            | FeatureTransform.Abs -> abs x
            | FeatureTransform.Cos -> Math.Cos x
            | FeatureTransform.Sin -> Math.Sin x
            | FeatureTransform.Clip(low, high) -> Math.Min(Math.Max(x, low), high)
            | FeatureTransform.Standardise
            | FeatureTransform.MinMax _ -> invalidOp $"'{transform}' has to be fitted first"
        | FittedTransform.Standardised(mean, deviation) -> (x - mean) / deviation
        | FittedTransform.MinMaxed(least, greatest, low, high) ->
            low + (high - low) * ((x - least) / (greatest - least))

    /// What a step asks of its argument.
    let private domain transform =
        match transform with
        | FittedTransform.Fixed FeatureTransform.Log -> "log takes numbers above 0"
        | FittedTransform.Fixed FeatureTransform.Log1p -> "log1p takes numbers above -1"
        | FittedTransform.Fixed FeatureTransform.Sqrt -> "sqrt takes numbers from 0 on"
        | _ -> "the result has to be finite"

    /// Applies a step in place; events where it gives no finite number go into the log.
    let applyStep (log: FaultLog) (table: EventTable) name transform (values: float[]) =
        for i in 0 .. values.Length - 1 do
            let x = values[i]
            let y = step transform x
            values[i] <- y
            // A value that was faulted by an earlier step is not faulted again.
            if Double.IsFinite x && not (Double.IsFinite y) then
                let struct (source, row) = table.Origin i

                Fault.create source "the feature is not defined for this value" (domain transform)
                |> Fault.atEvent row
                |> Fault.inColumn name
                |> Fault.withValue (number x)
                |> log.Add

    /// The expression of a feature for each event; none where its columns are not there.
    let start (log: FaultLog) (table: EventTable) name expression =
        let unknown =
            Expression.columns expression
            |> List.filter (fun column -> not (table.Has column))

        for column in unknown do
            let fault = Fault.unknown "feature" "no such column" column table.NameArray
            log.Add(Fault.withValue name fault)

        if unknown.IsEmpty then
            let values = Expression.evaluate expression table

            values
            |> Array.iteri (fun i value ->
                if not (Double.IsFinite value) then
                    let struct (source, row) = table.Origin i

                    Fault.create
                        source
                        "the expression of the feature is not a finite number"
                        (string expression)
                    |> Fault.atEvent row
                    |> Fault.inColumn name
                    |> Fault.withValue (number value)
                    |> log.Add)

            Some values
        else
            None

    let private constant (log: FaultLog) (table: EventTable) name value transform =
        Fault.create
            (String.Join(" + ", table.Sources))
            "the feature has one value for all events and cannot be scaled"
            $"leave it out, or drop '{transform}'"
        |> Fault.inColumn name
        |> Fault.withValue (number value)
        |> log.Add

    /// <summary>Mean and standard deviation Σ|w|x/Σ|w|, √(Σ|w|(x−mean)²/Σ|w|).</summary>
    /// <remarks>Negative weights enter with their magnitude: the numbers only set a scale, and must
    /// exist for every sample.</remarks>
    let moments (weights: float[]) (values: float[]) : struct (float * float) =
        let mutable total = 0.0
        let mutable sum = 0.0

        for i in 0 .. values.Length - 1 do
            total <- total + abs weights[i]
            sum <- sum + abs weights[i] * values[i]

        let mean = sum / total
        let mutable squares = 0.0

        for i in 0 .. values.Length - 1 do
            let d = values[i] - mean
            squares <- squares + abs weights[i] * d * d

        struct (mean, Math.Sqrt(squares / total))

    /// A transform with what it learns from the values; none where there is a fault.
    let learn log (table: EventTable) name (values: float[]) transform =
        let weights = table.WeightArray

        match transform with
        | FeatureTransform.Standardise ->
            let struct (mean, deviation) = moments weights values

            if deviation > 1e-12 * abs mean then
                Some(FittedTransform.Standardised(mean, deviation))
            else
                constant log table name mean transform
                None
        | FeatureTransform.MinMax(low, high) ->
            let mutable least = infinity
            let mutable greatest = -infinity

            for i in 0 .. values.Length - 1 do
                if weights[i] <> 0.0 then
                    least <- min least values[i]
                    greatest <- max greatest values[i]

            if least < greatest then
                Some(FittedTransform.MinMaxed(least, greatest, low, high))
            else
                constant log table name least transform
                None
        | _ -> Some(FittedTransform.Fixed transform)
