namespace Nsbi.Infer

open System
open System.Globalization
open Nsbi.Model

/// <summary>A connected set of values of a parameter.</summary>
type Interval = {
    /// Lower end.
    Lower: float
    /// Upper end.
    Upper: float
    /// <summary>The lower end is the parameter's bound (or −∞), not a crossing of the level.
    /// </summary>
    LowerAtBound: bool
    /// <summary>The upper end is the parameter's bound (or +∞), not a crossing of the level.
    /// </summary>
    UpperAtBound: bool
} with

    /// The ends, with a word where the parameter's bound ends it: [0 (bound), 1.766].
    override this.ToString() : string =
        let number (x: float) =
            x.ToString("G6", CultureInfo.InvariantCulture)

        let bound isBound = if isBound then " (bound)" else ""

        $"[{number this.Lower}{bound this.LowerAtBound}, {number this.Upper}{bound this.UpperAtBound}]"

/// <summary>The set {t ≤ level} of a parameter.</summary>
[<NoComparison; ReferenceEquality>]
type LikelihoodIntervals = {
    /// The parameter.
    Parameter: string
    /// The level of t = −2 Δ ln L: 1 for 68.27 % of one parameter.
    Level: float
    /// Disjoint, in ascending order; never empty.
    Intervals: Interval list
    /// <summary>Distance from the best fit to the lower end of the interval that holds it, below
    /// 0; none where that interval ends at a bound.</summary>
    Lower: float option
    /// <summary>Distance from the best fit to the upper end of the interval that holds it, above
    /// 0; none where that interval ends at a bound.</summary>
    Upper: float option
    /// <summary>All parameters, in the order of θ, where an interval ends at a crossing of the level;
    /// in ascending order of the parameter.</summary>
    Ends: float[] list
    /// The best fit: the one given, or a lower one that was come upon.
    Best: FitResult
} with

    /// The set on one line, with the best fit.
    override this.ToString() : string =
        let number (x: float) =
            x.ToString("G6", CultureInfo.InvariantCulture)

        let set = this.Intervals |> List.map string |> String.concat " ∪ "
        let best = number this.Best[this.Parameter].Value
        $"{this.Parameter} with t ≤ {number this.Level}: {set}, best {best}"

/// <summary>Likelihood intervals by profiling (MINOS): every crossing of t = level in the allowed
/// range of a parameter, so that disjoint sets are found.</summary>
[<RequireQualifiedAccess>]
module Intervals =

    /// A point of the profile in the inner coordinate.
    type private Node = {
        U: float
        T: float
        Slope: float
        Point: float[]
    }

    let private node (profile: InnerProfile) (near: Node list) (u: float) : Node =
        let struct (t, slope, point) = profile.At(u, near |> List.map _.Point)

        {
            U = u
            T = t
            Slope = slope
            Point = point
        }

    /// The root between two points of opposite sign of `excess`, by Newton steps kept inside of a
    /// shrinking bracket.
    let rec private root
        (profile: InnerProfile)
        (excess: Node -> float)
        (slope: Node -> float)
        a
        b
        left
        : Node =
        let nearer = if abs (excess a) < abs (excess b) then a else b

        if left = 0 || abs (b.U - a.U) <= 1e-12 * (1e-3 + abs a.U + abs b.U) then
            nearer
        else
            let newton = nearer.U - excess nearer / slope nearer
            let low, high = min a.U b.U, max a.U b.U
            let margin = 1e-3 * (high - low)

            let u =
                if Double.IsFinite newton && newton > low && newton < high then
                    newton
                elif left % 2 = 0 && Double.IsFinite(excess a) && Double.IsFinite(excess b) then
                    let regula = a.U - excess a * (b.U - a.U) / (excess b - excess a)
                    max (low + margin) (min (high - margin) regula)
                else
                    0.5 * (a.U + b.U)

            let c = node profile [ a; b ] u

            if abs (excess c) < 1e-9 + 0.1 * profile.Noise then
                c
            elif (excess c > 0.0) = (excess a > 0.0) then
                root profile excess slope c b (left - 1)
            else
                root profile excess slope a c (left - 1)

    let private crossing profile level a b =
        root profile (fun n -> n.T - level) _.Slope a b 60

    /// Where the slope vanishes between two points, or the first point found on the other side of
    /// the level.
    let private turning profile level (a: Node) (b: Node) : Node =
        let above = a.T > level

        let rec search (a: Node) (b: Node) left =
            let share =
                let s = a.Slope / (a.Slope - b.Slope)
                if Double.IsFinite s then max 0.1 (min 0.9 s) else 0.5

            let c = node profile [ a; b ] (a.U + share * (b.U - a.U))

            if left = 0 || (c.T > level) <> above || abs (b.U - a.U) < 1e-6 * (1.0 + abs a.U) then
                c
            elif (c.Slope > 0.0) = (a.Slope > 0.0) then
                search c b (left - 1)
            else
                search a c (left - 1)

        search a b 40

    /// All crossings of the level between two neighbouring points, in ascending order.
    let private crossings profile level (a: Node) (b: Node) : Node list =
        let isAbove n = n.T > level

        let mayTurn =
            if isAbove a then
                a.Slope < 0.0 && b.Slope > 0.0
            else
                a.Slope > 0.0 && b.Slope < 0.0

        if isAbove a <> isAbove b then
            [ crossing profile level a b ]
        elif mayTurn then
            let c = turning profile level a b

            if isAbove c = isAbove a then
                []
            else
                [ crossing profile level a c; crossing profile level c b ]
        else
            []

    /// Distances from the best fit at which to look, in units of the error.
    let private offsets = [
        0.33
        0.67
        1.0
        1.33
        1.67
        2.0
        2.5
        3.0
        4.0
        5.0
        7.0
        10.0
        15.0
        20.0
    ]

    /// How much of the range is looked at.
    type private Extent =
        /// All of it, in so many cells at least on each side of the best fit.
        | Everywhere of cells: int
        /// Outwards from the best fit to the first crossings.
        | UpToFirst

    /// The points of one side of the best fit, outwards, ending at the bound or where enough is seen.
    let private side (profile: InnerProfile) level extent (best: Node) (sign: float) : Node list =
        let bound = if sign < 0.0 then profile.Lower else profile.Upper
        let step = profile.Width * sqrt level

        let near = offsets |> List.map (fun d -> best.U + sign * d * step)

        let far =
            match extent with
            | _ when Double.IsInfinity bound -> []
            | Everywhere cells -> [
                for j in 1..cells -> best.U + (bound - best.U) * float j / float cells
              ]
            | UpToFirst -> []

        let places =
            (if Double.IsInfinity bound then [] else [ bound ])
            @ near
            @ profile.Minima.Tail
            @ far
            |> List.filter (fun u -> sign * (u - best.U) > 0.0 && sign * (bound - u) >= 0.0)
            |> List.distinct
            |> List.sortBy (fun u -> sign * u)

        let rec walk (last: Node) places =
            match extent, places with
            | _, [] -> []
            | UpToFirst, _ when last.T > level -> []
            | _, u :: rest ->
                let next = node profile [ last ] u
                next :: walk next rest

        walk best places

    /// The values of the parameter that the intervals and the offsets are made of.
    let private assemble
        (inner: InnerCoordinates)
        (profile: InnerProfile)
        level
        name
        (nodes: Node list)
        (ends: Node list)
        =
        let first, last = List.head nodes, List.last nodes

        let closed low high lowAtBound highAtBound = {
            Lower = low
            Upper = high
            LowerAtBound = lowAtBound
            UpperAtBound = highAtBound
        }

        let outermost (n: Node) bound =
            if n.U = bound then profile.Outer bound
            elif n.U < profile.Minima.Head then -infinity
            else infinity

        let startsInside = first.T <= level
        let edges = ends |> List.map (fun n -> profile.Outer n.U)

        let rec pair inside low lowAtBound edges =
            match inside, edges with
            | false, [] -> []
            | false, edge :: rest -> pair true edge false rest
            | true, [] -> [ closed low (outermost last profile.Upper) lowAtBound true ]
            | true, edge :: rest -> closed low edge lowAtBound false :: pair false nan false rest

        let intervals = pair startsInside (outermost first profile.Lower) true edges
        let value = profile.Best[name].Value

        let own = intervals |> List.tryFind (fun i -> i.Lower <= value && value <= i.Upper)

        {
            Parameter = name
            Level = level
            Intervals = intervals
            Lower =
                own
                |> Option.filter (fun i -> not i.LowerAtBound)
                |> Option.map (fun i -> i.Lower - value)
            Upper =
                own
                |> Option.filter (fun i -> not i.UpperAtBound)
                |> Option.map (fun i -> i.Upper - value)
            Ends = ends |> List.map (fun n -> inner.ToOuter n.Point)
            Best = profile.Best
        }

    let private search extent settings (observation: Observation) (best: FitResult) name level =
        if not best.Status.Succeeded then
            invalidArg (nameof best) "The fit did not succeed: its status says what to do."

        if not (level > 0.0) then
            invalidArg (nameof level) $"The level of t must be positive, not {level}."

        InnerProfile.compute settings observation best name (fun profile ->
            let middle = node profile [] profile.Minima.Head

            let nodes =
                List.rev (side profile level extent middle -1.0)
                @ middle :: side profile level extent middle 1.0

            let ends =
                nodes
                |> List.pairwise
                |> List.collect (fun (a, b) -> crossings profile level a b)

            assemble observation.Owner.Model.InnerCoordinates profile level name nodes ends)

    /// <summary>{t ≤ level} over the whole allowed range of a parameter.</summary>
    /// <param name="settings">of the fit</param>
    /// <param name="observation">of the fit</param>
    /// <param name="best">a fit that succeeded; a lower minimum that turns up replaces it</param>
    /// <param name="name">a parameter that is not fixed</param>
    /// <param name="level">1 for 68.27 %, 3.841 for 95 % of one parameter, where Wilks' theorem
    /// holds</param>
    /// <remarks>The range is covered with points (in κ where the model has it) at least every 48th
    /// of it, and more closely around the best fit; a dip or a peak between two points is found by
    /// the slope of the profile. Where the range is infinite, 20√level errors are covered.</remarks>
    /// <exception cref="T:System.ArgumentException">the parameter is unknown or fixed, the level is
    /// not positive, or the fit did not succeed</exception>
    let find
        (settings: FitSettings)
        (observation: Observation)
        (best: FitResult)
        (name: string)
        (level: float)
        : LikelihoodIntervals =
        search (Everywhere 48) settings observation best name level

    /// <summary>The interval {t ≤ level} that holds the best fit alone: the search goes outwards
    /// from it to the first crossing on each side.</summary>
    /// <param name="settings">of the fit</param>
    /// <param name="observation">of the fit</param>
    /// <param name="best">a fit that succeeded; a lower minimum that turns up replaces it</param>
    /// <param name="name">a parameter that is not fixed</param>
    /// <param name="level">1 for 68.27 % of one parameter</param>
    /// <remarks>Cheaper than <c>find</c>, for parameters without a second minimum.</remarks>
    /// <exception cref="T:System.ArgumentException">as for <c>find</c></exception>
    let around
        (settings: FitSettings)
        (observation: Observation)
        (best: FitResult)
        (name: string)
        (level: float)
        : LikelihoodIntervals =
        search UpToFirst settings observation best name level
