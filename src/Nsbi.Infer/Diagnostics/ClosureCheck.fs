namespace Nsbi.Infer

open System

/// <summary>A feature in the target sample and in the reference reweighted by r.</summary>
type Closure = {
    /// <summary>The feature.</summary>
    Feature: string
    /// <summary>Target sample, as shares of the whole sample.</summary>
    Target: WeightedHistogram
    /// <summary>Reference reweighted by r, as shares of the whole sample.</summary>
    Reweighted: WeightedHistogram
    /// <summary>Reference as it is, as shares of the whole sample.</summary>
    Reference: WeightedHistogram
    /// <summary>Difference of the first two.</summary>
    ChiSquare: ChiSquare
    /// <summary>Wasserstein distance of the first two, in units of the feature.</summary>
    Distance: WassersteinDistance
}

/// <summary>Whether the reference reweighted by r looks like the target, feature by feature.</summary>
[<RequireQualifiedAccess>]
module ClosureCheck =
    let private normalised (w: float[]) =
        let total = Array.sum w
        w |> Array.map (fun v -> v / total)

    /// <summary>
    /// Histograms of ref × r and target in 50 bins between the 0.1 and 99.9 % quantiles of the
    /// target, widened by 5 %, both normalised to one over all events; the χ² of their difference
    /// with both samples' Σw² and the normalisation in its covariance, and their one-dimensional
    /// Wasserstein distance. Bins with less than 10 effective events of either are joined.
    /// </summary>
    /// <remarks>An error of r by the relative tolerance, bin by bin, is added to the covariance.</remarks>
    /// <param name="limits">where the checks fail</param>
    /// <param name="name">of the ratio's process</param>
    /// <param name="sample">held-out events with their ratios</param>
    /// <param name="feature">name and value x_i of each event of the sample</param>
    /// <returns>the checks of the p-value and of the distance, and the histograms</returns>
    let run
        (limits: CheckLimits)
        (name: string)
        (sample: RatioSample)
        (feature: string * float[])
        : Check list * Closure =
        let title, values = feature
        WeightedQuantile.requireSameLength values sample.Target
        let t = normalised sample.Target
        let u = normalised (Array.map2 (*) sample.Reference sample.Ratio)

        let edges =
            let ends = WeightedQuantile.compute [| 0.001; 0.999 |] values t
            let width = ends[1] - ends[0]
            let margin = if width > 0.0 then 0.05 * width else 0.5
            WeightedHistogram.equalWidth 50 (ends[0] - margin) (ends[1] + margin)

        let target, reweighted =
            WeightedHistogram.fill edges values t, WeightedHistogram.fill edges values u

        let groups, count = BinnedDifference.group 10.0 reweighted target

        let binOf =
            values
            |> Array.map (fun x ->
                let b = WeightedHistogram.binOf edges x
                if b < 0 || b >= groups.Length then -1 else groups[b])

        let f, g, covariance =
            BinnedDifference.compute count binOf { X = u; Y = t; F = u; G = t }

        for b in 0 .. count - 1 do
            let allowed = limits.RatioTolerance * f[b]
            covariance[b, b] <- covariance[b, b] + allowed * allowed

        let chi = BinnedDifference.chiSquare (Array.map2 (-) f g) covariance
        let distance = Wasserstein.compute values u t

        // A feature of one value has no scale and no distance either.
        let spread =
            match WeightedMean.standardDeviation values t with
            | 0.0 -> 1.0
            | width -> width

        let shape =
            Check.create
                $"closure of {name} in {title}"
                CheckRule.AtLeast
                limits.PValue
                chi.PValue
                nan
                (FormattableString.Invariant
                    $"χ² = {chi.Value:F1} for {chi.DegreesOfFreedom} degrees of freedom, p = {chi.PValue:G3}.")
                ($"Where the reference reweighted by r does not look like {name}, the ratio is "
                 + "wrong for events of that kind, and so is their weight in the fit.")

        let shift =
            Check.create
                $"distance of {name} in {title}"
                CheckRule.AtMost
                (Wasserstein.noiseFactor * distance.Noise / spread + limits.RatioTolerance)
                (distance.Value / spread)
                (distance.Noise / spread)
                (FormattableString.Invariant
                    $"On average an event has to move by {distance.Value / spread:F4} standard deviations, "
                 + FormattableString.Invariant
                     $"where chance alone gives {distance.Noise / spread:F4}.")
                "A larger distance means a ratio that is shifted or stretched along this feature."

        [ shape; shift ],
        {
            Feature = title
            Target = target
            Reweighted = reweighted
            Reference = WeightedHistogram.fill edges values (normalised sample.Reference)
            ChiSquare = chi
            Distance = distance
        }
