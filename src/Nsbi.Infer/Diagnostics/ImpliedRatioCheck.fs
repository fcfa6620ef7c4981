namespace Nsbi.Infer

open System

/// <summary>Whether two ratios to the reference imply a ratio between their processes.</summary>
[<RequireQualifiedAccess>]
module ImpliedRatioCheck =
    /// <summary>
    /// E_B[r_S/r_B] over events of B, which is one where both ratios are exact. Passed within the
    /// allowed number of standard errors; the sentence says where heavy tails make them unreliable.
    /// </summary>
    /// <param name="limits">where the checks fail</param>
    /// <param name="names">of the numerator and of the denominator, whose events are given</param>
    /// <param name="weights">of the events of the denominator, held out</param>
    /// <param name="numerator">r_S(x_i)</param>
    /// <param name="denominator">r_B(x_i)</param>
    let run
        (limits: CheckLimits)
        (names: string * string)
        (weights: float[])
        (numerator: float[])
        (denominator: float[])
        : Check * WeightedMean =
        WeightedQuantile.requireSameLength numerator weights
        WeightedQuantile.requireSameLength denominator weights
        let upper, lower = names
        let mean = WeightedMean.compute (Array.map2 (/) numerator denominator) weights

        let trust =
            if mean.ErrorIsReliable then
                ""
            else
                " The standard error is unreliable: too few events carry the mean."

        Check.create
            $"implied ratio of {upper} to {lower}"
            (CheckRule.Near 1.0)
            (limits.Sigmas * mean.StandardError)
            mean.Value
            mean.StandardError
            (FormattableString.Invariant
                $"The mean of r({upper})/r({lower}) over {lower} is {mean.Value:F3} ± {mean.StandardError:F3} "
             + FormattableString.Invariant
                 $"with {mean.EffectiveEvents:F0} effective events, tail shape {mean.TailShape:F2}."
             + trust)
            ($"Where it is not one, {lower} events fake {upper} or hide it, and the fitted "
             + "signal is biased."),
        mean

    /// <summary>
    /// Whether enough events carry E_B[r_S/r_B]: a network that learned single events gives a mean
    /// with an error so large that it agrees with anything.
    /// </summary>
    /// <param name="limits">where the checks fail</param>
    /// <param name="names">of the numerator and of the denominator</param>
    /// <param name="mean">what <c>run</c> found</param>
    let carried (limits: CheckLimits) (names: string * string) (mean: WeightedMean) : Check =
        let upper, lower = names

        Check.create
            $"effective events of the implied ratio of {upper} to {lower}"
            CheckRule.AtLeast
            limits.ImpliedEvents
            mean.EffectiveEvents
            nan
            (FormattableString.Invariant
                $"{mean.EffectiveEvents:F0} effective events carry the mean of r({upper})/r({lower}) over {lower}.")
            ("Where few do, the network learned single events, and an expected significance may "
             + "come from them.")
