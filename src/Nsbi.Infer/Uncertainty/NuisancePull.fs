namespace Nsbi.Infer

open Nsbi.Model

/// <summary>What a fit says of a constrained nuisance parameter, in units of its constraint.</summary>
type NuisancePull = {
    /// The parameter.
    Name: string
    /// Its fitted value.
    Value: float
    /// <summary>(θ̂ − θ₀)/σ with θ₀ the value that the constraint alone prefers and σ the width of the
    /// constraint.</summary>
    Pull: float
    /// Its error over the width of the constraint: 1 where the events say nothing of it. NaN at a
    /// bound.
    Constraint: float
}

/// <summary>How to find pulls.</summary>
[<RequireQualifiedAccess>]
module NuisancePull =

    /// The constrained nuisance parameters that were not held.
    let internal floating (parameters: Parameter list) (fit: FitResult) : Parameter list =
        parameters
        |> List.filter (fun p ->
            p.Role = Nuisance && p.Constraint <> Unconstrained && not fit[p.Name].IsFixed)

    /// <summary>The pull of one parameter under a constraint; none without one.</summary>
    let internal ofParameter (term: Constraint) (found: FittedParameter) : NuisancePull option =
        match Constraint.preferred term, Constraint.width term with
        | Some preferred, Some width ->
            Some {
                Name = found.Name
                Value = found.Value
                Pull = (found.Value - preferred) / width
                Constraint = defaultArg found.Error nan / width
            }
        | _ -> None

    /// <summary>The pulls of all constrained nuisance parameters that were not held.</summary>
    /// <param name="parameters">as the model declares them</param>
    /// <param name="fit">the best fit</param>
    let ofFit (parameters: Parameter list) (fit: FitResult) : NuisancePull list =
        floating parameters fit
        |> List.choose (fun p -> ofParameter p.Constraint fit[p.Name])
