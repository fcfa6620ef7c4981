namespace Nsbi.Infer

open System
open MathNet.Numerics
open Nsbi.Kernels
open Nsbi.Learn.Networks

/// <summary>Simulation-based calibration of one parameter: the ranks of true values among posterior draws,
/// which are uniform where the posterior is right.</summary>
[<NoComparison; ReferenceEquality>]
type RankTest = {
    /// <summary>Name of the parameter.</summary>
    Parameter: string
    /// <summary>Number of simulations N.</summary>
    Simulations: int
    /// <summary>Posterior draws per simulation, L.</summary>
    Draws: int
    /// <summary>Rank of each truth: how many of the L draws are below, 0 … L.</summary>
    Ranks: int[]
    /// <summary>Ranks by bin.</summary>
    Counts: int[]
    /// <summary>What is expected in each bin.</summary>
    Expected: float[]
    /// <summary>Σ (count − expected)²/expected.</summary>
    ChiSquare: float
    /// <summary>Bins − 1.</summary>
    DegreesOfFreedom: int
    /// <summary>Probability of a larger χ² where the ranks are uniform.</summary>
    PValue: float
    /// <summary>Mean of (rank + ½)/(L + 1), ½ where right; below, the posterior lies too high.</summary>
    Mean: Measured
    /// <summary>12 times the mean of ((rank + ½)/(L + 1) − ½)², over what it is for uniform ranks: 1 where
    /// right, above where the posterior is too narrow, below where it is too wide.</summary>
    Spread: Measured
} with

    /// The test in a line.
    override this.ToString() : string =
        FormattableString.Invariant
            $"ranks of {this.Parameter}: χ² = {this.ChiSquare:F1} for {this.DegreesOfFreedom} degrees of freedom, p = {this.PValue:G3}; mean {this.Mean.Value:F3} ± {this.Mean.Error:F3}, spread {this.Spread.Value:F3} ± {this.Spread.Error:F3} ({this.Simulations} simulations, {this.Draws} draws)"

/// <summary>Simulation-based calibration.</summary>
/// <remarks>Source: Talts, Betancourt, Simpson, Vehtari, Gelman, arXiv:1804.06788.</remarks>
[<RequireQualifiedAccess>]
module RankTest =

    /// <summary>20 bins.</summary>
    let standardBins: int = 20

    /// <summary>How many draws are below the truth; where some are equal to it, uniformly one of the ranks
    /// that it can have.</summary>
    /// <param name="stream">decides ties</param>
    /// <param name="truth">the true value</param>
    /// <param name="draws">from the posterior</param>
    let rank (stream: byref<RandomStream>) (truth: float) (draws: float[]) : int =
        let mutable below, equal = 0, 0

        for draw in draws do
            if draw < truth then
                below <- below + 1
            elif draw = truth then
                equal <- equal + 1

        if equal = 0 then
            below
        else
            below + stream.NextInt32(equal + 1)

    /// <summary>The test of ranks that are there.</summary>
    /// <param name="parameter">its name</param>
    /// <param name="bins">at least 2; more than L + 1 means L + 1</param>
    /// <param name="draws">L</param>
    /// <param name="ranks">each 0 … L</param>
    /// <exception cref="T:System.ArgumentException">no ranks, ranks outside of 0 … L, fewer than 2 bins
    /// </exception>
    let ofRanks (parameter: string) (bins: int) (draws: int) (ranks: int[]) : RankTest =
        if ranks.Length = 0 then
            invalidArg (nameof ranks) "There are no ranks."

        if ranks |> Array.exists (fun r -> r < 0 || r > draws) then
            invalidArg (nameof ranks) $"Ranks of {draws} draws lie between 0 and {draws}."

        if bins < 2 || draws < 1 then
            invalidArg (nameof bins) "The test needs at least two bins and one draw."

        let values = draws + 1
        let bins = min bins values
        let n = float ranks.Length
        // Rank r lies in bin ⌊r bins/(L + 1)⌋; bins may hold different numbers of ranks.
        let bin rank =
            int (int64 rank * int64 bins / int64 values)

        let counts, holds = Array.zeroCreate<int> bins, Array.zeroCreate<int> bins

        for r in ranks do
            counts[bin r] <- counts[bin r] + 1

        for r in 0..draws do
            holds[bin r] <- holds[bin r] + 1

        let expected = holds |> Array.map (fun h -> n * float h / float values)

        let chiSquare =
            Array.map2 (fun c e -> (float c - e) * (float c - e) / e) counts expected
            |> Array.sum

        let u = ranks |> Array.map (fun r -> (float r + 0.5) / float values)
        let uniform = 1.0 - 1.0 / float (values * values)
        let spread = u |> Array.averageBy (fun v -> 12.0 * (v - 0.5) * (v - 0.5))

        {
            Parameter = parameter
            Simulations = ranks.Length
            Draws = draws
            Ranks = ranks
            Counts = counts
            Expected = expected
            ChiSquare = chiSquare
            DegreesOfFreedom = bins - 1
            PValue = SpecialFunctions.GammaUpperRegularized(0.5 * float (bins - 1), 0.5 * chiSquare)
            Mean = {
                Value = Array.average u
                Error = sqrt (uniform / (12.0 * n))
            }
            Spread = {
                Value = spread / uniform
                // Var (12 (u − ½)²) = 144 (1/80 − 1/144) for u uniform.
                Error = sqrt (0.8 / n)
            }
        }

    /// <summary>The test of each parameter.</summary>
    /// <param name="bins">of the χ²; <c>standardBins</c> is 20. Fewer than N/5 make its p-value mean what
    /// it says.</param>
    /// <param name="seed">decides ties</param>
    /// <param name="names">of the parameters</param>
    /// <param name="trials">with equal numbers of draws</param>
    let compute
        (bins: int)
        (seed: uint64)
        (names: string list)
        (trials: PosteriorTrial[])
        : RankTest list =
        PosteriorTrial.requireSome trials
        let draws = trials[0].Draws.Length

        if trials |> Array.exists (fun t -> t.Draws.Length <> draws) then
            invalidArg (nameof trials) "The trials have different numbers of draws."

        if names.Length <> trials[0].Truth.Length then
            invalidArg (nameof names) $"Give {trials[0].Truth.Length} names, not {names.Length}."

        names
        |> List.mapi (fun k name ->
            let mutable stream = RandomStream(seed, "ties of ranks", uint64 k)
            let ranks = Array.zeroCreate trials.Length

            for i in 0 .. trials.Length - 1 do
                let values = trials[i].Draws |> Array.map (fun d -> d[k])
                ranks[i] <- rank &stream (trials[i].Truth[k]) values

            ofRanks name bins draws ranks)

    /// <summary>Passes where p is at least the level.</summary>
    /// <param name="level">such as 0.01</param>
    /// <param name="test">of one parameter</param>
    let check (level: float) (test: RankTest) : Check =
        let shape =
            let pull = (test.Spread.Value - 1.0) / test.Spread.Error
            let shift = (test.Mean.Value - 0.5) / test.Mean.Error

            if pull > 3.0 then " The posterior is too narrow."
            elif pull < -3.0 then " The posterior is too wide."
            elif shift > 3.0 then " The posterior lies too low."
            elif shift < -3.0 then " The posterior lies too high."
            else ""

        Check.create
            $"ranks of {test.Parameter}"
            CheckRule.AtLeast
            level
            test.PValue
            nan
            $"{test}.{shape}"
            "Ranks that are not uniform mean that posterior intervals do not hold what they promise, on the average over the prior."
