namespace Nsbi.Infer

open System
open MathNet.Numerics.Integration

/// <summary>What a classifier of on/off sets is trained to tell apart: sets at μ from sets at μ − δ or
/// μ + δ, all with ν of their own.</summary>
type OnOffHypotheses = {
    /// <summary>Range in which ν is uniform.</summary>
    Nu: struct (float * float)
    /// <summary>Range in which δ > 0 is uniform; either sign is as probable.</summary>
    Delta: struct (float * float)
}

/// <summary>The exact logarithm of the ratio that the best possible classifier of on/off sets would find.
/// </summary>
[<RequireQualifiedAccess>]
module OnOffAverage =

    /// <summary>ν in [½, 2], δ in [½, 2].</summary>
    let standard: OnOffHypotheses = {
        Nu = struct (0.5, 2.0)
        Delta = struct (0.5, 2.0)
    }

    /// Points and weights that add up to 1.
    let private rule (points: int) (struct (low, high)) =
        let rule = GaussLegendreRule(low, high, points)
        Array.init points (fun k -> rule.Abscissas[k], rule.Weights[k] / (high - low))

    /// ln Σ_k w_k exp(l_k)
    let private logSum (terms: (float * float)[]) : float =
        let largest = terms |> Array.map snd |> Array.max

        if Double.IsNegativeInfinity largest then
            largest
        else
            largest + log (terms |> Array.sumBy (fun (w, l) -> w * exp (l - largest)))

    /// <summary>ln p(set|μ ± δ)/p(set|μ), each averaged over ν, the first also over δ and its sign: the
    /// larger, the worse μ fits. Gauss–Legendre quadrature, 48 points of ν and 12 of δ.</summary>
    /// <param name="toy">which problem</param>
    /// <param name="hypotheses">what ν and δ may be; μ − δ must not be below 0</param>
    /// <param name="ratios">r_i of the events</param>
    /// <param name="mu">μ</param>
    let logRatio
        (toy: OnOffToy)
        (hypotheses: OnOffHypotheses)
        (ratios: float[])
        (mu: float)
        : float =
        let nus = rule 48 hypotheses.Nu

        let averaged mu =
            nus
            |> Array.map (fun (nu, w) -> w, -0.5 * OnOffToy.twiceNll toy ratios mu nu)
            |> logSum

        let others =
            rule 12 hypotheses.Delta
            |> Array.collect (fun (delta, w) -> [|
                0.5 * w, averaged (mu - delta)
                0.5 * w, averaged (mu + delta)
            |])

        logSum others - averaged mu
