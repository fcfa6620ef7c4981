namespace Nsbi.Infer.Calibration

open System
open System.IO
open Nsbi.Infer
open Nsbi.Kernels
open Nsbi.Learn
open Nsbi.Learn.Events
open Nsbi.Learn.Networks
open Nsbi.Learn.Transport

/// A plan with its map and its events, ready to be looked at.
[<NoComparison; ReferenceEquality>]
type internal TrainedCalibration = {
    Plan: CalibrationPlan
    Words: CalibrationWords
    Signed: CalibrationSide
    Source: CalibrationSide
    Target: CalibrationSide
    Positive: PositiveWeights option
    Map: CalibrationMap
    Calibrated: CalibratedSide
    Networks: TrainedNetwork list
    Files: (string * string) list
}

/// The stages of a calibration.
[<RequireQualifiedAccess>]
module internal CalibrationStages =
    /// The natural values at the coordinates of a side.
    let private natural (words: CalibrationWords) (coordinates: float[][]) =
        words.Moved
        |> List.mapi (fun j feature ->
            feature, Array.map (MovedFeature.value feature) coordinates[j])

    /// The table after calibration: moved columns in place, or the table itself where none moved.
    let private table
        (words: CalibrationWords)
        (side: CalibrationSide)
        (calibrated: CalibratedSide)
        =
        if Object.ReferenceEquals(side.Coordinates, calibrated.Coordinates) then
            side.Table
        else
            CalibrationEvents.withValues (natural words calibrated.Coordinates) side.Table

    /// Positive weights, the map, and the source after it.
    let train
        (context: PipelineContext)
        (plan: CalibrationPlan)
        (source, target, files)
        : Result<TrainedCalibration, Fault list> =
        CalibrationMap.positive context plan source
        |> Result.bind (fun (positive, replaced, signs) ->
            CalibrationMap.train context plan positive target
            |> Result.bind (fun (map, networks) ->
                CalibrationMap.apply context.Threads map positive (Some target)
                |> Result.map (fun calibrated -> {
                    Plan = plan
                    Words = CalibrationEvents.words plan
                    Signed = source
                    Source = positive
                    Target = target
                    Positive = replaced
                    Map = map
                    Calibrated = calibrated
                    Networks = signs @ networks
                    Files = files
                })))

    /// The source as it is after calibration, as a side of a two-sample test.
    let private after (it: TrainedCalibration) : CalibrationSide = {
        it.Source with
            Coordinates = it.Calibrated.Coordinates
            Weights = it.Calibrated.Weights
    }

    /// The area of a fresh classifier on held-out events that it did not see.
    let private area (context: PipelineContext) (it: TrainedCalibration) stage source =
        let settings = {
            EstimatorSettings.standard with
                Training = it.Plan.Test
                Head = Head.Separate
                Folds = 2
                Seed = DataSplit.networkSeed it.Plan.Seed "two-sample"
        }

        CalibrationMap.labelled true source it.Target
        |> Result.bind (fun events ->
            CalibrationMap.ratio context $"two-sample-{stage}-" settings events
            |> Result.map (fun (map, networks) ->
                use team = new ThreadTeam(context.Threads)
                let scores = map.OutOfFold(team, events.Features, events.Groups)
                let classes, weights = events.Classes.ToArray(), events.Weights.ToArray()

                let folds = events.Groups.ToArray() |> Array.map (DataSplit.fold settings.Seed 2)

                let areas = [
                    for fold in 0..1 do
                        let rows =
                            [| 0 .. folds.Length - 1 |] |> Array.filter (fun i -> folds[i] = fold)

                        let pick (values: 'a[]) = rows |> Array.map (fun i -> values[i])
                        let sides, w = pick classes, pick weights

                        let of' side =
                            Array.map2 (fun s w -> if s = side then w else 0.0) sides w

                        WeightedAuc.compute (pick scores) sides (of' 0) (of' 1) (of' 0)
                ]

                TwoSampleTest.combine areas, networks))

    let private stage (it: TrainedCalibration) purpose side table weights =
        let side: CalibrationSide = side

        CalibrationEvents.derive it.Words.Derived table
        |> Result.map (fun table -> {
            Table = table
            Weights = weights
            HeldOut = side.HeldOut
            Counts = ClosureDistance.counts it.Plan.Seed purpose it.Plan.Replicas side.Count
        })

    let private size (side: CalibrationSide) : CalibrationSize =
        let held, seen = side.Rows true, side.Rows false

        {
            Events = held.Length + seen.Length
            HeldOut = held.Length
            Effective = CalibrationClosure.effective held side.Weights
            Trained = CalibrationClosure.effective seen side.Weights
        }

    let private spectra (it: TrainedCalibration) = [
        for k, feature in List.indexed it.Words.Condition do
            WeightedKolmogorov.test
                it.Source.Conditions[k]
                it.Source.Weights
                it.Target.Conditions[k]
                it.Target.Weights
            |> CalibrationChecks.spectrum it.Plan.Limits feature.Name
    ]

    let private positives (it: TrainedCalibration) = [
        match it.Positive with
        | None -> ()
        | Some positive ->
            for feature in it.Words.Moved do
                CalibrationChecks.positive
                    feature.Column
                    (EventTable.values feature.Column it.Signed.Table)
                    it.Signed.Weights
                    positive.Weights
    ]

    /// Closure before and after, with its verdicts.
    let examine
        (context: PipelineContext)
        (it: TrainedCalibration)
        : Result<CalibrationResult, Fault list> =
        let weights = it.Calibrated.Weights
        let moved = table it.Words it.Source it.Calibrated

        let closures =
            stage it "bootstrap of the source" it.Source it.Source.Table it.Source.Weights
            |> Result.bind (fun before ->
                stage it "bootstrap of the source" it.Source moved weights
                |> Result.bind (fun after ->
                    stage it "bootstrap of the target" it.Target it.Target.Table it.Target.Weights
                    |> Result.bind (
                        CalibrationClosure.all it.Plan.Limits.PValue it.Words before after
                    )))

        closures
        |> Result.bind (fun closures ->
            area context it "before" it.Source
            |> Result.bind (fun (first, firstNetworks) ->
                area context it "after" (after it)
                |> Result.map (fun (second, secondNetworks) ->
                    let effective =
                        CalibrationClosure.effective [| 0 .. weights.Length - 1 |] weights

                    let largest = Array.max weights / Array.sum weights
                    let limits = it.Plan.Limits

                    {
                        Plan = it.Plan
                        Source = size it.Source
                        Target = size it.Target
                        Positive = it.Positive
                        Effective = effective
                        LargestShare = largest
                        Gap = it.Calibrated.Gap
                        Outside = it.Calibrated.Outside
                        AreaBefore = first
                        AreaAfter = second
                        Quantities = closures
                        Checks = [
                            CalibrationChecks.area limits first second

                            for closure in closures do
                                CalibrationChecks.closure limits closure

                            for closure in closures do
                                for binned in closure.Binned do
                                    match CalibrationChecks.binned closure.Name binned with
                                    | Some check -> check
                                    | None -> ()

                            yield! spectra it
                            yield! CalibrationChecks.weights limits effective largest

                            yield! CalibrationChecks.trainings it.Map

                            match it.Calibrated.Gap with
                            | Some gap -> CalibrationChecks.gap limits gap
                            | None -> ()

                            yield! positives it
                        ]
                        Networks = it.Networks @ firstNetworks @ secondNetworks
                        Files = it.Files
                        Written = []
                    })))

    /// Moved columns in place, or beside the others with the suffix.
    let private written
        (plan: CalibrationPlan)
        (words: CalibrationWords)
        (before: EventTable)
        after
        =
        match plan.Output.Suffix with
        | None -> Ok after
        | Some suffix ->
            let names = [
                for feature in words.Moved do
                    feature.Column
                for feature in words.Derived do
                    feature.Name
            ]

            (Ok before, List.distinct names)
            ||> List.fold (fun table name ->
                table
                |> Result.bind (fun (table: EventTable) ->
                    if table.Has(name + suffix) then
                        Error [
                            Fault.create
                                "output"
                                "there is such a column already"
                                "give another suffix"
                            |> Fault.inColumn (name + suffix)
                        ]
                    else
                        EventTable.values name after
                        |> fun values -> EventTable.withColumn (name + suffix) values table
                        |> Ok))

    /// Writes calibrated events into the folder.
    let write
        (folder: string)
        (it: TrainedCalibration)
        (file: string)
        (side: CalibrationSide)
        (calibrated: CalibratedSide)
        : Result<unit, Fault list> =
        let rows =
            [| 0 .. calibrated.Weights.Length - 1 |]
            |> Array.filter (fun i -> calibrated.Weights[i] <> 0.0)

        CalibrationEvents.derive it.Words.Derived (table it.Words side calibrated)
        |> Result.bind (written it.Plan it.Words side.Table)
        |> Result.bind (fun table ->
            let weight = it.Plan.Output.Weight

            EventTable.withoutColumn weight table
            |> EventTable.withWeights calibrated.Weights
            |> EventTable.take rows
            |> EventFile.write (Some weight) (Path.Combine(folder, file)))
