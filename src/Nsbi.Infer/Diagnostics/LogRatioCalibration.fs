namespace Nsbi.Infer

open System

/// <summary>One bin of a calibration curve of log-ratios.</summary>
type LogRatioPoint = {
    /// <summary>ln of the predicted numerator over the denominator in the bin.</summary>
    Predicted: float
    /// <summary>ln of the numerator over the denominator in the bin; NaN where the signed weights do
    /// not add up to more than zero.</summary>
    Found: float
    /// <summary>Standard error of found − predicted, from the finite simulation.</summary>
    Error: float
}

/// <summary>Calibration at one value of the parameter of interest.</summary>
type LogRatioCalibration = {
    /// <summary>The value μ.</summary>
    Value: float
    /// <summary>What the denominator is, as it is to be read.</summary>
    Against: string
    /// <summary>Bins in increasing log-ratio; empty where a ratio is not a positive number.</summary>
    Points: LogRatioPoint[]
    /// <summary>Of found and predicted events per bin.</summary>
    ChiSquare: ChiSquare
    /// <summary>Share of the numerator's weights that is negative.</summary>
    NegativeShare: float
}

/// <summary>Whether events of the log-ratio λ are e^λ times as frequent in the numerator.</summary>
[<RequireQualifiedAccess>]
module LogRatioCalibration =
    /// Bins of equal predicted content by λ, and their number.
    let private binning (bins: int) (logs: float[]) (events: StratifiedDifference.Prepared) =
        let inner =
            WeightedQuantile.compute
                (Array.init (max 0 (bins - 1)) (fun b -> float (b + 1) / float bins))
                logs
                events.Predicted

        // A bin holds its lower limit, so a limit at the smallest value would leave it empty.
        let edges =
            let least = Array.min logs

            Array.concat [
                [| -infinity |]
                inner |> Array.distinct |> Array.filter (fun v -> v > least)
                [| infinity |]
            ]

        let binOf = logs |> Array.map (WeightedHistogram.binOf edges)
        let groups, count = StratifiedDifference.group (edges.Length - 1) binOf events
        binOf |> Array.map (fun b -> groups[b]), count

    let private broken (value: float) against (events: StratifiedSample) name limit =
        let chi = {
            Value = nan
            DegreesOfFreedom = 0
            PValue = nan
        }

        Check.create
            name
            CheckRule.AtLeast
            limit
            nan
            nan
            "A density ratio is not a positive number."
            "No likelihood can be made of it at this value.",
        {
            Value = value
            Against = against
            Points = [||]
            ChiSquare = chi
            NegativeShare = events.NegativeShare
        }

    /// <summary>
    /// In bins of the predicted log-ratio λ with equal content: ln N_b/D_b of the events against
    /// ln Σ_b u e^λ/D_b, and the χ² of N_b − Σ_b u e^λ, both scaled to the same total (the rate has a
    /// check of its own). Bins with less than 10 effective events, or 5 in the variance, are joined. Negative
    /// weights of the numerator keep their signs.
    /// </summary>
    /// <remarks>An error of the ratio by the relative tolerance, independent from bin to bin, is added to
    /// the covariance. Source: ATLAS, arXiv:2412.01600, calibration of log-ratios.</remarks>
    /// <param name="limits">where the check fails</param>
    /// <param name="bins">number of bins wished for</param>
    /// <param name="name">the parameter and its value, "mu = 2"</param>
    /// <param name="value">the value</param>
    /// <param name="against">what the denominator is</param>
    /// <param name="events">held-out events; the ratio is e^λ</param>
    let run
        (limits: CheckLimits)
        (bins: int)
        (name: string)
        (value: float)
        (against: string)
        (events: StratifiedSample)
        : Check * LogRatioCalibration =
        let title = $"calibration at {name}"

        if not (StratifiedSample.isSound events) then
            broken value against events title limits.PValue
        else
            let prepared = StratifiedDifference.prepare events
            let logs = events.Ratio |> Array.map (fun r -> if r > 0.0 then log r else 0.0)
            let binOf, count = binning bins logs prepared
            let found, predicted, covariance = StratifiedDifference.compute count binOf prepared
            let denominator = Array.zeroCreate<float> count
            Array.iter2 (fun b u -> denominator[b] <- denominator[b] + u) binOf events.Reference
            let positive (v: float) = if v > 0.0 then log v else nan

            let points =
                Array.init count (fun b -> {
                    Predicted = positive (predicted[b] / denominator[b])
                    Found = positive (found[b] / denominator[b])
                    Error = sqrt (max 0.0 covariance[b, b]) / abs found[b]
                })

            StratifiedDifference.allow limits.RatioTolerance predicted covariance
            let chi = BinnedDifference.chiSquare (Array.map2 (-) found predicted) covariance
            let negative = events.NegativeShare

            let signs =
                if negative > 0.0 then
                    FormattableString.Invariant
                        $" Negative coefficients: {100.0 * negative:F1} %% of the weights have a minus sign and are counted with it."
                else
                    ""

            Check.create
                title
                CheckRule.AtLeast
                limits.PValue
                chi.PValue
                nan
                (FormattableString.Invariant
                    $"χ² = {chi.Value:F1} for {chi.DegreesOfFreedom} degrees of freedom in bins of the log-ratio to {against}, p = {chi.PValue:G3}."
                 + signs)
                "Where the density at this value is not what its log-ratio claims, the likelihood curve bends there for the wrong reason.",
            {
                Value = value
                Against = against
                Points = points
                ChiSquare = chi
                NegativeShare = negative
            }
