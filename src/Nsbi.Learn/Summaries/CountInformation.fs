namespace Nsbi.Learn.Summaries

open System

/// <summary>What Poisson counts tell about parameters. b: bin, j, k: parameter.</summary>
/// <remarks>At the point where the counts are what is expected (the Asimov data set) the observed
/// information −∂²ln L/∂θ_j∂θ_k is Σ_b (∂ν_b/∂θ_j)(∂ν_b/∂θ_k)/ν_b exactly: the terms with second derivatives
/// of ν_b vanish. Each Gaussian constraint of width σ_j adds 1/σ_j² on the diagonal. Source: de Castro and
/// Dorigo, arXiv:1806.04743, §3.</remarks>
[<RequireQualifiedAccess>]
module CountInformation =

    /// <summary>The information matrix, P x P.</summary>
    /// <param name="widths">σ_j of the constraint of each parameter, or None where it is free</param>
    /// <param name="counts">ν_b ≥ 0; a bin of none tells nothing</param>
    /// <param name="slopes">∂ν_b/∂θ_j, one array of bins per parameter</param>
    /// <exception cref="T:System.ArgumentException">other lengths</exception>
    let matrix (widths: float option list) (counts: float[]) (slopes: float[][]) : float[,] =
        if slopes.Length <> widths.Length then
            invalidArg (nameof slopes) $"{slopes.Length} slopes for {widths.Length} parameters."

        for slope in slopes do
            if slope.Length <> counts.Length then
                invalidArg (nameof slopes) $"{slope.Length} slopes for {counts.Length} bins."

        let constraints =
            widths |> List.map (Option.fold (fun _ width -> 1.0 / (width * width)) 0.0)

        Array2D.init slopes.Length slopes.Length (fun j k ->
            let mutable sum = if j = k then constraints[j] else 0.0

            for b in 0 .. counts.Length - 1 do
                if counts[b] > 0.0 then
                    sum <- sum + slopes[j][b] * slopes[k][b] / counts[b]

            sum)

    /// <summary>(I⁻¹)_kk, by eliminating all other parameters: the last pivot is its inverse.</summary>
    /// <param name="interest">k, from 0</param>
    /// <param name="information">I, symmetric, P x P</param>
    /// <returns>the variance of the estimate with all other parameters profiled; infinite where
    /// the information leaves the parameter undetermined</returns>
    /// <exception cref="T:System.ArgumentException">no such parameter, or no square matrix</exception>
    let variance (interest: int) (information: float[,]) : float =
        let count = Array2D.length1 information

        if Array2D.length2 information <> count || interest < 0 || interest >= count then
            invalidArg (nameof interest) $"There is no parameter {interest} of {count}."

        let a = Array2D.copy information

        for i in 0 .. count - 1 do
            // A parameter without any information, nor therefore any correlation, is no loss.
            if i <> interest && a[i, i] > 0.0 then
                for j in 0 .. count - 1 do
                    if j <> i then
                        for k in 0 .. count - 1 do
                            if k <> i then
                                a[j, k] <- a[j, k] - a[j, i] * a[i, k] / a[i, i]

                for j in 0 .. count - 1 do
                    if j <> i then
                        a[j, i] <- 0.0
                        a[i, j] <- 0.0

        if a[interest, interest] > 0.0 then
            1.0 / a[interest, interest]
        else
            infinity

    /// <summary>The expected error √(I⁻¹)_kk of a parameter from the counts, all others profiled.</summary>
    /// <param name="interest">k, from 0</param>
    /// <param name="widths">σ_j of the constraint of each parameter, or None where it is free</param>
    /// <param name="counts">ν_b</param>
    /// <param name="slopes">∂ν_b/∂θ_j, one array of bins per parameter</param>
    let error
        (interest: int)
        (widths: float option list)
        (counts: float[])
        (slopes: float[][])
        : float =
        matrix widths counts slopes |> variance interest |> Math.Sqrt
