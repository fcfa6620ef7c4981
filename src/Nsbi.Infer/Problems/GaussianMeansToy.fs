namespace Nsbi.Infer

open System
open Nsbi.Kernels

/// <summary>Independent normal posteriors of several parameters.</summary>
[<NoComparison; ReferenceEquality>]
type NormalPosterior = {
    /// <summary>Posterior means.</summary>
    Means: float[]
    /// <summary>Posterior standard deviations.</summary>
    Widths: float[]
}

/// <summary>The means μ of three normal densities of known widths from sets of events: μ_i ~ N(0, 9),
/// x_i ~ N(μ_i, 2i) for i = 1, 2, 3 (variances), of which the posterior is known. Events come in batches
/// of five; a set has up to 200 batches.</summary>
/// <remarks>1/σ_i² = 1/9 + n/(2i) and ⟨μ_i⟩ = σ_i² Σ_j x_ji/(2i) for n events. Source: Heinrich, Mishra-Sharma,
/// Pollard, Windischhofer, arXiv:2306.12584, section 4.1.</remarks>
[<RequireQualifiedAccess>]
module GaussianMeansToy =

    /// <summary>Names of the three means.</summary>
    let parameters: string list = [ "mu1"; "mu2"; "mu3" ]

    /// <summary>Standard deviation of the prior of each mean, 3.</summary>
    let priorWidth: float = 3.0

    let private spread = [| 2.0; 4.0; 6.0 |]

    /// <summary>Variances of the three features, 2, 4 and 6.</summary>
    let variances: float list = List.ofArray spread

    /// <summary>Events of a batch, 5.</summary>
    let batch: int = 5

    /// <summary>Batches of the largest set, 200.</summary>
    let greatestBatches: int = 200

    let private checkEvents (events: int) =
        if events < 0 then
            invalidArg (nameof events) $"A number of events is 0 or above; {events} is not."

    /// <summary>Three means of the prior.</summary>
    /// <param name="stream">where random numbers come from</param>
    let drawMeans (stream: byref<RandomStream>) : float[] =
        let means = Array.zeroCreate 3

        for i in 0..2 do
            means[i] <- priorWidth * stream.NextGaussian()

        means

    /// <summary>The next n events of a stream.</summary>
    /// <param name="stream">where random numbers come from</param>
    /// <param name="means">the three means</param>
    /// <param name="events">n: 5 t for t batches</param>
    /// <returns>n x 3, row-major</returns>
    let drawEvents (stream: byref<RandomStream>) (means: float[]) (events: int) : float[] =
        if means.Length <> 3 then
            invalidArg (nameof means) $"There are three means; {means.Length} were given."

        checkEvents events
        let x = Array.zeroCreate (3 * events)

        for k in 0 .. x.Length - 1 do
            x[k] <- means[k % 3] + sqrt spread[k % 3] * stream.NextGaussian()

        x

    /// <summary>n events of a set, a function of the arguments alone.</summary>
    /// <param name="seed">seed of the random numbers</param>
    /// <param name="set">the number of the set</param>
    /// <param name="means">the three means</param>
    /// <param name="events">n</param>
    /// <returns>n x 3, row-major</returns>
    let sample (seed: uint64) (set: uint64) (means: float[]) (events: int) : float[] =
        let mutable stream = RandomStream(seed, "gaussian means", set)
        drawEvents &stream means events

    /// <summary>Standard deviations of the posterior, which depend on the number of events alone.
    /// </summary>
    /// <param name="events">n, 0 or above; 0 gives those of the prior</param>
    let widths (events: int) : float[] =
        checkEvents events

        spread
        |> Array.map (fun variance ->
            1.0 / sqrt (1.0 / (priorWidth * priorWidth) + float events / variance))

    /// <summary>The posterior of n events with given sums.</summary>
    /// <param name="events">n</param>
    /// <param name="sums">Σ_j x_ji of the three features</param>
    let posteriorOfSums (events: int) (sums: float[]) : NormalPosterior =
        if sums.Length <> 3 then
            invalidArg (nameof sums) $"There are three sums; {sums.Length} were given."

        let widths = widths events

        {
            Means = Array.init 3 (fun i -> widths[i] * widths[i] * sums[i] / spread[i])
            Widths = widths
        }

    /// <summary>The posterior of a set of events.</summary>
    /// <param name="x">n x 3, row-major</param>
    let posterior (x: float[]) : NormalPosterior =
        if x.Length % 3 <> 0 then
            invalidArg (nameof x) $"Events have three features; {x.Length} numbers were given."

        let sums = Array.zeroCreate 3

        for k in 0 .. x.Length - 1 do
            sums[k % 3] <- sums[k % 3] + x[k]

        posteriorOfSums (x.Length / 3) sums
