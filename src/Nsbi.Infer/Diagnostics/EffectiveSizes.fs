namespace Nsbi.Infer

open System

/// <summary>How many equal events a weighted sample is worth.</summary>
type EffectiveSize = {
    /// <summary>Which sample.</summary>
    Name: string
    /// <summary>Events with a weight.</summary>
    Events: int
    /// <summary>(Σw)²/Σw².</summary>
    Effective: float
    /// <summary>Largest |w| over |Σw|.</summary>
    LargestShare: float
}

/// <summary>Effective sizes of a density reweighted from the reference, in bins of its log-ratio.
/// </summary>
type ReweightedSize = {
    /// <summary>The value of the parameter of interest.</summary>
    Value: float
    /// <summary>Of the reference reweighted to it.</summary>
    Size: EffectiveSize
    /// <summary>Limits of 12 bins of equal predicted content in the log-ratio.</summary>
    Edges: float[]
    /// <summary>Effective events of the reweighted reference in each bin.</summary>
    Bins: float[]
}

/// <summary>Effective sizes.</summary>
[<RequireQualifiedAccess>]
module EffectiveSizes =
    /// <summary>(Σw)²/Σw²; 0 without weights.</summary>
    let effective (weights: float[]) : float =
        let sum, squares = Array.sum weights, Array.sumBy (fun w -> w * w) weights
        if squares > 0.0 then sum * sum / squares else 0.0

    /// <summary>The size of weighted events; weights may be negative.</summary>
    let ofWeights (name: string) (weights: float[]) : EffectiveSize = {
        Name = name
        Events = weights |> Array.sumBy (fun w -> if w <> 0.0 then 1 else 0)
        Effective = effective weights
        LargestShare =
            (weights |> Array.fold (fun m w -> max m (abs w)) 0.0) / abs (Array.sum weights)
    }

    /// <summary>The reference reweighted by a ratio, as a whole and in 12 bins of ln ratio with equal
    /// reweighted content; the check is of the whole.</summary>
    /// <param name="limits">where the check fails</param>
    /// <param name="name">the parameter and its value, "mu = 2"</param>
    /// <param name="value">the value</param>
    /// <param name="events">held-out events; those of ratio 0 or below are left out of the bins</param>
    let reweighted
        (limits: CheckLimits)
        (name: string)
        (value: float)
        (events: StratifiedSample)
        : Check * ReweightedSize =
        let weights = events.Predicted
        let size = ofWeights name weights
        let usable = events.Ratio |> Array.map (fun r -> r > 0.0 && Double.IsFinite r)
        let logs = Array.map2 (fun ok r -> if ok then log r else 0.0) usable events.Ratio
        let sizes = Array.map2 (fun ok w -> if ok then abs w else 0.0) usable weights

        let edges =
            if Array.exists (fun w -> w > 0.0) sizes then
                let steps = Array.init 13 (fun b -> float b / 12.0)
                WeightedQuantile.compute steps logs sizes |> Array.distinct
            else
                [||]

        let bins =
            if edges.Length < 2 then
                [||]
            else
                let h = WeightedHistogram.fill edges logs sizes

                Array.map2
                    (fun sum squares -> if squares > 0.0 then sum * sum / squares else 0.0)
                    h.Contents
                    h.Variances

        Check.create
            $"effective events at {name}"
            CheckRule.AtLeast
            limits.EffectiveEvents
            size.Effective
            nan
            (FormattableString.Invariant
                $"{size.Events} events of the reference are worth {size.Effective:F0} at {name}; the largest has {100.0 * size.LargestShare:G2} %% of the weight.")
            "Where few events carry the density, expectations and toys at this value come from single events.",
        {
            Value = value
            Size = size
            Edges = edges
            Bins = bins
        }
