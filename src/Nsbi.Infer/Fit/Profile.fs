namespace Nsbi.Infer

open System
open System.Globalization
open Nsbi.Model

/// <summary>−2 ln L minimised over all parameters but one.</summary>
type ProfilePoint = {
    /// The value of the one.
    Value: float
    /// <summary>t = −2 ln L(value, others at their best) − min −2 ln L; +∞ where impossible.
    /// </summary>
    T: float
    /// All parameters there, in the order of θ.
    Point: float[]
}

/// <summary>A scan of the profile likelihood ratio.</summary>
[<NoComparison; ReferenceEquality>]
type Scan = {
    /// The parameter that was scanned.
    Parameter: string
    /// In the order of the values asked for.
    Points: ProfilePoint list
    /// The best fit: the one given, or a lower one that the scan came upon.
    Best: FitResult
} with

    /// The scan as a table of values and t.
    override this.ToString() : string =
        let number (x: float) =
            x.ToString("G6", CultureInfo.InvariantCulture)

        let row (value: string) (t: string) = $"{value, 12}  {t, 12}"

        row this.Parameter "t"
        :: (this.Points |> List.map (fun p -> row (number p.Value) (number p.T)))
        |> String.concat "\n"

/// <summary>The profile of one parameter in its inner coordinate, with its slope.</summary>
[<Sealed>]
type internal InnerProfile
    (settings: FitSettings, observation: Observation, best: FitResult, name: string) =
    let compiled = observation.Owner
    let inner = compiled.Model.InnerCoordinates
    let place = compiled.Index[name]
    let objective = Fit.objective settings observation

    let others = Fit.freePlaces settings compiled |> Array.filter (fun k -> k <> place)

    let minima =
        match best.Minima with
        | [] -> [ inner.ToInner best.Values ]
        | minima ->
            minima
            |> List.map (fun m -> m.Values |> List.map snd |> List.toArray |> inner.ToInner)

    do
        if (Fit.held settings compiled).ContainsKey name then
            invalidArg (nameof name) $"The parameter '{name}' is fixed: free it for its profile."

    member _.Place: int = place
    member _.Lower: float = objective.Lower[place]
    member _.Upper: float = objective.Upper[place]
    member _.Best: FitResult = best

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
    /// parameter. Starts: the others at each minimum found (so that every basin is seeded), and at
    /// the points given.</summary>
    /// <remarks>At the minimum over the others the slope is the partial derivative.</remarks>
    member _.At(u: float, near: float[] list) : struct (float * float * float[]) =
        let candidates =
            near @ minima
            |> List.choose (fun seed ->
                let start = Array.copy seed
                start[place] <- u

                if others.Length = 0 then
                    objective.Evaluate start |> Option.map (fun jet -> jet, start)
                else
                    let restricted = Objective.restrict start others objective

                    TrustRegion.run
                        settings.Search
                        restricted
                        (others |> Array.map (fun k -> start[k]))
                    |> Option.bind (fun (state, _) ->
                        let point = Objective.fill start others state.Point
                        objective.Evaluate point |> Option.map (fun jet -> jet, point)))

        match candidates with
        | [] ->
            let nowhere = Array.copy minima.Head
            nowhere[place] <- u
            struct (infinity, nan, nowhere)
        | _ ->
            let jet, point = candidates |> List.minBy (fun (jet, _) -> jet.Value)
            struct (jet.Value - best.TwiceNll, jet.Gradient[place], point)

/// <summary>Profile likelihood ratios.</summary>
[<RequireQualifiedAccess>]
module Profile =

    /// How far below the best fit a profile may come by rounding.
    let internal slack = 1e-6

    /// Up to here a lower minimum is taken as the best fit.
    let private maxRestarts = 5

    /// <summary>Computes with a profile, again from a better fit whenever it finds a lower minimum.
    /// </summary>
    let internal withRestarts
        settings
        observation
        best
        name
        (compute: InnerProfile -> Choice<'a, float[]>)
        =
        let inner = (observation: Observation).Owner.Model.InnerCoordinates

        let rec attempt best left =
            let profile = InnerProfile(settings, observation, best, name)

            match compute profile with
            | Choice1Of2 result -> best, Some result
            | Choice2Of2 _ when left = 0 -> best, None
            | Choice2Of2 lower ->
                attempt (Fit.restart settings observation (inner.ToOuter lower) best) (left - 1)

        attempt best maxRestarts

    /// <summary>t at each of these values of a parameter.</summary>
    /// <param name="progress">told the share of the values that is done, 0 to 1; may be null</param>
    /// <param name="settings">of the fit</param>
    /// <param name="observation">of the fit</param>
    /// <param name="best">a fit that succeeded</param>
    /// <param name="name">a parameter that is not fixed</param>
    /// <param name="values">values inside of its bounds</param>
    /// <exception cref="T:System.ArgumentException">the parameter is unknown or fixed, a value is
    /// outside of the bounds, or the fit did not succeed</exception>
    let scanWith
        (progress: IProgress<float>)
        (settings: FitSettings)
        (observation: Observation)
        (best: FitResult)
        (name: string)
        (values: float list)
        : Scan =
        let compiled = observation.Owner
        let inner = compiled.Model.InnerCoordinates
        let p = compiled.Parameters[compiled.Index[name]]

        if not best.Status.Succeeded then
            invalidArg (nameof best) "The fit did not succeed: its status says what to do."

        for v in values do
            if not (v >= p.Lower && v <= p.Upper) then
                invalidArg
                    (nameof values)
                    $"{v} is outside of the bounds {p.Lower} to {p.Upper} of '{name}'."

        let toInner (v: float) =
            if inner.IsSquared compiled.Index[name] then sqrt v else v

        let compute (profile: InnerProfile) =
            let mutable last = []

            let points =
                values
                |> List.mapi (fun k v ->
                    let struct (t, _, point) = profile.At(toInner v, last)
                    last <- [ point ]

                    if not (isNull progress) then
                        progress.Report(float (k + 1) / float values.Length)

                    v, t, point)

            match points with
            | _ when List.exists (fun (_, t, _) -> t < -slack) points ->
                let _, _, lowest = points |> List.minBy (fun (_, t, _) -> t)
                Choice2Of2 lowest
            | _ -> Choice1Of2 points

        match withRestarts settings observation best name compute with
        | best, Some points -> {
            Parameter = name
            Points =
                points
                |> List.map (fun (v, t, point) -> {
                    Value = v
                    T = max t 0.0
                    Point = inner.ToOuter point
                })
            Best = best
          }
        | best, None -> {
            Parameter = name
            Points = []
            Best = best
          }

    /// <summary>The same without progress.</summary>
    let scan settings observation best name values : Scan =
        scanWith null settings observation best name values
