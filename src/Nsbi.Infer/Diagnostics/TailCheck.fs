namespace Nsbi.Infer

open System

/// <summary>Whether the reweighted reference is carried by many events.</summary>
[<RequireQualifiedAccess>]
module TailCheck =
    /// <summary>
    /// Two checks of the weights w_i r_i: the largest share of one event in their sum, and their
    /// effective number of events (Σ w r)² / Σ (w r)².
    /// </summary>
    let run (limits: CheckLimits) (name: string) (mean: WeightedMean) : Check list =
        let consequence =
            "Where few events carry the reference reweighted by r, its standard errors mean "
            + "little and an expected significance may come from single events."

        [
            Check.create
                $"largest event of {name}"
                CheckRule.AtMost
                limits.LargestShare
                mean.LargestShare
                nan
                (FormattableString.Invariant
                    $"One event makes up {100.0 * mean.LargestShare:G3} %% of the sum of r.")
                consequence
            Check.create
                $"effective events of {name}"
                CheckRule.AtLeast
                limits.EffectiveEvents
                mean.EffectiveEvents
                nan
                (FormattableString.Invariant
                    $"{mean.EffectiveEvents:F0} effective events, tail shape {mean.TailShape:F2}.")
                consequence
        ]

/// <summary>Whether ratios are numbers that a score can hold.</summary>
[<RequireQualifiedAccess>]
module SaturationCheck =
    /// The smallest normal number of single precision, 2⁻¹²⁶.
    let private smallest = float 1.17549435e-38f

    /// <summary>
    /// The number of events whose r is no number or whose score s = r/(1 + r) is 0 or 1 in single
    /// precision, r &lt; 2⁻¹²⁶ or r ≥ 2²⁴ by the standard limits. None is allowed. Events without
    /// weight in either sample do not count.
    /// </summary>
    let run (limits: CheckLimits) (name: string) (sample: RatioSample) : Check =
        let mutable count = 0

        for i in 0 .. sample.Ratio.Length - 1 do
            if sample.Reference[i] <> 0.0 || sample.Target[i] <> 0.0 then
                let r = sample.Ratio[i]

                if not (r >= smallest && r < limits.LargestRatio) then
                    count <- count + 1

        Check.create
            $"saturation of {name}"
            CheckRule.AtMost
            0.0
            (float count)
            nan
            $"{count} events have a score of exactly 0 or 1 or a ratio that is no number."
            ("There the network has stopped telling events apart, and one observed event could "
             + "decide the likelihood.")
