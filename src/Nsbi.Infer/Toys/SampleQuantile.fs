namespace Nsbi.Infer

open System
open MathNet.Numerics.Distributions

/// <summary>A quantile of a sample with its Monte Carlo error.</summary>
type SampleQuantile = {
    /// <summary>The probability α below it.</summary>
    Probability: float
    /// <summary>The order statistic of rank ⌈α(n + 1)⌉; +∞ where n is too small to have it.</summary>
    Value: float
    /// <summary>√(α(1 − α)/n)/pdf, with the density of the sample at the quantile; +∞ where it
    /// cannot be told.</summary>
    Error: float
    /// <summary>Lower end of the 68.27 % interval of order statistics; −∞ below the sample.</summary>
    Lower: float
    /// <summary>Upper end of it; +∞ above the sample.</summary>
    Upper: float
}

/// <summary>Quantiles of toys.</summary>
/// <remarks>The rank ⌈α(n + 1)⌉ makes one more draw fall at or below the quantile with a probability
/// of at least α whatever the distribution, and {t ≤ c_α} is then the same as a p-value
/// (k + 1)/(n + 1) above 1 − α (<see cref="T:Nsbi.Infer.ToyPValueModule"/>).</remarks>
[<RequireQualifiedAccess>]
module SampleQuantile =

    /// The value of a rank, 1 to n, with infinities beyond.
    let private ranked (sorted: float[]) (rank: int) =
        if rank < 1 then -infinity
        elif rank > sorted.Length then infinity
        else sorted[rank - 1]

    let private rank (n: int) (alpha: float) : int =
        // Rounding of α(n + 1) must not lift it over a whole number.
        let r = alpha * float (n + 1)
        max 1 (int (ceil (r - 1e-9 * r)))

    /// Half the span, in ranks, over which the density is taken: narrow against the curvature of the
    /// distribution (in an exponential tail the cap leaves a bias of 6 %), wide against its noise.
    let private span (n: int) (alpha: float) : float =
        // Bofinger's rule for a normal sample, n^(−1/5) (4.5 φ⁴/(2z² + 1)²)^(1/5).
        let z = Normal.InvCDF(0.0, 1.0, alpha)
        let phi = Normal.PDF(0.0, 1.0, z)
        let h = (4.5 * phi ** 4.0 / (2.0 * z * z + 1.0) ** 2.0 / float n) ** 0.2
        float n * min h (0.4 * min alpha (1.0 - alpha))

    /// <summary>A quantile of values in ascending order.</summary>
    /// <param name="sorted">ascending, without NaN, at least one value</param>
    /// <param name="alpha">α, between 0 and 1</param>
    /// <remarks>The density is (2h)/(x of rank r + nh − x of rank r − nh) with Bofinger's h; in a
    /// place where the sample repeats one value (an atom) it is infinite and the error 0: the
    /// interval of order statistics holds everywhere. It has the ranks αn ± √(nα(1 − α)), outwards:
    /// the binomial interval of the number of toys below the true quantile. Source: David, Nagaraja,
    /// Order Statistics (2003), §7.1; Bofinger, Aust. J. Stat. 17, 1 (1975).</remarks>
    /// <exception cref="T:System.ArgumentException">no values, or α that is no probability</exception>
    let ofSorted (sorted: float[]) (alpha: float) : SampleQuantile =
        if not (alpha > 0.0 && alpha < 1.0) then
            invalidArg (nameof alpha) $"A quantile's probability lies between 0 and 1, not {alpha}."

        if sorted.Length = 0 then
            invalidArg (nameof sorted) "A quantile needs one value at least."

        let n = sorted.Length
        let r = rank n alpha
        let deviation = sqrt (float n * alpha * (1.0 - alpha))
        let middle = alpha * float n
        let m = span n alpha
        let high = min n (int (ceil (float r + m)))
        let low = max 1 (int (floor (float r - m)))

        let error =
            if r > n || high <= low then
                infinity
            else
                let width = sorted[high - 1] - sorted[low - 1]
                deviation * width / float (high - low)

        {
            Probability = alpha
            Value = ranked sorted r
            Error = error
            Lower = ranked sorted (int (floor (middle - deviation)))
            Upper = ranked sorted (int (ceil (middle + deviation)) + 1)
        }

    /// <summary>Quantiles of values in any order; NaN (failed toys) does not count.</summary>
    /// <param name="alphas">probabilities, between 0 and 1</param>
    /// <param name="values">at least one that is not NaN</param>
    let ofValues (alphas: float list) (values: float seq) : SampleQuantile list =
        let sorted = values |> Seq.filter (fun x -> not (Double.IsNaN x)) |> Seq.toArray
        Array.Sort sorted
        alphas |> List.map (ofSorted sorted)
