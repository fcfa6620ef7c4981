namespace Nsbi.Infer

open Nsbi.Model

/// <summary>What a fit says of a constrained nuisance parameter, in units of its constraint.</summary>
type NuisancePull = {
    /// The parameter.
    Name: string
    /// Its fitted value.
    Value: float
    /// (fitted − global observable)/width of the constraint.
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

    /// <summary>The pulls of all constrained nuisance parameters that were not held.</summary>
    /// <param name="parameters">as the model declares them</param>
    /// <param name="fit">the best fit</param>
    let ofFit (parameters: Parameter list) (fit: FitResult) : NuisancePull list = [
        for p in floating parameters fit do
            match Constraint.observed p.Constraint, Constraint.width p.Constraint with
            | Some observed, Some width ->
                let found = fit[p.Name]

                {
                    Name = p.Name
                    Value = found.Value
                    Pull = (found.Value - observed) / width
                    Constraint = defaultArg found.Error nan / width
                }
            | _ -> ()
    ]
