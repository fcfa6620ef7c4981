namespace Nsbi.Infer

open System
open MathNet.Numerics.Statistics
open Nsbi.Kernels

// Axes: event i of N, member m of M, resample k of K.

/// <summary>The toy of an ensemble of networks of which every variance is known: events X_i ~ N(θ, σ_X²)
/// stand for the training data, and a network is the mean of a data set plus a training error,
/// θ̂_m = (1/N) Σ_i X_(m,i) + ε_m with ε_m ~ N(0, σ_ε²).</summary>
/// <remarks>Source: Shyamsundar, comment on arXiv:2412.01600 (2025), §4.</remarks>
type AverageToy = {
    /// θ, what is estimated.
    Theta: float
    /// σ_X ≥ 0, the spread of an event.
    EventSpread: float
    /// σ_ε ≥ 0, the spread of trainings on the same data.
    TrainingSpread: float
    /// N ≥ 1, the events of the training data.
    Events: int
    /// M ≥ 1, the networks of the ensemble, each trained on a bootstrap of the data.
    Members: int
    /// K ≥ 2, the resamples of the ensemble in the double bootstrap.
    Resamples: int
}

/// <summary>One run of the toy: what somebody with one data set would have.</summary>
[<NoComparison>]
type AverageToyRun = {
    /// θ̂_(boot,m), equation (10).
    Bootstraps: float[]
    /// θ̂_boot-avg = (1/M) Σ_m θ̂_(boot,m), equation (12).
    Average: float
    /// δ_boot-boot, equation (15): it misses the finite sample.
    DoubleBootstrap: float
    /// δ_stderr-formula, equation (16): it misses the finite sample too. NaN for one member.
    StandardError: float
}

/// <summary>Formulae and simulation of the toy.</summary>
/// <remarks>Everything is a function of (toy, seed, run): run r of a seed does not depend on which other
/// runs are made.</remarks>
[<RequireQualifiedAccess>]
module AverageToy =

    /// <summary>The published numbers, equation (18): θ = 5, σ_X = 100, σ_ε = 0.01, N = 10⁶, M = 10³,
    /// K = 10⁴.</summary>
    let published: AverageToy = {
        Theta = 5.0
        EventSpread = 100.0
        TrainingSpread = 0.01
        Events = 1_000_000
        Members = 1_000
        Resamples = 10_000
    }

    let private check (toy: AverageToy) =
        let spread name value =
            if not (Double.IsFinite value && value >= 0.0) then
                invalidArg (nameof toy) $"{name} is {value}: give a finite spread of 0 or above."

        let count name least value =
            if value < least then
                invalidArg (nameof toy) $"{name} is {value}: give {least} or more."

        if not (Double.IsFinite toy.Theta) then
            invalidArg (nameof toy) $"Theta is {toy.Theta}: give a finite number."

        spread (nameof toy.EventSpread) toy.EventSpread
        spread (nameof toy.TrainingSpread) toy.TrainingSpread
        count (nameof toy.Events) 1 toy.Events
        count (nameof toy.Members) 1 toy.Members
        count (nameof toy.Resamples) 2 toy.Resamples

    /// <summary>σ_X²/N, the variance that the finite data set causes: no M makes it smaller.</summary>
    let dataVariance (toy: AverageToy) : float =
        toy.EventSpread * toy.EventSpread / float toy.Events

    /// <summary>E[Var(θ̂_boot-avg | D)] = (N − 1)/N σ_X²/(NM) + σ_ε²/M, equation (17b): what changes when
    /// the same data are bootstrapped and trained on again.</summary>
    let conditionalVariance (toy: AverageToy) : float =
        let n, m = float toy.Events, float toy.Members
        let noise = toy.TrainingSpread * toy.TrainingSpread
        ((n - 1.0) / n * dataVariance toy + noise) / m

    /// <summary>Var(θ̂_boot-avg) = σ_X²/N + (N − 1)/N σ_X²/(NM) + σ_ε²/M, equation (17a): the variance that
    /// an uncertainty of the average has to have.</summary>
    let averageVariance (toy: AverageToy) : float =
        dataVariance toy + conditionalVariance toy

    /// <summary>E[δ_boot-boot²] = (M − 1)/M [(N − 1)/N σ_X²/(NM) + σ_ε²/M], equation (17c): the double
    /// bootstrap does not contain σ_X²/N and falls as 1/M.</summary>
    let doubleBootstrapVariance (toy: AverageToy) : float =
        let m = float toy.Members
        (m - 1.0) / m * conditionalVariance toy

    /// <summary>E[δ_stderr-formula²] = (N − 1)/N σ_X²/(NM) + σ_ε²/M, equation (17d): the standard error of a
    /// mean of M bootstrapped networks does not contain σ_X²/N either.</summary>
    let standardErrorVariance (toy: AverageToy) : float = conditionalVariance toy

    /// A stream of one member, resample or data set of a run.
    let private stream seed purpose (run: int) (part: int) =
        RandomStream(seed, "average toy " + purpose, (uint64 run <<< 32) ||| uint64 part)

    /// <summary>D = (X_1, …, X_N) of a run.</summary>
    let data (toy: AverageToy) (seed: uint64) (run: int) : float[] =
        check toy
        let mutable random = stream seed "data" run 0
        let x = Array.zeroCreate<float> toy.Events

        for i in 0 .. x.Length - 1 do
            x[i] <- toy.Theta + toy.EventSpread * random.NextGaussian()

        x

    /// <summary>A data set of N events drawn with replacement from N, equation (9).</summary>
    let resample (seed: uint64) (run: int) (member': int) (data: float[]) : float[] =
        let mutable random = stream seed "resample" run member'
        let drawn = Array.zeroCreate<float> data.Length

        for i in 0 .. data.Length - 1 do
            drawn[i] <- data[random.NextInt32 data.Length]

        drawn

    /// <summary>The training of one network on data: their mean with an error of its own.</summary>
    let train (toy: AverageToy) (seed: uint64) (run: int) (member': int) (data: float[]) : float =
        let mutable random = stream seed "training" run member'
        ArrayStatistics.Mean data + toy.TrainingSpread * random.NextGaussian()

    /// The K averages of M members drawn with replacement, and their standard deviation: (13)-(15).
    let private resampled toy seed run (members: float[]) =
        let mutable random = stream seed "ensemble" run 0
        let averages = Array.zeroCreate<float> toy.Resamples

        for k in 0 .. averages.Length - 1 do
            let mutable sum = 0.0

            for _ in 1 .. members.Length do
                sum <- sum + members[random.NextInt32 members.Length]

            averages[k] <- sum / float members.Length

        sqrt (ArrayStatistics.Variance averages)

    let private finish toy seed run (members: float[]) : AverageToyRun = {
        Bootstraps = members
        Average = ArrayStatistics.Mean members
        DoubleBootstrap = resampled toy seed run members
        StandardError = sqrt (ArrayStatistics.Variance members / float members.Length)
    }

    /// <summary>The experiment as it is defined: every event of every bootstrap is drawn, N M + K M
    /// numbers.</summary>
    /// <exception cref="T:System.ArgumentException">a spread that is negative or not finite, no events or
    /// members, fewer than two resamples</exception>
    let simulate (toy: AverageToy) (seed: uint64) (run: int) : AverageToyRun =
        let x = data toy seed run

        Array.init toy.Members (fun m ->
            let mutable random = stream seed "resample" run m
            let mutable sum = 0.0

            for _ in 1 .. x.Length do
                sum <- sum + x[random.NextInt32 x.Length]

            let mutable training = stream seed "training" run m
            sum / float x.Length + toy.TrainingSpread * training.NextGaussian())
        |> finish toy seed run

    /// <summary>The same in N + M + K M numbers: the data are drawn, and the mean of a bootstrap from its
    /// limit given the data, N(X̄, s²/N) with s² = Σ(X_i − X̄)²/N.</summary>
    /// <remarks>Given D the means of bootstraps are independent, with exactly this mean and variance, so that
    /// (17a)-(17d), which are of second moments only, hold for it exactly at any N. What is missing of their
    /// distribution are its higher cumulants, skew(D)/√N and kurtosis(D)/N for draws of unit variance: of
    /// order 1/N for normal events, 2·10⁻⁶ at the published N. The slow twin is <c>simulate</c>.</remarks>
    /// <exception cref="T:System.ArgumentException">as of <c>simulate</c></exception>
    let simulateByMoments (toy: AverageToy) (seed: uint64) (run: int) : AverageToyRun =
        let x = data toy seed run
        let mean = ArrayStatistics.Mean x
        let mutable squares = 0.0

        for i in 0 .. x.Length - 1 do
            squares <- squares + (x[i] - mean) * (x[i] - mean)

        let spread = sqrt squares / float x.Length

        Array.init toy.Members (fun m ->
            let mutable random = stream seed "mean of a resample" run m
            let bootstrap = mean + spread * random.NextGaussian()
            let mutable training = stream seed "training" run m
            bootstrap + toy.TrainingSpread * training.NextGaussian())
        |> finish toy seed run
