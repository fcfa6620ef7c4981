namespace Nsbi.Infer

open Nsbi.Model

/// <summary>What a minimiser knows of a function: its bounds, and at a point its value with exact
/// gradient and Hessian.</summary>
type IObjective =
    /// Lower bounds of the n variables; −∞ for none.
    abstract Lower: float[]
    /// Upper bounds of the n variables; +∞ for none.
    abstract Upper: float[]
    /// <summary>Value, gradient and Hessian at a point inside of the bounds.</summary>
    /// <returns>none where the function is +∞ or not defined</returns>
    abstract Evaluate: point: float[] -> Jet option

/// <summary>Objectives made of others.</summary>
[<RequireQualifiedAccess>]
module Objective =

    /// <summary>A function as an objective.</summary>
    let ofFunction (lower: float[]) (upper: float[]) (f: float[] -> Jet option) : IObjective = {
        new IObjective with
            member _.Lower = lower
            member _.Upper = upper
            member _.Evaluate point = f point
    }

    /// <summary>The whole point of which the free variables have these values.</summary>
    /// <param name="template">values of the variables that are not free; length n</param>
    /// <param name="free">places of the free variables</param>
    /// <param name="values">their values, in the same order</param>
    let fill (template: float[]) (free: int[]) (values: float[]) : float[] =
        let whole = Array.copy template
        Array.iter2 (fun place value -> whole[place] <- value) free values
        whole

    /// <summary>The objective as a function of some of its variables, the others held at the values
    /// they have in a point.</summary>
    let restrict (template: float[]) (free: int[]) (objective: IObjective) : IObjective =
        let pick (values: float[]) = free |> Array.map (fun k -> values[k])

        let isWhole =
            free.Length = template.Length
            && free |> Array.indexed |> Array.forall (fun (k, place) -> k = place)

        let part (jet: Jet) =
            let n = free.Length
            let hessian = Array2D.zeroCreate n n

            for k in 0 .. n - 1 do
                for l in 0 .. n - 1 do
                    hessian[k, l] <- jet.Hessian[free[k], free[l]]

            {
                Value = jet.Value
                Gradient = pick jet.Gradient
                Hessian = hessian
            }

        if isWhole then
            objective
        else
            ofFunction (pick objective.Lower) (pick objective.Upper) (fun point ->
                objective.Evaluate(fill template free point) |> Option.map part)
