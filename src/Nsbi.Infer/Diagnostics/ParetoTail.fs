namespace Nsbi.Infer

open System

/// <summary>How heavy the upper tail of a sample is.</summary>
[<RequireQualifiedAccess>]
module ParetoTail =
    /// <summary>
    /// Shape k of the generalised Pareto distribution fitted to the largest min(0.2 n, 3 √n)
    /// values. Moments of order 1/k and above do not exist: from 0.5 on the variance is infinite,
    /// from 1 on the mean.
    /// </summary>
    /// <remarks>
    /// Estimator: Zhang and Stephens, Technometrics 51 (2009) 316, with the prior towards 0.5 of
    /// Vehtari et al., arXiv:1507.02646, appendix C.
    /// </remarks>
    /// <param name="values">non-negative; zeros count</param>
    /// <returns>NaN with fewer than 5 values in the tail, or where the tail is one value</returns>
    let shape (values: float[]) : float =
        if isNull values then
            nullArg (nameof values)

        let n = values.Length
        let count = int (min (0.2 * float n) (3.0 * sqrt (float n)))

        if count < 5 then
            nan
        else
            let sorted = Array.sort values
            let threshold = sorted[n - count - 1]
            let tail = Array.init count (fun j -> sorted[n - count + j] - threshold)
            let quarter = tail[int (float count / 4.0 + 0.5) - 1]

            if not (quarter > 0.0 && Double.IsFinite tail[count - 1]) then
                nan
            else
                let size = float count
                let grid = 30 + int (sqrt size)

                let b =
                    Array.init grid (fun j ->
                        1.0 / tail[count - 1]
                        + (1.0 - sqrt (float grid / (float j + 0.5))) / (3.0 * quarter))

                let meanLog (b: float) =
                    let mutable sum = 0.0

                    for x in tail do
                        sum <- sum + Math.Log(1.0 - b * x)

                    sum / size

                let profile =
                    b
                    |> Array.map (fun b ->
                        let k = meanLog b
                        size * (Math.Log(-b / k) - k - 1.0))

                let top = Array.max profile
                let weights = profile |> Array.map (fun l -> Math.Exp(l - top))
                let average = Array.fold2 (fun s w b -> s + w * b) 0.0 weights b / Array.sum weights
                let k = meanLog average
                (k * size + 0.5 * 10.0) / (size + 10.0)
