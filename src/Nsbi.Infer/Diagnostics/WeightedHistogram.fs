namespace Nsbi.Infer

open System

/// <summary>A histogram of weighted events. Bin b holds [Edges_b, Edges_{b+1}).</summary>
type WeightedHistogram = {
    /// <summary>Bin limits, increasing; one more than bins.</summary>
    Edges: float[]
    /// <summary>Σ w_i of each bin.</summary>
    Contents: float[]
    /// <summary>Σ w_i² of each bin, the variance of its content.</summary>
    Variances: float[]
}

/// <summary>Filling of weighted histograms.</summary>
[<RequireQualifiedAccess>]
module WeightedHistogram =
    let internal requireEdges (edges: float[]) =
        if isNull edges then
            nullArg (nameof edges)

        if
            edges.Length < 2
            || edges |> Array.pairwise |> Array.exists (fun (a, b) -> not (a < b))
        then
            invalidArg (nameof edges) "Bin limits must be two or more increasing numbers."

    /// <summary>Limits of n bins of equal width over [low, high].</summary>
    let equalWidth (n: int) (low: float) (high: float) : float[] =
        if n < 1 then
            invalidArg (nameof n) "A histogram needs a bin."

        if not (low < high && Double.IsFinite(high - low)) then
            invalidArg (nameof high) "The upper end of a histogram must lie above the lower one."

        Array.init (n + 1) (fun i ->
            if i = n then
                high
            else
                low + (high - low) * float i / float n)

    /// <summary>
    /// The bin that holds a value: −1 below the first limit and for NaN, the number of bins above
    /// the last. The last bin holds its upper limit.
    /// </summary>
    let binOf (edges: float[]) (value: float) : int =
        let bins = edges.Length - 1

        if Double.IsNaN value || value < edges[0] then
            -1
        elif value > edges[bins] then
            bins
        elif value = edges[bins] then
            bins - 1
        else
            let found = Array.BinarySearch(edges, value)
            if found >= 0 then found else ~~~found - 1

    /// <summary>Sums of weights and of their squares; values outside the limits are left out.</summary>
    let fill (edges: float[]) (values: float[]) (weights: float[]) : WeightedHistogram =
        requireEdges edges
        WeightedQuantile.requireSameLength values weights
        let bins = edges.Length - 1
        let contents = Array.zeroCreate<float> bins
        let variances = Array.zeroCreate<float> bins

        for i in 0 .. values.Length - 1 do
            let b = binOf edges values[i]

            if b >= 0 && b < bins then
                contents[b] <- contents[b] + weights[i]
                variances[b] <- variances[b] + weights[i] * weights[i]

        {
            Edges = edges
            Contents = contents
            Variances = variances
        }
