namespace Nsbi.Infer

open System
open System.Globalization

/// <summary>How an analysis uses the ratio r of its events, signal over background: from a count to all
/// that there is to know.</summary>
[<RequireQualifiedAccess>]
type PowerStrategy =
    /// The number of events, nothing of each.
    | Inclusive
    /// <summary>The number of events with r above a value.</summary>
    | Cut of above: float
    /// <summary>A histogram of r with these inner edges, ascending; the outer bins are open.</summary>
    | Edges of edges: float list
    /// <summary>A histogram of r in n bins of equal width from a to b, and the events beyond in the two
    /// outer ones.</summary>
    | Range of low: float * high: float * bins: int
    /// <summary>A histogram of r in so many bins that hold equally many events of the null hypothesis.
    /// </summary>
    | Bins of bins: int
    /// The product of the ratios of all events.
    | Unbinned

/// <summary>Strategies as text.</summary>
[<RequireQualifiedAccess>]
module PowerStrategy =

    let private number (x: float) =
        x.ToString("R", CultureInfo.InvariantCulture)

    /// <summary>As options and files name it: inclusive, cut:0.5, edges:0.5:2, range:0:3:20, bins:20,
    /// unbinned.</summary>
    let name (strategy: PowerStrategy) : string =
        match strategy with
        | PowerStrategy.Inclusive -> "inclusive"
        | PowerStrategy.Cut above -> $"cut:{number above}"
        | PowerStrategy.Edges edges -> "edges:" + (edges |> List.map number |> String.concat ":")
        | PowerStrategy.Range(low, high, bins) -> $"range:{number low}:{number high}:{bins}"
        | PowerStrategy.Bins bins -> $"bins:{bins}"
        | PowerStrategy.Unbinned -> "unbinned"

    /// <summary>For people: "events with r > 0.5" and the like.</summary>
    let describe (strategy: PowerStrategy) : string =
        match strategy with
        | PowerStrategy.Inclusive -> "number of events"
        | PowerStrategy.Cut above -> $"events with r > {number above}"
        | PowerStrategy.Edges edges ->
            $"{edges.Length + 1} bins of r, edges "
            + (edges |> List.map number |> String.concat ", ")
        | PowerStrategy.Range(low, high, bins) ->
            $"{bins} bins of r from {number low} to {number high} and what is beyond"
        | PowerStrategy.Bins bins -> $"{bins} equally filled bins of r"
        | PowerStrategy.Unbinned -> "unbinned"

    /// Edges at 0 or below, which no ratio passes, are left out.
    let private evenly (low: float) (high: float) (bins: int) : float[] = [|
        for k in 0..bins do
            let edge = low + (high - low) * float k / float bins

            if edge > 0.0 then
                edge
    |]

    let private known = "inclusive, cut:x, edges:a:b:…, range:a:b:n, bins:n, unbinned"

    /// <summary>Reads a strategy; <c>range:a:b:n</c> is n bins of equal width from a to b and what is
    /// beyond.</summary>
    /// <returns>the strategy, or a sentence that says what is wrong</returns>
    let parse (text: string) : Result<PowerStrategy, string> =
        let parts = text.Split(':') |> Array.toList

        let numbers (texts: string list) =
            texts
            |> List.map (fun t ->
                match Double.TryParse(t, NumberStyles.Float, CultureInfo.InvariantCulture) with
                | true, x when Double.IsFinite x && x >= 0.0 -> Some x
                | _ -> None)

        let whole (text: string) =
            match Int32.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture) with
            | true, n when n >= 2 && n <= 1000 -> Some n
            | _ -> None

        let wrong what = Error $"'{text}': {what}"

        match parts with
        | [ "inclusive" ] -> Ok PowerStrategy.Inclusive
        | [ "unbinned" ] -> Ok PowerStrategy.Unbinned
        | [ "cut"; x ] ->
            match numbers [ x ] with
            | [ Some x ] when x > 0.0 -> Ok(PowerStrategy.Cut x)
            | _ -> wrong "a cut is a ratio above 0, such as cut:0.5."
        | "edges" :: (_ :: _ as rest) ->
            let found = numbers rest |> List.choose id

            if
                found.Length = rest.Length
                && found.Head > 0.0
                && List.pairwise found |> List.forall (fun (a, b) -> a < b)
            then
                Ok(PowerStrategy.Edges found)
            else
                wrong "edges are ratios above 0 in ascending order, such as edges:0.5:2."
        | [ "range"; a; b; n ] ->
            match numbers [ a; b ], whole n with
            | [ Some a; Some b ], Some n when a < b -> Ok(PowerStrategy.Range(a, b, n))
            | _ -> wrong "a range has two ends and 2 to 1000 bins, such as range:0:3:20."
        | [ "bins"; n ] ->
            match whole n with
            | Some n -> Ok(PowerStrategy.Bins n)
            | None -> wrong "give 2 to 1000 bins, such as bins:20."
        | _ -> wrong $"a strategy is one of {known}."

    /// <summary>The inner edges in r; none where no histogram is made.</summary>
    /// <param name="quantile">r at a probability of the reference, for equally filled bins</param>
    /// <param name="strategy">the strategy</param>
    let edges (quantile: float -> float) (strategy: PowerStrategy) : float[] =
        match strategy with
        | PowerStrategy.Edges edges -> List.toArray edges
        | PowerStrategy.Range(low, high, bins) -> evenly low high bins
        | PowerStrategy.Cut above -> [| above |]
        | PowerStrategy.Bins bins ->
            Array.init (bins - 1) (fun b -> quantile (float (b + 1) / float bins))
            |> Array.distinct
        | PowerStrategy.Inclusive
        | PowerStrategy.Unbinned -> [||]

    /// <summary>The bin of a ratio, 0 to the number of inner edges: how many of these are at it or below.
    /// </summary>
    /// <param name="edges">ascending; may be empty</param>
    /// <param name="ratio">r; NaN is in bin 0</param>
    let binOf (edges: float[]) (ratio: float) : int =
        let mutable low = 0
        let mutable high = edges.Length

        while low < high do
            let middle = (low + high) / 2

            if edges[middle] <= ratio then
                low <- middle + 1
            else
                high <- middle

        low
