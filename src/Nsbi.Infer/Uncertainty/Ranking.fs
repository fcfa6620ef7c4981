namespace Nsbi.Infer

open System
open Nsbi.Model

/// <summary>How a ranking is made.</summary>
[<NoComparison; ReferenceEquality>]
type RankingOptions = {
    /// <summary>The methods, the one to sort by first; not empty.</summary>
    Methods: ImpactMethod list
    /// <summary>Whether post-fit impacts are those of the ends of {t ≤ 1} of the parameter (MINOS)
    /// rather than of its Hessian error.</summary>
    Minos: bool
    /// Told the share of the refits that is done, 0 to 1; may be null.
    Progress: IProgress<float>
}

/// <summary>Impacts of nuisance parameters on a parameter of interest.</summary>
[<RequireQualifiedAccess>]
[<CompilationRepresentation(CompilationRepresentationFlags.ModuleSuffix)>]
module Ranking =

    /// Post-fit impacts by refits with Hessian errors, and those of the covariance beside them.
    let options: RankingOptions = {
        Methods = [ ImpactMethod.Postfit; ImpactMethod.Covariance ]
        Minos = false
        Progress = null
    }

    let private none reason = {
        At = nan
        Impact = nan
        Remark = Some reason
    }

    /// One refit: where the parameter or its observable is put, and the point expected.
    type private Shift =
        | Hold of value: float * remark: string option
        | Observe of term: Constraint * sigmas: float
        | Nothing of reason: string

    /// One refit that is to be made.
    type private Task = {
        Place: int
        Method: ImpactMethod
        Sign: float
        Shift: Shift
    }

    let private noError (found: FittedParameter) =
        if found.AtBound then
            "the parameter is at a bound, where the Hessian gives no error"
        else
            "the Hessian gives no error"

    /// A held value is moved to the bound that it lies beyond.
    let private hold (parameter: Parameter) value =
        if value > parameter.Upper then
            Hold(parameter.Upper, Some "the shift ends at the upper bound of the parameter")
        elif value < parameter.Lower then
            Hold(parameter.Lower, Some "the shift ends at the lower bound of the parameter")
        else
            Hold(value, None)

    let private shift
        (observation: Observation)
        (best: FitResult)
        (ends: Map<int, LikelihoodIntervals>)
        place
        (method: ImpactMethod)
        sign
        =
        let parameter = observation.Owner.Parameters[place]
        let term = observation.Constraints[place]
        let found = best.Parameters[place]

        match method with
        | ImpactMethod.Postfit ->
            match ends.TryFind place with
            | Some interval ->
                let offset = if sign > 0.0 then interval.Upper else interval.Lower

                match offset with
                | Some offset -> hold parameter (found.Value + offset)
                | None -> hold parameter (sign * infinity)
            | None ->
                match found.Error with
                | Some error -> hold parameter (found.Value + sign * error)
                | None -> Nothing(noError found)
        | ImpactMethod.Prefit ->
            match Constraint.width term with
            | Some width -> hold parameter (found.Value + sign * width)
            | None -> Nothing "the parameter has no constraint"
        | ImpactMethod.Observable ->
            match term with
            | Unconstrained -> Nothing "the parameter has no constraint"
            | term -> Observe(term, sign)
        | ImpactMethod.Covariance -> Nothing "no fit is needed"

    /// What a refit says of the parameter of interest.
    let private read (poi: string) (best: FitResult) at remark (fit: FitResult) : ImpactSide =
        if not fit.Status.Succeeded then
            {
                At = at
                Impact = nan
                Remark = Some $"the refit did not succeed: {fit.Status.Advice}"
            }
        else
            let remarks = [
                yield! Option.toList remark
                if fit[poi].AtBound then
                    $"{poi} is at a bound"
                if WarmRefit.isMultimodal fit then
                    "the likelihood has several minima"
            ]

            {
                At = at
                Impact = fit[poi].Value - best[poi].Value
                Remark =
                    if remarks.IsEmpty then
                        None
                    else
                        Some(String.Join(", ", remarks))
            }

    let private refit settings (observation: Observation) poi (best: FitResult) (task: Task) =
        match task.Shift with
        | Nothing reason -> none reason, None
        | Hold(value, _) when not (Double.IsFinite value) ->
            none "the parameter has no end on this side", None
        | Hold(value, remark) ->
            let fit = WarmRefit.held settings observation best task.Place value
            let lower = if fit.Status.Succeeded then Some fit else None
            read poi best value remark fit, lower
        | Observe(term, sigmas) ->
            let place = task.Place
            let c = GlobalObservable.response term best.Values[place]

            let expected =
                best.Values
                |> Array.mapi (fun j x -> x + sigmas * c * best.Covariance[j, place])

            let moved = GlobalObservable.shifted sigmas term
            let other = GlobalObservable.replace place moved observation
            let fit = WarmRefit.moved settings other best expected
            read poi best (Constraint.observed moved |> Option.defaultValue nan) None fit, None

    /// ± V_μk/σ_k.
    let private linear
        (observation: Observation)
        (poi: string)
        (best: FitResult)
        place
        : ImpactPair =
        let found = best.Parameters[place]

        match found.Error, best[poi].Error with
        | Some error, Some _ ->
            let impact = best.Covariance[observation.Owner.Index[poi], place] / error

            {
                Up = {
                    At = found.Value + error
                    Impact = impact
                    Remark = None
                }
                Down = {
                    At = found.Value - error
                    Impact = -impact
                    Remark = None
                }
            }
        | None, _ -> {
            Up = none (noError found)
            Down = none (noError found)
          }
        | _, None -> {
            Up = none $"{poi} has no Hessian error"
            Down = none $"{poi} has no Hessian error"
          }

    let private places (observation: Observation) (best: FitResult) =
        observation.Owner.Parameters
        |> List.indexed
        |> List.filter (fun (k, p) -> p.Role = Nuisance && not best.Parameters[k].IsFixed)
        |> List.map fst
        |> List.toArray

    let private describe
        (kinds: Map<string, NuisanceKind>)
        (observation: Observation)
        best
        place
        by
        =
        let best: FitResult = best
        let found = best.Parameters[place]
        let term = observation.Constraints[place]
        let pull = NuisancePull.ofParameter term found

        {
            Name = found.Name
            Kind = kinds[found.Name]
            Value = found.Value
            Error = found.Error
            Width = Constraint.width term
            Pull = pull |> Option.map _.Pull
            Constraint = pull |> Option.map _.Constraint |> Option.filter Double.IsFinite
            By = by
        }

    /// Unknown sizes last; equal ones in the order of the parameters.
    let private sorted (methods: ImpactMethod list) (impacts: Impact list) =
        impacts
        |> List.sortBy (fun impact ->
            let size = impact.By[methods.Head].Size
            if Double.IsNaN size then infinity else -size)

    let private maxRestarts = 3

    /// <summary>The impacts of all nuisance parameters that are not held; other parameters of interest
    /// are profiled and have no impact of their own.</summary>
    /// <param name="options">which impacts</param>
    /// <param name="settings">of the fit; its threads take one refit each, the numbers do not depend
    /// on them</param>
    /// <param name="observation">of the fit</param>
    /// <param name="poi">a parameter of interest that is not fixed</param>
    /// <param name="best">a fit that succeeded; a lower minimum that a refit comes upon replaces it
    /// </param>
    /// <remarks>Every refit starts where the covariance expects it to end, and at the other minima of
    /// the fit. A refit that fails keeps its reason. A shift beyond a bound ends there. At a bound of
    /// the parameter there is no Hessian error and no post-fit impact without MINOS.</remarks>
    /// <exception cref="T:System.ArgumentException">the parameter is unknown or fixed, there are no
    /// methods, or the fit did not succeed</exception>
    let run
        (options: RankingOptions)
        (settings: FitSettings)
        (observation: Observation)
        (poi: string)
        (best: FitResult)
        : Ranking =
        if not best.Status.Succeeded then
            invalidArg (nameof best) "The fit did not succeed: its status says what to do."

        if options.Methods.IsEmpty then
            invalidArg (nameof options) "Name a method at least."

        if best[poi].IsFixed then
            invalidArg (nameof poi) $"The parameter '{poi}' is fixed: free it for its impacts."

        let kinds = NuisanceKind.ofModel observation.Owner.Model
        let slack = 1e-5 + 2.0 * observation.Noise

        let rec attempt (best: FitResult) left =
            let places = places observation best
            let ofMinos = options.Minos && List.contains ImpactMethod.Postfit options.Methods

            let ends =
                if ofMinos then
                    places
                    |> SharedWork.run settings null (fun alone place ->
                        let name = best.Parameters[place].Name
                        place, Intervals.around alone observation best name 1.0)
                    |> Map.ofArray
                else
                    Map.empty

            let tasks = [|
                for place in places do
                    for method in options.Methods do
                        if method <> ImpactMethod.Covariance then
                            for sign in [ 1.0; -1.0 ] do
                                {
                                    Place = place
                                    Method = method
                                    Sign = sign
                                    Shift = shift observation best ends place method sign
                                }
            |]

            let results =
                tasks
                |> SharedWork.run settings options.Progress (fun alone ->
                    refit alone observation poi best)

            let lowest =
                Seq.append (Array.choose snd results) (ends.Values |> Seq.map _.Best)
                |> Seq.toArray
                |> Array.filter (fun fit -> fit.TwiceNll < best.TwiceNll - slack)
                |> Array.sortBy _.TwiceNll
                |> Array.tryHead

            match lowest with
            | Some fit when left > 0 ->
                attempt (Fit.restart settings observation fit.Values best) (left - 1)
            | _ ->
                let sides =
                    Seq.zip tasks results
                    |> Seq.map (fun (task, (side, _)) -> (task.Place, task.Method, task.Sign), side)
                    |> dict

                let pair place method =
                    match method with
                    | ImpactMethod.Covariance -> linear observation poi best place
                    | _ -> {
                        Up = sides[(place, method, 1.0)]
                        Down = sides[(place, method, -1.0)]
                      }

                {
                    Poi = poi
                    Methods = options.Methods
                    Best = best
                    Impacts =
                        places
                        |> Array.toList
                        |> List.map (fun place ->
                            options.Methods
                            |> List.map (fun method -> method, pair place method)
                            |> Map.ofList
                            |> describe kinds observation best place)
                        |> sorted options.Methods
                }

        attempt best maxRestarts
