namespace Nsbi.Infer

/// <summary>Everything that is known about one learned ratio from held-out events.</summary>
type RatioDiagnostics = {
    /// <summary>The process whose ratio it is.</summary>
    Process: string
    /// <summary>All checks, in a fixed order.</summary>
    Checks: Check list
    /// <summary>E_ref[r] with its tails.</summary>
    Mean: WeightedMean
    /// <summary>Calibration curve; empty where a ratio is not a number.</summary>
    Calibration: CalibrationPoint[]
    /// <summary>Closure of each feature; empty where a ratio is not a number.</summary>
    Closures: Closure list
    /// <summary>Distribution of log r of the target, as shares.</summary>
    LogRatioTarget: WeightedHistogram
    /// <summary>Distribution of log r of the reference, as shares.</summary>
    LogRatioReference: WeightedHistogram
}

/// <summary>The standard set of diagnostics.</summary>
[<RequireQualifiedAccess>]
module RatioDiagnostics =
    let private logRatios (sample: RatioSample) =
        let values = sample.Ratio |> Array.map log

        let finite (w: float[]) =
            let kept =
                Array.map2 (fun v w -> if System.Double.IsFinite v then abs w else 0.0) values w

            let total = Array.sum kept

            if total > 0.0 then
                kept |> Array.map (fun v -> v / total)
            else
                kept

        let t, u = finite sample.Target, finite sample.Reference
        let both = Array.map2 (+) t u

        let edges =
            if Array.exists (fun w -> w > 0.0) both then
                let ends = WeightedQuantile.compute [| 0.0005; 0.9995 |] values both
                WeightedHistogram.equalWidth 60 (ends[0] - 0.1) (ends[1] + 0.1)
            else
                WeightedHistogram.equalWidth 60 -1.0 1.0

        WeightedHistogram.fill edges values t, WeightedHistogram.fill edges values u

    /// <summary>
    /// Saturation, normalisation, tails, calibration in 20 bins and closure in every feature of one
    /// ratio. The mixture identity and implied ratios need several ratios and stand for themselves.
    /// </summary>
    /// <param name="limits">where the checks fail</param>
    /// <param name="name">of the ratio's process</param>
    /// <param name="sample">held-out events with their ratios</param>
    /// <param name="features">name and value of each event, in the order of the sample</param>
    let run
        (limits: CheckLimits)
        (name: string)
        (sample: RatioSample)
        (features: (string * float[]) list)
        : RatioDiagnostics =
        let saturation = SaturationCheck.run limits name sample
        let normalisation, mean = NormalisationCheck.run limits name sample
        let calibration, points, _ = CalibrationCheck.run limits 20 name sample

        let closures =
            if System.Double.IsFinite mean.Value && mean.Value > 0.0 then
                features |> List.map (ClosureCheck.run limits name sample)
            else
                []

        let target, reference = logRatios sample

        {
            Process = name
            Checks =
                [ saturation; normalisation ]
                @ TailCheck.run limits name mean
                @ [ calibration ]
                @ (closures |> List.collect fst)
            Mean = mean
            Calibration = points
            Closures = closures |> List.map snd
            LogRatioTarget = target
            LogRatioReference = reference
        }
