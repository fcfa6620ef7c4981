namespace Nsbi.Infer

open System
open Nsbi.Model

/// <summary>The profile of one parameter in its inner coordinate, with its slope.</summary>
[<Sealed>]
type internal InnerProfile
    (settings: FitSettings, observation: Observation, best: FitResult, name: string) =
    let compiled = observation.Owner
    let inner = compiled.Model.InnerCoordinates
    let place = compiled.Index[name]
    let objective = Fit.objective settings observation

    let others =
        FitPoints.freePlaces settings compiled |> Array.filter (fun k -> k <> place)

    let factors = BestFactors(observation, objective, others, settings.ClosedForm)
    let searched = factors.Free

    let minima =
        match best.Minima with
        | [] -> [ inner.ToInner best.Values ]
        | minima ->
            minima
            |> List.map (fun m -> m.Values |> List.map snd |> List.toArray |> inner.ToInner)

    // The nominal values of the others: where they are far from the minimum at other values of the
    // parameter, a basin of theirs that no minimum lies in can be the lowest.
    let nominal = FitPoints.template settings compiled

    // How far below the best fit a profile may come by the errors of its values.
    let slack = 1e-6 + 2.0 * observation.Noise
    let mutable lowest = None

    do
        if (FitPoints.held settings compiled).ContainsKey name then
            invalidArg (nameof name) $"The parameter '{name}' is fixed: free it for its profile."

    member _.Place: int = place
    member _.Lower: float = objective.Lower[place]
    member _.Upper: float = objective.Upper[place]
    member _.Best: FitResult = best

    /// The error of its values.
    member _.Noise: float = observation.Noise

    /// The lowest point that was come upon below the best fit, beyond rounding.
    member _.Lowest: float[] option = lowest |> Option.map snd

    /// The inner coordinate of the parameter in each minimum, the best first.
    member _.Minima: float list = minima |> List.map (fun p -> p[place])

    /// The parameter's value at an inner coordinate.
    member _.Outer(u: float) : float =
        if inner.IsSquared place then u * u else u

    /// The parameter's error in its inner coordinate, or a guess.
    member this.Width: float =
        match best[name].Error with
        | Some error when inner.IsSquared place -> error / (2.0 * minima.Head[place])
        | Some error -> error
        | None ->
            let range = this.Upper - this.Lower

            if Double.IsFinite range then
                0.05 * range
            else
                0.1 * max 1.0 (abs minima.Head[place])

    /// <summary>t, its slope in the inner coordinate and the whole inner point, at a value of the
    /// parameter. Starts: the others at each minimum found (so that every basin is seeded), at
    /// their nominal values, and at the points given.</summary>
    /// <remarks>At the minimum over the others the slope is the partial derivative.</remarks>
    member _.At(u: float, near: float[] list) : struct (float * float * float[]) =
        let candidates =
            near @ minima @ [ nominal ]
            |> List.choose (fun seed ->
                let start = Array.copy seed
                start[place] <- u

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
            nowhere[place] <- u
            struct (infinity, nan, nowhere)
        | _ ->
            let jet, point = candidates |> List.minBy (fun (jet, _) -> jet.Value)
            let t = jet.Value - best.TwiceNll

            match lowest with
            | None when t < -slack -> lowest <- Some(t, point)
            | Some(before, _) when t < before -> lowest <- Some(t, point)
            | _ -> ()

            struct (t, jet.Gradient[place], point)

/// <summary>Computations with profiles that start again from a lower minimum.</summary>
[<RequireQualifiedAccess>]
module internal InnerProfile =

    /// After so many a lower minimum is left where it is.
    let private maxRestarts = 5

    /// <summary>Computes with the profile around a best fit, and again from a better fit as long as
    /// that comes upon a lower minimum.</summary>
    let compute
        (settings: FitSettings)
        (observation: Observation)
        (best: FitResult)
        (name: string)
        (action: InnerProfile -> 'a)
        : 'a =
        let inner = observation.Owner.Model.InnerCoordinates

        let rec attempt best left =
            let profile = InnerProfile(settings, observation, best, name)
            let result = action profile

            match profile.Lowest with
            | Some lower when left > 0 ->
                attempt (Fit.restart settings observation (inner.ToOuter lower) best) (left - 1)
            | _ -> result

        attempt best maxRestarts
