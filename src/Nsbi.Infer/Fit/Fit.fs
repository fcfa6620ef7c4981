namespace Nsbi.Infer

open System.Threading
open Nsbi.Model

/// <summary>Maximum-likelihood fits: trust-region Newton steps in the inner coordinates of the
/// model, between bounds, from several starts.</summary>
[<RequireQualifiedAccess>]
module Fit =

    /// Five starts per parameter of interest with interference, nothing fixed, one thread.
    let settings: FitSettings = {
        Search = TrustRegion.settings
        StartsPerPoi = 5
        Fixed = Map.empty
        ClosedForm = true
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

    type private Found = {
        Point: float[]
        Jet: Jet
        End: TrustRegionEnd
        Edm: float
    }

    let private isAtBound (objective: IObjective) (point: float[]) (k: int) =
        point[k] <= objective.Lower[k] || point[k] >= objective.Upper[k]

    /// Two searches ended at the same point, in units of the errors.
    let private isSame noise (a: Found) (b: Found) =
        abs (a.Jet.Value - b.Jet.Value) < 1e-5 + 2.0 * noise
        && Seq.forall
            (fun k ->
                let curvature = max a.Jet.Hessian[k, k] b.Jet.Hessian[k, k]
                let unit = if curvature > 0.0 then sqrt (2.0 / curvature) else 1.0
                abs (a.Point[k] - b.Point[k]) < 0.01 * unit)
            (seq { 0 .. a.Point.Length - 1 })

    let private distinct noise (found: Found list) : Found list =
        (([], List.sortBy _.Jet.Value found)
         ||> List.fold (fun kept next ->
             if List.exists (isSame noise next) kept then
                 kept
             else
                 next :: kept))
        |> List.rev

    let private invalid (compiled: CompiledLikelihood) settings evaluations reason : FitResult =
        let inner = compiled.Model.InnerCoordinates
        let values = inner.ToOuter(FitPoints.template settings compiled)
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
            Correlation = FitErrors.correlation (Array2D.zeroCreate n n)
            Edm = nan
            Minima = []
            Evaluations = evaluations
        }

    /// Names in a sentence, the first ten of them.
    let private listed (names: string list) =
        let shown = names |> List.truncate 10 |> List.map (fun name -> $"'{name}'")
        let more = names.Length - shown.Length
        String.concat ", " shown + (if more > 0 then $" and {more} more" else "")

    let private status objective (names: string list) free (best: Found) undetermined =
        let objective: IObjective = objective
        let undetermined: string list = undetermined

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
        | Minimum when not undetermined.IsEmpty ->
            NotConverged
                $"The likelihood does not fix all parameters, its Hessian is not positive definite \
                  along {listed undetermined}: fix or constrain a parameter that the data do not \
                  determine."
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
        let free = FitPoints.freePlaces settings compiled
        let names = compiled.Index.Names
        let held = FitPoints.held settings compiled
        let mutable evaluations = 0

        // A held value as it was given: √ and square may change its last digit.
        let toOuter (point: float[]) =
            let outer = inner.ToOuter point

            names
            |> List.mapi (fun k name -> held.TryFind name |> Option.defaultValue outer[k])
            |> List.toArray

        let factors = BestFactors(observation, objective, free, settings.ClosedForm)
        let searched = factors.Free

        let search (start: float[]) =
            let restricted = Objective.restrict start searched factors.Objective

            TrustRegion.run
                (FitPoints.search settings observation)
                restricted
                (searched |> Array.map (fun k -> start[k]))
            |> Option.bind (fun (state, reason) ->
                evaluations <- evaluations + state.Evaluations
                let point = factors.Complete(Objective.fill start searched state.Point)

                let whole =
                    if searched.Length = names.Length then
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
            match starts |> List.choose search |> distinct observation.Noise with
            | [] ->
                let at = FitPoints.template settings compiled

                let reason =
                    match Likelihood.evaluateInner None observation at with
                    | Infinite reason -> string reason
                    | Finite _ -> "the likelihood is not finite at any start"

                $"No start of the fit has a finite likelihood ({reason}): change the initial values \
                  or the bounds."
                |> invalid compiled settings evaluations
            | best :: _ as found ->
                let inside = free |> Array.filter (fun k -> not (isAtBound objective best.Point k))

                let errors = FitErrors.covariance inner inside best.Point best.Jet
                let n = names.Length
                let v = errors |> Option.defaultWith (fun () -> Array2D.zeroCreate n n)

                let undetermined =
                    match errors with
                    | Some _ -> []
                    | None ->
                        UndeterminedParameters.find inside best.Jet
                        |> Array.map (fun k -> names[k])
                        |> Array.toList

                let outer = toOuter best.Point

                {
                    Status = status objective names free best undetermined
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
                    Correlation = FitErrors.correlation v
                    Edm = best.Edm
                    Minima =
                        found
                        |> List.filter (fun f -> f.End = Minimum)
                        |> List.map (fun f -> {
                            TwiceNll = f.Jet.Value
                            Values = List.zip names (Array.toList (toOuter f.Point))
                        })
                    Evaluations = evaluations
                }

    /// <summary>Minimises −2 ln L of an observation over the parameters that are not fixed.</summary>
    /// <returns>always a result; its status says how the fit ended and what to do</returns>
    /// <remarks>Only parameters of interest with interference get several starts: those in which an
    /// expectation is not a straight line. The others get theirs where no minimum was found without.
    /// </remarks>
    /// <exception cref="T:System.ArgumentException">a fixed parameter is not in the model</exception>
    /// <exception cref="T:System.OperationCanceledException">the cancellation was asked for
    /// </exception>
    let runWith (settings: FitSettings) (observation: Observation) : FitResult =
        let compiled = observation.Owner
        let free = FitPoints.freePlaces settings compiled
        let starts = FitPoints.starts settings compiled free
        let fit = runFrom settings observation starts
        let all = FitPoints.allStarts settings compiled free

        if fit.Minima.IsEmpty && all.Length > starts.Length then
            let again = runFrom settings observation all

            {
                again with
                    Evaluations = fit.Evaluations + again.Evaluations
            }
        else
            fit

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
