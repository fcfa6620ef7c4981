namespace Nsbi.Infer

open System
open Nsbi.Model

/// <summary>Fits that start near the minimum, as those of toys do at the values that the toys were
/// drawn at: one search in most cases, and never a basin less than an ordinary fit.</summary>
[<RequireQualifiedAccess>]
module WarmFit =

    /// Values of a parameter of interest at which basins are looked for, bounds included.
    let private gridPoints = 9

    /// Places between two of them at which the sign of the slope is looked at.
    let private subdivisions = 8

    /// So much of the larger slope at the ends of a cell is not told from zero inside of it.
    let private doubt = 0.3

    /// Where between two points, as a share of the way, −2 ln L may have a minimum, given its slope and
    /// curvature in the coordinate at both: where Hermite's cubic of the slope goes from below to above
    /// zero, or comes close to it in between.
    let private minimumBetween (width: float) (slope0, curve0) (slope1, curve1) : float option =
        let slope (t: float) =
            let u = 1.0 - t

            slope0 * u * u * (1.0 + 2.0 * t)
            + slope1 * t * t * (3.0 - 2.0 * t)
            + width * t * u * (curve0 * u - curve1 * t)

        let places = [ for k in 0..subdivisions -> float k / float subdivisions ]
        let inside = places |> List.filter (fun t -> t > 0.0 && t < 1.0)
        let level = doubt * max (abs slope0) (abs slope1)

        let crossing =
            List.pairwise places
            |> List.tryFind (fun (t, next) -> slope t < 0.0 && slope next >= 0.0)
            |> Option.map (fun (t, next) -> 0.5 * (t + next))

        let lowest = List.minBy slope inside
        let highest = List.maxBy slope inside

        if crossing.IsSome then
            crossing
        elif slope0 >= 0.0 && slope1 >= 0.0 && slope lowest < min level (min slope0 slope1) then
            Some lowest
        elif slope0 < 0.0 && slope1 < 0.0 && slope highest > max -level (max slope0 slope1) then
            Some highest
        else
            None

    /// −2 ln L at a value of a parameter, with the others where one Newton step takes them from where they
    /// were.
    [<NoComparison; ReferenceEquality>]
    type private Profiled = {
        Value: float
        Slope: float
        Curve: float
        Start: float[]
    }

    /// The profile of a parameter by one Newton step of the others, held inside of their bounds: the slope
    /// and curvature of the Schur complement. Without a step where H is not positive definite.
    let private profiled (objective: IObjective) (free: int[]) place (point: float[]) value =
        let start = Array.copy point
        start[place] <- value

        objective.Evaluate start
        |> Option.map (fun jet ->
            let others =
                free
                |> Array.filter (fun k ->
                    k <> place && start[k] > objective.Lower[k] && start[k] < objective.Upper[k])

            let n = others.Length

            let plain = {
                Value = value
                Slope = jet.Gradient[place]
                Curve = jet.Hessian[place, place]
                Start = start
            }

            let block = Array2D.init n n (fun k l -> jet.Hessian[others[k], others[l]])

            match SymmetricMatrix.cholesky block with
            | None -> plain
            | Some l ->
                let g = others |> Array.map (fun k -> jet.Gradient[k])
                let mixed = others |> Array.map (fun k -> jet.Hessian[k, place])
                let step = SymmetricMatrix.solve l g
                let response = SymmetricMatrix.solve l mixed

                let dot a b =
                    Array.fold2 (fun sum x y -> sum + x * y) 0.0 a b

                let moved = Array.copy start

                others
                |> Array.iteri (fun i k ->
                    let there = start[k] - step[i]
                    moved[k] <- max objective.Lower[k] (min objective.Upper[k] there))

                {
                    Value = value
                    Slope = plain.Slope - dot g response
                    Curve = plain.Curve - dot mixed response
                    Start = moved
                })

    /// Starts in the basins of a parameter other than that of a point.
    let private otherBasins
        (objective: IObjective)
        (free: int[])
        (place: int)
        (grid: float list)
        (point: float[])
        : float[] list =
        let found = grid |> List.map (profiled objective free place point)

        let own = profiled objective free place point point[place]

        let cell (a: Profiled) (b: Profiled) =
            minimumBetween (b.Value - a.Value) (a.Slope, a.Curve) (b.Slope, b.Curve)
            |> Option.map (fun t -> Array.map2 (fun x y -> x + t * (y - x)) a.Start b.Start)
            |> Option.toList

        let starts = [
            for left, right in List.pairwise found do
                match left, right with
                | Some a, Some b ->
                    match own with
                    // The point itself is a minimum: beside it, below zero on the left.
                    | Some own when own.Value > a.Value && own.Value < b.Value ->
                        yield! cell a { own with Slope = -Double.Epsilon }
                        yield! cell { own with Slope = 0.0 } b
                    | _ -> yield! cell a b
                // The likelihood is zero at one of them: the edge may hide a minimum.
                | Some one, None
                | None, Some one -> yield one.Start
                | None, None -> ()

            match found.Head with
            | Some first when point[place] <> first.Value && first.Slope >= 0.0 -> yield first.Start
            | _ -> ()

            match List.last found with
            | Some last when point[place] <> last.Value && last.Slope <= 0.0 -> yield last.Start
            | _ -> ()
        ]

        starts
        |> List.distinctBy (fun start -> start[place])
        |> List.map (fun start ->
            if (objective.Evaluate start).IsSome then
                start
            else
                let unmoved = Array.copy point
                unmoved[place] <- start[place]
                unmoved)

    /// <summary>Minimises −2 ln L from a point that is near the minimum.</summary>
    /// <param name="settings">of the fit</param>
    /// <param name="observation">what is fitted</param>
    /// <param name="near">values in the order of θ; those of fixed parameters are not looked at</param>
    /// <returns>as <c>Fit.runWith</c>; where the search from the point reaches no minimum, that of
    /// <c>Fit.runWith</c> itself</returns>
    /// <remarks>With interference in one parameter of interest, the profile of −2 ln L is looked at on a
    /// grid of it with its slopes and curvatures, the other parameters where one Newton step takes them
    /// from the minimum found, and another search starts in each other basin; with
    /// interference in several, all starts of an ordinary fit are searched from as well. The slow twin
    /// is <c>Fit.runWith</c>.</remarks>
    let run (settings: FitSettings) (observation: Observation) (near: float[]) : FitResult =
        let compiled = observation.Owner
        let inner = compiled.Model.InnerCoordinates
        let free = FitPoints.freePlaces settings compiled
        let start = FitPoints.template settings compiled
        let warm = inner.ToInner near

        for k in free do
            start[k] <- warm[k]

        let curved =
            let names = CurvedParameters.ofInterest compiled.Model
            free |> Array.filter (fun k -> names.Contains compiled.Index.Names[k])

        let counted (before: FitResult) more (fit: FitResult) = {
            fit with
                Evaluations = before.Evaluations + more + fit.Evaluations
        }

        match curved with
        | [||] ->
            let fit = Fit.runFrom settings observation [ start ]

            if fit.Minima.IsEmpty then
                Fit.runWith settings observation |> counted fit 0
            else
                fit
        | [| place |] when settings.StartsPerPoi > 0 ->
            let fit = Fit.runFrom settings observation [ start ]

            if fit.Minima.IsEmpty then
                Fit.runWith settings observation |> counted fit 0
            else
                let point = inner.ToInner fit.Values

                let grid =
                    FitPoints.starts
                        {
                            settings with
                                StartsPerPoi = gridPoints
                        }
                        compiled
                        [| place |]
                    |> List.tail
                    |> List.map (fun p -> p[place])

                match otherBasins (Fit.objective settings observation) free place grid point with
                | [] -> counted fit (grid.Length + 1) { fit with Evaluations = 0 }
                | others ->
                    Fit.runFrom settings observation (point :: others)
                    |> counted fit (grid.Length + 1)
        | _ ->
            let all = FitPoints.starts settings compiled free
            let fit = Fit.runFrom settings observation (start :: all)

            if fit.Minima.IsEmpty then
                Fit.runWith settings observation |> counted fit 0
            else
                fit
