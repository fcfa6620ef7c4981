namespace Nsbi.Infer

open Nsbi.Model

/// <summary>−2 ln L minimised over all parameters but two, in their inner coordinates.</summary>
[<Sealed>]
type internal ProfileSurface
    (settings: FitSettings, observation: Observation, best: FitResult, first: string, second: string)
    =
    let compiled = observation.Owner
    let inner = compiled.Model.InnerCoordinates
    let places = [| compiled.Index[first]; compiled.Index[second] |]
    let objective = Fit.objective settings observation

    let others =
        FitPoints.freePlaces settings compiled
        |> Array.filter (fun k -> not (Array.contains k places))

    let factors = BestFactors(observation, objective, others, settings.ClosedForm)
    let searched = factors.Free

    let minima =
        best.Minima
        |> List.map (fun m -> m.Values |> List.map snd |> List.toArray |> inner.ToInner)

    /// The bounds of both inner coordinates.
    member _.Lower: float[] = places |> Array.map (fun k -> objective.Lower[k])
    /// The bounds of both inner coordinates.
    member _.Upper: float[] = places |> Array.map (fun k -> objective.Upper[k])

    /// The inner points of the minima of the fit, the best first.
    member _.Minima: float[] list = minima

    /// Both coordinates of an inner point.
    member _.Pair(point: float[]) : float * float = point[places[0]], point[places[1]]

    /// Values of the parameters at both coordinates.
    member _.Outer(u: float, v: float) : float * float =
        let outer place x =
            if inner.IsSquared place then x * x else x

        outer places[0] u, outer places[1] v

    /// <summary>Covariance of both coordinates at the best fit; none where the fit has none.</summary>
    member _.Covariance: (float * float * float) option =
        let slope place =
            if inner.IsSquared place then
                2.0 * sqrt best.Values[place]
            else
                1.0

        let v k l =
            best.Covariance[places[k], places[l]] / (slope places[k] * slope places[l])

        if
            best.Covariance[places[0], places[0]] > 0.0
            && best.Covariance[places[1], places[1]] > 0.0
        then
            Some(v 0 0, v 0 1, v 1 1)
        else
            None

    /// <summary>t, its slopes along both coordinates and the whole inner point; +∞ where impossible.
    /// Starts: the point given, or else every minimum of the fit and the best fit.</summary>
    member _.At(u: float, v: float, near: float[] list) : struct (float * float * float * float[]) =
        let seeds = if near.IsEmpty then minima else near

        let candidates =
            seeds
            |> List.choose (fun seed ->
                let start = Array.copy seed
                start[places[0]] <- u
                start[places[1]] <- v

                if others.Length = 0 then
                    objective.Evaluate start |> Option.map (fun jet -> jet, start)
                else
                    let restricted = Objective.restrict start searched factors.Objective

                    TrustRegion.run
                        (FitPoints.search settings observation)
                        restricted
                        (searched |> Array.map (fun k -> start[k]))
                    |> Option.bind (fun (state, _) ->
                        let point = factors.Complete(Objective.fill start searched state.Point)
                        objective.Evaluate point |> Option.map (fun jet -> jet, point)))

        match candidates with
        | [] ->
            let nowhere = Array.copy minima.Head
            nowhere[places[0]] <- u
            nowhere[places[1]] <- v
            struct (infinity, nan, nan, nowhere)
        | _ ->
            let jet, point = candidates |> List.minBy (fun (jet, _) -> jet.Value)

            struct (jet.Value - best.TwiceNll,
                    jet.Gradient[places[0]],
                    jet.Gradient[places[1]],
                    point)
