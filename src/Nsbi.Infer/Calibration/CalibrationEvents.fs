namespace Nsbi.Infer.Calibration

open System
open System.IO
open Nsbi.Infer
open Nsbi.Learn
open Nsbi.Learn.Events
open Nsbi.Learn.Networks

// Axes: event i, moved feature j.

/// The events of one side.
[<NoComparison; ReferenceEquality>]
type internal CalibrationSide = {
    /// With the quantities that are moved as columns; signed weights.
    Table: EventTable
    /// Weights ≥ 0.
    Weights: float[]
    Groups: uint64[]
    HeldOut: bool[]
    /// [j][i], in which is moved.
    Coordinates: float[][]
    /// What the map depends on, [k][i].
    Conditions: float[][]
} with

    member this.Count: int = this.Weights.Length

    /// Rows with a weight, held out or not.
    member this.Rows(heldOut: bool) : int[] =
        [| 0 .. this.Count - 1 |]
        |> Array.filter (fun i -> this.HeldOut[i] = heldOut && this.Weights[i] > 0.0)

/// What a plan asks for, parsed.
type internal CalibrationWords = {
    Moved: MovedFeature list
    Condition: MovedFeature list
    Derived: Feature list
    Bins: (Feature * float[]) list
}

[<RequireQualifiedAccess>]
module internal CalibrationEvents =
    let private parsed result =
        match result with
        | Ok value -> value
        // The plan was checked before: its texts can be read.
        | Error fault -> invalidOp (string (fault: Fault))

    let words (plan: CalibrationPlan) : CalibrationWords = {
        Moved = plan.Features |> List.map (MovedFeature.parse plan.Coordinates >> parsed)
        Condition =
            plan.Condition
            |> List.map (MovedFeature.parse CalibrationCoordinates.Plain >> parsed)
        Derived = plan.Derived |> List.map (Feature.parse >> parsed)
        Bins =
            plan.Bins
            |> List.map (fun bins -> parsed (Feature.parse bins.Of), List.toArray bins.Edges)
    }

    let private condition (text: string option) : Condition option =
        text |> Option.map (Selection.parse >> parsed)

    let private signQuantity (plan: CalibrationPlan) : Feature list =
        match plan.Negative with
        | NegativePlan.Replace(_, SignBy.Bins(quantity, _)) -> [ parsed (Feature.parse quantity) ]
        | _ -> []

    /// Columns that files must have: what is made is not read.
    let private needed (plan: CalibrationPlan) (words: CalibrationWords) : string list =
        let made =
            [
                for feature in words.Moved do
                    feature.Column
                for feature in words.Derived do
                    feature.Name
            ]
            |> Set.ofList

        let used = [
            for feature in words.Moved @ words.Condition do
                yield! Expression.columns feature.Expression
            match condition plan.Selection with
            | Some condition -> yield! Selection.columns condition
            | None -> ()
        ]

        let later =
            Feature.columns (words.Derived @ List.map fst words.Bins @ signQuantity plan)
            |> List.filter (fun name -> not (made.Contains name))

        List.distinct (used @ later)

    let private request columns (plan: CalibrationPlan) (sample: Sample) : EventRequest =
        let texts =
            [ condition plan.Selection; condition sample.Selection ]
            |> List.choose id
            |> List.collect Selection.texts
            |> List.distinct

        {
            EventRequest.all with
                Columns = columns
                Texts = texts
                Weight = sample.Weight
                Selection = condition sample.Selection
        }

    let private select (source: string) (text: string option) (table: EventTable) =
        match condition text with
        | None -> Ok table
        | Some condition -> Selection.apply condition table
        |> Result.bind (fun selected ->
            if selected.Count > 0 then
                Ok selected
            else
                Error [
                    Fault.create
                        source
                        "the selection keeps no event"
                        $"widen it: there are {table.Count} events"
                    |> Fault.withValue (defaultArg text "")
                ])

    /// The selected events of a sample.
    let private events folder (plan: CalibrationPlan) words keep (sample: Sample) =
        let needed = needed plan words

        match sample.Source with
        | SampleToy(_, name, events, _) ->
            let who = CalibrationFaults.toys |> List.find (fun (known, _) -> known = name)

            FlavourTaggingToy.jets plan.Seed (snd who) events
            |> select $"sample '{sample.Name}'" sample.Selection
            |> Result.bind (select $"sample '{sample.Name}'" plan.Selection)
        | SampleFile path ->
            let columns = keep |> Option.map (fun more -> List.distinct (needed @ more))

            EventFile.read (request columns plan sample) (Path.Combine(folder, path))
            |> Result.bind (select path plan.Selection)

    let private known (source: string) (columns: string list) (table: EventTable) =
        columns
        |> List.filter (table.Has >> not)
        |> List.map (fun name -> Fault.unknown source "there is no such column" name table.Names)

    /// The quantities as columns, and their coordinates.
    let private quantities source (features: MovedFeature list) (table: EventTable) =
        let columns = features |> List.collect (fun f -> Expression.columns f.Expression)

        match known source columns table with
        | _ :: _ as faults -> Error faults
        | [] ->
            features
            |> List.map (fun feature -> MovedFeature.evaluate feature table)
            |> Fault.collect
            |> Result.map (List.map2 (fun feature values -> feature, values) features)

    let private coordinates (found: (MovedFeature * float[]) list) : float[][] =
        found
        |> List.map (fun (feature, values) -> Array.map (MovedFeature.coordinate feature) values)
        |> List.toArray

    /// The table with a column of each moved quantity.
    let withValues (found: (MovedFeature * float[]) list) (table: EventTable) : EventTable =
        (table, found)
        ||> List.fold (fun table (feature, values) ->
            EventTable.withColumn feature.Column values table)

    /// The values of derived quantities, in their order; each may use those before.
    let derive (features: Feature list) (table: EventTable) : Result<EventTable, Fault list> =
        (Ok table, features)
        ||> List.fold (fun table feature ->
            table
            |> Result.bind (fun table ->
                match known feature.Name (Feature.columns [ feature ]) table with
                | _ :: _ as faults -> Error faults
                | [] ->
                    let values = Expression.evaluate feature.Expression table

                    match values |> Array.tryFindIndex (Double.IsFinite >> not) with
                    | Some i ->
                        Error [
                            Fault.create
                                $"derived quantity '{feature.Name}'"
                                "the value is not a finite number"
                                "check the expression at the ends of its range"
                            |> Fault.atEvent (i + 1)
                        ]
                    | None -> Ok(EventTable.withColumn feature.Name values table)))

    /// The values of one quantity, written in text that was checked before.
    let quantity (text: string) (table: EventTable) : Result<float[], Fault list> =
        let feature = parsed (Feature.parse text)

        derive [ feature ] table |> Result.map (EventTable.values feature.Name)

    /// The share of events that no training sees, by the values that are moved.
    let private heldOut (plan: CalibrationPlan) (groups: uint64[]) : bool[] =
        let seed = DataSplit.networkSeed plan.Seed "calibration"
        groups |> Array.map (Fold.isValidation seed plan.HeldOut)

    let private side (plan: CalibrationPlan) (words: CalibrationWords) source (table: EventTable) =
        match quantities source words.Moved table, quantities source words.Condition table with
        | Ok moved, Ok conditions ->
            let table = withValues moved table

            let groups =
                words.Moved @ words.Condition
                |> List.map (fun feature ->
                    match feature.Expression with
                    | Column name -> name
                    | _ -> feature.Name)
                |> List.filter table.Has
                |> List.distinct
                |> fun columns -> Fold.groupsByValue columns table

            Ok {
                Table = table
                Weights = EventTable.weights table
                Groups = groups
                HeldOut = heldOut plan groups
                Coordinates = coordinates moved
                Conditions = coordinates conditions
            }
        | moved, conditions ->
            let faultsOf result =
                match result with
                | Ok _ -> []
                | Error faults -> faults

            Error(faultsOf moved @ faultsOf conditions)

    let private positive name (side: CalibrationSide) =
        if side.Weights |> Array.exists (fun w -> w < 0.0) then
            Error [
                Fault.create
                    name
                    "negative weights cannot be calibrated: a signed measure is no density"
                    "give \"negativeWeights\" a method for the source, or select others"
                |> Fault.withValue
                    $"{side.Weights |> Array.filter (fun w -> w < 0.0) |> Array.length} events"
            ]
        elif not (Array.sum side.Weights > 0.0) then
            Error [ Fault.create name "the weights add up to nothing" "check the weight column" ]
        else
            Ok side

    let private replaced (plan: CalibrationPlan) =
        match plan.Negative with
        | NegativePlan.Refuse -> false
        | NegativePlan.Replace _ -> true

    /// A file like the source, as a side without held-out events.
    let readLike
        folder
        (plan: CalibrationPlan)
        (path: string)
        : Result<CalibrationSide, Fault list> =
        let words = words plan

        events folder plan words plan.Output.Keep {
            plan.Source with
                Source = SampleFile path
        }
        |> Result.bind (side plan words path)
        |> Result.map (fun side -> {
            side with
                HeldOut = Array.create side.Count true
        })

    let private files folder (plan: CalibrationPlan) = [
        for sample in [ plan.Source; plan.Target ] do
            match sample.Source with
            | SampleFile path -> path, ContentHash.ofFile (Path.Combine(folder, path))
            | SampleToy _ -> ()
    ]

    /// Source, target, and the files with their SHA-256.
    let read
        (folder: string)
        (plan: CalibrationPlan)
        : Result<CalibrationSide * CalibrationSide * (string * string) list, Fault list> =
        let words = words plan

        let one keep checking (sample: Sample) =
            events folder plan words keep sample
            |> Result.bind (side plan words $"the {sample.Name}")
            |> Result.bind checking

        let source =
            one plan.Output.Keep (if replaced plan then Ok else positive "the source") plan.Source

        // Of the target nothing is kept: only what is looked at is read.
        let target = one (Some []) (positive "the target") plan.Target

        match source, target with
        | Ok source, Ok target -> Ok(source, target, files folder plan)
        | source, target ->
            let faultsOf result =
                match result with
                | Ok _ -> []
                | Error faults -> faults

            Error(faultsOf source @ faultsOf target)
