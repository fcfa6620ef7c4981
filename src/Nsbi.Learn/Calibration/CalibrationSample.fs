namespace Nsbi.Learn.Calibration

open System

// Axes: event i.

/// <summary>Events on which a calibration is fitted, in increasing order of the ratio; each class of
/// weights adds up to 1.</summary>
/// <remarks>An event that is in the target and in a reference mixture made from it stands here once,
/// with both weights: then t/(t + q) is its posterior, and errors know of the overlap.</remarks>
[<Sealed>]
type CalibrationSample private (target: float[], reference: float[], ratio: float[]) =
    /// <summary>t_i ≥ 0, Σ t = 1.</summary>
    member internal _.Target: float[] = target
    /// <summary>q_i ≥ 0, Σ q = 1.</summary>
    member internal _.Reference: float[] = reference
    /// <summary>r_i, not decreasing.</summary>
    member internal _.Ratio: float[] = ratio
    /// Number of events with a weight.
    member _.Count: int = ratio.Length

    /// <summary>Sorts and normalises events; those without any weight are left out.</summary>
    /// <param name="target">weight of each event in the target, 0 where it is none of its</param>
    /// <param name="reference">likewise in the reference</param>
    /// <param name="ratio">r_i of each event, ≥ 0 and finite</param>
    /// <exception cref="T:System.ArgumentException">lengths that differ; weights that are negative, not
    /// finite, or add up to nothing; ratios that are negative or not finite</exception>
    static member Create(target: float[], reference: float[], ratio: float[]) : CalibrationSample =
        if isNull target then
            nullArg (nameof target)

        if isNull reference then
            nullArg (nameof reference)

        if isNull ratio then
            nullArg (nameof ratio)

        if target.Length <> ratio.Length || reference.Length <> ratio.Length then
            invalidArg
                (nameof ratio)
                $"{ratio.Length} ratios for {target.Length} and {reference.Length} weights"

        let total name (weights: float[]) =
            if weights |> Array.exists (fun w -> not (w >= 0.0 && Double.IsFinite w)) then
                invalidArg name "a weight is negative or not finite"

            let sum = Array.sum weights

            if not (sum > 0.0 && Double.IsFinite sum) then
                invalidArg name "the weights do not add up to more than zero"

            sum

        let t, q = total (nameof target) target, total (nameof reference) reference

        let rows =
            [| 0 .. ratio.Length - 1 |]
            |> Array.filter (fun i -> target[i] > 0.0 || reference[i] > 0.0)

        if
            rows
            |> Array.exists (fun i -> not (ratio[i] >= 0.0 && Double.IsFinite ratio[i]))
        then
            invalidArg (nameof ratio) "a ratio is negative or not finite"

        // Equal ratios keep the order of their events, so that sums do not depend on the sort.
        let order = rows |> Array.sortBy (fun i -> struct (ratio[i], i))

        CalibrationSample(
            order |> Array.map (fun i -> target[i] / t),
            order |> Array.map (fun i -> reference[i] / q),
            order |> Array.map (fun i -> ratio[i])
        )
