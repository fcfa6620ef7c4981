namespace Nsbi.Infer

open MathNet.Numerics.Statistics
open Nsbi.Learn.Networks

/// <summary>Spearman's rank correlation, 1 where one number is a rising function of the other.</summary>
[<RequireQualifiedAccess>]
module RankCorrelation =

    /// <summary>ρ of pairs, equal values having their mean rank, with its standard error
    /// (1 − ρ²) √((1 + ρ²/2)/(n − 3)).</summary>
    /// <param name="x">one number of each pair, without NaN</param>
    /// <param name="y">the other</param>
    /// <returns>NaN where all x or all y are equal</returns>
    /// <remarks>Source: Bonett, Wright, Psychometrika 65, 23 (2000): Fisher's z of ρ has the variance
    /// (1 + ρ²/2)/(n − 3).</remarks>
    /// <exception cref="T:System.ArgumentException">different lengths, or fewer than four pairs</exception>
    let ofPairs (x: float[]) (y: float[]) : Measured =
        if x.Length <> y.Length then
            invalidArg (nameof y) $"{x.Length} and {y.Length} numbers are no pairs."

        if x.Length < 4 then
            invalidArg (nameof x) $"{x.Length} pairs have no rank correlation with an error."

        let rho = max -1.0 (min 1.0 (Correlation.Spearman(x, y)))
        let spread = sqrt ((1.0 + 0.5 * rho * rho) / float (x.Length - 3))

        {
            Value = rho
            Error = (1.0 - rho * rho) * spread
        }
