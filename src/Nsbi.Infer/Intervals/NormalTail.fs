namespace Nsbi.Infer

open System
open MathNet.Numerics

/// <summary>Upper tails of the standard normal distribution, and the significance Z of a p-value:
/// p = 1 − Φ(Z).</summary>
/// <remarks>Accurate to a few units of rounding relative to the tail itself, in the far tail as
/// well: 1 − Φ(9) = 1.13e-19 has all its digits.</remarks>
[<RequireQualifiedAccess>]
module NormalTail =

    /// From here on the continued fraction is used.
    let private far = 4.0

    /// Mills' ratio (1 − Φ(x))/φ(x) = 1/(x + 1/(x + 2/(x + 3/(x + …)))), for x ≥ 4 (Laplace).
    let private mills (x: float) : float =
        let mutable tail = x

        for k in 120..-1..1 do
            tail <- x + float k / tail

        1.0 / tail

    let private logRootTwoPi = 0.5 * log (2.0 * Math.PI)

    /// <summary>1 − Φ(x).</summary>
    /// <returns>between 0 and 1; it underflows to 0 above x = 38.5; NaN for NaN</returns>
    let upper (x: float) : float =
        if x > 40.0 then
            0.0
        elif x >= far then
            exp (-0.5 * x * x) * mills x / sqrt (2.0 * Math.PI)
        else
            0.5 * SpecialFunctions.Erfc(x / sqrt 2.0)

    /// <summary>ln (1 − Φ(x)), also where 1 − Φ(x) underflows.</summary>
    /// <returns>≤ 0; −∞ at +∞; NaN for NaN</returns>
    let logUpper (x: float) : float =
        if Double.IsPositiveInfinity x then
            -infinity
        elif x >= far then
            -0.5 * x * x - logRootTwoPi + log (mills x)
        elif x < -1.0 then
            SpecialFunctions.Log1p(-(upper -x))
        else
            log (upper x)

    /// <summary>(1 − Φ(x + shift))/(1 − Φ(x)), where both tails underflow as well.</summary>
    /// <param name="x">where the tail of the denominator begins</param>
    /// <param name="shift">≥ 0</param>
    /// <returns>between 0 and 1; NaN where an argument is</returns>
    let ratio (x: float) (shift: float) : float =
        if Double.IsPositiveInfinity shift then
            0.0
        elif x >= far then
            exp (-shift * (x + 0.5 * shift)) * mills (x + shift) / mills x
        else
            exp (logUpper (x + shift) - logUpper x)

    /// 1 − eˣ for x < 0, without cancellation (Kahan).
    let private complement (x: float) : float =
        let e = exp x
        if e = 1.0 then -x else (1.0 - e) * x / log e

    /// Newton on ln (1 − Φ(z)), which is concave, from a start above 0.
    let private solve (logP: float) : float =
        let rec improve z left =
            let value = logUpper z

            // The slope of ln (1 − Φ) is −φ/(1 − Φ).
            let hazard = exp (-0.5 * z * z - logRootTwoPi - value)
            let next = z + (value - logP) / hazard

            if left = 0 || abs (next - z) <= 1e-16 * abs z then
                next
            else
                improve next (left - 1)

        improve (sqrt (-2.0 * logP) * 0.9) 60

    /// <summary>The Z of ln p, for p-values that are too small to be written.</summary>
    /// <param name="logP">ln p ≤ 0</param>
    /// <returns>Z with p = 1 − Φ(Z); +∞ for −∞, −∞ for 0; NaN above 0</returns>
    let significanceOfLog (logP: float) : float =
        if Double.IsNaN logP || logP > 0.0 then nan
        elif logP = 0.0 then -infinity
        elif Double.IsNegativeInfinity logP then infinity
        elif logP <= log 0.5 then solve logP
        else -solve(log (complement logP))

    /// <summary>The significance of a one-sided p-value: Z = Φ⁻¹(1 − p).</summary>
    /// <param name="p">0 to 1</param>
    /// <returns>below 0 for p above ½; +∞ for 0 and −∞ for 1; NaN outside of 0 to 1</returns>
    let significance (p: float) : float =
        if not (p >= 0.0 && p <= 1.0) then nan
        elif p = 0.5 then 0.0
        elif p > 0.5 && p < 1.0 then -solve(log (1.0 - p))
        else significanceOfLog (log p)

    /// <summary>The one-sided p-value of a significance: p = 1 − Φ(Z).</summary>
    let pValue (z: float) : float = upper z
