namespace Nsbi.Infer

open System

/// <summary>The densities of all samples at the events, over a common reference: with them errors need
/// not be estimated from the very events that are judged.</summary>
type CommonReference = {
    /// <summary>Weight of each event in the common reference, ≥ 0, with a sum of one.</summary>
    Weights: float[]
    /// <summary>p_k/p_common of sample k at event i, [k][i].</summary>
    Ratios: float[][]
}

/// <summary>
/// Held-out events of several samples k, each event i with its weight in two densities and the ratio
/// of the first to the second that is to be examined. The sum of the weights of a sample is known:
/// only how they lie is left to chance. An event stands once, with both its weights.
/// </summary>
type StratifiedSample = {
    /// <summary>The sample of each event, from 0.</summary>
    Sample: int[]
    /// <summary>Weight in the denominator, ≥ 0.</summary>
    Reference: float[]
    /// <summary>Weight in the numerator; negative where a coefficient of its sample is.</summary>
    Target: float[]
    /// <summary>What the networks say the numerator is over the denominator, per event.</summary>
    Ratio: float[]
    /// <summary>The densities of the samples, where they are known.</summary>
    Common: CommonReference option
} with

    /// <summary>How many samples there are.</summary>
    member this.Samples: int =
        if this.Sample.Length = 0 then
            0
        else
            Array.max this.Sample + 1

    /// <summary>Reference · ratio: the numerator as it is predicted.</summary>
    member this.Predicted: float[] = Array.map2 (*) this.Reference this.Ratio

    /// <summary>Σ over negative target weights of |w|, as a share of Σ |w|.</summary>
    member this.NegativeShare: float =
        let negative = this.Target |> Array.sumBy (fun w -> max 0.0 -w)
        negative / (this.Target |> Array.sumBy abs)

/// <summary>Making stratified samples.</summary>
[<RequireQualifiedAccess>]
module StratifiedSample =
    /// <summary>Checked arrays; they are kept, not copied.</summary>
    /// <exception cref="T:System.ArgumentException">lengths that differ, a sample below 0, a negative
    /// reference weight, a weight that is not finite, or sums that are not above zero</exception>
    let create
        (sample: int[])
        (reference: float[])
        (target: float[])
        (ratio: float[])
        : StratifiedSample =
        if isNull sample then
            nullArg (nameof sample)

        // The same rules as without samples.
        let plain = RatioSample.create reference target ratio

        if sample.Length <> plain.Ratio.Length then
            invalidArg
                (nameof sample)
                $"{sample.Length} samples were given for {plain.Ratio.Length} events."

        if sample |> Array.exists (fun k -> k < 0) then
            invalidArg (nameof sample) "Samples are counted from 0."

        {
            Sample = sample
            Reference = reference
            Target = target
            Ratio = ratio
            Common = None
        }

    /// <summary>With the densities of the samples; the weights of a sample must then be proportional to
    /// each other in numerator and denominator.</summary>
    let withCommon (common: CommonReference) (events: StratifiedSample) : StratifiedSample =
        if
            common.Weights.Length <> events.Sample.Length
            || common.Ratios.Length < events.Samples
            || common.Ratios |> Array.exists (fun r -> r.Length <> events.Sample.Length)
        then
            invalidArg (nameof common) "Each sample needs its ratio at each event."

        { events with Common = Some common }

    /// <summary>Whether every event that counts has a ratio that is a number, positive and finite.
    /// </summary>
    let isSound (events: StratifiedSample) : bool =
        let mutable sound = true

        for i in 0 .. events.Ratio.Length - 1 do
            if events.Reference[i] <> 0.0 || events.Target[i] <> 0.0 then
                sound <- sound && events.Ratio[i] > 0.0 && Double.IsFinite events.Ratio[i]

        sound
