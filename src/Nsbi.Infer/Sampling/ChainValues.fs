namespace Nsbi.Infer

open System
open MathNet.Numerics.Distributions

/// What sample sizes and R̂ are computed of: values of several chains of equal length.
[<RequireQualifiedAccess>]
module internal ChainValues =

    let validate (chains: float[][]) : unit =
        if chains.Length = 0 || chains[0].Length < 4 then
            invalidArg (nameof chains) "Give at least one chain, with four values or more."

        if chains |> Array.exists (fun c -> c.Length <> chains[0].Length) then
            invalidArg (nameof chains) "The chains have different lengths."

    /// False where values are not finite or all the same: then there is nothing to compute.
    let vary (chains: float[][]) : bool =
        let first = chains[0][0]

        chains |> Array.forall (Array.forall Double.IsFinite)
        && chains |> Array.exists (Array.exists (fun v -> v <> first))

    /// Both halves of each chain; the middle value of an odd number is left out.
    let split (chains: float[][]) : float[][] =
        let n = chains[0].Length
        let half = n / 2

        chains
        |> Array.collect (fun c -> [| Array.sub c 0 half; Array.sub c (n - half) half |])

    /// Φ⁻¹((r − 3/8)/(S + 1/4)) of the rank r of each value among all S, the mean rank where some are equal.
    let normalScores (chains: float[][]) : float[][] =
        let all = Array.concat chains
        let s = all.Length
        let order = Array.init s id
        Array.Sort(Array.copy all, order)
        let scores = Array.zeroCreate<float> s
        let mutable start = 0

        while start < s do
            let mutable stop = start + 1

            while stop < s && all[order[stop]] = all[order[start]] do
                stop <- stop + 1

            let rank = 0.5 * float (start + 1 + stop)
            let z = Normal.InvCDF(0.0, 1.0, (rank - 0.375) / (float s + 0.25))

            for k in start .. stop - 1 do
                scores[order[k]] <- z

            start <- stop

        scores |> Array.chunkBySize chains[0].Length

    /// Quantile of sorted values, straight between them: x at (S − 1) p.
    let quantile (p: float) (sorted: float[]) : float =
        let at = p * float (sorted.Length - 1)
        let k = min (sorted.Length - 1) (int at)
        let next = min (sorted.Length - 1) (k + 1)
        sorted[k] + (at - float k) * (sorted[next] - sorted[k])

    let mean (values: float[]) : float = Array.average values

    /// With n − 1.
    let variance (values: float[]) : float =
        let m = mean values
        (values |> Array.sumBy (fun v -> (v - m) * (v - m))) / float (values.Length - 1)
