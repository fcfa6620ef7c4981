namespace Nsbi.Learn.Networks

open System
open Nsbi.Kernels
open Nsbi.Learn

/// <summary>Parameterised ratios against samples at points α: those of the training, and others between
/// them.</summary>
[<RequireQualifiedAccess>]
module ParameterisedCheck =
    [<Literal>]
    let private Bins = 20

    /// Reference events on which the spread of the networks is measured.
    [<Literal>]
    let private SpreadEvents = 10000

    /// The rows that the networks of their own fold never saw.
    let private unseen (settings: EstimatorSettings) (events: ClassEvents) : int[] =
        [| 0 .. events.Weights.Length - 1 |]
        |> Array.filter (fun i ->
            let group = events.Groups[i]
            let fold = DataSplit.fold settings.Seed settings.Folds group

            match DataSplit.role settings fold group with
            | Role.Normalisation
            | Role.Check -> true
            | _ -> false)

    let private take (features: int) (events: ClassEvents) (rows: int[]) : ClassEvents = {
        Name = events.Name
        Features = (RawRatios.gather features (ReadOnlyMemory events.Features) rows).ToArray()
        Weights = rows |> Array.map (fun row -> events.Weights[row])
        Groups = rows |> Array.map (fun row -> events.Groups[row])
    }

    /// √E[σ²(ln r̂)] over events at even distances.
    let private error
        team
        (estimator: ParameterisedEstimator)
        (reference: ClassEvents)
        (point: float[])
        =
        let rows = reference.Weights.Length
        let count = min rows SpreadEvents
        let at = Array.init count (fun i -> int (int64 i * int64 rows / int64 count))
        let events = take estimator.FeatureCount reference at

        let logs =
            Array.init estimator.FoldArray.Length (fun fold ->
                estimator.OfMembers(team, fold, ReadOnlyMemory events.Features, point))

        let mutable sum = 0.0

        for i in 0 .. count - 1 do
            let members = logs |> Array.map (Array.map (fun z -> z[i]))

            let variance = LogRatioSpread.variance members (members |> Array.map Array.average)

            sum <- sum + events.Weights[i] * variance

        sqrt (sum / Array.sum events.Weights)

    let private column (features: int) (events: ClassEvents) j : float[] =
        Array.init events.Weights.Length (fun i -> float events.Features[i * features + j])

    let internal ofEvents
        (team: ThreadTeam)
        (estimator: ParameterisedEstimator)
        (reference: ClassEvents)
        (sample: ClassEvents)
        (point: float[])
        (trained: bool)
        : ParameterisedRecord =
        let features = estimator.FeatureCount
        let settings = estimator.Settings.Estimator
        let reference = unseen settings reference |> take features reference
        let sample = unseen settings sample |> take features sample

        let logOf (events: ClassEvents) =
            estimator.ByFold(
                team,
                ReadOnlyMemory events.Features,
                ReadOnlyMemory events.Groups,
                point
            )

        let logs = logOf reference
        let ratios = logs |> Array.map Math.Exp
        let reweighted = Array.map2 (*) reference.Weights ratios
        let none = Array.zeroCreate<int> ratios.Length

        let closure name ofReference ofSample =
            ReweightingClosure.measure name Bins ofReference reweighted ofSample sample.Weights

        {
            Name = sample.Name
            Point = List.ofArray point
            Trained = trained
            Normalisation = Normalisation.mean [| 1.0 |] none reference.Weights ratios
            Effective = SampleSize.effective reweighted
            Size =
                sqrt (
                    Array.fold2 (fun sum w z -> sum + w * z * z) 0.0 reference.Weights logs
                    / Array.sum reference.Weights
                )
            Error = error team estimator reference point
            Closure = [
                for j in 0 .. features - 1 do
                    closure $"feature {j}" (column features reference j) (column features sample j)
                closure "ln r" logs (logOf sample)
            ]
        }

    let private faults (features: int) (events: ClassEvents) =
        match LabelledEvents.shapeFaults features events with
        | [] -> LabelledEvents.valueFaults features NegativeWeights.AbsoluteValue events
        | faults -> faults

    /// <summary>What is known at the point of a sample, on events that the networks which evaluate them
    /// did not see: normalisation, closure in every feature and in ln r̂, Monte Carlo error. Of use at
    /// points between those of the training.</summary>
    /// <param name="team">the threads to run on</param>
    /// <param name="estimator">the estimator</param>
    /// <param name="reference">events of p_ref, with signed weights as they are; groups as in training
    /// </param>
    /// <param name="sample">events made at one point α, likewise</param>
    /// <returns>faults: lengths, values that are not finite, a sample of several points or of other
    /// parameters, nothing held out</returns>
    /// <remarks>With one fold only the share of events that its seed holds out is used.</remarks>
    let at
        (team: ThreadTeam)
        (estimator: ParameterisedEstimator)
        (reference: ClassEvents)
        (sample: ParameterisedSample)
        : Result<ParameterisedRecord, Fault list> =
        let count = estimator.Parameters.Count
        let settings = estimator.Settings.Estimator
        let source = $"class '{sample.Events.Name}'"

        let fault problem remedy (value: string) =
            Fault.create source problem remedy |> Fault.withValue value |> List.singleton

        let points = sample.Parameters |> Array.chunkBySize count |> Array.distinct

        let faults = [
            for events in [ reference; sample.Events ] do
                match faults estimator.FeatureCount events with
                | [] when (unseen settings events).Length = 0 ->
                    Fault.create
                        $"class '{events.Name}'"
                        "there is no event that the networks did not see"
                        "give more events"
                | faults -> yield! faults
            if sample.Parameters.Length <> count * sample.Events.Weights.Length then
                yield!
                    fault
                        "the parameter values and the events differ in length"
                        $"there are {sample.Events.Weights.Length} events and {count} parameters"
                        $"{sample.Parameters.Length} numbers"
            elif points.Length <> 1 then
                yield!
                    fault
                        "a check needs a sample made at one point"
                        "divide it by its parameter values"
                        $"{points.Length} points"
        ]

        match faults with
        | [] ->
            let trained =
                estimator.Records
                |> List.exists (fun record -> record.Point = List.ofArray points[0])

            Ok(ofEvents team estimator reference sample.Events points[0] trained)
        | faults -> Error faults
