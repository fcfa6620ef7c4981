namespace Nsbi.Learn.Posterior

open System
open MathNet.Numerics.Distributions
open Nsbi.Learn.Autodiff
open Nsbi.Learn.Autodiff.Words

/// <summary>Integrals of the standard normal density φ with full relative precision in both tails, as
/// numbers and as array programs: Φ(x) = ∫_−∞^x φ, Q(x) = Φ(−x).</summary>
/// <remarks>
/// For x ≥ 0, ln Q(x) = ln t − x²/2 + P(2t − 1) − ln 2 with t = 2/(2 + x/√2), the substitution of Press et
/// al., Numerical Recipes (3rd ed., §6.2.2), and P the Chebyshev interpolation of ln[erfcx(z)/t] with 20
/// terms: |error of ln Q| &lt; 6e-13 for all x. Numbers and programs share the coefficients, so a density
/// and its sampler agree to rounding. Script of the coefficients: tests/peers/normal_integral.py.
/// </remarks>
[<RequireQualifiedAccess>]
module NormalIntegral =
    let private coefficients = [|
        -0.6513268598908546
        0.6419697923564902
        0.01947647320418579
        -0.009561514786808768
        -0.000946595344481893
        0.0003668394978528222
        4.2523324807053343e-05
        -2.0278578112792323e-05
        -1.6242900043539344e-06
        1.3036558353496375e-06
        1.562644191821505e-08
        -8.523809624794154e-08
        6.5290550632646214e-09
        5.059341778856918e-09
        -9.9136177045267e-10
        -2.273685462128583e-10
        9.647380672106465e-11
        2.381916885951796e-12
        -6.88098467094278e-12
        1.0015099860538611e-12
    |]

    let private halfLogTwoPi = 0.5 * Math.Log(2.0 * Math.PI)

    // ln(1 + x) and e^x − 1 to full relative precision (Goldberg, ACM Comput. Surv. 23, 5; Higham,
    // Accuracy and Stability, §1.14.1); those of the numerics library are good to 10⁻⁸ only.
    let private log1p x =
        let u = 1.0 + x
        if u = 1.0 then x else log u * x / (u - 1.0)

    let private expm1 x =
        let u = exp x

        if u = 1.0 then x
        elif x < -40.0 then -1.0
        else (u - 1.0) * x / log u

    /// ln φ(x)
    let internal logNormal (x: float) : float = -0.5 * x * x - halfLogTwoPi

    /// ln Q(x) for x ≥ 0
    let private logTail (x: float) =
        let z = x / sqrt 2.0
        let t = 2.0 / (2.0 + z)
        let y = 2.0 * t - 1.0
        let mutable b1 = 0.0
        let mutable b2 = 0.0

        for k in coefficients.Length - 1 .. -1 .. 1 do
            let b = 2.0 * y * b1 - b2 + coefficients[k]
            b2 <- b1
            b1 <- b

        log t - z * z + (y * b1 - b2 + coefficients[0]) - log 2.0

    /// <summary>ln Φ(x)</summary>
    /// <returns>NaN for NaN; absolute error below 1e-12 for every finite x</returns>
    let logLower (x: float) : float =
        if x <= 0.0 then logTail -x else log1p (-(exp (logTail x)))

    /// <summary>ln Q(x) = ln Φ(−x)</summary>
    let logUpper (x: float) : float = logLower -x

    /// <summary>ln[Φ(b) − Φ(a)] for a &lt; b, without cancellation in either tail.</summary>
    let logInterval (a: float) (b: float) : float =
        let a, b = if a + b > 0.0 then -b, -a else a, b
        let upper = logLower b
        upper + log (-expm1(logLower a - upper))

    /// The x with ln Φ(x) = t, by Newton's steps on ln Φ, which is concave.
    let private ofLogLower (t: float) =
        let mutable x =
            if t > -600.0 then
                Normal.InvCDF(0.0, 1.0, min (exp t) 0.9999999999999999)
            else
                let r = -2.0 * t
                -(sqrt (r - log (2.0 * Math.PI * r)))

        for _ in 1..4 do
            let value = logLower x
            let slope = exp (logNormal x - value)

            if slope > 0.0 then
                x <- x - (value - t) / slope

        x

    let private logSum (s: float) (t: float) =
        let top = max s t
        top + log (exp (s - top) + exp (t - top))

    /// <summary>The x in [a, b] with Φ(x) = (1 − u) Φ(a) + u Φ(b).</summary>
    /// <param name="a">lower end</param>
    /// <param name="b">upper end, above a</param>
    /// <param name="u">in [0, 1]</param>
    let quantile (a: float) (b: float) (u: float) : float =
        if u <= 0.0 then
            a
        elif u >= 1.0 then
            b
        else
            let mix f =
                logSum (f a + log (1.0 - u)) (f b + log u)

            let lower, upper = mix logLower, mix logUpper

            let x =
                if lower <= upper then
                    ofLogLower lower
                else
                    -(ofLogLower upper)

            min b (max a x)

    /// ln Φ of every element.
    let internal logLowerOf (x: Node) : Node =
        let z = abs x / sqrt 2.0
        let t = 2.0 / (2.0 + z)
        let y = 2.0 * t - 1.0
        let twice = 2.0 * y
        let last = coefficients.Length - 1

        let rec clenshaw k (b1: Node) (b2: Node) =
            if k = 0 then
                y * b1 - b2 + coefficients[0]
            else
                clenshaw (k - 1) (twice * b1 - b2 + coefficients[k]) b1

        let first = fill x.Shape coefficients[last]
        let second = twice * first + coefficients[last - 1]
        let tail = log t - square z + clenshaw (last - 2) second first - log 2.0
        select x (log (1.0 - exp tail)) tail

    /// ln[Φ(b) − Φ(a)] of every element, a ≤ b of one shape. The logarithm of an interval that float32
    /// cannot tell from nothing ends at −69.
    let internal logIntervalOf (a: Node) (b: Node) : Node =
        let middle = a + b
        let columns = a.Shape.Columns
        let ends = concat [ select middle (-b) a; select middle (-a) b ]
        let values = logLowerOf ends
        let lower, upper = slice 0 columns values, slice columns columns values
        upper + log (maximum (1.0 - exp (lower - upper)) (constant 1e-30))
