namespace Nsbi.Learn.Events

open System
open System.Globalization
open Nsbi.Learn

// i: event, j: feature.

/// A transform with all its numbers.
[<RequireQualifiedAccess>]
type FittedTransform =
    /// Nothing to learn: any transform but Standardise and MinMax.
    | Fixed of transform: FeatureTransform
    /// (x − mean) / deviation.
    | Standardised of mean: float * deviation: float
    /// low + (high − low) (x − least) / (greatest − least).
    | MinMaxed of least: float * greatest: float * low: float * high: float

/// A feature whose transforms have all their numbers.
type FittedFeature = {
    /// What tables, faults and reports call it.
    Name: string
    /// What is computed of an event.
    Expression: Expression
    /// What is done to that, first step first.
    Transforms: FittedTransform list
}

/// The inputs of a network for a table.
type FeatureMatrix = {
    /// Names of the features; length Columns.
    Names: string[]
    /// Number of events.
    Rows: int
    /// Number of features.
    Columns: int
    /// Rows x Columns, row-major: event i, feature j at i · Columns + j. All finite.
    Values: float32[]
}

/// Features with what their transforms learned, ready for any table.
type FittedFeatures = {
    /// In the order of the network's inputs.
    Features: FittedFeature list
}

/// Learning the numbers of transforms, and applying them.
[<RequireQualifiedAccess>]
module FittedFeatures =
    let private number (value: float) =
        value.ToString("R", CultureInfo.InvariantCulture)

    /// ln(1 + x) without losing the digits of a small x (Kahan's quotient).
    let private log1p (x: float) =
        let u = 1.0 + x
        if u = 1.0 then x else Math.Log u * (x / (u - 1.0))

    /// One number through one step; NaN where the step is not defined there.
    let internal step (transform: FittedTransform) (x: float) : float =
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
    let private applyStep (log: FaultLog) (table: EventTable) name transform (values: float[]) =
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

    let private start (log: FaultLog) (table: EventTable) name expression =
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
    let internal moments (weights: float[]) (values: float[]) : struct (float * float) =
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

    let private learn log (table: EventTable) name (values: float[]) transform =
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

    /// <summary>Learns what the transforms need from a table.</summary>
    /// <param name="features">in the order of the network's inputs</param>
    /// <param name="table">the training events; |w_i| weighs event i in mean and deviation, and
    /// events of weight 0 do not count for least and greatest</param>
    /// <returns>or all faults: a table without events or weight, unknown columns, values outside
    /// the domain of a transform (with their events), features that are constant and cannot be
    /// scaled</returns>
    let fit (features: Feature list) (table: EventTable) : Result<FittedFeatures, Fault list> =
        let log = FaultLog()
        let weighted = Array.exists (fun w -> w <> 0.0) table.WeightArray

        if not weighted then
            let source = String.Join(" + ", table.Sources)

            Fault.create
                source
                "there is no event with a weight to learn from"
                "check the selection"
            |> log.Add

        let fitOne (feature: Feature) : FittedFeature = {
            Name = feature.Name
            Expression = feature.Expression
            Transforms =
                match start log table feature.Name feature.Expression with
                | None -> []
                | Some values ->
                    feature.Transforms
                    |> List.choose (fun transform ->
                        let sound = Array.forall Double.IsFinite values

                        let fitted =
                            if sound && weighted then
                                learn log table feature.Name values transform
                            else
                                match transform with
                                | FeatureTransform.Standardise
                                | FeatureTransform.MinMax _ -> None
                                | _ -> Some(FittedTransform.Fixed transform)

                        fitted |> Option.iter (fun t -> applyStep log table feature.Name t values)
                        fitted)
        }

        let fitted = features |> List.map fitOne

        if log.IsEmpty then
            Ok { Features = fitted }
        else
            Error(log.ToList())

    /// The columns the features read.
    let columns (fitted: FittedFeatures) : string list =
        fitted.Features
        |> List.collect (fun f -> Expression.columns f.Expression)
        |> List.distinct

    /// Names of the features, in the order of the network's inputs.
    let names (fitted: FittedFeatures) : string list = fitted.Features |> List.map _.Name

    /// <summary>The values of the features for every event of a table, [rows x features],
    /// row-major.</summary>
    /// <returns>or all faults: unknown columns, values that a transform or float32 cannot
    /// take</returns>
    let apply (fitted: FittedFeatures) (table: EventTable) : Result<FeatureMatrix, Fault list> =
        let log = FaultLog()
        let width = fitted.Features.Length
        let matrix = Array.zeroCreate<float32>(table.Count * width)

        fitted.Features
        |> List.iteri (fun j feature ->
            start log table feature.Name feature.Expression
            |> Option.iter (fun values ->
                for transform in feature.Transforms do
                    applyStep log table feature.Name transform values

                for i in 0 .. values.Length - 1 do
                    let single = float32 values[i]
                    matrix[i * width + j] <- single

                    if Double.IsFinite values[i] && not (Single.IsFinite single) then
                        let struct (source, row) = table.Origin i

                        Fault.create
                            source
                            "the feature is too large for a network"
                            "standardise it"
                        |> Fault.atEvent row
                        |> Fault.inColumn feature.Name
                        |> Fault.withValue (number values[i])
                        |> log.Add))

        if log.IsEmpty then
            Ok {
                Names = names fitted |> List.toArray
                Rows = table.Count
                Columns = width
                Values = matrix
            }
        else
            Error(log.ToList())
