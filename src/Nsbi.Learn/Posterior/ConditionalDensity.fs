namespace Nsbi.Learn.Posterior

open System
open System.Threading
open MathNet.Numerics.Distributions
open Nsbi.Kernels
open Nsbi.Learn.Autodiff
open Nsbi.Learn.Networks

/// <summary>How many draws stand behind the numbers of a density that have no closed form.</summary>
type SampledNumbers = {
    /// Draws; at least 100.
    Draws: int
    /// Seed of the draws: the same numbers every time.
    Seed: uint64
}

/// <summary>A trained density head at one context: the density q(φ) of the parameters, in their own units
/// and normalised over the prior's support.</summary>
/// <remarks>
/// i: parameter. In plain double; immutable, and safe to use from several threads.
/// Closed forms are used for Gaussians and mixtures whose parameters are all unbounded, or independent
/// (<c>Covariance.Diagonal</c>): mean, covariance, marginal probabilities and quantiles; also the
/// probabilities and quantiles of a flow of one parameter, and the highest-density mass of one Gaussian
/// without bounded or log-normal parameters. Everything else comes from seeded draws, with its standard
/// error; an error of 0 says that the number is exact.
/// Slow twin of <c>HeadGraph.logDensity</c>.
/// </remarks>
[<Sealed>]
type ConditionalDensity
    private (prior: Prior, head: DensityHead, at: HeadEvaluation, sampled: SampledNumbers) =
    let coordinates = at.Layout.Coordinates
    let p = coordinates.Length
    let closed = GaussianMoments.isClosed head at.Layout

    let single =
        match head with
        | DensityHead.Flow _ -> p = 1
        | DensityHead.Gaussian _
        | DensityHead.Mixture _ -> false

    let draw (seed: uint64) (count: int) =
        let phi = Array2D.zeroCreate<float> count p
        let uniforms = Array.zeroCreate<float>(p + 1)

        for n in 0 .. count - 1 do
            let mutable stream = RandomStream(seed, "conditional density", uint64 n)

            for i in 0..p do
                uniforms[i] <- stream.NextDouble()

            let xs = at.OfUniform uniforms

            for i in 0 .. p - 1 do
                phi[n, i] <- Coordinate.back coordinates[i] xs[i]

        phi

    let logDensity (phi: float[]) =
        if prior.Supports phi then
            let xs = Array.map2 Coordinate.into coordinates phi
            at.LogDensity xs + Array.sum (Array.map2 Coordinate.logSlope coordinates phi)
        elif Array.exists Double.IsNaN phi then
            nan
        else
            -infinity

    let publish (make: unit -> 'a) =
        Lazy<'a>(make, LazyThreadSafetyMode.ExecutionAndPublication)

    let draws = publish (fun () -> draw sampled.Seed sampled.Draws)

    let densities =
        publish (fun () ->
            let phi = draws.Value
            Array.init sampled.Draws (fun n -> logDensity phi[n, *]))

    let sorted =
        publish (fun () -> Array.init p (fun i -> Array.sort draws.Value[*, i]))

    let moments =
        publish (fun () ->
            if closed then
                GaussianMoments.moments at
            else
                let phi = draws.Value
                let n = float sampled.Draws
                let mean = Array.init p (fun i -> Array.average phi[*, i])

                mean,
                Array2D.init p p (fun i j ->
                    Array.fold2
                        (fun sum x y -> sum + (x - mean[i]) * (y - mean[j]))
                        0.0
                        phi[*, i]
                        phi[*, j]
                    / (n - 1.0)))

    let exact value = { Value = value; Error = 0.0 }

    let share (count: int) =
        let n = float sampled.Draws
        let value = float count / n
        // Laplace's rule keeps the error above zero where no draw or every draw counts.
        let safe = (float count + 1.0) / (n + 2.0)

        {
            Value = value
            Error = sqrt (safe * (1.0 - safe) / n)
        }

    let check i =
        if i < 0 || i >= p then
            raise (ArgumentOutOfRangeException("parameter", i, $"Parameters are 0 to {p - 1}."))

    /// <summary>The density of a trained head at a context.</summary>
    /// <param name="head">the family of densities</param>
    /// <param name="prior">of p parameters</param>
    /// <param name="values">the trained arrays; other names than the head's are ignored</param>
    /// <param name="context">c, length k</param>
    /// <param name="sampled">the draws behind numbers without a closed form</param>
    /// <exception cref="T:System.ArgumentException">an array is missing or has another shape; a context
    /// that is not finite; fewer than 100 draws</exception>
    static member Create
        (head: DensityHead, prior: Prior, values: Values, context: float[], sampled: SampledNumbers)
        : ConditionalDensity =
        if isNull context then
            nullArg "context"

        if not (Array.forall Double.IsFinite context) then
            invalidArg "context" "The context has numbers that are not finite."

        if sampled.Draws < 100 then
            invalidArg "sampled" $"{sampled.Draws} draws; at least 100 are wanted."

        ConditionalDensity(prior, head, HeadEvaluation(head, prior, values, context), sampled)

    /// <summary>The density of a trained head at a context, with 10 000 draws of seed 1.</summary>
    static member Create
        (head: DensityHead, prior: Prior, values: Values, context: float[])
        : ConditionalDensity =
        ConditionalDensity.Create(head, prior, values, context, { Draws = 10000; Seed = 1UL })

    /// The prior, with the parameters' names and order.
    member _.Prior: Prior = prior

    /// <summary>ln q(φ); −∞ outside the prior's support, NaN for NaN.</summary>
    /// <param name="phi">one value per parameter</param>
    member _.LogDensity(phi: float[]) : float = logDensity phi

    /// <summary>Draws from q, count x p: a pure function of the seed; the first n are the same for every
    /// count.</summary>
    member _.Sample(seed: uint64, count: int) : float[,] =
        if count < 0 then
            raise (ArgumentOutOfRangeException("count", count, "A number of draws ≥ 0."))

        draw seed count

    /// <summary>E[φ_i], with its standard error (0: exact).</summary>
    member _.Mean: Measured[] =
        let mean, covariance = moments.Value

        Array.init p (fun i ->
            if closed then
                exact mean[i]
            else
                {
                    Value = mean[i]
                    Error = sqrt (covariance[i, i] / float sampled.Draws)
                })

    /// <summary>The standard deviation of each φ_i, with its standard error (0: exact).</summary>
    member _.StandardDeviation: Measured[] =
        let mean, covariance = moments.Value

        Array.init p (fun i ->
            let sd = sqrt covariance[i, i]

            if closed || sd = 0.0 then
                exact sd
            else
                let fourth = draws.Value[*, i] |> Array.averageBy (fun x -> pown (x - mean[i]) 4)

                let spread = max 0.0 (fourth - pown sd 4)

                {
                    Value = sd
                    Error = sqrt (spread / float sampled.Draws) / (2.0 * sd)
                })

    /// <summary>Cov(φ_i, φ_j), p x p.</summary>
    member _.Covariance: float[,] = Array2D.copy (snd moments.Value)

    /// <summary>P(φ_i ≤ value) under q, with its standard error (0: exact).</summary>
    /// <param name="parameter">i, from 0</param>
    /// <param name="value">in the parameter's units</param>
    member _.Cumulative(parameter: int, value: float) : Measured =
        check parameter
        let struct (low, high) = PriorDensity.support (snd prior.Parameters[parameter])

        if value <= low then
            exact 0.0
        elif value >= high then
            exact 1.0
        else
            let x = Coordinate.into coordinates[parameter] value

            if closed then
                exact (GaussianMoments.cumulative at parameter x)
            elif single then
                let struct (from, _) = at.Forward [| x |]

                exact (
                    if coordinates[0].IsUnit then
                        from[0]
                    else
                        exp (NormalIntegral.logLower from[0])
                )
            else
                let position = Array.BinarySearch(sorted.Value[parameter], value)
                share (if position < 0 then ~~~position else position + 1)

    /// <summary>The value below which a share of q's marginal density of φ_i lies, with its standard error
    /// (0: exact).</summary>
    /// <param name="parameter">i, from 0</param>
    /// <param name="level">the share, in (0, 1)</param>
    member _.Quantile(parameter: int, level: float) : Measured =
        check parameter

        if not (level > 0.0 && level < 1.0) then
            raise (ArgumentOutOfRangeException("level", level, "A share above 0 and below 1."))

        let back x =
            exact (Coordinate.back coordinates[parameter] x)

        if closed then
            back (GaussianMoments.quantile at parameter level)
        elif single then
            let xs = at.OfUniform [| 0.5; level |]
            back xs[0]
        else
            let values = sorted.Value[parameter]
            let last = values.Length - 1

            let place (share: float) =
                values[int (Math.Round(float last * min 1.0 (max 0.0 share)))]

            let width = sqrt (level * (1.0 - level) / float values.Length)

            {
                Value = place level
                Error = 0.5 * (place (level + width) - place (level - width))
            }

    /// <summary>The mass of the highest-density region that ends at a point: P(q(φ′) > q(φ)) for φ′ from q,
    /// with its standard error (0: exact). Uniform on (0, 1) for true parameters of a calibrated
    /// posterior.</summary>
    /// <param name="phi">one value per parameter</param>
    /// <returns>1 outside the prior's support</returns>
    /// <remarks>Source: Hyndman, Am. Stat. 50, 120 (1996).</remarks>
    member _.HighestDensityMass(phi: float[]) : Measured =
        let value = logDensity phi

        let plain (coordinate: Coordinate) =
            match coordinate with
            | Coordinate.Line(_, _, logarithm) -> not logarithm
            | Coordinate.Unit _ -> false

        if Double.IsNegativeInfinity value then
            exact 1.0
        elif closed && at.LogWeights.Length = 1 && Array.forall plain coordinates then
            let struct (residuals, _) = at.Forward(Array.map2 Coordinate.into coordinates phi)
            exact (ChiSquared.CDF(float p, Array.sumBy (fun e -> e * e) residuals))
        else
            densities.Value |> Array.filter (fun d -> d > value) |> Array.length |> share

    /// Mean and standard deviation of each parameter.
    override this.ToString() : string =
        let mean, sd = this.Mean, this.StandardDeviation

        prior.Names
        |> List.mapi (fun i name ->
            String.Format(
                Globalization.CultureInfo.InvariantCulture,
                "{0}: {1:G4} ± {2:G3}",
                name,
                mean[i].Value,
                sd[i].Value
            ))
        |> String.concat "\n"
