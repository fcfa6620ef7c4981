namespace Nsbi.Infer

open System.IO
open Nsbi.Learn
open Nsbi.Learn.Events

/// <summary>The observable of the conventional analysis.</summary>
[<NoComparison; ReferenceEquality>]
type ObservableValues = {
    /// Its name.
    Name: string
    /// Its value for each simulated event.
    Simulated: float[]
    /// Its value for each observed event, if there are data.
    Observed: float[] option
    /// Its value for each event of the variations, by the names of their plans.
    Varied: Map<string, Sides<float[]>>
}

/// <summary>Everything an analysis reads: simulated and observed events, and the files they came
/// from.</summary>
[<NoComparison; ReferenceEquality>]
type AnalysisEvents = {
    /// The simulated events.
    Simulated: SimulatedEvents
    /// The varied events of the systematics.
    Variations: VariationEvents list
    /// The selected observed events, if the analysis has any.
    Observed: EventTable option
    /// The group of each observed event, by the same columns as the simulated ones.
    ObservedGroups: uint64[]
    /// The observable of the conventional analysis, if there is one.
    Observable: ObservableValues option
    /// The files by the name the analysis gives them, with their SHA-256.
    Files: (string * string) list
}

/// <summary>Reads the events of an analysis.</summary>
[<RequireQualifiedAccess>]
module AnalysisEvents =

    let private faultsOf result =
        match result with
        | Ok _ -> []
        | Error faults -> faults

    let private collectSides (read: 'a -> Result<'b, Fault list>) (sides: Sides<'a>) =
        sides
        |> Sides.toList
        |> List.map read
        |> Fault.collect
        |> Result.map (fun values -> {
            Up = values.Head
            Down = List.tryItem 1 values
        })

    let private parsed result =
        match result with
        | Ok value -> value
        // The analysis was checked before: its texts can be read.
        | Error fault -> invalidOp (string (fault: Fault))

    let private missing (analysis: Analysis) (feature: Feature) : Feature =
        match analysis.Missing with
        | Some code -> Feature.missing code feature
        | None -> feature

    /// <summary>The features of the networks.</summary>
    /// <param name="analysis">checked before</param>
    let features (analysis: Analysis) : Feature list =
        analysis.Features |> List.map (Feature.parse >> parsed >> missing analysis)

    /// The columns that tell events apart: those of the features and of the selection. What is shown
    /// beside them has no say in the folds.
    let private identity (analysis: Analysis) : string list =
        let selection =
            analysis.Selection
            |> Option.map (fun s -> Selection.parse s |> parsed |> Selection.columns)
            |> Option.defaultValue []

        Feature.columns (features analysis) @ selection |> List.distinct

    let private observable (analysis: Analysis) : Feature option =
        analysis.Conventional
        |> Option.map (fun c -> Feature.parse c.Observable |> parsed |> missing analysis)

    /// <summary>The features of the goodness of fit, empty where they are those of the networks; none where
    /// it is not asked for.</summary>
    let goodness (analysis: Analysis) : Feature list option =
        analysis.Goodness
        |> Option.map (fun plan ->
            plan.Features |> List.map (Feature.parse >> parsed >> missing analysis))

    /// The values of the observable, NaN where it is missing; what its transforms learn is learned from
    /// the simulation.
    let private observableValues
        analysis
        (simulated: EventTable)
        (observed: EventTable option)
        (variations: VariationEvents list)
        =
        match observable analysis with
        | None -> Ok None
        | Some feature ->
            FittedFeatures.fit [ feature ] simulated
            |> Result.bind (fun fitted ->
                let values table =
                    FittedFeatures.apply fitted table
                    |> Result.map (fun matrix -> FittedFeatures.column 0 fitted table matrix)

                let data =
                    match observed with
                    | Some table when table.Count > 0 -> values table |> Result.map Some
                    | Some _ -> Ok(Some [||])
                    | None -> Ok None

                let varied =
                    variations
                    |> List.map (fun variation ->
                        variation.Sides
                        |> collectSides (fun (side: VariedEvents) -> values side.Events)
                        |> Result.map (fun sides -> variation.Plan.Name, sides))
                    |> Fault.collect

                match values simulated, data, varied with
                | Ok simulated, Ok observed, Ok varied ->
                    Ok(
                        Some {
                            Name = feature.Name
                            Simulated = simulated
                            Observed = observed
                            Varied = Map.ofList varied
                        }
                    )
                | simulated, data, varied ->
                    Error(faultsOf simulated @ faultsOf data @ faultsOf varied))

    let private columnsOf (analysis: Analysis) : string list =
        let observable = observable analysis |> Option.toList
        let tested = goodness analysis |> Option.defaultValue []
        identity analysis @ Feature.columns (observable @ tested) |> List.distinct

    let private condition (text: string option) : Condition option =
        text |> Option.map (Selection.parse >> parsed)

    let private kept (condition: Condition option) (table: EventTable) =
        match condition with
        | None -> Ok table
        | Some condition -> Selection.apply condition table

    /// The selected events; none may be observed.
    let private keep (analysis: Analysis) (table: EventTable) : Result<EventTable, Fault list> =
        kept (condition analysis.Selection) table

    /// The selected events of a sample, which must have some.
    let private select
        (analysis: Analysis)
        source
        (table: EventTable)
        : Result<EventTable, Fault list> =
        keep analysis table
        |> Result.bind (fun selected ->
            if selected.Count > 0 then
                Ok selected
            else
                let remedy = $"widen it: there are {table.Count} events"

                Error [
                    Fault.create source "the selection keeps no event" remedy
                    |> Fault.withValue (defaultArg analysis.Selection "")
                ])

    let private resolve (folder: string) (path: string) : string = Path.Combine(folder, path)

    /// The events of a file, or of the part of it that is a sample.
    let private readFile folder (analysis: Analysis) columns weight part (path: string) =
        let texts =
            condition analysis.Selection
            |> Option.map Selection.texts
            |> Option.defaultValue []

        EventFile.read
            {
                EventRequest.columns columns with
                    Texts = texts
                    Weight = weight
                    Selection = part
            }
            (resolve folder path)

    let private notPositive (name: string) (sum: float) : Fault list =
        if sum > 0.0 then
            []
        else
            let remedy = "check the weights and the selection"

            [
                Fault.create
                    $"sample '{name}'"
                    "the total weight of the selected events is not positive"
                    remedy
                |> Fault.withValue (string sum)
            ]

    /// The columns of a toy's events, which the analysis may have misspelt.
    let private ofToy (source: string) (columns: string list) (table: EventTable) =
        match columns |> List.filter (fun name -> not (Seq.contains name table.Names)) with
        | [] -> Ok(EventTable.select columns table)
        | missing ->
            missing
            |> List.map (fun name ->
                Fault.unknown source "there is no such column" name table.Names)
            |> Error

    let private readSample folder (analysis: Analysis) columns (sample: Sample) =
        let part = condition sample.Selection

        let read =
            match sample.Source with
            | SampleFile path ->
                readFile folder analysis columns sample.Weight part path
                |> Result.map (fun table -> table, sample.Yield)
            | SampleToy(_, name, events, shift) ->
                ToyEvents.simulate analysis.Seed name events shift
                |> kept part
                |> Result.bind (ofToy $"sample '{sample.Name}'" columns)
                |> Result.map (fun table ->
                    let share = float table.Count / float events
                    table, Some(defaultArg sample.Yield (share * ToyEvents.expected name)))

        read
        |> Result.bind (fun (table, expected) ->
            let source =
                match sample.Source with
                | SampleFile path -> path
                | SampleToy _ -> $"sample '{sample.Name}'"

            select analysis source table
            |> Result.bind (fun selected ->
                match notPositive sample.Name selected.SumOfWeights with
                | [] ->
                    let expected =
                        match expected with
                        | None -> selected.SumOfWeights
                        | Some nu -> nu * selected.SumOfWeights / table.SumOfWeights

                    // What only the sample's own selection reads is not there in all samples.
                    Ok(EventTable.select columns selected, expected)
                | faults -> Error faults))

    let private readData
        folder
        (analysis: Analysis)
        columns
        : Result<EventTable option, Fault list> =
        match analysis.Data with
        | None -> Ok None
        | Some(DataFile path) ->
            readFile folder analysis columns None None path
            |> Result.bind (keep analysis)
            |> Result.map Some
        | Some(DataToy(_, value)) ->
            ToyEvents.pseudoData analysis.Seed value
            |> ofToy "data" columns
            |> Result.bind (keep analysis)
            |> Result.map Some

    let private files folder (analysis: Analysis) =
        let paths = [
            for sample in analysis.Samples do
                match sample.Source with
                | SampleFile path -> path
                | SampleToy _ -> ()
            for plan in VariationPlan.ofAnalysis analysis do
                match plan.Source with
                | VariedSamples sides ->
                    for varied in Sides.toList sides do
                        match varied.Source with
                        | SampleFile path -> path
                        | SampleToy _ -> ()
                | _ -> ()
            match analysis.Data with
            | Some(DataFile path) -> path
            | _ -> ()
        ]

        paths
        |> List.distinct
        |> List.map (fun path -> path, ContentHash.ofFile (resolve folder path))

    /// The varied events of a plan.
    let private readVariation
        folder
        (analysis: Analysis)
        columns
        (names: string list)
        (nominal: string -> EventTable * float)
        (plan: VariationPlan)
        : Result<VariationEvents, Fault list> =
        let sample = analysis.Samples |> List.find (fun s -> s.Name = plan.Sample)

        let varied (table: EventTable, expected) =
            let table = EventTable.select columns table

            {
                Events = table
                Groups = Fold.groupsByValue (identity analysis) table
                Yield = expected
            }

        match plan.Source with
        | RateFactors _ -> invalidArg (nameof plan) "a factor has no events"
        | VariedSamples sides ->
            sides
            |> collectSides (VariationEvents.completed sample >> readSample folder analysis columns)
        | VariedWeights sides ->
            sides |> collectSides (VariationEvents.reweighted plan (nominal plan.Sample))
        |> Result.map (fun sides -> {
            Plan = plan
            Sample = List.findIndex ((=) plan.Sample) names
            Reweighted = plan.Source.IsVariedWeights
            Sides = Sides.map varied sides
        })

    /// <summary>The simulated and observed events of an analysis.</summary>
    /// <param name="folder">what relative paths of the analysis are relative to</param>
    /// <param name="analysis">checked before</param>
    /// <returns>or every fault of every file</returns>
    let read (folder: string) (analysis: Analysis) : Result<AnalysisEvents, Fault list> =
        let columns = columnsOf analysis
        let plans = VariationPlan.ofAnalysis analysis
        let names = analysis.Reference |> List.map fst

        let samples =
            names
            |> List.map (fun name ->
                let more = VariationEvents.columns plans name

                analysis.Samples
                |> List.find (fun sample -> sample.Name = name)
                |> readSample folder analysis (columns @ more |> List.distinct))

        let data = readData folder analysis columns

        let variations =
            plans
            |> List.map (fun plan ->
                match samples[List.findIndex ((=) plan.Sample) names], plan.Source with
                // What reweights a sample that cannot be read has no fault of its own.
                | Error _, VariedWeights _ -> Error []
                | sample, _ ->
                    let nominal _ =
                        Result.defaultWith (fun _ -> invalidOp "unread") sample

                    readVariation folder analysis columns names nominal plan)

        match List.collect faultsOf samples @ faultsOf data @ List.collect faultsOf variations with
        | [] ->
            let tables = samples |> List.choose Result.toOption

            let events =
                tables |> List.map (fst >> EventTable.select columns) |> EventTable.concat

            let sample =
                tables
                |> List.mapi (fun k (table, _) -> Array.create table.Count k)
                |> Array.concat

            let observed = data |> Result.defaultValue None
            let variations = variations |> List.choose Result.toOption

            observableValues analysis events observed variations
            |> Result.map (fun observable -> {
                Simulated = {
                    Samples = List.toArray names
                    Yields = tables |> List.map snd |> List.toArray
                    Events = events
                    Sample = sample
                    Groups = Fold.groupsByValue (identity analysis) events
                }
                Variations = variations
                Observed = observed
                ObservedGroups =
                    match observed with
                    | Some table -> Fold.groupsByValue (identity analysis) table
                    | None -> [||]
                Observable = observable
                Files = files folder analysis
            })
        | faults -> Error faults
