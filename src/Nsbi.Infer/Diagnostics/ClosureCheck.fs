namespace Nsbi.Infer

open System
open Nsbi.Learn.Networks

/// <summary>How many events lack a feature, as shares of the whole sample.</summary>
type MissingShares = {
    /// <summary>In the target sample.</summary>
    Target: Measured
    /// <summary>In the reference reweighted by r.</summary>
    Reweighted: Measured
}

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
    /// <summary>Share of the events without the feature in the target and in the reweighted reference;
    /// none where no event lacks it.</summary>
    Missing: MissingShares option
}

/// <summary>Whether the reference reweighted by r looks like the target, feature by feature.</summary>
[<RequireQualifiedAccess>]
module ClosureCheck =
    let private normalised (w: float[]) =
        let total = Array.sum w
        w |> Array.map (fun v -> v / total)

    /// The share of the events without the feature: Σ w over them, with the error of the Σ w².
    let private missing (values: float[]) (shares: float[]) : Measured =
        let mutable sum = 0.0
        let mutable squares = 0.0

        for i in 0 .. values.Length - 1 do
            if Double.IsNaN values[i] then
                sum <- sum + shares[i]
                squares <- squares + shares[i] * shares[i]

        { Value = sum; Error = sqrt squares }

    let private effective (m: Measured) =
        if m.Error > 0.0 then (m.Value / m.Error) ** 2.0 else 0.0

    /// <summary>
    /// Histograms of ref × r and target in 50 bins between the 0.1 and 99.9 % quantiles of the
    /// target, widened by 5 %, both normalised to one over all events; the χ² of their difference
    /// with both samples' Σw² and the normalisation in its covariance, and their one-dimensional
    /// Wasserstein distance. In the χ² the outermost bins hold what lies beyond, and bins with
    /// less than 10 effective events of either are joined. Events without the feature are one more
    /// bin of the χ², where they are enough, and have no part in the distance.
    /// </summary>
    /// <remarks>An error of r by the relative tolerance, bin by bin, is added to the covariance.</remarks>
    /// <param name="limits">where the checks fail</param>
    /// <param name="name">of the ratio's process</param>
    /// <param name="sample">held-out events with their ratios</param>
    /// <param name="feature">name and value x_i of each event of the sample; NaN where it is
    /// missing</param>
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
        let lacking = values |> Array.exists Double.IsNaN

        let present (items: float[]) =
            if lacking then
                Array.zip items values
                |> Array.filter (fun (_, x) -> not (Double.IsNaN x))
                |> Array.map fst
            else
                items

        let known, knownT, knownU = present values, present t, present u

        // In a sample that lacks the feature altogether there is nothing else to compare.
        let comparable = Array.sum knownT > 0.0 && Array.sum knownU > 0.0

        let edges =
            let ends =
                if comparable then
                    WeightedQuantile.compute [| 0.001; 0.999 |] known knownT
                else
                    [| 0.0; 1.0 |]

            let width = ends[1] - ends[0]
            let margin = if width > 0.0 then 0.05 * width else 0.5
            WeightedHistogram.equalWidth 50 (ends[0] - margin) (ends[1] + margin)

        let target, reweighted =
            WeightedHistogram.fill edges values t, WeightedHistogram.fill edges values u

        let groups, filled = BinnedDifference.group 10.0 reweighted target
        let lackingT, lackingU = missing values t, missing values u

        let own = lacking && effective lackingT >= 10.0 && effective lackingU >= 10.0

        let count = if own then filled + 1 else filled

        // What lies beyond the bins belongs to the outermost ones: left out, those few events would be a
        // direction of the covariance of their own.
        let binOf =
            values
            |> Array.map (fun x ->
                if not (Double.IsNaN x) then
                    let b = WeightedHistogram.binOf edges x
                    groups[min (max b 0) (groups.Length - 1)]
                elif own then
                    filled
                else
                    -1)

        let f, g, covariance =
            BinnedDifference.compute count binOf { X = u; Y = t; F = u; G = t }

        for b in 0 .. count - 1 do
            let allowed = limits.RatioTolerance * f[b]
            covariance[b, b] <- covariance[b, b] + allowed * allowed

        let chi = BinnedDifference.chiSquare (Array.map2 (-) f g) covariance

        let distance =
            if comparable then
                Wasserstein.compute known knownU knownT
            else
                { Value = 0.0; Noise = 0.0 }

        // A feature of one value has no scale and no distance either.
        let spread =
            if comparable then
                match WeightedMean.standardDeviation known knownT with
                | 0.0 -> 1.0
                | width -> width
            else
                1.0

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
            Missing =
                if lacking then
                    Some {
                        Target = lackingT
                        Reweighted = lackingU
                    }
                else
                    None
        }
