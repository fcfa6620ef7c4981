namespace Nsbi.Infer

open System
open System.Globalization

/// <summary>An end of an accepted interval.</summary>
type BeltEnd = {
    /// Where it is.
    Value: float
    /// <summary>Its Monte Carlo error, that of the quantile over the slope of t_obs − c; 0 at the edge
    /// of the belt; +∞ where the quantile or the slope is unknown.</summary>
    Error: float
    /// <summary>The belt ends here, inside of the accepted set: it may go on beyond.</summary>
    AtEdge: bool
}

/// <summary>A connected part of the values that are accepted.</summary>
type AcceptedInterval = {
    /// Lower end.
    Lower: BeltEnd
    /// Upper end.
    Upper: BeltEnd
}

/// <summary>{μ: t_obs(μ) ≤ c_α(μ)} of one confidence level.</summary>
type AcceptedSet = {
    /// The confidence level α.
    Level: float
    /// <summary>Disjoint, in ascending order. Empty where no value of the belt is accepted.</summary>
    Intervals: AcceptedInterval list
} with

    /// <summary>Whether a value is in the set.</summary>
    member this.Contains(value: float) : bool =
        this.Intervals
        |> List.exists (fun i -> i.Lower.Value <= value && value <= i.Upper.Value)

    /// The set on one line: [0 (edge), 1.76 ± 0.02] ∪ […].
    override this.ToString() : string =
        let number (x: float) =
            x.ToString("G5", CultureInfo.InvariantCulture)

        let text (e: BeltEnd) =
            if e.AtEdge then
                $"{number e.Value} (edge)"
            else
                $"{number e.Value} ± {number e.Error}"

        match this.Intervals with
        | [] -> "no value"
        | intervals ->
            intervals
            |> List.map (fun i -> $"[{text i.Lower}, {text i.Upper}]")
            |> String.concat " ∪ "

/// <summary>The values of a parameter that a confidence belt accepts.</summary>
[<RequireQualifiedAccess>]
module BeltAcceptance =

    /// A value of the parameter in the belt's coordinate, and how far t_obs is above the quantile.
    type private Node = { U: float; Excess: float }

    /// The crossing between two nodes of which one is accepted: secants kept inside of the bracket,
    /// halving where that does not shrink it.
    let private crossing (node: float -> Node) (a: Node) (b: Node) : Node =
        let width = abs (b.U - a.U)

        let rec search (a: Node) (b: Node) left =
            let nearer = if abs a.Excess < abs b.Excess then a else b

            if left = 0 || abs (b.U - a.U) <= 1e-9 * width then
                nearer
            else
                let secant = a.U - a.Excess * (b.U - a.U) / (b.Excess - a.Excess)
                let low, high = min a.U b.U, max a.U b.U
                let margin = 1e-3 * (high - low)

                let u =
                    if left % 3 <> 0 && secant > low && secant < high then
                        max (low + margin) (min (high - margin) secant)
                    else
                        0.5 * (a.U + b.U)

                let c = node u

                if abs c.Excess <= 1e-10 then
                    c
                elif (c.Excess <= 0.0) = (a.Excess <= 0.0) then
                    search c b (left - 1)
                else
                    search a c (left - 1)

        search a b 80

    /// The lowest (sign 1) or highest (sign −1) excess between two nodes around a third, or the first
    /// one found on the other side of 0.
    let private extreme (node: float -> Node) (sign: float) (a: Node) (b: Node) (c: Node) : Node =
        let rec search (a: Node) (b: Node) (c: Node) left =
            if left = 0 || sign * b.Excess <= 0.0 then
                b
            else
                let u =
                    if c.U - b.U > b.U - a.U then
                        b.U + 0.382 * (c.U - b.U)
                    else
                        b.U - 0.382 * (b.U - a.U)

                let d = node u
                let isBetter = sign * d.Excess < sign * b.Excess

                match isBetter, d.U > b.U with
                | true, true -> search b d c (left - 1)
                | true, false -> search a d b (left - 1)
                | false, true -> search a b d (left - 1)
                | false, false -> search d b c (left - 1)

        search a b c 25

    /// Nodes with those between them at which the excess turns to the other side and back.
    let private withTurns (node: float -> Node) (nodes: Node list) : Node list =
        let turns =
            nodes
            |> List.windowed 3
            |> List.choose (fun triple ->
                match triple with
                | [ a; b; c ] ->
                    let sides = [ a; b; c ] |> List.map (fun n -> n.Excess > 0.0) |> List.distinct
                    let finite = [ a; b; c ] |> List.forall (fun n -> Double.IsFinite n.Excess)
                    let isLow = b.Excess < a.Excess && b.Excess <= c.Excess
                    let isHigh = b.Excess > a.Excess && b.Excess >= c.Excess

                    match sides with
                    | [ true ] when isLow && finite -> Some(extreme node 1.0 a b c)
                    | [ false ] when isHigh && finite -> Some(extreme node -1.0 a b c)
                    | _ -> None
                | _ -> None)

        nodes @ turns |> List.distinctBy _.U |> List.sortBy _.U

    /// <summary>The accepted values of one level.</summary>
    /// <param name="cells">parts into which the range between two points of the belt is divided to
    /// look for crossings, 1 or more</param>
    /// <param name="belt">the quantiles</param>
    /// <param name="level">one of its levels</param>
    /// <param name="best">values that are looked at besides, such as the minima of −2 ln L: an
    /// accepted set may be narrower than the cells</param>
    /// <param name="t">t_obs at a value between the ends of the belt; +∞ where impossible</param>
    /// <remarks>Every change of side between neighbouring values is followed to the crossing, and
    /// where three values in a row bend towards the other side their extreme is sought: parts and gaps
    /// narrower than a cell are found where they lie at such an extreme.</remarks>
    /// <exception cref="T:System.ArgumentException">the belt has no such level, or no cells</exception>
    let find
        (cells: int)
        (belt: ConfidenceBelt)
        (level: float)
        (best: float list)
        (t: float -> float)
        : AcceptedSet =
        if cells < 1 then
            invalidArg (nameof cells) $"Give 1 cell or more, not {cells}."

        ConfidenceBelt.place belt level |> ignore
        let inner = ConfidenceBelt.inner belt
        let outer = ConfidenceBelt.outer belt
        let first, last = (List.head belt.Points).Value, (List.last belt.Points).Value

        let start, stop = inner first, inner last

        // The ends as they are: a root and its square may change the last digit.
        let valueOf (u: float) =
            if u <= start then first
            elif u >= stop then last
            else max first (min last (outer u))

        let node (u: float) =
            let value = valueOf u
            let struct (c, _) = ConfidenceBelt.quantile belt level value
            let t = t value

            {
                U = u
                Excess = t - ToyPValue.tie t - c
            }

        let between =
            belt.Points
            |> List.pairwise
            |> List.collect (fun (a, b) ->
                let ua, ub = inner a.Value, inner b.Value
                [ for j in 1 .. cells - 1 -> ua + (ub - ua) * float j / float cells ])

        let minima = best |> List.filter (fun v -> v > first && v < last) |> List.map inner

        let nodes =
            (belt.Points |> List.map (fun p -> inner p.Value)) @ between @ minima
            |> List.distinct
            |> List.sort
            |> List.map node
            |> withTurns node

        let edge (n: Node) = {
            Value = valueOf n.U
            Error = 0.0
            AtEdge = true
        }

        let crossed (a: Node) (b: Node) =
            let root = crossing node a b
            let value = valueOf root.U
            let struct (_, error) = ConfidenceBelt.quantile belt level value

            // The slope over a short span inside of the belt.
            let h = 1e-3 * (stop - start)
            let low, high = node (max start (root.U - h)), node (min stop (root.U + h))
            let slope = abs ((high.Excess - low.Excess) / (high.U - low.U))
            let stretch = if belt.InRoot then 2.0 * root.U else 1.0
            let error = error * stretch / slope

            {
                Value = value
                Error = if Double.IsNaN error then infinity else error
                AtEdge = false
            }

        let isIn n = n.Excess <= 0.0

        let rec pieces (nodes: Node list) (lower: BeltEnd option) found =
            match nodes with
            | a :: (b :: _ as rest) ->
                match isIn a, isIn b, lower with
                | true, false, Some low ->
                    let piece = { Lower = low; Upper = crossed a b }
                    pieces rest None (piece :: found)
                | false, true, _ -> pieces rest (Some(crossed a b)) found
                | _ -> pieces rest lower found
            | end' ->
                let closing =
                    match end', lower with
                    | [ n ], Some low -> [ { Lower = low; Upper = edge n } ]
                    | _ -> []

                List.rev found @ closing

        let outermost = List.head nodes

        {
            Level = level
            Intervals = pieces nodes (if isIn outermost then Some(edge outermost) else None) []
        }
