namespace Nsbi.Infer

/// <summary>The probability of a test statistic as large as the observed one, from toys.</summary>
type ToyPValue = {
    /// <summary>p = (k + 1)/(n + 1) for k of n toys at or above the observed value.</summary>
    Value: float
    /// <summary>Its Monte Carlo error √(p(1 − p)/n), never 0.</summary>
    Error: float
    /// <summary>k of n: the unbiased estimate of p and its Clopper–Pearson interval.</summary>
    Above: Fraction
}

/// <summary>p-values from toys.</summary>
/// <remarks>Why (k + 1)/(n + 1) and not k/n: if the data come from the distribution of the toys, all
/// n + 1 values are exchangeable, and P(p ≤ a) ≤ a holds for every n and a: the observed value is
/// one more draw. With k/n a p-value of 0 would have the probability 1/(n + 1). The difference is at
/// most 1/n, far below the Monte Carlo error where k is not small; k/n stays in
/// <see cref="F:Nsbi.Infer.ToyPValue.Above"/>. Source: Davison, Hinkley, Bootstrap Methods and their
/// Application (1997), §4.2; Phipson, Smyth, Stat. Appl. Genet. Mol. Biol. 9, 39 (2010).</remarks>
[<RequireQualifiedAccess>]
module ToyPValue =

    /// <summary>How far a value may lie below another and still count as equal, 1e-7 (1 + |value|): fits
    /// of equal data that started elsewhere differ by rounding, and the statistic of a count has few
    /// values with a probability of their own.</summary>
    let tie (value: float) : float =
        if System.Double.IsInfinity value then
            0.0
        else
            1e-7 * (1.0 + abs value)

    /// <summary>The p-value of k of n toys.</summary>
    let ofFraction (above: Fraction) : ToyPValue =
        let n = float above.Trials
        let p = (float above.Count + 1.0) / (n + 1.0)

        // With all of the toys above, p is 1 and the error that of one toy less.
        let inner = min p (n / (n + 1.0))

        {
            Value = p
            Error = sqrt (inner * (1.0 - inner) / max 1.0 n)
            Above = above
        }

    /// <summary>The p-value of an observed value: toys that are equal to it (<c>tie</c>) count as above,
    /// as many are where a statistic is 0 with a probability of its own.</summary>
    /// <param name="toys">values of the statistic; those that are NaN (failed toys) do not count</param>
    /// <param name="observed">the observed value</param>
    let ofToys (toys: float seq) (observed: float) : ToyPValue =
        let least = observed - tie observed

        toys
        |> Seq.filter (fun t -> not (System.Double.IsNaN t))
        |> Fraction.ofSeq (fun t -> t >= least)
        |> ofFraction
