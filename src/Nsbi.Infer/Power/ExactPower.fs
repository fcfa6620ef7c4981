namespace Nsbi.Infer

open System
open System.Numerics
open MathNet.Numerics
open MathNet.Numerics.Distributions
open MathNet.Numerics.IntegralTransforms

/// <summary>Power without pseudo-experiments, where the distribution of the statistic can be summed: the
/// slow twin of <see cref="T:Nsbi.Infer.PowerCurve"/>.</summary>
[<RequireQualifiedAccess>]
module ExactPower =

    let private checkSize (alpha: float) =
        if not (alpha > 0.0 && alpha < 1.0) then
            invalidArg (nameof alpha) $"The size of a test lies between 0 and 1; {alpha} does not."

    /// Power of rejecting the largest values, given the probabilities of the values in ascending order.
    let private ofProbabilities (alpha: float) (h0: float[]) (h1: float[]) : float =
        let mutable k = h0.Length - 1
        let mutable size = 0.0
        let mutable power = 0.0

        while k >= 0 && size + h0[k] <= alpha do
            size <- size + h0[k]
            power <- power + h1[k]
            k <- k - 1

        if k < 0 then
            1.0
        else
            power + (alpha - size) / h0[k] * h1[k]

    /// <summary>The power of the most powerful test on a Poisson count, at its exact size by
    /// randomisation.</summary>
    /// <param name="alpha">the size</param>
    /// <param name="expected0">ν under H0, above 0</param>
    /// <param name="expected1">ν under H1, above 0; large counts are rejected where it is larger, small
    /// ones where it is smaller</param>
    let count (alpha: float) (expected0: float) (expected1: float) : float =
        checkSize alpha

        for expected in [ expected0; expected1 ] do
            if not (Double.IsFinite expected && expected > 0.0) then
                invalidArg (nameof expected0) $"An expectation is above 0; {expected} is not."

        let most = max expected0 expected1
        let largest = int (most + 40.0 * sqrt most + 40.0)

        let of' (nu: float) =
            Array.init (largest + 1) (fun n -> Poisson.PMF(nu, n))

        let h0, h1 = of' expected0, of' expected1

        if expected1 >= expected0 then
            ofProbabilities alpha h0 h1
        else
            ofProbabilities alpha (Array.rev h0) (Array.rev h1)

    /// Points of the lattice, and its steps per unit of the standard deviation.
    let private points = 1 <<< 18

    /// <summary>The power of the statistic T = Σ_j n_j w_j of Poisson counts n_j: bins, or the cells
    /// of a quadrature for an unbinned analysis.</summary>
    /// <param name="sizes">the sizes α</param>
    /// <param name="weights">w_j; large T speaks for H1</param>
    /// <param name="expected0">ν_j under H0, 0 or above</param>
    /// <param name="expected1">ν_j under H1, 0 or above</param>
    /// <remarks>T is a sum of Poisson numbers: its characteristic function is
    /// exp Σ_j ν_j (e^{i t w_j} − 1). Weights are shared among the two neighbours in a lattice of 2¹⁸
    /// points over ±12 standard deviations, and the distribution is had by a Fourier transform: good to
    /// 1e-4 where the distribution is smooth, and between the points of a discrete one a straight line
    /// takes the place of randomisation.</remarks>
    /// <exception cref="T:System.ArgumentException">a size that is none, or lengths that differ</exception>
    let weightedAt
        (sizes: float list)
        (weights: float[])
        (expected0: float[])
        (expected1: float[])
        : float list =
        sizes |> List.iter checkSize

        if weights.Length <> expected0.Length || weights.Length <> expected1.Length then
            invalidArg (nameof weights) "Give one weight and two expectations for each count."

        let moment power (nu: float[]) =
            Array.sumBy (fun (w: float, n) -> n * w ** power) (Array.zip weights nu)

        let reach (nu: float[]) =
            12.0 * sqrt (moment 2.0 nu), moment 1.0 nu

        let (r0, m0), (r1, m1) = reach expected0, reach expected1
        let low = min (m0 - r0) (m1 - r1)
        let high = max (m0 + r0) (m1 + r1)
        let step = (high - low) / float points

        let distribution (nu: float[]) =
            // The jump measure on the lattice of whole steps, negative ones at the other end.
            let jumps = Array.create points Complex.Zero

            for j in 0 .. weights.Length - 1 do
                let x = weights[j] / step
                let k = int (floor x)
                let f = x - float k

                let add k share =
                    let at = ((k % points) + points) % points
                    jumps[at] <- jumps[at] + Complex(share * nu[j], 0.0)

                add k (1.0 - f)
                add (k + 1) f

            Fourier.Forward(jumps, FourierOptions.AsymmetricScaling)
            let total = Array.sum nu

            for k in 0 .. points - 1 do
                jumps[k] <- Complex.Exp(jumps[k] - Complex(total, 0.0))

            Fourier.Inverse(jumps, FourierOptions.AsymmetricScaling)

            // The circle is cut at the lower end.
            let first = int (floor (low / step))

            let at k =
                (((first + k) % points) + points) % points

            Array.init points (fun k -> max 0.0 jumps[at k].Real)

        let h0, h1 = distribution expected0, distribution expected1
        sizes |> List.map (fun alpha -> ofProbabilities alpha h0 h1)

    /// <summary>The same for one size.</summary>
    /// <param name="alpha">the size</param>
    /// <param name="weights">w_j; large T speaks for H1</param>
    /// <param name="expected0">ν_j under H0, 0 or above</param>
    /// <param name="expected1">ν_j under H1, 0 or above</param>
    let weighted
        (alpha: float)
        (weights: float[])
        (expected0: float[])
        (expected1: float[])
        : float =
        (weightedAt [ alpha ] weights expected0 expected1).Head
