namespace Nsbi.Infer

open System

/// <summary>Quantiles of weighted values. Event i; all arrays have one entry per event.</summary>
[<RequireQualifiedAccess>]
module WeightedQuantile =
    let internal requireSameLength (values: float[]) (weights: float[]) =
        if isNull values then
            nullArg (nameof values)

        if isNull weights then
            nullArg (nameof weights)

        if values.Length <> weights.Length then
            invalidArg
                (nameof weights)
                $"{weights.Length} weights were given for {values.Length} values."

    /// <summary>
    /// For each probability q the smallest value v with Σ_{x_i ≤ v} |w_i| ≥ q Σ |w_i|. Events of
    /// zero weight do not count; signs are dropped, since a signed measure has no quantiles.
    /// </summary>
    /// <param name="probabilities">in [0, 1], in any order</param>
    /// <param name="values">x_i; must not be NaN</param>
    /// <param name="weights">w_i; their absolute sum must be positive</param>
    /// <returns>one value per probability</returns>
    let compute (probabilities: float[]) (values: float[]) (weights: float[]) : float[] =
        requireSameLength values weights

        if probabilities |> Array.exists (fun q -> not (q >= 0.0 && q <= 1.0)) then
            invalidArg (nameof probabilities) "A probability lies outside [0, 1]."

        let kept = [|
            for i in 0 .. values.Length - 1 do
                if weights[i] <> 0.0 then
                    i
        |]

        let keys = kept |> Array.map (fun i -> values[i])
        let sizes = kept |> Array.map (fun i -> abs weights[i])
        Array.Sort(keys, sizes)
        let cumulative = Array.scan (+) 0.0 sizes
        let total = cumulative[kept.Length]

        if not (total > 0.0) then
            invalidArg (nameof weights) "The weights add up to nothing."

        probabilities
        |> Array.map (fun q ->
            let found = Array.BinarySearch(cumulative, 1, kept.Length, q * total)
            // A value not found gives the complement of the first larger place.
            let mutable place = if found >= 0 then found else ~~~found

            while place > 1 && cumulative[place - 1] >= q * total do
                place <- place - 1

            keys[(min place kept.Length) - 1])
