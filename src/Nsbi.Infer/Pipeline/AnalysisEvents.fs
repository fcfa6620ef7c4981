namespace Nsbi.Infer

open System
open System.IO
open Nsbi.Learn
open Nsbi.Learn.Events

// Axes: event i, sample k.

/// <summary>The selected simulated events of an analysis: all samples, one after the other.</summary>
[<NoComparison; ReferenceEquality>]
type SimulatedEvents = {
    /// Names of the samples, in the order of the reference mixture.
    Samples: string[]
    /// <summary>ν_k: expected events of each sample after the selection.</summary>
    Yields: float[]
    /// The events of all samples, with the weights of their files.
    Events: EventTable
    /// The sample of each event, from 0.
    Sample: int[]
    /// The group of each event: equal events are one group and stay in one fold.
    Groups: uint64[]
}

/// <summary>The observable of the conventional analysis.</summary>
[<NoComparison; ReferenceEquality>]
type ObservableValues = {
    /// Its name.
    Name: string
    /// Its value for each simulated event.
    Simulated: float[]
    /// Its value for each observed event, if there are data.
    Observed: float[] option
}

/// <summary>Everything an analysis reads: simulated and observed events, and the files they came
/// from.</summary>
[<NoComparison; ReferenceEquality>]
type AnalysisEvents = {
    /// The simulated events.
    Simulated: SimulatedEvents
    /// The selected observed events, if the analysis has any.
    Observed: EventTable option
    /// The group of each observed event, by the same columns as the simulated ones.
    ObservedGroups: uint64[]
    /// The observable of the conventional analysis, if there is one.
    Observable: ObservableValues option
    /// The files by the name the analysis gives them, with their SHA-256.
    Files: (string * string) list
}

/// <summary>Operations on simulated events.</summary>
[<RequireQualifiedAccess>]
module SimulatedEvents =

    /// <summary>The expected number of events that each event stands for: w_i ν_k/Σ_{j of k} w_j.</summary>
    let expected (simulated: SimulatedEvents) : float[] =
        let weights = EventTable.weights simulated.Events
        let sums = Array.zeroCreate<float> simulated.Samples.Length
        Array.iter2 (fun k w -> sums[k] <- sums[k] + w) simulated.Sample weights
        Array.map2 (fun k w -> w * simulated.Yields[k] / sums[k]) simulated.Sample weights

    /// <summary>The events at some rows, with the yields they stand for.</summary>
    /// <param name="rows">the events to keep</param>
    /// <param name="yields">ν_k of what is kept</param>
    /// <param name="simulated">all events</param>
    let take (rows: int[]) (yields: float[]) (simulated: SimulatedEvents) : SimulatedEvents = {
        simulated with
            Yields = yields
            Events = EventTable.take rows simulated.Events
            Sample = rows |> Array.map (fun i -> simulated.Sample[i])
            Groups = rows |> Array.map (fun i -> simulated.Groups[i])
    }

    /// Σ_k Σ_{i of k} v_i² (a_i − ā_k)(b_i − b̄_k): the covariance of Σ v a and Σ v b where the sum of the
    /// weights of each sample is known.
    let internal covariance
        (v: float[])
        (a: float[])
        (b: float[])
        (simulated: SimulatedEvents)
        : float =
        let sample, samples = simulated.Sample, simulated.Samples.Length
        let sum = Array.zeroCreate<float> samples
        let meanA = Array.zeroCreate<float> samples
        let meanB = Array.zeroCreate<float> samples

        for i in 0 .. v.Length - 1 do
            let k = sample[i]
            sum[k] <- sum[k] + v[i]
            meanA[k] <- meanA[k] + v[i] * a[i]
            meanB[k] <- meanB[k] + v[i] * b[i]

        for k in 0 .. samples - 1 do
            if sum[k] > 0.0 then
                meanA[k] <- meanA[k] / sum[k]
                meanB[k] <- meanB[k] / sum[k]

        let mutable total = 0.0

        for i in 0 .. v.Length - 1 do
            let k = sample[i]
            total <- total + v[i] * v[i] * (a[i] - meanA[k]) * (b[i] - meanB[k])

        total

/// <summary>Reads the events of an analysis.</summary>
[<RequireQualifiedAccess>]
module AnalysisEvents =

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

    /// The values of the observable, NaN where it is missing; what its transforms learn is learned from
    /// the simulation.
    let private observableValues analysis (simulated: EventTable) (observed: EventTable option) =
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

                match values simulated, data with
                | Ok simulated, Ok observed ->
                    Ok(
                        Some {
                            Name = feature.Name
                            Simulated = simulated
                            Observed = observed
                        }
                    )
                | Error faults, _
                | _, Error faults -> Error faults)

    let private columnsOf (analysis: Analysis) : string list =
        let observable = observable analysis |> Option.toList |> Feature.columns
        identity analysis @ observable |> List.distinct

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
            | SampleToy(_, name, events) ->
                ToyEvents.simulate analysis.Seed name events
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

    let private faultsOf result =
        match result with
        | Ok _ -> []
        | Error faults -> faults

    let private files folder (analysis: Analysis) =
        let paths = [
            for sample in analysis.Samples do
                match sample.Source with
                | SampleFile path -> path
                | SampleToy _ -> ()
            match analysis.Data with
            | Some(DataFile path) -> path
            | _ -> ()
        ]

        paths
        |> List.distinct
        |> List.map (fun path -> path, ContentHash.ofFile (resolve folder path))

    /// <summary>The simulated and observed events of an analysis.</summary>
    /// <param name="folder">what relative paths of the analysis are relative to</param>
    /// <param name="analysis">checked before</param>
    /// <returns>or every fault of every file</returns>
    let read (folder: string) (analysis: Analysis) : Result<AnalysisEvents, Fault list> =
        let columns = columnsOf analysis

        let samples =
            analysis.Reference
            |> List.map (fun (name, _) ->
                analysis.Samples
                |> List.find (fun sample -> sample.Name = name)
                |> readSample folder analysis columns)

        let data = readData folder analysis columns

        match List.collect faultsOf samples @ faultsOf data with
        | [] ->
            let tables = samples |> List.choose Result.toOption
            let events = tables |> List.map fst |> EventTable.concat

            let sample =
                tables
                |> List.mapi (fun k (table, _) -> Array.create table.Count k)
                |> Array.concat

            let observed = data |> Result.defaultValue None

            observableValues analysis events observed
            |> Result.map (fun observable -> {
                Simulated = {
                    Samples = analysis.Reference |> List.map fst |> List.toArray
                    Yields = tables |> List.map snd |> List.toArray
                    Events = events
                    Sample = sample
                    Groups = Fold.groupsByValue (identity analysis) events
                }
                Observed = observed
                ObservedGroups =
                    match observed with
                    | Some table -> Fold.groupsByValue (identity analysis) table
                    | None -> [||]
                Observable = observable
                Files = files folder analysis
            })
        | faults -> Error faults
