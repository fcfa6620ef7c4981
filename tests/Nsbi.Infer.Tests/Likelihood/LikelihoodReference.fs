/// The slow twin of the likelihood: −2 ln L from its definition, in plain scalar arithmetic, with no
/// tiles, jets or inner coordinates.
module Nsbi.Infer.Tests.LikelihoodReference

open System
open MathNet.Numerics
open Nsbi.Model

/// An unbinned channel's data: weights, the factor of process c's density at event i under θ, and
/// the factor of its yield, both without its coefficient.
type Events = {
    Weights: float[]
    Ratio: string -> int -> float[] -> float
    Rate: string -> float[] -> float
}

let private constraintTerm (term: Constraint) (theta: float) =
    match term with
    | Unconstrained -> 0.0
    | Gaussian(a, s) -> (a - theta) ** 2.0 / s ** 2.0 + log (2.0 * Math.PI * s * s)
    | Poisson(a, tau) ->
        let logMean = if a = 0.0 then 0.0 else a * log (tau * theta)
        2.0 * (tau * theta - logMean + SpecialFunctions.GammaLn(a + 1.0))
    | LogNormal(a, s) ->
        (log a - log theta) ** 2.0 / s ** 2.0
        + log (2.0 * Math.PI * s * s)
        + 2.0 * log a

/// −2 ln L at θ; +∞ where a density or an expectation is impossible.
let twiceNll
    (model: ValidModel)
    (events: Map<string, Events>)
    (counts: Map<string, float list>)
    (globals: Map<string, float>)
    (theta: float[])
    : float =
    let scale (p: Process) =
        Coefficient.value model.Index theta (Process.factor p)

    let mutable sum = 0.0

    for channel in model.Model.Channels do
        match channel with
        | Unbinned c ->
            let data = events[c.Name]

            for p in c.Processes do
                sum <- sum + 2.0 * scale p * p.Yields.Head * data.Rate p.Name theta

            data.Weights
            |> Array.iteri (fun i w ->
                if w <> 0.0 then
                    let density =
                        c.Processes
                        |> List.sumBy (fun p ->
                            scale p * p.Yields.Head * data.Ratio p.Name i theta)

                    sum <- sum - 2.0 * w * (if density > 0.0 then log density else -infinity))
        | Binned c ->
            counts[c.Name]
            |> List.iteri (fun b n ->
                let nu = c.Processes |> List.sumBy (BinnedReference.expected model.Index theta b)

                if nu < 0.0 || (nu = 0.0 && n > 0.0) then
                    sum <- infinity
                elif n = 0.0 then
                    sum <- sum + 2.0 * nu
                else
                    sum <- sum + 2.0 * (nu - n * log nu + SpecialFunctions.GammaLn(n + 1.0)))

    model.Parameters
    |> List.iteri (fun k p ->
        let term =
            match globals.TryFind p.Name with
            | Some a -> Constraint.withObserved a p.Constraint
            | None -> p.Constraint

        sum <- sum + constraintTerm term theta[k])

    sum
