namespace Nsbi.Infer.Calibration

open System
open System.Runtime.InteropServices
open Nsbi.Infer
open Nsbi.Kernels
open Nsbi.Learn
open Nsbi.Learn.Networks
open Nsbi.Learn.Transport

// Axes: event i, moved feature j, condition k.

/// What was trained.
[<RequireQualifiedAccess>]
type internal CalibrationMap =
    | Weights of ReweightingMap
    /// Their mean is the map.
    | Transport of TransportMap list
    /// One per feature.
    | Monotone of MonotoneMap list

/// The source after calibration.
[<NoComparison; ReferenceEquality>]
type internal CalibratedSide = {
    /// [j][i].
    Coordinates: float[][]
    Weights: float[]
    /// Of methods by weights: what the target has beyond the source.
    Gap: SupportGap option
    /// Of learned maps: the share of the weights outside of what was trained on.
    Outside: float option
}

/// Trains maps as durable tasks, and applies them.
[<RequireQualifiedAccess>]
module internal CalibrationMap =
    /// Coordinates and conditions as networks see them, row-major; some rows.
    let matrix (columns: float[][]) (rows: int[]) : float32[] =
        let width = columns.Length
        let found = Array.zeroCreate<float32>(rows.Length * width)

        for n in 0 .. rows.Length - 1 do
            for j in 0 .. width - 1 do
                found[n * width + j] <- float32 columns[j].[rows[n]]

        found

    let private classOf name (side: CalibrationSide) (rows: int[]) : ClassEvents = {
        Name = name
        Features = matrix (Array.append side.Coordinates side.Conditions) rows
        Weights = rows |> Array.map (fun i -> side.Weights[i])
        Groups = rows |> Array.map (fun i -> side.Groups[i])
    }

    let private run (context: PipelineContext) prefix (tasks: TrainingTask list) =
        let job = { Prefix = prefix; Tasks = tasks }
        let outcomes = NetworkTraining.train context [ job ] |> List.exactlyOne

        NetworkTraining.networks job outcomes
        |> Result.map (fun networks ->
            [ for outcome in outcomes -> outcome.Task, outcome.Bytes ], networks)

    /// A ratio of two classes, trained by durable tasks.
    let ratio
        (context: PipelineContext)
        (prefix: string)
        (settings: EstimatorSettings)
        (events: LabelledEvents)
        : Result<ReweightingMap * TrainedNetwork list, Fault list> =
        ReweightingMap.tasks settings events
        |> Result.bind (run context prefix)
        |> Result.bind (fun (bytes, networks) ->
            use team = new ThreadTeam(context.Threads)

            ReweightingMap.ofNetworks team settings events None bytes
            |> Result.map (fun map -> map, networks))

    /// Positive weights of the source in place of its signed ones, where there are negative ones.
    let positive
        (context: PipelineContext)
        (plan: CalibrationPlan)
        (side: CalibrationSide)
        : Result<CalibrationSide * PositiveWeights option * TrainedNetwork list, Fault list> =
        let signed = side.Weights

        if signed |> Array.forall (fun w -> w >= 0.0) then
            Ok(side, None, [])
        else
            match plan.Negative with
            | NegativePlan.Refuse -> invalidOp "Negative weights were to be refused before."
            | NegativePlan.Replace(replacement, by) ->
                let expected =
                    match by with
                    | SignBy.Bins(quantity, bins) ->
                        let values = CalibrationEvents.quantity quantity side.Table
                        values |> Result.map (fun x -> PositiveWeights.binned bins x signed, [])
                    | SignBy.Classifier settings ->
                        let all = [| 0 .. side.Count - 1 |]
                        let events = classOf "source" side all
                        let width = side.Coordinates.Length + side.Conditions.Length

                        let settings = {
                            settings with
                                Head = Head.Softmax
                                Seed = DataSplit.networkSeed plan.Seed "sign of weights"
                        }

                        PositiveWeights.classes width events
                        |> Result.bind (fun (labelled, mixture) ->
                            TrainingTask.ofEstimator settings mixture labelled
                            |> Result.bind (run context "sign-")
                            |> Result.bind (fun (bytes, networks) ->
                                use team = new ThreadTeam(context.Threads)

                                EstimatorAssembly.ofNetworks
                                    team
                                    settings
                                    mixture
                                    labelled
                                    None
                                    bytes
                                |> Result.map (fun estimator ->
                                    PositiveWeights.expected
                                        team
                                        estimator
                                        (ReadOnlyMemory events.Features)
                                        (ReadOnlyMemory events.Groups),
                                    networks)))

                expected
                |> Result.bind (fun (expected, networks) ->
                    let seed = DataSplit.networkSeed plan.Seed "positive weights"

                    PositiveWeights.create replacement seed side.Groups expected signed
                    |> Result.map (fun found ->
                        { side with Weights = found.Weights }, Some found, networks))

    /// The classes of a training: rows that training may see, or those that it must not have seen.
    let labelled
        (heldOut: bool)
        (source: CalibrationSide)
        (target: CalibrationSide)
        : Result<LabelledEvents, Fault list> =
        let width = source.Coordinates.Length + source.Conditions.Length

        LabelledEvents.create NegativeWeights.Refuse width [
            classOf "source" source (source.Rows heldOut)
            classOf "target" target (target.Rows heldOut)
        ]

    /// Some rows as doubles, row-major.
    let private doubles (columns: float[][]) (rows: int[]) : float[] =
        let width = columns.Length
        let found = Array.zeroCreate<float>(rows.Length * width)

        for n in 0 .. rows.Length - 1 do
            for j in 0 .. width - 1 do
                found[n * width + j] <- columns[j].[rows[n]]

        found

    let private sample (side: CalibrationSide) : TransportSample =
        let rows = side.Rows false

        {
            Features = doubles side.Coordinates rows
            Conditions = doubles side.Conditions rows
            Weights = rows |> Array.map (fun i -> side.Weights[i])
        }

    let private hash (sample: TransportSample) : string =
        let bytes (values: float[]) =
            MemoryMarshal.AsBytes(ReadOnlySpan values).ToArray()

        ContentHash.ofParts [
            for values in [ sample.Features; sample.Conditions; sample.Weights ] ->
                ContentHash.ofBytes (bytes values)
        ]

    /// One training per member, whose bytes are its map.
    let private transportTasks
        (plan: CalibrationPlan)
        (it: TransportPlan)
        (events: TransportEvents)
        =
        let inputs = $"{hash events.Source} {hash events.Target}"

        [
            for m in 0 .. it.Members - 1 do
                let name = $"map-member{m}"
                let seed = DataSplit.networkSeed plan.Seed name
                let settings = { it.Settings with Seed = seed }

                {
                    Name = name
                    Fold = 0
                    Member = m
                    Target = ClassifierTarget.AllClasses
                    Seed = seed
                    Settings = [ "transport", TransportSettings.toJson settings; "events", inputs ]
                    Run =
                        fun context ->
                            match TransportTraining.train context settings events with
                            | Ok map -> TransportMap.toBytes map
                            | Error faults -> invalidOp (Fault.render faults)
                }
        ]

    let private trainTransport (context: PipelineContext) plan (it: TransportPlan) source target =
        let target =
            if it.MatchBins > 0 then
                TransportEvents.matchConditions it.MatchBins (sample source) (sample target)
            else
                Ok(sample target)

        let settings =
            TransportSettings.validate it.Settings |> Result.map (fun _ -> sample source)

        match settings, target with
        | Ok from, Ok onto ->
            TransportEvents.create source.Coordinates.Length source.Conditions.Length from onto
            |> Result.bind (fun events ->
                let job = {
                    Prefix = "transport-"
                    Tasks = transportTasks plan it events
                }

                NetworkTraining.train context [ job ]
                |> List.exactlyOne
                |> List.map (fun outcome -> TransportMap.ofBytes outcome.Task outcome.Bytes)
                |> Fault.collect)
            |> Result.map CalibrationMap.Transport
        | Error faults, _
        | _, Error faults -> Error faults

    let private makeMonotone bins (source: CalibrationSide) (target: CalibrationSide) =
        [
            for j in 0 .. source.Coordinates.Length - 1 do
                let one (side: CalibrationSide) =
                    sample {
                        side with
                            Coordinates = [| side.Coordinates[j] |]
                    }

                TransportEvents.create 1 source.Conditions.Length (one source) (one target)
                |> Result.bind (MonotoneMap.create bins)
        ]
        |> Fault.collect
        |> Result.map CalibrationMap.Monotone

    let private shift (maps: MonotoneMap list) (side: CalibrationSide) : CalibratedSide =
        let conditions = side.Conditions |> Array.tryHead |> Option.defaultValue [||]

        {
            Coordinates =
                maps
                |> List.mapi (fun j map ->
                    map.Apply(
                        ReadOnlySpan(side.Coordinates[j]),
                        ReadOnlySpan(if map.Edges.Length = 0 then [||] else conditions)
                    ))
                |> List.toArray
            Weights = side.Weights
            Gap = None
            Outside = None
        }

    /// Trains what is not trained yet.
    let train
        (context: PipelineContext)
        (plan: CalibrationPlan)
        (source: CalibrationSide)
        (target: CalibrationSide)
        : Result<CalibrationMap * TrainedNetwork list, Fault list> =
        match plan.Method with
        | CalibrationBy.Transport it ->
            trainTransport context plan it source target |> Result.map (fun map -> map, [])
        | CalibrationBy.Monotone bins ->
            makeMonotone bins source target |> Result.map (fun map -> map, [])
        | CalibrationBy.Reweighting settings ->
            let settings = {
                settings with
                    Seed = DataSplit.networkSeed plan.Seed "reweighting"
            }

            labelled false source target
            |> Result.bind (ratio context "reweighting-" settings)
            |> Result.map (fun (map, networks) -> CalibrationMap.Weights map, networks)

    /// Ratios of all events: those that were trained on by the fold that did not see them.
    let private ratios team (map: ReweightingMap) (side: CalibrationSide) : float[] =
        let columns = Array.append side.Coordinates side.Conditions
        let found = Array.zeroCreate<float> side.Count

        let place (rows: int[]) (values: float[]) =
            Array.iter2 (fun i value -> found[i] <- value) rows values

        let where held =
            [| 0 .. side.Count - 1 |] |> Array.filter (fun i -> side.HeldOut[i] = held)

        let features rows = ReadOnlyMemory(matrix columns rows)
        let seen, unseen = where false, where true
        let groups = seen |> Array.map (fun i -> side.Groups[i])

        if seen.Length > 0 then
            map.OutOfFold(team, features seen, ReadOnlyMemory groups) |> place seen

        if unseen.Length > 0 then
            map.Ratios(team, features unseen) |> place unseen

        found

    let private move team (maps: TransportMap list) (side: CalibrationSide) : CalibratedSide =
        let all = [| 0 .. side.Count - 1 |]
        let features = ReadOnlyMemory(doubles side.Coordinates all)
        let conditions = ReadOnlyMemory(doubles side.Conditions all)
        let moved = maps |> List.map (fun map -> map.Apply(team, features, conditions))
        let width = side.Coordinates.Length

        {
            Coordinates =
                Array.init width (fun j ->
                    Array.init side.Count (fun i ->
                        (moved |> List.sumBy (fun values -> values[i * width + j]))
                        / float maps.Length))
            Weights = side.Weights
            Gap = None
            Outside =
                Some(
                    maps.Head.OutsideShare(
                        features,
                        conditions,
                        ReadOnlyMemory(Array.map abs side.Weights)
                    )
                )
        }

    /// The source after calibration.
    /// <param name="target">for the gap of its support; none where it is not known</param>
    let apply
        (threads: int)
        (map: CalibrationMap)
        (source: CalibrationSide)
        (target: CalibrationSide option)
        : Result<CalibratedSide, Fault list> =
        use team = new ThreadTeam(threads)

        match map with
        | CalibrationMap.Transport maps -> Ok(move team maps source)
        | CalibrationMap.Monotone maps -> Ok(shift maps source)
        | CalibrationMap.Weights map ->
            let own = ratios team map source

            ReweightingMap.weigh (Array.sum source.Weights) own source.Weights
            |> Result.map (fun weighted -> {
                Coordinates = source.Coordinates
                Weights = weighted.Weights
                Outside = None
                Gap =
                    target
                    |> Option.map (fun target ->
                        let present =
                            Array.zip own source.Weights
                            |> Array.filter (fun (_, w) -> w > 0.0)
                            |> Array.map fst

                        ReweightingMap.gap present (ratios team map target) target.Weights)
            })
