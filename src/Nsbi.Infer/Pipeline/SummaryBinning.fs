namespace Nsbi.Infer

open System

// Axes: event i, summary a, bin b.

/// <summary>A division of the values of one or several summaries: each summary divides the parts that the
/// ones before it made.</summary>
type SummaryBinning =
    /// <summary>Parts of the next summary: those below the first cut, between cuts, and from the last cut
    /// on.</summary>
    | Divided of cuts: float[] * parts: SummaryBinning[]
    /// A bin, by its number.
    | Bin of number: int

/// <summary>Makes divisions, and finds the bins of events.</summary>
[<RequireQualifiedAccess>]
module SummaryBinning =

    let rec private countOf (binning: SummaryBinning) : int =
        match binning with
        | Bin _ -> 1
        | Divided(_, parts) -> parts |> Array.sumBy countOf

    /// The number of bins B; they are numbered from 0, in increasing order of the first summary.
    let count (binning: SummaryBinning) : int = countOf binning

    /// The part of a value among cuts.
    let private partOf (cuts: float[]) (value: float) : int =
        let found = Array.BinarySearch(cuts, value)
        if found >= 0 then found + 1 else ~~~found

    /// Cuts between parts with enough effective events of both weights.
    let private populated least (cuts: float[]) (values: float[]) (first: float[]) second =
        let edges = Array.concat [ [| -infinity |]; cuts; [| infinity |] ]

        let groups, _ =
            BinnedDifference.group
                least
                (WeightedHistogram.fill edges values first)
                (WeightedHistogram.fill edges values second)

        cuts
        |> Array.indexed
        |> Array.filter (fun (b, _) -> groups[b] <> groups[b + 1])
        |> Array.map snd

    /// <summary>Divides simulated events.</summary>
    /// <param name="bins">how each summary is divided, in their order</param>
    /// <param name="least">effective events that each bin must have under both weights: parts with fewer
    /// are joined with their neighbours</param>
    /// <param name="content">weights whose content is to be equal, ≥ 0</param>
    /// <param name="also">the other weights, ≥ 0</param>
    /// <param name="values">of each summary and event, [a][i]; finite</param>
    let divide
        (bins: SummaryBins list)
        (least: float)
        (content: float[])
        (also: float[])
        (values: float[][])
        : SummaryBinning =
        let mutable next = 0

        let leaf () =
            let number = next
            next <- number + 1
            Bin number

        let rec part (axis: int) (bins: SummaryBins list) (rows: int[]) =
            match bins with
            | [] -> leaf ()
            | first :: others ->
                let pick (items: float[]) = rows |> Array.map (fun i -> items[i])
                let own, first', second = pick values[axis], pick content, pick also

                let wished =
                    match first with
                    | EqualContent n when n > 1 && Array.exists (fun w -> w > 0.0) first' ->
                        WeightedQuantile.compute
                            (Array.init (n - 1) (fun b -> float (b + 1) / float n))
                            own
                            first'
                        |> Array.distinct
                    | EqualContent _ -> [||]
                    | GivenEdges edges -> edges |> List.toArray |> fun e -> e[1 .. e.Length - 2]

                let cuts = populated least wished own first' second

                let parts =
                    rows |> Array.groupBy (fun i -> partOf cuts values[axis].[i]) |> Map.ofArray

                let inside b =
                    parts.TryFind b |> Option.defaultValue [||] |> part (axis + 1) others

                Divided(cuts, Array.init (cuts.Length + 1) inside)

        part 0 bins [| 0 .. content.Length - 1 |]

    /// <summary>The bin of each event.</summary>
    /// <param name="binning">the division</param>
    /// <param name="values">of each summary and event, [a][i]; what lies outside of the simulated events
    /// is in the outer bins, NaN in the first</param>
    let binsOf (binning: SummaryBinning) (values: float[][]) : int[] =
        let rec find axis binning i =
            match binning with
            | Bin number -> number
            | Divided(cuts, parts) -> find (axis + 1) parts[partOf cuts values[axis].[i]] i

        Array.init values[0].Length (find 0 binning)
