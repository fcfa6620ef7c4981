namespace Nsbi.Infer

open System

/// <summary>Whether chains agree: R̂, the root of the variance of all chains over that within them, 1 where they do,
/// on halves of chains and on ranks.</summary>
/// <remarks>Source: Vehtari, Gelman, Simpson, Carpenter, Bürkner, arXiv:1903.08008, eqs. 1–4 and section 4.
/// </remarks>
[<RequireQualifiedAccess>]
module SplitRhat =

    let private plain (chains: float[][]) : float =
        let n = float chains[0].Length
        let within = chains |> Array.averageBy ChainValues.variance
        let between = n * (chains |> Array.map ChainValues.mean |> ChainValues.variance)
        sqrt (((n - 1.0) / n * within + between / n) / within)

    /// <summary>R̂ of the values as they are, on halves of chains: the definition before ranks.</summary>
    /// <param name="chains">values of each chain, of equal length</param>
    let classic (chains: float[][]) : float =
        ChainValues.validate chains

        if ChainValues.vary chains then
            plain (ChainValues.split chains)
        else
            nan

    /// <summary>The greater of R̂ of the ranks and of R̂ of the ranks of distances from the median.</summary>
    /// <param name="chains">values of each chain, of equal length, at least 4</param>
    /// <returns>1 where the chains agree; below 1.01 is good enough to go on. NaN where values are not
    /// finite or all the same.</returns>
    let compute (chains: float[][]) : float =
        ChainValues.validate chains

        if not (ChainValues.vary chains) then
            nan
        else
            let median = chains |> Array.concat |> Array.sort |> ChainValues.quantile 0.5
            let folded = chains |> Array.map (Array.map (fun v -> abs (v - median)))

            let ranked values =
                values |> ChainValues.split |> ChainValues.normalScores |> plain

            let bulk = ranked chains
            let tail = if ChainValues.vary folded then ranked folded else bulk
            Math.Max(bulk, tail)
