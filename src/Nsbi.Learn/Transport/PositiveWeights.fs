namespace Nsbi.Learn.Transport

open System
open Nsbi.Kernels
open Nsbi.Learn
open Nsbi.Learn.Networks

// Axes: event i.

/// <summary>What takes the place of signed weights once E[sign w | x] is known. Both have the density
/// of the signed events, p(x) ∝ E[w | x] p_0(x).</summary>
[<RequireQualifiedAccess>]
type WeightReplacement =
    /// <summary>Every event is kept with the weight |w| e(x), e = E[sign w | x]. Sums of squares of these
    /// weights are too small by e² and say less than the true statistical error: see
    /// <c>ErrorFactor</c>.</summary>
    | Reweight
    /// <summary>An event is kept with probability e² and then weighs |w|/e: sums of weights and of squares
    /// of weights are those of the signed events on average, so that errors mean what they say.</summary>
    | Resample

/// <summary>Weights ≥ 0 in place of signed ones.</summary>
type PositiveWeights = {
    /// <summary>w̃_i ≥ 0; 0 for events that are not kept. They add up to Σ w_i.</summary>
    Weights: float[]
    /// <summary>e(x_i), the estimate of E[sign w | x_i] that was used.</summary>
    Expected: float[]
    /// <summary>Events whose estimate is at or below the floor: they get no weight.</summary>
    Cut: int
    /// <summary>Σ|w| of these as a share of all.</summary>
    CutShare: float
    /// <summary>What all weights were multiplied with, so that they add up to Σ w: near 1 where the estimate
    /// is right and little was cut.</summary>
    Factor: float
    /// <summary>(Σ w)²/Σ w² of the signed weights: how many events of weight one they are worth.</summary>
    SignedSize: float
    /// <summary>(Σ w̃)²/Σ w̃².</summary>
    PositiveSize: float
} with

    /// <summary>√(positive size/signed size): what a standard error from Σ w̃² is to be multiplied with.
    /// Above 1 for <c>Reweight</c>, about 1 for <c>Resample</c>.</summary>
    member this.ErrorFactor: float = sqrt (this.PositiveSize / this.SignedSize)

/// <summary>Events with negative weights as events with positive ones of the same density.</summary>
/// <remarks>Source: Nachman and Thaler, Phys. Rev. D 102, 076004 (2020), arXiv:2007.11586, with
/// E[w | x] factorised as |w| E[sign w | x].</remarks>
[<RequireQualifiedAccess>]
module PositiveWeights =
    /// <summary>Below this share of Σ|w| more negative than positive events nothing can be kept: 0.02.
    /// </summary>
    let floor: float = 0.02

    /// <summary>e of bins of one feature with about equal numbers of events: Σ w/Σ|w| in the bin of each
    /// event.</summary>
    /// <param name="bins">number of bins, at least 1; equal values stay together</param>
    /// <param name="values">x_i, finite</param>
    /// <param name="weights">w_i</param>
    /// <returns>one estimate per event, from −1 to 1; 0 where all weights of a bin are 0</returns>
    let binned (bins: int) (values: float[]) (weights: float[]) : float[] =
        if bins < 1 then
            invalidArg (nameof bins) "There must be a bin."

        if values.Length <> weights.Length then
            invalidArg (nameof weights) $"{weights.Length} weights for {values.Length} values"

        let sorted = Array.sort values

        let edges =
            [| for b in 1 .. bins - 1 -> sorted[b * sorted.Length / bins] |]
            |> Array.distinct

        let binOf value =
            let found = Array.BinarySearch(edges, value)
            if found >= 0 then found + 1 else ~~~found

        let signed, absolute = Array.zeroCreate<float> bins, Array.zeroCreate<float> bins
        let places = values |> Array.map binOf

        for i in 0 .. weights.Length - 1 do
            signed[places[i]] <- signed[places[i]] + weights[i]
            absolute[places[i]] <- absolute[places[i]] + abs weights[i]

        places
        |> Array.map (fun b -> if absolute[b] > 0.0 then signed[b] / absolute[b] else 0.0)

    /// <summary>The events as two classes, those of positive and those of negative weight, both with |w|:
    /// what a classifier of the sign is trained on. Events of weight 0 are among the positive ones.</summary>
    /// <param name="featureCount">F</param>
    /// <param name="events">the events with their signed weights</param>
    /// <returns>the classes and the mixture of both, in proportion to their Σ|w|; or every fault, such as
    /// that there is no negative weight</returns>
    let classes
        (featureCount: int)
        (events: ClassEvents)
        : Result<LabelledEvents * ReferenceMixture, Fault list> =
        let part name keep =
            let rows = [|
                for i in 0 .. events.Weights.Length - 1 do
                    if keep events.Weights[i] then
                        i
            |]

            {
                Name = name
                Features =
                    rows
                    |> Array.collect (fun i ->
                        Array.sub events.Features (i * featureCount) featureCount)
                Weights = rows |> Array.map (fun i -> abs events.Weights[i])
                Groups = rows |> Array.map (fun i -> events.Groups[i])
            }

        match
            if featureCount < 1 then
                []
            else
                LabelledEvents.shapeFaults featureCount events
        with
        | _ :: _ as faults -> Error faults
        | [] ->
            let parts = [
                part "positive" (fun w -> not (w < 0.0))
                part "negative" (fun w -> w < 0.0)
            ]

            LabelledEvents.create NegativeWeights.Refuse featureCount parts
            |> Result.bind (fun labelled ->
                ReferenceMixture.create [ for part in parts -> part.Name, Array.sum part.Weights ]
                |> Result.map (fun mixture -> labelled, mixture))

    /// <summary>e(x_i) = π₊ r₊(x_i) − π₋ r₋(x_i) by the networks of a fold that did not see event i, with
    /// π the shares of Σ|w| and r the ratios to the mixture of both signs.</summary>
    /// <param name="team">the threads to run on</param>
    /// <param name="estimator">trained on <c>classes</c>, with a softmax head</param>
    /// <param name="features">n x F, row-major</param>
    /// <param name="groups">the group of each event, as in the training</param>
    let expected
        (team: ThreadTeam)
        (estimator: RatioEstimator)
        (features: ReadOnlyMemory<float32>)
        (groups: ReadOnlyMemory<uint64>)
        : float[] =
        let ratios = estimator.ByFold(team, features, groups)
        let shares = estimator.Mixture.Weights
        Array.map2 (fun p n -> shares[0] * p - shares[1] * n) ratios[0] ratios[1]

    let private size (weights: float[]) =
        let sum = Array.sum weights
        let squares = weights |> Array.sumBy (fun w -> w * w)
        if squares > 0.0 then sum * sum / squares else 0.0

    let private faults (expected: float[]) (weights: float[]) : Fault list =
        let source = "positive weights"

        [
            match expected |> Array.tryFindIndex (fun e -> not (Double.IsFinite e)) with
            | Some i ->
                Fault.create source "E[sign w | x] is not a finite number" "train it again"
                |> Fault.atEvent (i + 1)
            | None -> ()
            if not (Array.sum weights > 0.0) then
                Fault.create
                    source
                    "the signed weights do not add up to a positive number"
                    "a density needs a positive sum"
                |> Fault.withValue (JsonFields.text (Array.sum weights))
        ]

    /// <summary>Positive weights from an estimate of E[sign w | x]. Where it is at or below
    /// <c>floor</c> the signed events cancel, and nothing positive can stand for them: they get no weight,
    /// which is counted, and the others are scaled so that Σ w is kept.</summary>
    /// <param name="replacement">whether all events are kept</param>
    /// <param name="seed">of the events that are kept in a resampling</param>
    /// <param name="groups">the group of each event, by which it is kept or not</param>
    /// <param name="expected">e(x_i), such as <c>binned</c> or <c>expected</c> give</param>
    /// <param name="weights">w_i, of a positive sum</param>
    /// <returns>faults: an estimate that is not finite, a sum that is not positive, nothing left</returns>
    let create
        (replacement: WeightReplacement)
        (seed: uint64)
        (groups: uint64[])
        (expected: float[])
        (weights: float[])
        : Result<PositiveWeights, Fault list> =
        if expected.Length <> weights.Length || groups.Length <> weights.Length then
            invalidArg
                (nameof expected)
                $"{expected.Length} estimates and {groups.Length} groups for {weights.Length} weights"

        match faults expected weights with
        | _ :: _ as faults -> Error faults
        | [] ->
            // An event is never worth more than it was.
            let expected = expected |> Array.map (min 1.0)

            let replaced =
                Array.init weights.Length (fun i ->
                    let e, size = expected[i], abs weights[i]

                    if e <= floor then
                        0.0
                    else
                        match replacement with
                        | WeightReplacement.Reweight -> size * e
                        | WeightReplacement.Resample ->
                            let mutable stream = RandomStream(seed, "positive weights", groups[i])
                            if stream.NextDouble() < e * e then size / e else 0.0)

            let sum, kept = Array.sum weights, Array.sum replaced

            if not (kept > 0.0) then
                Error [
                    Fault.create
                        "positive weights"
                        "no event is left"
                        "the negative weights outweigh the positive ones everywhere"
                ]
            else
                let factor = sum / kept
                let replaced = replaced |> Array.map (fun w -> factor * w)
                let isCut i = expected[i] <= floor
                let rows = [| 0 .. weights.Length - 1 |] |> Array.filter isCut
                let absolute = weights |> Array.sumBy abs

                Ok {
                    Weights = replaced
                    Expected = expected
                    Cut = rows.Length
                    CutShare = (rows |> Array.sumBy (fun i -> abs weights[i])) / absolute
                    Factor = factor
                    SignedSize = size weights
                    PositiveSize = size replaced
                }
