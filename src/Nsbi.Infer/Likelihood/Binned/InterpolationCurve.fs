namespace Nsbi.Infer

open Nsbi.Model

/// <summary>The even function E(α) that an interpolation is made of: with half = (Δ₊ + Δ₋)/2 and
/// curve = (Δ₊ − Δ₋)/2, codes 0, 2 and 4p are half·α + curve·E(α), and codes 1 and log4p (4 outside
/// of ±1) are exp of that, for the logarithms of the anchors.</summary>
type internal EvenFunction =
    /// |α|: codes 0, 1 and 4.
    | Absolute = 0
    /// α² inside of ±1, 2|α| − 1 outside: code 2.
    | Quadratic = 1
    /// (15α² − 10α⁴ + 3α⁶)/8 inside of ±1, |α| outside: codes 4p and log4p.
    | Smooth = 2

/// <summary>A nuisance parameter α together with an even function of it; of all interpolations of a
/// channel that share them they are computed once.</summary>
type internal InterpolationBasis = {
    /// The place of α in θ.
    Place: int
    /// Whether α is the square of its inner coordinate κ.
    IsSquared: bool
    /// E.
    Even: EvenFunction
}

/// <summary>Values of bases.</summary>
[<RequireQualifiedAccess>]
module internal InterpolationBasis =

    /// Numbers per basis: α and E, each with two derivatives in κ.
    let stride: int = 6

    /// The even function of a code.
    let even (code: Interpolation) : EvenFunction =
        match code with
        | PiecewiseLinear
        | PiecewiseExponential
        | PolynomialExponential -> EvenFunction.Absolute
        | QuadraticLinear -> EvenFunction.Quadratic
        | PolynomialLinear
        | LogPolynomial -> EvenFunction.Smooth

    let private evenAt (even: EvenFunction) (alpha: float) =
        let sign = if alpha >= 0.0 then 1.0 else -1.0
        let size = abs alpha
        let x2 = alpha * alpha

        if size <= 1.0 && even = EvenFunction.Quadratic then
            struct (x2, 2.0 * alpha, 2.0)
        elif size < 1.0 && even = EvenFunction.Smooth then
            struct (0.125 * x2 * (15.0 + x2 * (-10.0 + 3.0 * x2)),
                    0.125 * alpha * (30.0 + x2 * (-40.0 + 18.0 * x2)),
                    0.125 * (30.0 + x2 * (-120.0 + 90.0 * x2)))
        elif even = EvenFunction.Quadratic then
            struct (2.0 * size - 1.0, 2.0 * sign, 0.0)
        else
            struct (size, sign, 0.0)

    /// <summary>α, α', α'', E, E', E'' of each basis, one after the other.</summary>
    let fill (bases: InterpolationBasis[]) (kappa: float[]) (values: float[]) : unit =
        for k in 0 .. bases.Length - 1 do
            let basis = bases[k]
            let u = kappa[basis.Place]
            let alpha = if basis.IsSquared then u * u else u
            let first = if basis.IsSquared then 2.0 * u else 1.0
            let second = if basis.IsSquared then 2.0 else 0.0
            let struct (even, slope, bend) = evenAt basis.Even alpha
            let at = stride * k
            values[at] <- alpha
            values[at + 1] <- first
            values[at + 2] <- second
            values[at + 3] <- even
            values[at + 4] <- slope * first
            values[at + 5] <- bend * first * first + slope * second

/// How a curve is made of its basis.
type internal CurveKind =
    /// half·α + curve·E: an increment.
    | Additive = 0
    /// exp(half·α + curve·E): a ratio.
    | Exponential = 1
    /// Code 4: a polynomial inside of ±1, the exponential outside; a ratio.
    | Polynomial = 2

/// <summary>One interpolation I(α)/I₀, or I(α) − I₀ for the additive codes, as eight numbers: half,
/// curve, and the coefficients c₁…c₆ of code 4.</summary>
/// <remarks>The slow twin is <see cref="T:Nsbi.Model.InterpolationModule" />.</remarks>
[<RequireQualifiedAccess>]
module internal InterpolationCurve =

    /// Numbers per curve.
    let stride: int = 8

    /// Numbers per curve of an additive code, where they are kept apart: half and curve.
    let lineStride: int = 2

    /// The kind of a code.
    let kind (code: Interpolation) : CurveKind =
        match code with
        | PiecewiseLinear
        | QuadraticLinear
        | PolynomialLinear -> CurveKind.Additive
        | PiecewiseExponential
        | LogPolynomial -> CurveKind.Exponential
        | PolynomialExponential -> CurveKind.Polynomial

    /// The eight numbers.
    let coefficients (code: Interpolation) (nominal: float) (low: float) (high: float) : float[] =
        let up, down =
            match kind code with
            | CurveKind.Additive -> high - nominal, nominal - low
            | _ -> log (high / nominal), -log(low / nominal)

        let polynomial =
            match kind code with
            | CurveKind.Polynomial -> Interpolation.polynomial (high / nominal) (low / nominal)
            | _ -> Array.zeroCreate 6

        Array.append [| 0.5 * (up + down); 0.5 * (up - down) |] polynomial

    /// <summary>Value of a curve: the increment, or the ratio.</summary>
    /// <param name="kind">of the curve</param>
    /// <param name="c">coefficients, of which the curve's begin at <c>at</c></param>
    /// <param name="at">a multiple of 8</param>
    /// <param name="values">of bases, of which the curve's begin at <c>basis</c></param>
    /// <param name="basis">a multiple of 6</param>
    let value (kind: CurveKind) (c: float[]) (at: int) (values: float[]) (basis: int) : float =
        let alpha = values[basis]

        if kind = CurveKind.Polynomial && abs alpha < 1.0 then
            let high = c[at + 5] + alpha * (c[at + 6] + alpha * c[at + 7])
            let low = c[at + 2] + alpha * (c[at + 3] + alpha * (c[at + 4] + alpha * high))
            1.0 + alpha * low
        else
            let line = c[at] * alpha + c[at + 1] * values[basis + 3]
            if kind = CurveKind.Additive then line else exp line

    /// <summary>Value, first and second derivative in κ; arguments as of <c>value</c>.</summary>
    let derivatives
        (kind: CurveKind)
        (c: float[])
        (at: int)
        (values: float[])
        (basis: int)
        : struct (float * float * float) =
        let alpha = values[basis]

        if kind = CurveKind.Polynomial && abs alpha < 1.0 then
            let mutable value = c[at + 7]
            let mutable slope = 0.0
            let mutable half = 0.0

            for i in 6..-1..2 do
                half <- half * alpha + slope
                slope <- slope * alpha + value
                value <- value * alpha + c[at + i]

            half <- half * alpha + slope
            slope <- slope * alpha + value
            let first = values[basis + 1]

            struct (1.0 + value * alpha,
                    slope * first,
                    2.0 * half * first * first + slope * values[basis + 2])
        else
            let half, curve = c[at], c[at + 1]
            let line = half * alpha + curve * values[basis + 3]
            let first = half * values[basis + 1] + curve * values[basis + 4]
            let second = half * values[basis + 2] + curve * values[basis + 5]

            if kind = CurveKind.Additive then
                struct (line, first, second)
            else
                let ratio = exp line
                struct (ratio, ratio * first, ratio * (first * first + second))
