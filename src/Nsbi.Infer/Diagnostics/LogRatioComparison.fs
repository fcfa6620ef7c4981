namespace Nsbi.Infer

open System

/// <summary>Observed and simulated events in bins of a log-ratio.</summary>
type LogRatioComparison = {
    /// <summary>The value μ of the log-ratio ln D(x; μ)/D(x; prediction).</summary>
    Value: float
    /// <summary>What was counted: the data, or what stands in for them.</summary>
    Of: string
    /// <summary>Limits of the bins; the outer ones are those of the events.</summary>
    Edges: float[]
    /// <summary>Events counted per bin.</summary>
    Counts: float[]
    /// <summary>Events predicted per bin.</summary>
    Predicted: float[]
    /// <summary>Standard error of the prediction from the finite simulation.</summary>
    Simulation: float[]
    /// <summary>Standard error of the prediction from the nuisance parameters.</summary>
    Systematic: float[]
    /// <summary>Of counts and predictions.</summary>
    ChiSquare: ChiSquare
}

/// <summary>What is predicted by simulated events for a comparison.</summary>
type ComparedPrediction = {
    /// <summary>The sample of each event, whose sum of weights is known.</summary>
    Sample: int[]
    /// <summary>Expected events v_i; may be signed.</summary>
    Weights: float[]
    /// <summary>The log-ratio of each event, finite.</summary>
    LogRatio: float[]
    /// <summary>Change of the weights by one standard deviation of each nuisance parameter.</summary>
    Shifts: float[] list
}

/// <summary>Compares observed with simulated events in a log-ratio.</summary>
[<RequireQualifiedAccess>]
module LogRatioComparison =
    /// Limits of bins with at least five expected events, at most twelve, of equal prediction.
    let private edgesOf (prediction: ComparedPrediction) (observed: float[]) : float[] =
        let total = Array.sum prediction.Weights
        let bins = Math.Clamp(int (total / 5.0), 1, 12)
        let steps = Array.init (bins - 1) (fun b -> float (b + 1) / float bins)
        let inner = WeightedQuantile.compute steps prediction.LogRatio prediction.Weights

        let counted =
            Array.map2 (fun w l -> w <> 0.0, l) prediction.Weights prediction.LogRatio

        let all = Array.append (counted |> Array.filter fst |> Array.map snd) observed

        let low, high = Array.min all, Array.max all
        let margin = if high > low then 0.0 else 0.5

        Array.concat [
            [| low - margin |]
            inner |> Array.distinct |> Array.filter (fun v -> v > low && v < high)
            [| high + margin |]
        ]

    /// The covariance of the prediction per bin from the finite simulation, each sample's total known.
    let private simulation (bins: int) (binOf: int[]) (prediction: ComparedPrediction) =
        let samples = 1 + Array.fold max 0 prediction.Sample
        let sums = Array.zeroCreate<float> samples

        Array.iter2 (fun k w -> sums[k] <- sums[k] + w) prediction.Sample prediction.Weights

        let perBin () =
            Array.init samples (fun _ -> Array.zeroCreate<float> bins)

        let p, vv, vx = perBin (), perBin (), perBin ()
        let xx = Array.zeroCreate<float> samples

        for i in 0 .. binOf.Length - 1 do
            let k, b, v = prediction.Sample[i], binOf[i], prediction.Weights[i]
            let x = if sums[k] <> 0.0 then v / sums[k] else 0.0
            p[k][b] <- p[k][b] + v
            vv[k][b] <- vv[k][b] + v * v
            vx[k][b] <- vx[k][b] + v * x
            xx[k] <- xx[k] + x * x

        let covariance =
            Array2D.init bins bins (fun a b ->
                let mutable sum = 0.0

                for k in 0 .. samples - 1 do
                    sum <-
                        sum + (if a = b then vv[k][a] else 0.0)
                        - vx[k][a] * p[k][b]
                        - vx[k][b] * p[k][a]
                        + xx[k] * p[k][a] * p[k][b]

                sum)

        Array.init bins (fun b -> p |> Array.sumBy (fun part -> part[b])), covariance

    /// <summary>
    /// Counts and predictions in bins of equal prediction, at least five events each, and the χ² of
    /// their difference: Poisson variance of the prediction, finite simulation, and each nuisance
    /// parameter's shift, fully correlated between bins.
    /// </summary>
    /// <param name="limits">where the check fails</param>
    /// <param name="name">the parameter and its value, "mu = 2"</param>
    /// <param name="value">the value</param>
    /// <param name="what">what was counted, as it is to be read</param>
    /// <param name="prediction">simulated events</param>
    /// <param name="logs">the log-ratio of each observed event, finite; repeated for repeated events
    /// </param>
    /// <returns>none where no event is predicted or the prediction of a bin is not positive</returns>
    let run
        (limits: CheckLimits)
        (name: string)
        (value: float)
        (what: string)
        (prediction: ComparedPrediction)
        (logs: float[])
        : (Check * LogRatioComparison) option =
        if not (Array.sum prediction.Weights > 0.0) then
            None
        else
            let edges = edgesOf prediction logs
            let bins = edges.Length - 1
            let place = Array.map (WeightedHistogram.binOf edges)

            let inside =
                place prediction.LogRatio |> Array.map (fun b -> Math.Clamp(b, 0, bins - 1))

            let expected, covariance = simulation bins inside prediction

            if expected |> Array.exists (fun p -> not (p > 0.0)) then
                None
            else
                let counts = Array.zeroCreate<float> bins

                for b in place logs do
                    counts[b] <- counts[b] + 1.0

                let shifts =
                    prediction.Shifts
                    |> List.map (fun shift ->
                        let sums = Array.zeroCreate<float> bins
                        Array.iter2 (fun b d -> sums[b] <- sums[b] + d) inside shift
                        sums)

                let ofSimulation = Array.init bins (fun b -> sqrt (max 0.0 covariance[b, b]))

                let systematic =
                    Array.init bins (fun b -> sqrt (shifts |> List.sumBy (fun s -> s[b] * s[b])))

                let all =
                    Array2D.init bins bins (fun a b ->
                        (if a = b then expected[a] else 0.0)
                        + covariance[a, b]
                        + (shifts |> List.sumBy (fun s -> s[a] * s[b])))

                let chi = BinnedDifference.chiSquare (Array.map2 (-) counts expected) all

                let comparison = {
                    Value = value
                    Of = what
                    Edges = edges
                    Counts = counts
                    Predicted = expected
                    Simulation = ofSimulation
                    Systematic = systematic
                    ChiSquare = chi
                }

                let check =
                    Check.create
                        $"{what} and simulation at {name}"
                        CheckRule.AtLeast
                        limits.PValue
                        chi.PValue
                        nan
                        (FormattableString.Invariant
                            $"{Array.sum counts:F0} events where {Array.sum expected:F1} are predicted, in {bins} bins of the log-ratio: χ² = {chi.Value:F1} for {chi.DegreesOfFreedom} degrees of freedom, p = {chi.PValue:G3}.")
                        "Where the log-ratio is not distributed as simulated, the simulation lacks something that the result depends on."

                Some(check, comparison)
