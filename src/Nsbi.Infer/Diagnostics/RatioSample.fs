namespace Nsbi.Infer

open System

/// <summary>
/// Held-out events on which a ratio r = p_target/p_ref is examined. Event i; every event is
/// independent of the others. An event that is in the target sample and in a reference mixture
/// built from it stands here once, with both weights, so that errors know of the overlap.
/// </summary>
type RatioSample = {
    /// <summary>Weight as an event of the reference, ≥ 0; zero where it is none.</summary>
    Reference: float[]
    /// <summary>Weight as an event of the target; zero where it is none.</summary>
    Target: float[]
    /// <summary>r(x_i), by networks that did not see the event.</summary>
    Ratio: float[]
}

/// <summary>Making samples.</summary>
[<RequireQualifiedAccess>]
module RatioSample =
    /// <summary>
    /// Events with both weights. ArgumentException for different lengths, weights that are not
    /// finite, negative reference weights, or a sum of weights that is not positive.
    /// </summary>
    let create (reference: float[]) (target: float[]) (ratio: float[]) : RatioSample =
        WeightedQuantile.requireSameLength reference target
        WeightedQuantile.requireSameLength ratio reference

        if reference |> Array.exists (fun w -> not (w >= 0.0 && Double.IsFinite w)) then
            invalidArg (nameof reference) "A reference weight is negative or not finite."

        if target |> Array.exists (Double.IsFinite >> not) then
            invalidArg (nameof target) "A target weight is not finite."

        if not (Array.sum reference > 0.0) then
            invalidArg (nameof reference) "The reference weights do not add up to more than zero."

        if not (Array.sum target > 0.0) then
            invalidArg (nameof target) "The target weights do not add up to more than zero."

        {
            Reference = reference
            Target = target
            Ratio = ratio
        }

    /// <summary>
    /// Two samples without common events, reference first: features must be put together in the
    /// same order.
    /// </summary>
    let ofTwo
        (referenceWeights: float[], referenceRatios: float[])
        (targetWeights: float[], targetRatios: float[])
        : RatioSample =
        let zeros (like: float[]) = Array.zeroCreate<float> like.Length

        create
            (Array.append referenceWeights (zeros targetWeights))
            (Array.append (zeros referenceWeights) targetWeights)
            (Array.append referenceRatios targetRatios)
