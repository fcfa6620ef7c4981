namespace Nsbi.Infer

open System
open System.Globalization
open Nsbi.Model

/// <summary>An error of a parameter of interest, both offsets positive: from the Hessian they are the
/// same. NaN where there is none.</summary>
type ErrorPair = {
    /// Downwards.
    Lower: float
    /// Upwards.
    Upper: float
} with

    /// The mean of both.
    member this.Mean: float = 0.5 * (this.Lower + this.Upper)

/// <summary>The part of an error that a group of nuisance parameters causes.</summary>
type UncertaintyPart = {
    /// The name of the group.
    Group: string
    /// Its parameters.
    Parameters: string list
    /// <summary>The error that is left with the group held at its best values.</summary>
    Held: ErrorPair
    /// <summary>√(total² − held²): the convention of ATLAS and CMS. Parts of groups that are
    /// correlated by the data do not add up.</summary>
    Quadrature: ErrorPair
    /// <summary>√Σ_k (c_k V_μk)², the standard deviation of μ̂ that the global observables of the group
    /// cause; 0 for parameters without constraint (arXiv:2307.04007).</summary>
    Observables: float
    /// Why a number is missing, or what to know about one.
    Remark: string option
}

/// <summary>The error of a parameter of interest in parts, in two ways.</summary>
/// <remarks>By quadrature subtraction: a fit with the group held leaves a smaller error, the difference
/// of the squares is the group's. Its sum over groups is not the total. By global observables: V = V (½H)
/// V splits into the information of each constraint and that of the data, V_μμ = Σ_k c_k² V_μk² +
/// (V J V)_μμ with J that of the data, exactly; each term is the variance of μ̂ under the fluctuations of
/// those observations.</remarks>
[<NoComparison; ReferenceEquality>]
type UncertaintyBreakdown = {
    /// The parameter of interest.
    Poi: string
    /// The best fit.
    Best: FitResult
    /// The whole error.
    Total: ErrorPair
    /// <summary>With every constrained nuisance parameter held; the others are free.</summary>
    Statistical: ErrorPair
    /// <summary>With every nuisance parameter held.</summary>
    AllHeld: ErrorPair
    /// The groups.
    Parts: UncertaintyPart list
    /// <summary>√(V J V)_μμ, the part that the fluctuations of the data cause, from the information of
    /// the data alone; NaN at a bound.</summary>
    DataObservables: float
    /// <summary>√Σ_k (c_k V_μk)² over all constraints.</summary>
    GlobalObservables: float
} with

    /// <summary>√(total² − statistical²).</summary>
    member this.Systematic: ErrorPair =
        let subtract total part =
            sqrt (max 0.0 (total * total - part * part))

        {
            Lower = subtract this.Total.Lower this.Statistical.Lower
            Upper = subtract this.Total.Upper this.Statistical.Upper
        }

    /// <summary>√(data² + global observables²), which is the Hessian's error up to rounding.</summary>
    member this.ObservablesTotal: float =
        sqrt (
            this.DataObservables * this.DataObservables
            + this.GlobalObservables * this.GlobalObservables
        )

    /// <summary>√Σ quadrature² over the groups and the statistical part: what the convention would add
    /// up to.</summary>
    member this.QuadratureTotal: float =
        let squares =
            this.Parts
            |> List.filter (fun p -> not (Double.IsNaN p.Quadrature.Mean))
            |> List.sumBy (fun p -> p.Quadrature.Mean * p.Quadrature.Mean)

        sqrt (squares + this.AllHeld.Mean * this.AllHeld.Mean)

    /// The parts as a table.
    override this.ToString() : string =
        let number (x: float) =
            if Double.IsFinite x then
                x.ToString("G4", CultureInfo.InvariantCulture)
            else
                "-"

        let pair (e: ErrorPair) =
            if e.Lower = e.Upper || Double.IsNaN e.Mean && Double.IsNaN e.Lower then
                number e.Upper
            else
                $"+{number e.Upper} -{number e.Lower}"

        let width = this.Parts |> List.fold (fun w p -> max w p.Group.Length) 16

        let row (name: string) (quadrature: string) (observables: string) remark =
            $"{name.PadRight width}  {quadrature, 20}  {observables, 12}  {remark}".TrimEnd()

        String.Join(
            "\n",
            row $"error of {this.Poi}" "by quadrature" "observables" ""
            :: row "total" (pair this.Total) (number this.ObservablesTotal) ""
            :: row "statistical" (pair this.Statistical) (number this.DataObservables) ""
            :: row "systematic" (pair this.Systematic) (number this.GlobalObservables) ""
            :: [
                for part in this.Parts ->
                    row
                        part.Group
                        (pair part.Quadrature)
                        (number part.Observables)
                        (defaultArg part.Remark "")
            ]
        )

/// <summary>Makes breakdowns.</summary>
[<RequireQualifiedAccess>]
module UncertaintyBreakdown =

    let private unknown = { Lower = nan; Upper = nan }

    /// The error of the parameter in a fit.
    let private error minos settings observation poi (fit: FitResult) : ErrorPair =
        if not fit.Status.Succeeded then
            unknown
        elif minos then
            let interval: LikelihoodIntervals =
                Intervals.around settings observation fit poi 1.0

            {
                Lower = interval.Lower |> Option.map abs |> Option.defaultValue nan
                Upper = interval.Upper |> Option.defaultValue nan
            }
        else
            let error = defaultArg fit[poi].Error nan
            { Lower = error; Upper = error }

    let private subtract (total: ErrorPair) (held: ErrorPair) : ErrorPair =
        let side total held =
            if Double.IsNaN total || Double.IsNaN held then
                nan
            else
                sqrt (max 0.0 (total * total - held * held))

        {
            Lower = side total.Lower held.Lower
            Upper = side total.Upper held.Upper
        }

    /// (V J V)_μμ from the Hessian of everything but the constraints of the parameters that are free.
    let private ofData (observation: Observation) (best: FitResult) place : float =
        let compiled = observation.Owner
        let inner = compiled.Model.InnerCoordinates
        let kappa = inner.ToInner best.Values
        let v = best.Covariance

        match Likelihood.evaluateInner None observation kappa with
        | Infinite _ -> nan
        | Finite jet ->
            // The rows of V in κ: V_θ = J V_κ Jᵀ, and the gradient of free parameters is zero.
            let slope k =
                if inner.IsSquared k then 2.0 * kappa[k] else 1.0

            let free =
                [| 0 .. best.Parameters.Length - 1 |] |> Array.filter (fun k -> v[k, k] > 0.0)

            let row = free |> Array.map (fun k -> v[place, k] / slope k)
            let mutable sum = 0.0

            for a in 0 .. free.Length - 1 do
                for b in 0 .. free.Length - 1 do
                    sum <- sum + 0.5 * row[a] * jet.Hessian[free[a], free[b]] * row[b]

            let constraints =
                free
                |> Array.sumBy (fun k ->
                    let c = GlobalObservable.response observation.Constraints[k] best.Values[k]

                    c * c * v[place, k] * v[place, k])

            sum - constraints

    /// <summary>The error of a parameter of interest in parts.</summary>
    /// <param name="minos">whether errors are the offsets of {t ≤ 1} rather than the Hessian's</param>
    /// <param name="settings">of the fit; its threads take one fit each</param>
    /// <param name="observation">of the fit</param>
    /// <param name="groups">nuisance parameters to count together; a parameter may stand in several,
    /// and those that are fixed change nothing</param>
    /// <param name="poi">a parameter of interest that is not fixed</param>
    /// <param name="best">a fit that succeeded</param>
    /// <exception cref="T:System.ArgumentException">the fit did not succeed; a parameter is unknown, or
    /// the one of interest is fixed or in a group</exception>
    let run
        (minos: bool)
        (settings: FitSettings)
        (observation: Observation)
        (groups: NuisanceGroup list)
        (poi: string)
        (best: FitResult)
        : UncertaintyBreakdown =
        if not best.Status.Succeeded then
            invalidArg (nameof best) "The fit did not succeed: its status says what to do."

        if best[poi].IsFixed then
            invalidArg (nameof poi) $"The parameter '{poi}' is fixed: free it for its error."

        for group in groups do
            for name in group.Parameters do
                if name = poi then
                    invalidArg (nameof groups) $"'{poi}' is in the group '{group.Name}' of its own."

                observation.Owner.Index[name] |> ignore

        let compiled = observation.Owner
        let place = compiled.Index[poi]
        let nuisances = compiled.Parameters |> List.filter (fun p -> p.Role = Nuisance)

        let constrained =
            nuisances
            |> List.filter (fun p -> p.Constraint <> Unconstrained)
            |> List.map _.Name

        let isFloating name = not best[name].IsFixed

        let sets =
            [| []; constrained; nuisances |> List.map _.Name |]
            |> Array.append (groups |> List.map _.Parameters |> List.toArray)
            |> Array.map (List.filter isFloating)

        // The same set is fitted once: MC statistics are often all that is constrained.
        let distinct = Array.distinct sets

        let errors =
            distinct
            |> SharedWork.run settings null (fun alone names ->
                if names.IsEmpty then
                    error minos alone observation poi best
                else
                    let fit = WarmRefit.frozen alone observation best names

                    let held =
                        (alone, names)
                        ||> List.fold (fun s name -> Fit.fix name best[name].Value s)

                    error minos held observation poi fit)
            |> Array.zip distinct
            |> Map.ofArray

        let total = errors[[]]

        let observables names =
            if best.Covariance[place, place] > 0.0 then
                names
                |> List.sumBy (fun (name: string) ->
                    let k = compiled.Index[name]

                    let c = GlobalObservable.response observation.Constraints[k] best.Values[k]

                    let part = c * best.Covariance[place, k]
                    part * part)
                |> sqrt
            else
                nan

        let part (group: NuisanceGroup) =
            let names = group.Parameters |> List.filter isFloating
            let held = errors[names]

            {
                Group = group.Name
                Parameters = group.Parameters
                Held = held
                Quadrature = subtract total held
                Observables = observables names
                Remark =
                    if names.IsEmpty then
                        Some "all of its parameters are fixed"
                    elif Double.IsNaN held.Mean && Double.IsNaN held.Upper then
                        Some "the fit with the group held gives no error"
                    elif held.Mean > total.Mean * (1.0 + 1e-6) then
                        Some "the error is larger with the group held"
                    else
                        None
            }

        let data =
            if best.Covariance[place, place] > 0.0 then
                sqrt (max 0.0 (ofData observation best place))
            else
                nan

        {
            Poi = poi
            Best = best
            Total = total
            Statistical = errors[constrained |> List.filter isFloating]
            AllHeld = errors[nuisances |> List.map _.Name |> List.filter isFloating]
            Parts = groups |> List.map part
            DataObservables = data
            GlobalObservables = observables (constrained |> List.filter isFloating)
        }
