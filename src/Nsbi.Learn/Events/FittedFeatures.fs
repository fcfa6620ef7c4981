namespace Nsbi.Learn.Events

open System
open System.Globalization
open Nsbi.Learn

// i: event, j: feature.

/// A feature whose transforms have all their numbers.
type FittedFeature = {
    /// What tables, faults and reports call it.
    Name: string
    /// What is computed of an event.
    Expression: Expression
    /// What is done where it has no value; None: it always has one.
    Missing: FittedMissing option
    /// What is done to that, first step first.
    Transforms: FittedTransform list
}

/// The inputs of a network for a table.
type FeatureMatrix = {
    /// Names of the features and, behind them, of the indicators of missing ones; length Columns.
    Names: string[]
    /// Number of events.
    Rows: int
    /// Number of features and indicators.
    Columns: int
    /// Rows x Columns, row-major: event i, input j at i · Columns + j. All finite.
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
    let private code (missing: FittedMissing option) : float option =
        missing
        |> Option.map (fun missing ->
            match missing with
            | FittedMissing.Never code
            | FittedMissing.Filled(code, _, _) -> code)

    let private indicator (feature: FittedFeature) : int option =
        match feature.Missing with
        | Some(FittedMissing.Filled(_, _, indicator)) -> Some indicator
        | _ -> None

    /// The features of each indicator, in the order of the indicators.
    let private patterns (fitted: FittedFeatures) : FittedFeature list list =
        fitted.Features
        |> List.filter (indicator >> Option.isSome)
        |> List.groupBy (indicator >> Option.get)
        |> List.sortBy fst
        |> List.map snd

    /// <summary>Learns what the transforms need from a table.</summary>
    /// <param name="features">in the order of the network's inputs</param>
    /// <param name="table">the training events; |w_i| weighs event i in mean and deviation, and
    /// events of weight 0 do not count for least and greatest</param>
    /// <returns>or all faults: a table without events or weight, unknown columns, values outside
    /// the domain of a transform (with their events), features that are constant and cannot be
    /// scaled, features that are missing in all events</returns>
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

        let transforms (feature: Feature) (table: EventTable) weighted values =
            feature.Transforms
            |> List.choose (fun transform ->
                let sound = Array.forall Double.IsFinite values

                let fitted =
                    if sound && weighted then
                        FittedTransform.learn log table feature.Name values transform
                    else
                        match transform with
                        | FeatureTransform.Standardise
                        | FeatureTransform.MinMax _ -> None
                        | _ -> Some(FittedTransform.Fixed transform)

                fitted
                |> Option.iter (fun t -> FittedTransform.applyStep log table feature.Name t values)

                fitted)

        let masks = ResizeArray<bool[]>()

        let missing code (mask: bool[]) fill =
            if Array.isEmpty mask then
                FittedMissing.Never code
            else
                let place = masks.FindIndex(fun other -> MissingValues.same other mask)
                let place = if place < 0 then masks.Count else place

                if place = masks.Count then
                    masks.Add mask

                FittedMissing.Filled(code, fill, place)

        let fitOne (feature: Feature) : FittedFeature =
            let mask = MissingValues.mask feature.Missing feature.Expression table
            let present = MissingValues.present mask feature.Expression table
            let counts = Array.exists (fun w -> w <> 0.0) present.WeightArray

            if weighted && not counts then
                Fault.create
                    (String.Join(" + ", table.Sources))
                    "the feature is missing in all events that have a weight"
                    "leave it out"
                |> Fault.inColumn feature.Name
                |> log.Add

            let values =
                FittedTransform.start log present feature.Name feature.Expression
                |> Option.defaultValue [||]

            let fitted =
                if values.Length = 0 then
                    []
                else
                    transforms feature present counts values

            {
                Name = feature.Name
                Expression = feature.Expression
                Missing =
                    feature.Missing
                    |> Option.map (fun code ->
                        if values.Length > 0 && counts then
                            let struct (mean, _) =
                                FittedTransform.moments present.WeightArray values

                            missing code mask mean
                        else
                            FittedMissing.Never code)
                Transforms = fitted
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

    /// Names of the indicators of missing values, in the order of the network's inputs: <c>no pt</c>,
    /// or <c>no pt and 2 more</c> where three features lack their values in the same events.
    let indicators (fitted: FittedFeatures) : string list =
        patterns fitted
        |> List.map (fun together ->
            match together.Length with
            | 1 -> $"no {together.Head.Name}"
            | several -> $"no {together.Head.Name} and {several - 1} more")

    /// Names of the features and, behind them, of the indicators, in the order of the network's inputs.
    let names (fitted: FittedFeatures) : string list =
        (fitted.Features |> List.map _.Name) @ indicators fitted

    /// The numbers that stand for missing values, by column.
    let codes (fitted: FittedFeatures) : Map<string, float> =
        Map.ofList [
            for feature in fitted.Features do
                match code feature.Missing with
                | Some code ->
                    for column in Expression.columns feature.Expression do
                        column, code
                | None -> ()
        ]

    /// <summary>The events of a table that lack each feature, in the order of the features: length
    /// Count, or empty where no event does.</summary>
    let missing (fitted: FittedFeatures) (table: EventTable) : bool[] list =
        fitted.Features
        |> List.map (fun feature ->
            MissingValues.mask (code feature.Missing) feature.Expression table)

    /// <summary>One feature of each event, and NaN where it is missing: for histograms.</summary>
    /// <param name="place">number of the feature, from 0</param>
    /// <param name="fitted">the features</param>
    /// <param name="table">the events</param>
    /// <param name="matrix">what <c>apply</c> made of the table</param>
    let column
        (place: int)
        (fitted: FittedFeatures)
        (table: EventTable)
        (matrix: FeatureMatrix)
        : float[] =
        let feature = fitted.Features[place]
        let mask = MissingValues.mask (code feature.Missing) feature.Expression table

        Array.init matrix.Rows (fun i ->
            if mask.Length > 0 && mask[i] then
                nan
            else
                float matrix.Values[i * matrix.Columns + place])

    /// Faults of the events for which a condition holds.
    let private refuse
        (log: FaultLog)
        (table: EventTable)
        name
        problem
        remedy
        (where: int -> bool)
        =
        for i in 0 .. table.Count - 1 do
            if where i then
                let struct (source, row) = table.Origin i

                Fault.create source problem remedy
                |> Fault.atEvent row
                |> Fault.inColumn name
                |> log.Add

    /// The indicators of a table, and faults where an event lacks what none lacked before.
    let private indicate log (table: EventTable) (fitted: FittedFeatures) (masks: bool[] list) =
        let lacks (mask: bool[]) i = mask.Length > 0 && mask[i]

        let remedy = "leave the feature out, or learn from events such as this one"

        for feature, mask in List.zip fitted.Features masks do
            match feature.Missing with
            | Some(FittedMissing.Never _) when mask.Length > 0 ->
                let problem = "the feature is missing, as in no event it was learned from"
                refuse log table feature.Name problem remedy (lacks mask)
            | _ -> ()

        [
            for together in patterns fitted do
                let masks = [
                    for feature, mask in List.zip fitted.Features masks do
                        if indicator feature = indicator together.Head then
                            mask
                ]

                for feature, mask in List.tail (List.zip together masks) do
                    let problem =
                        $"either this feature or {together.Head.Name} is missing, which were missing together in all events they were learned from"

                    refuse log table feature.Name problem remedy (fun i ->
                        lacks mask i <> lacks masks.Head i)

                masks.Head
        ]

    /// <summary>The values of the features for every event of a table, and the indicators of missing
    /// ones behind them: [rows x inputs], row-major.</summary>
    /// <returns>or all faults: unknown columns, values that a transform or float32 cannot take,
    /// features that are missing as in no event that was learned from</returns>
    let apply (fitted: FittedFeatures) (table: EventTable) : Result<FeatureMatrix, Fault list> =
        let log = FaultLog()
        let masks = missing fitted table
        let extra = indicate log table fitted masks
        let width = fitted.Features.Length + extra.Length
        let matrix = Array.zeroCreate<float32>(table.Count * width)

        extra
        |> List.iteri (fun k mask ->
            for i in 0 .. mask.Length - 1 do
                if mask[i] then
                    matrix[i * width + fitted.Features.Length + k] <- 1.0f)

        List.zip fitted.Features masks
        |> List.iteri (fun j (feature, mask) ->
            let present = MissingValues.present mask feature.Expression table

            let fill =
                match feature.Missing with
                | Some(FittedMissing.Filled(_, fill, _)) -> float32 fill
                | _ -> 0.0f

            FittedTransform.start log present feature.Name feature.Expression
            |> Option.iter (fun values ->
                for transform in feature.Transforms do
                    FittedTransform.applyStep log present feature.Name transform values

                let mutable row = 0

                for i in 0 .. mask.Length - 1 do
                    if mask[i] then
                        matrix[i * width + j] <- fill

                for i in 0 .. values.Length - 1 do
                    while mask.Length > 0 && mask[row] do
                        row <- row + 1

                    let single = float32 values[i]
                    matrix[row * width + j] <- single
                    row <- row + 1

                    if Double.IsFinite values[i] && not (Single.IsFinite single) then
                        let struct (source, row) = present.Origin i

                        Fault.create
                            source
                            "the feature is too large for a network"
                            "standardise it"
                        |> Fault.atEvent row
                        |> Fault.inColumn feature.Name
                        |> Fault.withValue (FittedTransform.number values[i])
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
