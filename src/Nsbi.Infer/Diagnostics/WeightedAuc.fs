namespace Nsbi.Infer

open System
open Nsbi.Learn.Networks

/// <summary>Area under the ROC curve of two weightings of the same events.</summary>
[<RequireQualifiedAccess>]
module WeightedAuc =
    /// For each event the shares of the second weighting below its score and of the first above it, half
    /// of what is equal; both weightings add up to one.
    let internal shares (scores: float[]) (first: float[]) (second: float[]) =
        let order = Array.init scores.Length id
        Array.Sort(Array.copy scores, order)
        let above = Array.zeroCreate<float> scores.Length
        let below = Array.zeroCreate<float> scores.Length
        let mutable start = 0
        let mutable seenFirst, seenSecond = 0.0, 0.0

        while start < order.Length do
            let mutable stop = start
            let mutable hereFirst, hereSecond = 0.0, 0.0

            while stop < order.Length && scores[order[stop]] = scores[order[start]] do
                hereFirst <- hereFirst + first[order[stop]]
                hereSecond <- hereSecond + second[order[stop]]
                stop <- stop + 1

            for k in start .. stop - 1 do
                below[order[k]] <- seenSecond + 0.5 * hereSecond
                above[order[k]] <- 1.0 - (seenFirst + 0.5 * hereFirst)

            seenFirst <- seenFirst + hereFirst
            seenSecond <- seenSecond + hereSecond
            start <- stop

        below, above

    /// <summary>
    /// A = P(score of the first > score of the second) + ½ P(equal), with an error that knows which
    /// events are in both: event i of sample k has the influence x_i (b_i − A) + y_i (a_i − A), less what
    /// is known because Σx and Σy of a sample are, with the shares x, y of the event, b_i the share of
    /// the second below it and a_i the share of the first above it.
    /// </summary>
    /// <param name="scores">one per event; larger for the first</param>
    /// <param name="sample">the sample of each event, from 0; its sums of weights are known</param>
    /// <param name="base'">the weights whose sum per sample is known, for the second: y_i is
    /// proportional to base'_i times a ratio that varies</param>
    /// <param name="first">weights of the first</param>
    /// <param name="second">weights of the second</param>
    /// <returns>A and its standard error</returns>
    /// <remarks>Source: DeLong et al., Biometrics 44 (1988) 837, with weights, strata and common events.
    /// </remarks>
    let compute
        (scores: float[])
        (sample: int[])
        (base': float[])
        (first: float[])
        (second: float[])
        : Measured =
        WeightedQuantile.requireSameLength scores first
        WeightedQuantile.requireSameLength scores second
        WeightedQuantile.requireSameLength scores base'

        if sample.Length <> scores.Length then
            invalidArg (nameof sample) "Each event needs its sample."

        let normalised (w: float[]) =
            let total = Array.sum w

            if not (abs total > 0.0) then
                invalidArg (nameof first) "The weights add up to nothing."

            w |> Array.map (fun v -> v / total)

        let x, y = normalised first, normalised second
        let below, above = shares scores x y
        let area = Array.fold2 (fun sum x b -> sum + x * b) 0.0 x below
        let samples = if sample.Length = 0 then 0 else Array.max sample + 1
        let f = Array.map2 (fun x b -> x * (b - area)) x below
        let g = Array.map2 (fun y a -> y * (a - area)) y above

        let sums (values: float[]) =
            let sums = Array.zeroCreate<float> samples
            Array.iter2 (fun k v -> sums[k] <- sums[k] + v) sample values
            sums

        let sumF, sumG, sumX, sumBase = sums f, sums g, sums x, sums base'
        let mutable variance = 0.0

        for i in 0 .. scores.Length - 1 do
            let k = sample[i]
            let ofF = if sumX[k] <> 0.0 then x[i] / sumX[k] * sumF[k] else 0.0

            let ofG =
                if sumBase[k] <> 0.0 then
                    base'[i] / sumBase[k] * sumG[k]
                else
                    0.0

            let influence = f[i] - ofF + g[i] - ofG
            variance <- variance + influence * influence

        { Value = area; Error = sqrt variance }

    /// <summary>The same area by its definition, a double sum over events: the slow twin.</summary>
    let byPairs (scores: float[]) (first: float[]) (second: float[]) : float =
        let mutable sum = 0.0

        for i in 0 .. scores.Length - 1 do
            for j in 0 .. scores.Length - 1 do
                let order =
                    if scores[i] > scores[j] then 1.0
                    elif scores[i] = scores[j] then 0.5
                    else 0.0

                sum <- sum + first[i] * second[j] * order

        sum / (Array.sum first * Array.sum second)
