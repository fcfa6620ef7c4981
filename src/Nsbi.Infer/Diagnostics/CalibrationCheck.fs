namespace Nsbi.Infer

open System

/// <summary>One bin of a calibration curve, of events with a similar score.</summary>
type CalibrationPoint = {
    /// <summary>Mean score ⟨s⟩ of the bin, both classes at equal total weight.</summary>
    Score: float
    /// <summary>Weighted fraction n₁/(n₁ + n₀) of target events.</summary>
    Fraction: float
    /// <summary>Standard error of fraction − score.</summary>
    Error: float
}

/// <summary>Whether events of score s belong to the target with probability s.</summary>
[<RequireQualifiedAccess>]
module CalibrationCheck =
    /// <summary>
    /// In bins of s = r/(1 + r) with equal numbers of events: D_b = Σ_{target} w (1 − s) − Σ_{ref} w s
    /// with each class normalised to one. D is zero on average for the exact ratio; its χ² has one
    /// degree of freedom per bin. Bins with less than 10 effective events of a class are joined.
    /// </summary>
    /// <remarks>
    /// The covariance is that of self-normalised weighted sums; an error of r by the relative
    /// tolerance, independent from bin to bin, is added to it.
    /// </remarks>
    /// <param name="limits">where the checks fail</param>
    /// <param name="bins">number of bins wished for</param>
    /// <param name="name">of the ratio's process</param>
    /// <param name="sample">held-out events with their ratios</param>
    /// <returns>the check of the p-value, the curve, and the χ²</returns>
    let run
        (limits: CheckLimits)
        (bins: int)
        (name: string)
        (sample: RatioSample)
        : Check * CalibrationPoint[] * ChiSquare =
        let normalised (w: float[]) =
            let total = Array.sum w
            w |> Array.map (fun v -> v / total)

        let u, t = normalised sample.Reference, normalised sample.Target

        let score =
            sample.Ratio |> Array.map (fun r -> if r = infinity then 1.0 else r / (1.0 + r))

        if score |> Array.exists Double.IsNaN then
            let broken = {
                Value = nan
                DegreesOfFreedom = 0
                PValue = nan
            }

            Check.create
                $"calibration of {name}"
                CheckRule.AtLeast
                limits.PValue
                nan
                nan
                "A ratio is not a number."
                "The network is broken, and no likelihood can be made of it.",
            [||],
            broken
        else
            let both = Array.map2 (fun (a: float) (b: float) -> a + abs b) u t

            let inner =
                WeightedQuantile.compute
                    (Array.init (max 0 (bins - 1)) (fun b -> float (b + 1) / float bins))
                    score
                    both

            // A bin holds its lower limit, so a limit at the smallest score would leave it empty.
            let edges =
                Array.concat [
                    [| -0.5 |]
                    inner |> Array.distinct |> Array.filter (fun s -> s > 0.0)
                    [| 1.5 |]
                ]

            let groups, count =
                BinnedDifference.group
                    10.0
                    (WeightedHistogram.fill edges score u)
                    (WeightedHistogram.fill edges score t)

            let binOf = score |> Array.map (fun s -> groups[WeightedHistogram.binOf edges s])

            let f, g, covariance =
                BinnedDifference.compute count binOf {
                    X = t
                    Y = u
                    F = Array.map2 (fun w s -> w * (1.0 - s)) t score
                    G = Array.map2 (fun w s -> w * s) u score
                }

            let sums = Array.init 4 (fun _ -> Array.zeroCreate<float> count)

            for i in 0 .. score.Length - 1 do
                let b = binOf[i]
                let s = score[i]
                sums[0][b] <- sums[0][b] + t[i]
                sums[1][b] <- sums[1][b] + u[i]
                sums[2][b] <- sums[2][b] + (t[i] + u[i]) * s
                sums[3][b] <- sums[3][b] + (t[i] + u[i]) * s * (1.0 - s)

            let points =
                Array.init count (fun b ->
                    let all = sums[0][b] + sums[1][b]

                    {
                        Score = sums[2][b] / all
                        Fraction = sums[0][b] / all
                        Error = sqrt (max 0.0 covariance[b, b]) / all
                    })

            // d s = s (1 − s) d ln r
            for b in 0 .. count - 1 do
                let allowed = limits.RatioTolerance * sums[3][b]
                covariance[b, b] <- covariance[b, b] + allowed * allowed

            let chi = BinnedDifference.chiSquare (Array.map2 (-) f g) covariance

            Check.create
                $"calibration of {name}"
                CheckRule.AtLeast
                limits.PValue
                chi.PValue
                nan
                (FormattableString.Invariant
                    $"χ² = {chi.Value:F1} for {chi.DegreesOfFreedom} bins of the score, p = {chi.PValue:G3}.")
                ("Where scores are not probabilities, the likelihood ratio is too sharp or too "
                 + "blunt, and intervals come out too short or too long."),
            points,
            chi
