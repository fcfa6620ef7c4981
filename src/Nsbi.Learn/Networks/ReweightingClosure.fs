namespace Nsbi.Learn.Networks

open System
open MathNet.Numerics

/// <summary>Reweighted reference events against a sample, in bins of one observable. b: bin.</summary>
[<RequireQualifiedAccess>]
module ReweightingClosure =
    /// Inner edges at the b/B quantiles of |w|, each once.
    let private edges (bins: int) (values: float[]) (weights: float[]) : float[] =
        let order = [| 0 .. values.Length - 1 |] |> Array.sortBy (fun i -> values[i])
        let total = weights |> Array.sumBy abs
        let found = ResizeArray<float>()
        let mutable sum = 0.0

        for i in order do
            let before = sum
            sum <- sum + abs weights[i]
            // As many edges as quantiles lie within this event's weight: they are one.
            let quantile weight =
                int (floor (float bins * weight / total * (1.0 - 1e-12)))

            if quantile sum > quantile before then
                found.Add values[i]

        found |> Seq.distinct |> Array.ofSeq

    /// Share of each bin in Σw, and Σw² of each bin over (Σw)².
    let private shares (edges: float[]) (values: float[]) (weights: float[]) =
        let total = Array.sum weights
        let sums = Array.zeroCreate<float>(edges.Length + 1)
        let squares = Array.zeroCreate<float>(edges.Length + 1)

        for i in 0 .. values.Length - 1 do
            let found = Array.BinarySearch(edges, values[i])
            let bin = if found >= 0 then found + 1 else ~~~found
            let share = weights[i] / total
            sums[bin] <- sums[bin] + share
            squares[bin] <- squares[bin] + share * share

        struct (sums, squares)

    /// <summary>χ² = Σ_b (s_b − t_b)²/(σ²(s_b) + σ²(t_b)) of the shares s_b of the reweighted reference
    /// and t_b of the sample, σ² = Σ_b w²/(Σw)².</summary>
    /// <param name="observable">its name</param>
    /// <param name="bins">how many, at quantiles of the sample; fewer where values are repeated</param>
    /// <param name="reference">values of the reference events</param>
    /// <param name="reweighted">their weights times r̂</param>
    /// <param name="sample">values of the sample's events</param>
    /// <param name="weights">their weights</param>
    /// <returns>both normalised to 1 before; where the reference and the sample have events in common χ²
    /// is on the small side; p is NaN without a degree of freedom</returns>
    let measure
        (observable: string)
        (bins: int)
        (reference: float[])
        (reweighted: float[])
        (sample: float[])
        (weights: float[])
        : ClosureRecord =
        let edges = edges bins sample weights
        let struct (s, s2) = shares edges reference reweighted
        let struct (t, t2) = shares edges sample weights
        let mutable chiSquare = 0.0
        let mutable filled = 0

        for b in 0 .. s.Length - 1 do
            let variance = s2[b] + t2[b]

            if variance > 0.0 then
                filled <- filled + 1
                chiSquare <- chiSquare + (s[b] - t[b]) * (s[b] - t[b]) / variance

        let degrees = max 0 (filled - 1)

        {
            Observable = observable
            ChiSquare = chiSquare
            Degrees = degrees
            PValue =
                if degrees > 0 && Double.IsFinite chiSquare then
                    SpecialFunctions.GammaUpperRegularized(0.5 * float degrees, 0.5 * chiSquare)
                else
                    nan
        }
