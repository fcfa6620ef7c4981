namespace Nsbi.Infer.Calibration

open Nsbi.Infer
open Nsbi.Learn.Networks
open Nsbi.Learn.Transport

/// <summary>One side of a calibration.</summary>
type CalibrationSize = {
    /// <summary>Selected events with a weight.</summary>
    Events: int
    /// <summary>Of these what no training saw.</summary>
    HeldOut: int
    /// <summary>(Σ w)²/Σ w² of the held-out events.</summary>
    Effective: float
    /// <summary>(Σ w)²/Σ w² of the others.</summary>
    Trained: float
}

/// <summary>One quantity in one bin of another.</summary>
type BinClosure = {
    /// <summary>The lower limit of the bin.</summary>
    Low: float
    /// <summary>The upper limit of the bin.</summary>
    High: float
    /// <summary>Before calibration; none where there are fewer than 10 effective events.</summary>
    Before: ClosureDistance option
    /// <summary>After calibration.</summary>
    After: ClosureDistance option
}

/// <summary>One quantity in the bins of another.</summary>
type BinnedClosure = {
    /// <summary>The quantity of the bins.</summary>
    Of: string
    /// <summary>The bins.</summary>
    Bins: BinClosure list
}

/// <summary>One quantity before and after calibration, on held-out events.</summary>
type QuantityClosure = {
    /// <summary>Its name.</summary>
    Name: string
    /// <summary>Whether it was moved itself, or is made of what was.</summary>
    IsMoved: bool
    /// <summary>Before calibration.</summary>
    Before: ClosureDistance
    /// <summary>After calibration.</summary>
    After: ClosureDistance
    /// <summary>In bins.</summary>
    Binned: BinnedClosure list
    /// <summary>Shares per bin of the source before calibration.</summary>
    Source: WeightedHistogram
    /// <summary>Shares per bin of the source after calibration.</summary>
    Calibrated: WeightedHistogram
    /// <summary>Shares per bin of the target.</summary>
    Target: WeightedHistogram
}

/// <summary>What a calibration found.</summary>
type CalibrationResult = {
    /// <summary>What was asked for.</summary>
    Plan: CalibrationPlan
    /// <summary>The source.</summary>
    Source: CalibrationSize
    /// <summary>The target.</summary>
    Target: CalibrationSize
    /// <summary>Positive weights in place of signed ones, if there were any.</summary>
    Positive: PositiveWeights option
    /// <summary>(Σ w)²/Σ w² of all events of the source after calibration.</summary>
    Effective: float
    /// <summary>Largest share of an event in the sum of weights after calibration.</summary>
    LargestShare: float
    /// <summary>Of methods by weights: what the target has beyond the source.</summary>
    Gap: SupportGap option
    /// <summary>Of learned maps: the share of the source's weight outside of what they were trained on.
    /// </summary>
    Outside: float option
    /// <summary>Area of a classifier of source and target, held-out events before calibration.</summary>
    AreaBefore: Measured
    /// <summary>The same after calibration.</summary>
    AreaAfter: Measured
    /// <summary>Quantities, moved ones first.</summary>
    Quantities: QuantityClosure list
    /// <summary>The verdicts.</summary>
    Checks: Check list
    /// <summary>All networks that were trained.</summary>
    Networks: TrainedNetwork list
    /// <summary>Files read, with their SHA-256.</summary>
    Files: (string * string) list
    /// <summary>Names of files of calibrated events in the folder of results.</summary>
    Written: string list
}

/// <summary>Names of the parts of plans.</summary>
[<RequireQualifiedAccess>]
module CalibrationResult =
    /// <summary>The method in words.</summary>
    let method (plan: CalibrationPlan) : string =
        match plan.Method with
        | CalibrationBy.Transport it when it.Members > 1 ->
            $"optimal transport, the mean of {it.Members} learned maps"
        | CalibrationBy.Transport _ -> "optimal transport, a learned map"
        | CalibrationBy.Monotone 1 -> "a quantile map of each feature"
        | CalibrationBy.Monotone bins ->
            $"a quantile map of each feature in {bins} bins of the condition"
        | CalibrationBy.Reweighting _ -> "weights by exp of a discriminator"

    /// <summary>Whether events are moved rather than weighted.</summary>
    let moves (plan: CalibrationPlan) : bool =
        match plan.Method with
        | CalibrationBy.Transport _
        | CalibrationBy.Monotone _ -> true
        | CalibrationBy.Reweighting _ -> false

    /// <summary>What is done with negative weights, in words.</summary>
    let negative (plan: CalibrationPlan) : string =
        match plan.Negative with
        | NegativePlan.Refuse -> "refused"
        | NegativePlan.Replace(replacement, by) ->
            let how =
                match replacement with
                | WeightReplacement.Resample -> "kept with probability e² at weight |w|/e"
                | WeightReplacement.Reweight -> "given the weight |w| e"

            let found =
                match by with
                | SignBy.Classifier _ -> "a classifier of the sign"
                | SignBy.Bins(quantity, bins) -> $"{bins} bins of {quantity}"

            $"{how}, with e = E[sign w | x] by {found} (arXiv:2007.11586)"
