namespace Nsbi.Infer

open System
open MathNet.Numerics
open Nsbi.Kernels
open Nsbi.Learn.Networks

/// <summary>Which credible regions are examined.</summary>
[<RequireQualifiedAccess>]
type CoverageRegion =
    /// <summary>Balls around random reference points (TARP): right for all references only where the
    /// posterior is right. Draws are enough.</summary>
    | RandomPoints
    /// <summary>Regions of highest posterior density.</summary>
    | HighestDensity

/// <summary>How often credible regions hold the truth.</summary>
[<NoComparison; ReferenceEquality>]
type ExpectedCoverage = {
    /// <summary>Which regions.</summary>
    Region: CoverageRegion
    /// <summary>The smallest credibility at which the region of each simulation holds the truth, ascending;
    /// uniform on [0, 1] where the posterior is right.</summary>
    Shares: float[]
    /// <summary>Credibilities α.</summary>
    Levels: float[]
    /// <summary>Share of simulations whose region of credibility α holds the truth.</summary>
    Coverage: float[]
    /// <summary>√(α(1 − α)/N), the error of each.</summary>
    Errors: float[]
    /// <summary>Where the coverage is expected to lie, 2.5 % quantile of the binomial over N.</summary>
    Lower: float[]
    /// <summary>97.5 % quantile.</summary>
    Upper: float[]
    /// <summary>sup |coverage − α|, Kolmogorov's distance.</summary>
    Distance: float
    /// <summary>Probability of a larger distance where the posterior is right.</summary>
    PValue: float
    /// <summary>Mean of coverage − α over α: above 0 regions are too large on the average, below too
    /// small (of highest density), or the posterior is off.</summary>
    Excess: Measured
} with

    /// The coverage as a table.
    override this.ToString() : string =
        let text (format: FormattableString) = FormattableString.Invariant format

        let name =
            match this.Region with
            | CoverageRegion.RandomPoints -> "random points"
            | CoverageRegion.HighestDensity -> "highest density"

        let head =
            text
                $"expected coverage ({name}), {this.Shares.Length} simulations: distance {this.Distance:F3}, p = {this.PValue:G3}, excess {this.Excess.Value:F3} ± {this.Excess.Error:F3}"

        let rows = [
            for k in 0 .. this.Levels.Length - 1 do
                text
                    $"  {this.Levels[k]:F2}  {this.Coverage[k]:F3}  [{this.Lower[k]:F3}, {this.Upper[k]:F3}]"
        ]

        String.Join("\n", head :: rows)

/// <summary>Expected coverage of posteriors.</summary>
/// <remarks>Averages over the prior: a method may be right on the average and wrong for given data. Sources:
/// Lemos, Coogan, Hezaveh, Perreault-Levasseur, arXiv:2302.03026 (random points); Hermans et al.,
/// arXiv:2110.06581 (highest density).</remarks>
[<RequireQualifiedAccess>]
module ExpectedCoverage =

    /// The least k with P(Binomial(n, α) ≤ k) ≥ p.
    let private binomialQuantile (n: int) (alpha: float) (p: float) : int =
        // P(X ≤ k) = I_{1−α}(n − k, k + 1).
        let below k =
            if k >= n then
                1.0
            elif alpha <= 0.0 then
                1.0
            elif alpha >= 1.0 then
                0.0
            else
                SpecialFunctions.BetaRegularized(float (n - k), float k + 1.0, 1.0 - alpha)

        let rec search low high =
            if low = high then
                low
            else
                let middle = (low + high) / 2

                if below middle >= p then
                    search low middle
                else
                    search (middle + 1) high

        search 0 n

    /// <summary>The coverage of shares that are there.</summary>
    /// <param name="region">what they are of</param>
    /// <param name="shares">each in [0, 1]; uniform where the posterior is right</param>
    let ofShares (region: CoverageRegion) (shares: float[]) : ExpectedCoverage =
        if
            shares.Length = 0
            || shares |> Array.exists (fun u -> not (u >= 0.0 && u <= 1.0))
        then
            invalidArg (nameof shares) "Shares lie between 0 and 1, and there is at least one."

        let u = Array.sort shares
        let n = float u.Length
        let levels = Array.init 19 (fun k -> 0.05 * float (k + 1))

        let distance =
            u
            |> Array.mapi (fun i v -> max (float (i + 1) / n - v) (v - float i / n))
            |> Array.max

        let band p =
            levels |> Array.map (fun a -> float (binomialQuantile u.Length a p) / n)

        {
            Region = region
            Shares = u
            Levels = levels
            Coverage =
                levels
                |> Array.map (fun a -> float (u |> Array.filter (fun v -> v <= a)).Length / n)
            Errors = levels |> Array.map (fun a -> sqrt (a * (1.0 - a) / n))
            Lower = band 0.025
            Upper = band 0.975
            Distance = distance
            PValue = WeightedKolmogorov.survival ((sqrt n + 0.12 + 0.11 / sqrt n) * distance)
            Excess = {
                Value = 0.5 - Array.average u
                Error = 1.0 / sqrt (12.0 * n)
            }
        }

    /// (k + U)/(L + 1) of k draws before the truth, with ties in random order: exactly uniform where draws and
    /// truth are of one distribution.
    let private share (stream: byref<RandomStream>) (truth: float) (draws: float[]) : float =
        let k = RankTest.rank &stream truth draws
        (float k + stream.NextDouble()) / float (draws.Length + 1)

    /// <summary>Coverage of balls around random points (TARP): the share of draws that lie nearer to a
    /// reference than the truth does. Parameters are divided by the standard deviation of the truths;
    /// references are uniform in the box of all truths, on all sides of each posterior: a shift looks like
    /// narrowness, and is better seen in ranks or regions of highest density.</summary>
    /// <param name="seed">of references and ties</param>
    /// <param name="trials">some hundreds</param>
    let randomPoints (seed: uint64) (trials: PosteriorTrial[]) : ExpectedCoverage =
        PosteriorTrial.requireSome trials
        let p = trials[0].Truth.Length

        let column k =
            trials |> Array.map (fun t -> t.Truth[k])

        let low = Array.init p (fun k -> Array.min (column k))
        let high = Array.init p (fun k -> Array.max (column k))

        let scale =
            Array.init p (fun k ->
                let values = column k
                let mean = Array.average values
                let sd = sqrt (values |> Array.averageBy (fun v -> (v - mean) * (v - mean)))
                if sd > 0.0 then sd else 1.0)

        let shares =
            trials
            |> Array.mapi (fun i trial ->
                let mutable stream = RandomStream(seed, "coverage references", uint64 i)
                let reference = Array.zeroCreate p

                for k in 0 .. p - 1 do
                    reference[k] <- low[k] + (high[k] - low[k]) * stream.NextDouble()

                let distance (point: float[]) =
                    let mutable sum = 0.0

                    for k in 0 .. p - 1 do
                        let d = (point[k] - reference[k]) / scale[k]
                        sum <- sum + d * d

                    sum

                share &stream (distance trial.Truth) (Array.map distance trial.Draws))

        ofShares CoverageRegion.RandomPoints shares

    /// <summary>Coverage of regions of highest density: the share of draws whose posterior density is above
    /// that of the truth.</summary>
    /// <param name="seed">of ties</param>
    /// <param name="trials">with densities (<c>PosteriorTrial.withDensity</c>)</param>
    /// <exception cref="T:System.ArgumentException">a trial has no densities</exception>
    let highestDensity (seed: uint64) (trials: PosteriorTrial[]) : ExpectedCoverage =
        PosteriorTrial.requireSome trials

        let shares =
            trials
            |> Array.mapi (fun i trial ->
                if
                    Double.IsNaN trial.TruthLogDensity
                    || trial.DrawLogDensities.Length <> trial.Draws.Length
                then
                    invalidArg
                        (nameof trials)
                        $"Trial {i} has no posterior densities: make it with PosteriorTrial.withDensity."

                let mutable stream = RandomStream(seed, "coverage ties", uint64 i)
                share &stream -trial.TruthLogDensity (trial.DrawLogDensities |> Array.map (~-)))

        ofShares CoverageRegion.HighestDensity shares

    /// <summary>Passes where p is at least the level.</summary>
    /// <param name="level">such as 0.01</param>
    /// <param name="coverage">of one kind of region</param>
    let check (level: float) (coverage: ExpectedCoverage) : Check =
        let name =
            match coverage.Region with
            | CoverageRegion.RandomPoints -> "random points"
            | CoverageRegion.HighestDensity -> "highest density"

        let k = coverage.Levels |> Array.findIndex (fun a -> a > 0.67)

        Check.create
            $"expected coverage ({name})"
            CheckRule.AtLeast
            level
            coverage.PValue
            nan
            (FormattableString.Invariant
                $"Regions of credibility {coverage.Levels[k]:F2} hold the truth in {100.0 * coverage.Coverage[k]:F1} ± {100.0 * coverage.Errors[k]:F1} %% of {coverage.Shares.Length} simulations; the largest distance at any credibility is {coverage.Distance:F3}, p = {coverage.PValue:G3}.")
            "Where coverage is not the credibility, the posterior is too narrow, too wide or off."
