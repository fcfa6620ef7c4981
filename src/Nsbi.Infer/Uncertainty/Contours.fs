namespace Nsbi.Infer

open System
open System.Collections.Generic
open System.Threading

/// <summary>Sets {t(a, b) ≤ level} of two parameters, the others profiled.</summary>
[<RequireQualifiedAccess>]
module Contours =

    /// <summary>χ² of two degrees of freedom below which a share of it lies: −2 ln(1 − share); 2.30 at
    /// 68.27 %, 5.99 at 95 %.</summary>
    let levelOf (share: float) : float = -2.0 * log (1.0 - share)

    /// Steps from the best fit to the level along each axis.
    let private steps = 9.0

    /// Nodes of a first look along each coordinate that has two bounds.
    let private looks = 12

    /// More nodes than that of one set are not looked at.
    let private mostNodes = 40_000

    let private value (struct (t, _, _, _): struct (float * float * float * float[])) = t

    /// How far it is from the best fit to the level along a direction, to a few percent; to the bound
    /// where that comes first.
    let private reach (surface: ProfileSurface) level (u: float, v: float) first sign guess =
        let bound = if sign < 0.0 then surface.Lower else surface.Upper
        let room = if first then abs (bound[0] - u) else abs (bound[1] - v)

        let isOutside d =
            let at = if first then u + sign * d, v else u, v + sign * d
            value (surface.At(fst at, snd at, [])) > level

        let rec outwards d left =
            if d >= room then
                if Double.IsFinite room && isOutside room then
                    bisect 0.0 room 6
                else
                    room
            elif left = 0 then
                d
            elif isOutside d then
                bisect (if left = 60 then 0.0 else 0.5 * d) d 5
            else
                outwards (2.0 * d) (left - 1)

        and bisect low high left =
            if left = 0 then
                high
            else
                let middle = 0.5 * (low + high)

                if isOutside middle then
                    bisect low middle (left - 1)
                else
                    bisect middle high (left - 1)

        outwards (min guess (if Double.IsFinite room && room > 0.0 then room else guess)) 60

    /// Distances between nodes along both coordinates.
    let private spacing (surface: ProfileSurface) level (u, v) : float * float =
        let guess first =
            match surface.Covariance with
            | Some(a, c, b) ->
                let own, other = if first then a, b else b, a
                sqrt (level * max (0.01 * own) (own - c * c / other))
            | None ->
                let k = if first then 0 else 1
                let range = surface.Upper[k] - surface.Lower[k]
                if Double.IsFinite range then 0.02 * range else 0.1

        let along first =
            let d sign =
                reach surface level (u, v) first sign (guess first)

            let low, high = d -1.0, d 1.0
            let finite = [ low; high ] |> List.filter (fun d -> d > 0.0 && Double.IsFinite d)
            (if finite.IsEmpty then guess first else List.max finite) / steps

        along true, along false

    /// A value of t at a node, with the whole point as the next ones' start.
    type private Node = {
        T: float
        Slopes: float * float
        Point: float[]
    }

    let private node (surface: ProfileSurface) near (u, v) =
        let struct (t, su, sv, point) = surface.At(u, v, near)

        {
            T = t
            Slopes = su, sv
            Point = point
        }

    /// The nodes of the set that are connected with the seeds, and their neighbours.
    let private flood settings (local: ThreadLocal<ProfileSurface>) (lattice: Lattice) level seeds =
        let known = Dictionary<struct (int * int), Node>()
        let inside = HashSet<struct (int * int)>()
        let minima = local.Value.Minima
        let others = if minima.Length > 1 then minima else []

        let evaluate (tasks: (struct (int * int) * float[] list)[]) =
            let found =
                tasks
                |> SharedWork.run settings null (fun _ (at, near) ->
                    node local.Value near (lattice.Place at))

            Array.iter2 (fun (at, _) n -> known[at] <- n) tasks found

        let rec wave (front: struct (int * int) list) =
            let next =
                front
                |> List.filter (fun at -> known[at].T <= level && inside.Add at)
                |> List.collect (fun at ->
                    Lattice.neighbours at
                    |> List.filter (fun n -> lattice.Contains n && not (known.ContainsKey n))
                    |> List.map (fun n -> n, known[at].Point :: others))
                |> List.distinctBy fst

            if not next.IsEmpty && inside.Count < mostNodes then
                evaluate (List.toArray next)
                wave (List.map fst next)

        let first = seeds |> List.distinct
        evaluate (first |> List.map (fun at -> at, []) |> List.toArray)
        wave first
        known, inside

    /// Where the set is one node thick along a coordinate it may be thinner than the lattice can show:
    /// by how much to refine. An ellipse has a few such nodes at its ends.
    let private refinement (inside: HashSet<struct (int * int)>) : float * float =
        let isThin di dj =
            inside
            |> Seq.filter (fun (struct (i, j)) ->
                not (inside.Contains(struct (i + di, j + dj)))
                && not (inside.Contains(struct (i - di, j - dj))))
            |> Seq.length
            |> fun count -> count > 6

        (if isThin 1 0 then 2.0 else 1.0), (if isThin 0 1 then 2.0 else 1.0)

    /// The point between two nodes at which t is at the level: Newton steps in a shrinking bracket.
    let private root
        noise
        (surface: ProfileSurface)
        level
        (a: float * float)
        (na: Node)
        (b: float * float)
        (nb: Node)
        =
        let at s =
            fst a + s * (fst b - fst a), snd a + s * (snd b - snd a)

        let slope (n: Node) =
            fst n.Slopes * (fst b - fst a) + snd n.Slopes * (snd b - snd a)

        let tolerance = 1e-7 + 0.1 * noise

        let rec search low (nlow: Node) high (nhigh: Node) left =
            let nearLow = abs (nlow.T - level) < abs (nhigh.T - level)
            let s0, n0 = if nearLow then low, nlow else high, nhigh

            if left = 0 || abs (n0.T - level) < tolerance || high - low < 1e-13 then
                at s0
            else
                let newton = s0 - (n0.T - level) / slope n0

                let s =
                    if newton > low && newton < high && left % 4 <> 0 then
                        newton
                    else
                        0.5 * (low + high)

                let n = node surface [ nlow.Point ] (at s)

                if n.T > level then
                    search low nlow s n (left - 1)
                else
                    search s n high nhigh (left - 1)

        search 0.0 na 1.0 nb 80

    let private curve
        (surface: ProfileSurface)
        (points: ((float * float) * bool)[])
        : ContourCurve =
        let outer = points |> Array.map (fun (p, atBound) -> surface.Outer p, atBound)

        // A corner of the bounds is crossed twice at one place.
        let apart =
            outer
            |> Array.indexed
            |> Array.filter (fun (k, p) -> fst p <> fst outer[(k + 1) % outer.Length])
            |> Array.map snd

        let points = if apart.Length = 0 then outer else apart
        let x, y = points |> Array.map (fst >> fst), points |> Array.map (fst >> snd)
        let n = points.Length

        let signedArea =
            Seq.sum (
                seq {
                    for k in 0 .. n - 1 do
                        let l = (k + 1) % n
                        x[k] * y[l] - x[l] * y[k]
                }
            )

        {
            First = x
            Second = y
            AtBound = points |> Array.map snd
            IsHole = signedArea < 0.0
        }

    let private maxRestarts = 3
    let private maxRefinements = 4

    /// <summary>The set {t ≤ level} of two parameters by its bounding curves.</summary>
    /// <param name="settings">of the fit; its threads take one profile each, the result does not depend
    /// on them</param>
    /// <param name="observation">of the fit</param>
    /// <param name="best">a fit that succeeded; a lower minimum that turns up replaces it</param>
    /// <param name="first">a parameter that is not fixed</param>
    /// <param name="second">another one</param>
    /// <param name="level">2.30 for 68.3 %, 5.99 for 95 % of two parameters, where Wilks' theorem holds;
    /// see <c>levelOf</c></param>
    /// <remarks>In the inner coordinates a lattice is laid with a ninth of the distance between the best
    /// fit and the level as step, on which the bounds are nodes. From every minimum of the fit, and from
    /// the nodes of a first look over the whole range where that is bounded, the set is followed from node
    /// to neighbour; its outline crosses edges of the lattice, and each crossing is moved along its edge
    /// to the level by Newton's method, to 1e-7 in t. Where the set is
    /// as thin as a cell the lattice is made finer, up to 16 times. So all pieces that hold a minimum are found, and
    /// holes larger than a cell.</remarks>
    /// <exception cref="T:System.ArgumentException">a parameter is unknown or fixed, both are the same,
    /// the level is not positive, or the fit did not succeed</exception>
    let find
        (settings: FitSettings)
        (observation: Observation)
        (best: FitResult)
        (first: string)
        (second: string)
        (level: float)
        : Contour =
        if not best.Status.Succeeded then
            invalidArg (nameof best) "The fit did not succeed: its status says what to do."

        if not (level > 0.0) then
            invalidArg (nameof level) $"The level of t must be positive, not {level}."

        if first = second then
            invalidArg (nameof second) $"'{first}' is named twice: name two parameters."

        for name in [ first; second ] do
            if best[name].IsFixed then
                invalidArg (nameof first) $"The parameter '{name}' is fixed: free it for a contour."

        let alone = {
            settings with
                FitSettings.Team = None
        }

        let noise = observation.Noise
        let slack = 1e-6 + 2.0 * noise

        let rec attempt (best: FitResult) left (fineU, fineV) refinements =
            use local =
                new ThreadLocal<ProfileSurface>(fun () ->
                    ProfileSurface(alone, observation, best, first, second))

            let surface = local.Value
            let middle = surface.Pair surface.Minima.Head

            let lattice =
                spacing surface level middle
                |> fun (du, dv) -> (du / fineU, dv / fineV)
                |> Lattice.create surface.Lower surface.Upper middle

            let low =
                List.zip best.Minima surface.Minima
                |> List.filter (fun (m, _) -> m.TwiceNll - best.TwiceNll <= level)
                |> List.collect (fun (_, point) -> Lattice.around lattice (surface.Pair point))

            let known, inside =
                flood settings local lattice level (low @ Lattice.coarse looks lattice)

            let lowest = known.Values |> Seq.minBy _.T

            if left > 0 && lowest.T < -slack then
                let theta = observation.Owner.Model.InnerCoordinates.ToOuter lowest.Point
                let lower = Fit.restart settings observation theta best
                attempt lower (left - 1) (fineU, fineV) refinements
            elif
                refinements > 0
                && inside.Count < mostNodes / 8
                && refinement inside <> (1.0, 1.0)
            then
                let u, v = refinement inside
                attempt best left (u * fineU, v * fineV) (refinements - 1)
            else
                let isMiddleInside (struct (i, j) as at) =
                    match known.TryGetValue at with
                    | true, corner ->
                        let u0, v0 = lattice.Place at
                        let u1, v1 = lattice.Place(struct (i + 1, j + 1))
                        let middle = 0.5 * (u0 + u1), 0.5 * (v0 + v1)
                        (node surface [ corner.Point ] middle).T <= level
                    | false, _ -> false

                let vertex (_: FitSettings) (crossing: Crossing) =
                    let a = lattice.Place crossing.Inside

                    match known.TryGetValue crossing.Outside with
                    | true, outside ->
                        let b = lattice.Place crossing.Outside
                        let surface = local.Value
                        root noise surface level a known[crossing.Inside] b outside, false
                    | false, _ -> a, true

                let curves =
                    Outline.find inside isMiddleInside
                    |> List.map (fun chain ->
                        chain |> SharedWork.run settings null vertex |> curve surface)

                {
                    First = first
                    Second = second
                    Level = level
                    Curves = curves
                    Best = best
                    Remark =
                        if inside.Count >= mostNodes then
                            Some
                                "the set is larger than was looked at: bound the parameters, or ask for \
                                 a lower level"
                        else
                            None
                }

        attempt best maxRestarts (1.0, 1.0) maxRefinements
