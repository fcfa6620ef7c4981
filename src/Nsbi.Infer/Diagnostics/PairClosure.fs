namespace Nsbi.Infer

open System

/// <summary>Two features at once in the target and in the reweighted reference.</summary>
type PairClosure = {
    /// <summary>The feature along x.</summary>
    First: string
    /// <summary>The feature along y; empty for a feature alone.</summary>
    Second: string
    /// <summary>Limits of the cells along x: quantiles, with the ends of the events.</summary>
    FirstEdges: float[]
    /// <summary>Limits of the cells along y.</summary>
    SecondEdges: float[]
    /// <summary>(target − reweighted)/error of each cell, [x][y]; NaN where there are too few events
    /// for a cell of their own.</summary>
    Pulls: float[][]
    /// <summary>Of all cells.</summary>
    ChiSquare: ChiSquare
}

/// <summary>The closure of one ratio in all features and pairs of features.</summary>
type PairClosures = {
    /// <summary>The process whose ratio it is.</summary>
    Process: string
    /// <summary>Features alone and in pairs, the worst p-value first.</summary>
    Closures: PairClosure list
    /// <summary>Probability of a p-value as small as the least anywhere, 1 − (1 − p)^trials; an upper
    /// limit, since the trials are not independent.</summary>
    GlobalPValue: float
}

/// <summary>Whether the reference reweighted by r looks like the target in every pair of features.
/// </summary>
[<RequireQualifiedAccess>]
module PairClosure =
    /// A feature in cells: limits, and the cell of each event; one more cell for a missing value.
    type private Cells = {
        Name: string
        Edges: float[]
        Of: int[]
        Count: int
    }

    let private cells (wanted: int) (size: float[]) (name: string, values: float[]) : Cells =
        WeightedQuantile.requireSameLength values size
        let lacking = values |> Array.exists Double.IsNaN
        let known = Array.map2 (fun v w -> if Double.IsNaN v then 0.0 else w) values size
        let filled = values |> Array.map (fun v -> if Double.IsNaN v then 0.0 else v)

        let edges =
            if Array.exists (fun w -> w > 0.0) known then
                let steps = Array.init (wanted + 1) (fun b -> float b / float wanted)
                WeightedQuantile.compute steps filled known |> Array.distinct
            else
                [| 0.0 |]

        let edges =
            if edges.Length < 2 then
                [| edges[0] - 0.5; edges[0] + 0.5 |]
            else
                edges

        let bins = edges.Length - 1

        {
            Name = name
            Edges = edges
            Of =
                values
                |> Array.map (fun v ->
                    if Double.IsNaN v then
                        bins
                    else
                        Math.Clamp(WeightedHistogram.binOf edges v, 0, bins - 1))
            Count = if lacking then bins + 1 else bins
        }

    /// Cells with enough events stand for themselves; the others are one cell together.
    let private pooled (count: int) (cellOf: int[]) (events: StratifiedDifference.Prepared) =
        let contents = StratifiedDifference.contents count cellOf events
        let places = Array.create count -1
        let mutable next = 0
        let mutable rest = Array.zeroCreate<float> 6

        for c in 0 .. count - 1 do
            let own = contents |> Array.map (fun sums -> sums[c])

            if StratifiedDifference.isEnough own then
                places[c] <- next
                next <- next + 1
            else
                rest <- Array.map2 (+) rest own

        let bins =
            if StratifiedDifference.isEnough rest then
                next + 1
            else
                next

        places, bins, cellOf |> Array.map (fun c -> if places[c] >= 0 then places[c] else next)

    let private compare (limits: CheckLimits) (events: StratifiedDifference.Prepared) first second =
        let cellOf =
            match second with
            | Some second -> Array.map2 (fun a b -> a * second.Count + b) first.Of second.Of
            | None -> first.Of

        let height = second |> Option.map _.Count |> Option.defaultValue 1
        let places, bins, binOf = pooled (first.Count * height) cellOf events
        let found, predicted, covariance = StratifiedDifference.compute bins binOf events

        let pull (cell: int) =
            match places[cell] with
            | -1 -> nan
            | b when covariance[b, b] > 0.0 -> (found[b] - predicted[b]) / sqrt covariance[b, b]
            | _ -> 0.0

        let pulls =
            Array.init first.Count (fun a -> Array.init height (fun b -> pull (a * height + b)))

        StratifiedDifference.allow limits.RatioTolerance predicted covariance

        {
            First = first.Name
            Second = second |> Option.map _.Name |> Option.defaultValue ""
            FirstEdges = first.Edges
            SecondEdges = second |> Option.map _.Edges |> Option.defaultValue [||]
            Pulls = pulls
            ChiSquare = BinnedDifference.chiSquare (Array.map2 (-) found predicted) covariance
        }

    /// <summary>
    /// All features in 20 cells, and all pairs of features in 8 x 8 cells of equal content in each
    /// feature, with the χ² of target and reweighted reference, both of the same total. Cells with less
    /// than 10 effective events of either, or 5 in the variance, are one cell together. The check is of the probability that
    /// the worst of all is chance.
    /// </summary>
    /// <remarks>An error of r by the relative tolerance, cell by cell, is added to the covariance.</remarks>
    /// <param name="limits">where the check fails</param>
    /// <param name="name">of the ratio's process</param>
    /// <param name="events">held-out events with their ratios, positive and finite</param>
    /// <param name="features">name and value of each event; NaN where it is missing</param>
    let run
        (limits: CheckLimits)
        (name: string)
        (events: StratifiedSample)
        (features: (string * float[]) list)
        : Check * PairClosures =
        if features.IsEmpty then
            invalidArg (nameof features) "There is no feature to look at."

        let prepared = StratifiedDifference.prepare events
        let size = prepared.Predicted |> Array.map abs
        let fine = features |> List.map (cells 20 size)
        let coarse = features |> List.map (cells 8 size) |> List.toArray

        let all = [
            for feature in fine do
                compare limits prepared feature None
            for j in 0 .. coarse.Length - 1 do
                for l in j + 1 .. coarse.Length - 1 do
                    compare limits prepared coarse[j] (Some coarse[l])
        ]

        let sorted =
            all
            |> List.indexed
            |> List.sortBy (fun (i, c) -> c.ChiSquare.PValue, i)
            |> List.map snd

        let worst = sorted.Head
        let trials = float sorted.Length

        // 1 − (1 − p)^n without cancellation.
        let p = worst.ChiSquare.PValue

        let overall =
            if p >= 1.0 then
                1.0
            else
                // expm1 of n ln(1 − p), which .NET lacks.
                let x = trials * Math.Log(1.0 - p)
                if trials * p < 1e-8 then trials * p else 1.0 - Math.Exp x

        let where =
            if worst.Second = "" then
                worst.First
            else
                $"{worst.First} and {worst.Second}"

        Check.create
            $"pairs of features of {name}"
            CheckRule.AtLeast
            limits.PValue
            overall
            nan
            (FormattableString.Invariant
                $"The worst of {sorted.Length} distributions is {where}: χ² = {worst.ChiSquare.Value:F1} for {worst.ChiSquare.DegreesOfFreedom} degrees of freedom, p = {worst.ChiSquare.PValue:G3}; with {sorted.Length} trials chance gives one as bad with probability {overall:G3}.")
            $"Where the reference reweighted by r does not look like {name} in two features at once, the network missed how they depend on each other.",
        {
            Process = name
            Closures = sorted
            GlobalPValue = overall
        }
