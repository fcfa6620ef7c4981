namespace Nsbi.Infer

/// <summary>Fits that differ a little from one that is known, from where they are expected to end.
/// </summary>
[<RequireQualifiedAccess>]
module internal WarmRefit =

    /// On one thread, since the refits share the threads; the other minima of the fit are starts too.
    let private run
        (settings: FitSettings)
        (observation: Observation)
        (best: FitResult)
        (expected: float[])
        : FitResult =
        let compiled = observation.Owner
        let inner = compiled.Model.InnerCoordinates

        let inside =
            List.map2
                (fun (p: Nsbi.Model.Parameter) value -> max p.Lower (min p.Upper value))
                compiled.Parameters
                (List.ofArray expected)
            |> List.toArray

        let others =
            match best.Minima with
            | _ :: (_ :: _ as others) ->
                others
                |> List.map (fun m -> m.Values |> List.map snd |> List.toArray |> inner.ToInner)
            | _ -> []

        // Held parameters have their value in every start.
        let held = FitPoints.held settings compiled

        let start (point: float[]) =
            compiled.Index.Names
            |> List.mapi (fun k name ->
                match held.TryFind name with
                | Some value when inner.IsSquared k -> sqrt value
                | Some value -> value
                | None -> point[k])
            |> List.toArray

        inner.ToInner inside :: others
        |> List.map start
        |> Fit.runFrom settings observation

    /// <summary>The fit with one parameter held at a value: θ_j is expected at
    /// θ̂_j + V_jk/V_kk (value − θ̂_k).</summary>
    let held settings (observation: Observation) (best: FitResult) (place: int) (value: float) =
        let name = observation.Owner.Index.Names[place]
        let variance = best.Covariance[place, place]

        let expected =
            best.Values
            |> Array.mapi (fun j theta ->
                if j = place then
                    value
                elif variance > 0.0 then
                    theta + best.Covariance[j, place] / variance * (value - best.Values[place])
                else
                    theta)

        run
            {
                Fit.fix name value settings with
                    Team = None
            }
            observation
            best
            expected

    /// <summary>The fit with several parameters held at their best values.</summary>
    let frozen settings (observation: Observation) (best: FitResult) (names: string list) =
        let settings =
            ({
                settings with
                    FitSettings.Team = None
             },
             names)
            ||> List.fold (fun settings name -> Fit.fix name best[name].Value settings)

        run settings observation best best.Values

    /// <summary>The fit of another observation, whose best fit is expected at a point.</summary>
    let moved settings (observation: Observation) (best: FitResult) (expected: float[]) =
        run
            {
                settings with
                    FitSettings.Team = None
            }
            observation
            best
            expected

    /// Another minimum lies less than two standard deviations above the lowest.
    let isMultimodal (fit: FitResult) : bool =
        fit.Minima
        |> List.skip (min 1 fit.Minima.Length)
        |> List.exists (fun m -> m.TwiceNll - fit.TwiceNll < 4.0)
