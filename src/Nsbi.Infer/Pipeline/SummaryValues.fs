namespace Nsbi.Infer

open System
open Nsbi.Model

// Axes: event i, sample k, parameter p.

/// <summary>The values of summaries.</summary>
[<RequireQualifiedAccess>]
module SummaryValues =

    /// Σ_c a_c ν_k r_k(x_i) with a factor of each term.
    let private mixture
        (learned: LearnedModel)
        (factor: MixtureTerm -> float)
        (ratios: float[][])
        : float[] =
        let samples = learned.Simulated.Samples
        let sum = Array.zeroCreate<float> ratios[0].Length

        for term in learned.Analysis.Terms do
            let k = Array.IndexOf(samples, term.Sample)
            let rate = factor term * learned.Simulated.Yields[k]

            for i in 0 .. sum.Length - 1 do
                sum[i] <- sum[i] + rate * ratios[k][i]

        sum

    /// <summary>Σ_c f_c(θ) ν_k r_k(x_i): D of events, with nuisance parameters as if they were at their
    /// nominal values.</summary>
    let internal density (learned: LearnedModel) (theta: float[]) (ratios: float[][]) : float[] =
        let index = learned.Model.Index
        mixture learned (fun term -> Coefficient.value index theta term.Scale) ratios

    /// ∂D/∂θ_p of events, likewise.
    let private slope (learned: LearnedModel) (theta: float[]) place (ratios: float[][]) =
        let index = learned.Model.Index

        mixture
            learned
            (fun term -> (Coefficient.evaluate index theta term.Scale).Gradient[place])
            ratios

    /// The least that counts as positive.
    let private least = 1e-300

    let private logOf (a: float[]) (b: float[]) =
        Array.map2 (fun a b -> Math.Log(max least a) - Math.Log(max least b)) a b

    /// <summary>The values of a summary for events with given nominal ratios; nuisance parameters do not
    /// enter: what varied events look like is in the varied templates.</summary>
    /// <param name="learned">the mixture and the yields</param>
    /// <param name="variable">the summary</param>
    /// <param name="ratios">r_k(x_i), [k][i]; of simulated, varied or observed events</param>
    /// <returns>one value per event; a density or ratio that is not positive counts as 1e-300 where its
    /// logarithm is taken; NaN for NaN</returns>
    let make (learned: LearnedModel) (variable: SummaryVariable) (ratios: float[][]) : float[] =
        let place = learned.Model.Index[learned.Analysis.Interest]

        let at value =
            let theta = learned.Model.Initial
            theta[place] <- value
            theta

        match variable with
        | TwoPointScore ->
            logOf
                (density learned (at learned.Analysis.Null) ratios)
                (density learned learned.Model.Initial ratios)
        | LocalScore value ->
            let theta = at (defaultArg value learned.Model.Initial[place])

            Array.map2
                (fun slope d -> slope / d)
                (slope learned theta place ratios)
                (density learned theta ratios)
        | LogRatio(numerator, denominator) ->
            let ratio (name: string) =
                ratios[Array.IndexOf(learned.Simulated.Samples, name)]

            let sum = Array.zeroCreate<float> ratios[0].Length

            for name, factor in denominator do
                let r = ratio name

                for i in 0 .. sum.Length - 1 do
                    sum[i] <- sum[i] + factor * r[i]

            logOf (ratio numerator) sum
