namespace Nsbi.Infer

open Nsbi.Model

/// <summary>The error of the parameter of interest and its part that no systematic causes.</summary>
type UncertaintySplit = {
    /// The whole error, from the Hessian; NaN at a bound.
    Total: float
    /// The error with all constrained nuisance parameters held at their best values.
    Statistical: float
} with

    /// √(total² − statistical²).
    member this.Systematic: float =
        sqrt (max 0.0 (this.Total * this.Total - this.Statistical * this.Statistical))

/// <summary>How to split an error.</summary>
[<RequireQualifiedAccess>]
module UncertaintySplit =

    /// <summary>Fits again with all constrained nuisance parameters held.</summary>
    /// <param name="settings">of the fit</param>
    /// <param name="observation">what was fitted</param>
    /// <param name="interest">the parameter of interest</param>
    /// <param name="best">the best fit</param>
    /// <returns>none where there is no such parameter</returns>
    let make
        (settings: FitSettings)
        (observation: Observation)
        (interest: string)
        (best: FitResult)
        : UncertaintySplit option =
        match NuisancePull.floating observation.Owner.Parameters best with
        | [] -> None
        | held ->
            let settings =
                (settings, held)
                ||> List.fold (fun settings p -> Fit.fix p.Name best[p.Name].Value settings)

            let error (fit: FitResult) =
                if fit.Status.Succeeded then
                    defaultArg fit[interest].Error nan
                else
                    nan

            Some {
                Total = error best
                Statistical = Fit.runWith settings observation |> error
            }
