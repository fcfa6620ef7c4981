namespace Nsbi.Infer

open System.Threading
open Nsbi.Kernels
open Nsbi.Model

/// <summary>How a fit is to run.</summary>
[<NoComparison; ReferenceEquality>]
type FitSettings = {
    /// The trust-region search.
    Search: TrustRegionSettings
    /// <summary>Starts per parameter of interest, on a grid over its range, bounds included, beside
    /// the model's initial values; 0 for these alone.</summary>
    StartsPerPoi: int
    /// Parameters held at a value, by name, beside those that the model holds.
    Fixed: Map<string, float>
    /// Threads that share each evaluation; none for the caller's own.
    Team: ThreadTeam option
    /// Ends the fit with an OperationCanceledException.
    Cancellation: CancellationToken
}

/// <summary>Maximum-likelihood fits: trust-region Newton steps in the inner coordinates of the
/// model, between bounds, from several starts.</summary>
[<RequireQualifiedAccess>]
module Fit =

    /// Five starts per parameter of interest, nothing fixed, one thread.
    let settings: FitSettings = {
        Search = TrustRegion.settings
        StartsPerPoi = 5
        Fixed = Map.empty
        Team = None
        Cancellation = CancellationToken.None
    }

    /// <summary>The settings with a parameter held at a value.</summary>
    let fix (name: string) (value: float) (settings: FitSettings) : FitSettings = {
        settings with
            Fixed = settings.Fixed.Add(name, value)
    }

    /// <summary>−2 ln L of an observation as a function of all inner coordinates.</summary>
    let objective (settings: FitSettings) (observation: Observation) : IObjective =
        let compiled = observation.Owner
        let inner = compiled.Model.InnerCoordinates

        let bounds pick =
            compiled.Parameters |> List.map pick |> List.toArray |> inner.ToInner

        Objective.ofFunction (bounds _.Lower) (bounds _.Upper) (fun kappa ->
            settings.Cancellation.ThrowIfCancellationRequested()

            match Likelihood.evaluateInner settings.Team observation kappa with
            | Finite jet -> Some jet
            | Infinite _ -> None)

    /// The values of the parameters that are held, by the settings or by the model.
    let internal held (settings: FitSettings) (compiled: CompiledLikelihood) : Map<string, float> =
        for name in settings.Fixed.Keys do
            compiled.Index[name] |> ignore

        (settings.Fixed, compiled.Parameters)
        ||> List.fold (fun fixed' p ->
            if p.Fixed && not (fixed'.ContainsKey p.Name) then
                fixed'.Add(p.Name, p.Initial)
            else
                fixed')

    /// Places of the parameters that are not fixed.
    let internal freePlaces (settings: FitSettings) (compiled: CompiledLikelihood) : int[] =
        let held = held settings compiled

        compiled.Index.Names
        |> List.indexed
        |> List.filter (fun (_, name) -> not (held.ContainsKey name))
        |> List.map fst
        |> List.toArray

    /// The initial point with the fixed values, in inner coordinates.
    let internal template (settings: FitSettings) (compiled: CompiledLikelihood) : float[] =
        let held = held settings compiled

        compiled.Parameters
        |> List.map (fun p -> held.TryFind p.Name |> Option.defaultValue p.Initial)
        |> List.toArray
        |> compiled.Model.InnerCoordinates.ToInner

    /// The initial point, then a grid over the free parameters of interest.
    let private starts (settings: FitSettings) (compiled: CompiledLikelihood) (free: int[]) =
        let initial = template settings compiled
        let inner = compiled.Model.InnerCoordinates

        let isPoi k =
            compiled.Parameters[k].Role = PointOfInterest

        let pois = free |> Array.filter isPoi

        // At most about 50 starts, however many parameters of interest there are.
        let perPoi =
            if pois.Length = 0 then
                0
            else
                min settings.StartsPerPoi (int (50.0 ** (1.0 / float pois.Length)))

        let grid k =
            let p = compiled.Parameters[k]
            let reach = 4.0 * max 1.0 (abs p.Initial)
            let low = if p.Lower = -infinity then p.Initial - reach else p.Lower
            let high = if p.Upper = infinity then p.Initial + reach else p.Upper

            let at theta =
                (inner.ToInner(Array.create initial.Length theta))[k]

            let a, b = at low, at high

            [
                for j in 0 .. perPoi - 1 do
                    if perPoi = 1 then
                        0.5 * (a + b)
                    else
                        a + (b - a) * float j / float (perPoi - 1)
            ]

        let rec combine points places =
            match places with
            | [] -> points
            | k :: rest ->
                let next = [
                    for point in points do
                        for value in grid k do
                            let moved = Array.copy point
                            moved[k] <- value
                            moved
                ]

                combine next rest

        if perPoi = 0 then
            [ initial ]
        else
            initial :: combine [ initial ] (List.ofArray pois)

    type private Found = {
        Point: float[]
        Jet: Jet
        End: TrustRegionEnd
        Edm: float
    }

    let private isAtBound (objective: IObjective) (point: float[]) (k: int) =
        point[k] <= objective.Lower[k] || point[k] >= objective.Upper[k]

    /// Two searches ended at the same point, in units of the errors.
    let private isSame (a: Found) (b: Found) =
        abs (a.Jet.Value - b.Jet.Value) < 1e-5
        && Seq.forall
            (fun k ->
                let curvature = max a.Jet.Hessian[k, k] b.Jet.Hessian[k, k]
                let unit = if curvature > 0.0 then sqrt (2.0 / curvature) else 1.0
                abs (a.Point[k] - b.Point[k]) < 0.01 * unit)
            (seq { 0 .. a.Point.Length - 1 })

    let private distinct (found: Found list) : Found list =
        (([], List.sortBy _.Jet.Value found)
         ||> List.fold (fun kept next ->
             if List.exists (isSame next) kept then
                 kept
             else
                 next :: kept))
        |> List.rev

    /// 2H⁻¹ over the free parameters inside of their bounds, in θ; none if H is not positive
    /// definite, or if a parameter is a combination of others (1 − R² below 1e-10).
    let private covariance (inner: InnerCoordinates) (places: int[]) (found: Found) =
        let h =
            Array2D.init places.Length places.Length (fun k l ->
                found.Jet.Hessian[places[k], places[l]])

        // The gradient is zero in these, so that V_θ = J V_κ Jᵀ exactly.
        let slope k =
            if inner.IsSquared k then 2.0 * found.Point[k] else 1.0

        let isDetermined (l: float[,]) =
            Seq.forall
                (fun k -> l[k, k] * l[k, k] > 1e-10 * h[k, k])
                (seq { 0 .. places.Length - 1 })

        SymmetricMatrix.cholesky h
        |> Option.filter isDetermined
        |> Option.map (fun l ->
            let v = SymmetricMatrix.inverse l
            let n = found.Point.Length
            let whole = Array2D.zeroCreate n n

            for a in 0 .. places.Length - 1 do
                for b in 0 .. places.Length - 1 do
                    let k, l = places[a], places[b]
                    whole[k, l] <- 2.0 * slope k * slope l * v[a, b]

            whole)

    let private correlation (v: float[,]) =
        let n = Array2D.length1 v

        Array2D.init n n (fun k l ->
            if k = l then
                1.0
            elif v[k, k] > 0.0 && v[l, l] > 0.0 then
                v[k, l] / sqrt (v[k, k] * v[l, l])
            else
                0.0)

    let private invalid (compiled: CompiledLikelihood) settings evaluations reason : FitResult =
        let inner = compiled.Model.InnerCoordinates
        let values = inner.ToOuter(template settings compiled)
        let n = values.Length

        {
            Status = InvalidModel reason
            TwiceNll = nan
            Parameters =
                compiled.Parameters
                |> List.mapi (fun k p -> {
                    Name = p.Name
                    Value = values[k]
                    Error = None
                    IsFixed = p.Fixed || settings.Fixed.ContainsKey p.Name
                    AtBound = false
                })
            Covariance = Array2D.zeroCreate n n
            Correlation = correlation (Array2D.zeroCreate n n)
            Edm = nan
            Minima = []
            Evaluations = evaluations
        }

    let private status (objective: IObjective) (names: string list) free (best: Found) hasErrors =
        let atBounds =
            free
            |> Array.filter (isAtBound objective best.Point)
            |> Array.map (fun k -> names[k])
            |> Array.toList

        match best.End with
        | TooManySteps ->
            NotConverged
                "The number of steps ran out before a minimum was reached: allow more steps, or \
                 start closer to the minimum."
        | Stuck ->
            NotConverged
                "The search came to the edge of where the density of every event is positive, or \
                 the derivatives are not those of the function: check the ratios of the events \
                 there, or bound the parameters."
        | Minimum when not hasErrors ->
            NotConverged
                "The likelihood does not fix all parameters, its Hessian is not positive definite: \
                 fix or constrain a parameter that the data do not determine."
        | Minimum when atBounds.IsEmpty -> Converged
        | Minimum -> AtBoundary atBounds

    /// <summary>Fits from the given inner starts.</summary>
    let internal runFrom
        (settings: FitSettings)
        (observation: Observation)
        (starts: float[] list)
        : FitResult =
        let compiled = observation.Owner
        let inner = compiled.Model.InnerCoordinates
        let objective = objective settings observation
        let free = freePlaces settings compiled
        let names = compiled.Index.Names
        let mutable evaluations = 0

        let search (start: float[]) =
            let restricted = Objective.restrict start free objective

            TrustRegion.run settings.Search restricted (free |> Array.map (fun k -> start[k]))
            |> Option.bind (fun (state, reason) ->
                evaluations <- evaluations + state.Evaluations
                let point = Objective.fill start free state.Point

                let whole =
                    if free.Length = names.Length then
                        Some state.Jet
                    else
                        objective.Evaluate point

                whole
                |> Option.map (fun jet -> {
                    Point = point
                    Jet = jet
                    End = reason
                    Edm = -state.Predicted
                }))

        match observation.NegativeWeights with
        | Some channel ->
            $"channel '{channel}': events with negative weights make the likelihood unbounded: give \
              weights of 0 or above to a fit."
            |> invalid compiled settings 0
        | None ->
            match starts |> List.choose search |> distinct with
            | [] ->
                let at = template settings compiled

                let reason =
                    match Likelihood.evaluateInner None observation at with
                    | Infinite reason -> string reason
                    | Finite _ -> "the likelihood is not finite at any start"

                $"No start of the fit has a finite likelihood ({reason}): change the initial values \
                  or the bounds."
                |> invalid compiled settings evaluations
            | best :: _ as found ->
                let inside = free |> Array.filter (fun k -> not (isAtBound objective best.Point k))

                let errors = covariance inner inside best
                let n = names.Length
                let v = errors |> Option.defaultWith (fun () -> Array2D.zeroCreate n n)
                let outer = inner.ToOuter best.Point

                {
                    Status = status objective names free best errors.IsSome
                    TwiceNll = best.Jet.Value
                    Parameters =
                        names
                        |> List.mapi (fun k name -> {
                            Name = name
                            Value = outer[k]
                            Error = if v[k, k] > 0.0 then Some(sqrt v[k, k]) else None
                            IsFixed = not (Array.contains k free)
                            AtBound = Array.contains k free && isAtBound objective best.Point k
                        })
                    Covariance = v
                    Correlation = correlation v
                    Edm = best.Edm
                    Minima =
                        found
                        |> List.filter (fun f -> f.End = Minimum)
                        |> List.map (fun f -> {
                            TwiceNll = f.Jet.Value
                            Values = List.zip names (Array.toList (inner.ToOuter f.Point))
                        })
                    Evaluations = evaluations
                }

    /// <summary>Minimises −2 ln L of an observation over the parameters that are not fixed.</summary>
    /// <returns>always a result; its status says how the fit ended and what to do</returns>
    /// <exception cref="T:System.ArgumentException">a fixed parameter is not in the model</exception>
    /// <exception cref="T:System.OperationCanceledException">the cancellation was asked for
    /// </exception>
    let runWith (settings: FitSettings) (observation: Observation) : FitResult =
        let compiled = observation.Owner

        freePlaces settings compiled
        |> starts settings compiled
        |> runFrom settings observation

    /// <summary>The same with the default settings.</summary>
    let run (observation: Observation) : FitResult = runWith settings observation

    /// <summary>The same fit with one more start, for a point that turned out to be lower.</summary>
    /// <param name="settings">as for the fit before</param>
    /// <param name="observation">as for the fit before</param>
    /// <param name="point">parameter values in the order of θ</param>
    /// <param name="before">its minima are kept if they are still among the distinct ones</param>
    let internal restart settings (observation: Observation) (point: float[]) (before: FitResult) =
        let inner = observation.Owner.Model.InnerCoordinates

        let seeds =
            before.Minima
            |> List.map (fun m -> m.Values |> List.map snd |> List.toArray |> inner.ToInner)

        runFrom settings observation (inner.ToInner point :: seeds)
