namespace Nsbi.Infer

open Nsbi.Model

/// <summary>Fits that start near the minimum, as those of toys do at the values that the toys were
/// drawn at: one search in most cases, and never a basin less than an ordinary fit.</summary>
[<RequireQualifiedAccess>]
module WarmFit =

    /// Values of a parameter of interest at which basins are looked for, bounds included.
    let private gridPoints = 9

    /// Places between two of them at which the sign of the slope is looked at.
    let private subdivisions = 8

    /// Whether −2 ln L has a minimum between two points, given its slope and curvature in the
    /// coordinate at both: whether Hermite's cubic of the slope goes from below to above zero.
    let private hasMinimum (width: float) (slope0, curve0) (slope1, curve1) : bool =
        let slope (t: float) =
            let u = 1.0 - t

            slope0 * u * u * (1.0 + 2.0 * t)
            + slope1 * t * t * (3.0 - 2.0 * t)
            + width * t * u * (curve0 * u - curve1 * t)

        let slopes = [ for k in 0..subdivisions -> slope (float k / float subdivisions) ]

        List.pairwise slopes |> List.exists (fun (a, b) -> a < 0.0 && b >= 0.0)

    /// Starts in the basins of a parameter other than that of a point, with the other parameters as
    /// at the point.
    let private otherBasins
        (objective: IObjective)
        (place: int)
        (grid: float list)
        (point: float[])
        : float[] list =
        let at value =
            let moved = Array.copy point
            moved[place] <- value

            objective.Evaluate moved
            |> Option.map (fun jet ->
                value, jet.Value, (jet.Gradient[place], jet.Hessian[place, place]))

        let found = List.map at grid

        let starts = [
            for left, right in List.pairwise found do
                match left, right with
                | Some(a, valueA, slopeA), Some(b, valueB, slopeB) ->
                    let isOwn = point[place] >= a && point[place] <= b

                    if not isOwn && hasMinimum (b - a) slopeA slopeB then
                        if valueA < valueB then a else b
                // The likelihood is zero at one of them: the edge may hide a minimum.
                | Some(value, _, _), None
                | None, Some(value, _, _) -> value
                | None, None -> ()

            let atEnd bound isMinimum =
                match bound with
                | Some(value, _, (slope, _)) when point[place] <> value && isMinimum slope -> [
                    value
                  ]
                | _ -> []

            yield! atEnd found.Head (fun slope -> slope >= 0.0)
            yield! atEnd (List.last found) (fun slope -> slope <= 0.0)
        ]

        List.distinct starts
        |> List.map (fun value ->
            let moved = Array.copy point
            moved[place] <- value
            moved)

    /// <summary>Minimises −2 ln L from a point that is near the minimum.</summary>
    /// <param name="settings">of the fit</param>
    /// <param name="observation">what is fitted</param>
    /// <param name="near">values in the order of θ; those of fixed parameters are not looked at</param>
    /// <returns>as <c>Fit.runWith</c>; where the search from the point reaches no minimum, that of
    /// <c>Fit.runWith</c> itself</returns>
    /// <remarks>With interference in one parameter of interest, −2 ln L is looked at on a grid of it
    /// with its slopes and curvatures, and another search starts in each other basin; with
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

                match otherBasins (Fit.objective settings observation) place grid point with
                | [] -> counted fit grid.Length { fit with Evaluations = 0 }
                | others ->
                    Fit.runFrom settings observation (point :: others) |> counted fit grid.Length
        | _ ->
            let all = FitPoints.starts settings compiled free
            let fit = Fit.runFrom settings observation (start :: all)

            if fit.Minima.IsEmpty then
                Fit.runWith settings observation |> counted fit 0
            else
                fit
