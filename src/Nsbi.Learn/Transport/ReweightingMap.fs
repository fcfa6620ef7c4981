namespace Nsbi.Learn.Transport

open System
open Nsbi.Kernels
open Nsbi.Learn
open Nsbi.Learn.Networks

// Axes: event i.

/// <summary>Events of a source with the weights that make them follow the target.</summary>
type ReweightedSample = {
    /// <summary>w'_i = c w_i r(x_i).</summary>
    Weights: float[]
    /// <summary>c: what gives the weights the sum that was asked for.</summary>
    Factor: float
    /// <summary>(Σ w)²/Σ w² before.</summary>
    SizeBefore: float
    /// <summary>(Σ w')²/Σ w'²: reweighting costs events.</summary>
    SizeAfter: float
    /// <summary>max w'_i/Σ w'.</summary>
    LargestShare: float
}

/// <summary>Where the target has events and the source has none that could stand for them.</summary>
type SupportGap = {
    /// <summary>The largest r of an event of the source.</summary>
    LargestRatio: float
    /// <summary>Share of the target's weight with a larger r than that.</summary>
    Share: float
}

/// <summary>The calibration by weights: r(x) = p_target(x)/p_source(x) = exp of a discriminator's logit.
/// No event moves, and no event can appear where the source has none. Immutable; safe to use from
/// several threads, each with a team of its own.</summary>
/// <remarks>The alternative to transport of Pollard (2025) and of ATLAS's and CMS's scale factors in
/// bins.</remarks>
[<Sealed>]
type ReweightingMap internal (estimator: RatioEstimator) =
    static let target = 1

    /// <summary>The ratio of target to source with its folds and its normalisation.</summary>
    member _.Estimator: RatioEstimator = estimator

    /// <summary>Number of features F.</summary>
    member _.FeatureCount: int = estimator.FeatureCount

    /// <summary>r of events that were trained on, each by the networks that did not see it.</summary>
    /// <param name="team">the threads to run on</param>
    /// <param name="features">n x F, row-major</param>
    /// <param name="groups">the group of each event, as in the training</param>
    member _.OutOfFold
        (team: ThreadTeam, features: ReadOnlyMemory<float32>, groups: ReadOnlyMemory<uint64>)
        : float[] =
        estimator.ByFold(team, features, groups)[target]

    /// <summary>r of other events: the mean of all folds.</summary>
    /// <param name="team">the threads to run on</param>
    /// <param name="features">n x F, row-major</param>
    member _.Ratios(team: ThreadTeam, features: ReadOnlyMemory<float32>) : float[] =
        estimator.MeanOfFolds(team, features)[target]

/// <summary>Training and use of reweighting.</summary>
[<RequireQualifiedAccess>]
module ReweightingMap =
    /// The reference is the source alone.
    let private mixture (events: LabelledEvents) : Result<ReferenceMixture, Fault list> =
        match List.ofSeq events.ClassNames with
        | [ source; target ] -> ReferenceMixture.create [ source, 1.0; target, 0.0 ]
        | names ->
            Error [
                Fault.create "reweighting" "there must be a source and a target" "give two classes"
                |> Fault.withValue $"{names.Length} classes"
            ]

    let private separate (settings: EstimatorSettings) : EstimatorSettings = {
        settings with
            Head = Head.Separate
    }

    /// <summary>The trainings: one network per fold and member, whose logit is ln r.</summary>
    /// <param name="settings">of the estimator; the head is always <c>Separate</c></param>
    /// <param name="events">two classes, source and target, with weights ≥ 0</param>
    let tasks
        (settings: EstimatorSettings)
        (events: LabelledEvents)
        : Result<TrainingTask list, Fault list> =
        mixture events
        |> Result.bind (fun mixture -> TrainingTask.ofEstimator (separate settings) mixture events)

    /// <summary>The map of trained networks, normalised to E_source[r] = 1.</summary>
    /// <param name="team">the threads to run on</param>
    /// <param name="settings">as in <c>tasks</c></param>
    /// <param name="events">as in <c>tasks</c></param>
    /// <param name="preprocessing">how features are made, as text; carried along</param>
    /// <param name="networks">name of the task and bytes</param>
    let ofNetworks
        (team: ThreadTeam)
        (settings: EstimatorSettings)
        (events: LabelledEvents)
        (preprocessing: string option)
        (networks: (string * byte[]) list)
        : Result<ReweightingMap, Fault list> =
        mixture events
        |> Result.bind (fun mixture ->
            EstimatorAssembly.ofNetworks
                team
                (separate settings)
                mixture
                events
                preprocessing
                networks)
        |> Result.map ReweightingMap

    /// <summary>Trains in memory, without checkpoints.</summary>
    /// <param name="settings">of the estimator</param>
    /// <param name="events">two classes, source and target</param>
    /// <param name="context">threads, progress, cancellation</param>
    let train
        (settings: EstimatorSettings)
        (events: LabelledEvents)
        (context: TrainingContext)
        : Result<ReweightingMap, Fault list> =
        mixture events
        |> Result.bind (fun mixture ->
            EstimatorAssembly.train (separate settings) mixture events None context)
        |> Result.map ReweightingMap

    /// <summary>The map as bytes: equal maps give equal bytes.</summary>
    let toBytes (map: ReweightingMap) : byte[] = EstimatorFile.toBytes map.Estimator

    /// <summary>The map of a file's bytes; a fault if it is another file, damaged, or an estimator of
    /// other classes than a source and a target.</summary>
    let ofBytes (source: string) (bytes: byte[]) : Result<ReweightingMap, Fault list> =
        EstimatorFile.ofBytes source bytes
        |> Result.bind (fun estimator ->
            if List.ofSeq estimator.Mixture.Weights = [ 1.0; 0.0 ] then
                Ok(ReweightingMap estimator)
            else
                Error [
                    Fault.create source "these networks are no reweighting" "give its own file"
                    |> Fault.withValue (string estimator.Mixture)
                ])

    let private size (weights: float[]) =
        let sum = Array.sum weights
        let squares = weights |> Array.sumBy (fun w -> w * w)
        if squares > 0.0 then sum * sum / squares else 0.0

    /// <summary>The weights w r of events of the source.</summary>
    /// <param name="total">Σ w' that is asked for, such as Σ w of the source</param>
    /// <param name="ratios">r(x_i)</param>
    /// <param name="weights">w_i ≥ 0</param>
    /// <returns>faults: a ratio that is not finite (the exponential overflowed: the discriminator is
    /// sure of an event), weights that are all 0</returns>
    let weigh
        (total: float)
        (ratios: float[])
        (weights: float[])
        : Result<ReweightedSample, Fault list> =
        if ratios.Length <> weights.Length then
            invalidArg (nameof ratios) $"{ratios.Length} ratios for {weights.Length} weights"

        let source = "reweighting"
        let log = FaultLog()

        for i in 0 .. ratios.Length - 1 do
            if weights[i] <> 0.0 && not (Double.IsFinite ratios[i]) then
                Fault.create
                    source
                    "the exponential of the discriminator is not a finite number"
                    "source and target do not overlap there: cut the event away, or train less"
                |> Fault.atEvent (i + 1)
                |> Fault.withValue (JsonFields.text ratios[i])
                |> log.Add

        if not log.IsEmpty then
            Error(log.ToList())
        else
            let raw = Array.map2 (fun w r -> if w = 0.0 then 0.0 else w * r) weights ratios
            let sum = Array.sum raw

            if not (sum > 0.0 && Double.IsFinite sum) then
                Error [
                    Fault.create
                        source
                        "the reweighted events have no finite positive sum"
                        "source and target do not overlap"
                    |> Fault.withValue (JsonFields.text sum)
                ]
            else
                let factor = total / sum
                let found = raw |> Array.map (fun w -> factor * w)

                Ok {
                    Weights = found
                    Factor = factor
                    SizeBefore = size weights
                    SizeAfter = size found
                    LargestShare = Array.max found / Array.sum found
                }

    /// <summary>How much of the target lies beyond every event of the source, by the discriminator.
    /// </summary>
    /// <param name="source">r of the events of the source</param>
    /// <param name="target">r of the events of the target</param>
    /// <param name="targetWeights">their weights ≥ 0, of a positive sum</param>
    let gap (source: float[]) (target: float[]) (targetWeights: float[]) : SupportGap =
        if target.Length <> targetWeights.Length then
            invalidArg
                (nameof targetWeights)
                $"{targetWeights.Length} weights for {target.Length} events"

        let largest = Array.fold max 0.0 source

        let beyond =
            Array.map2 (fun r w -> if r > largest then w else 0.0) target targetWeights
            |> Array.sum

        {
            LargestRatio = largest
            Share = beyond / Array.sum targetWeights
        }
