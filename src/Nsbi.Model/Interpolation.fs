namespace Nsbi.Model

/// <summary>How a quantity goes from its nominal value I₀ to its values I₊ and I₋ at ±1 standard
/// deviation of a nuisance parameter α: the interpolation codes of HistFactory and a positive one.
/// </summary>
/// <remarks>Every one gives I₀ at α = 0 and I± at α = ±1. Sources: HistFactory (CERN-OPEN-2012-016);
/// the functions of ROOT and pyhf. With Δ₊ = I₊ − I₀, Δ₋ = I₀ − I₋, u = I₊/I₀, d = I₋/I₀.</remarks>
type Interpolation =
    /// Code 0: I₀ + αΔ₊ for α ≥ 0, I₀ + αΔ₋ below; a kink at 0.
    | PiecewiseLinear
    /// Code 1: I₀ u^α for α ≥ 0, I₀ d^(−α) below; positive; a kink at 0.
    | PiecewiseExponential
    /// Code 2: I₀ + Bα + Aα² inside of ±1 with A = (Δ₊ − Δ₋)/2 and B = (Δ₊ + Δ₋)/2, and its
    /// tangents outside: ROOT's continuous definition (pyhf's jumps at ±1).
    | QuadraticLinear
    /// Code 4: I₀ u^α and I₀ d^(−α) outside of ±1, and inside the polynomial of sixth order that
    /// continues both with two derivatives. HistFactory's choice for rates; can be negative inside.
    | PolynomialExponential
    /// Code 4p: lines outside of ±1, and inside the polynomial of sixth order that continues both
    /// with two derivatives. HistFactory's choice for the bins of a histogram.
    | PolynomialLinear
    /// I₀ exp of code 4p between ln d, 0 and ln u: equal to code 4 outside of ±1, two continuous
    /// derivatives everywhere, and never negative.
    | LogPolynomial

/// <summary>Values and derivatives of the interpolations: the model's definition, and the slow twin
/// of the kernels.</summary>
[<RequireQualifiedAccess>]
module Interpolation =

    /// The name of each in files: HistFactory's codes, and <c>log4p</c> for the positive one.
    let names: (string * Interpolation) list = [
        "0", PiecewiseLinear
        "1", PiecewiseExponential
        "2", QuadraticLinear
        "4", PolynomialExponential
        "4p", PolynomialLinear
        "log4p", LogPolynomial
    ]

    /// The name in files.
    let name (code: Interpolation) : string =
        names |> List.find (fun (_, c) -> c = code) |> fst

    /// <summary>Whether I₀, I₊ and I₋ must all be positive: codes 1, 4 and log4p, which take
    /// logarithms of I₊/I₀ and I₋/I₀.</summary>
    let needsPositive (code: Interpolation) : bool =
        match code with
        | PiecewiseExponential
        | PolynomialExponential
        | LogPolynomial -> true
        | PiecewiseLinear
        | QuadraticLinear
        | PolynomialLinear -> false

    /// <summary>Coefficients c₁…c₆ of code 4 inside of ±1: 1 + Σ c_i α^i.</summary>
    /// <param name="up">u = I₊/I₀, above 0</param>
    /// <param name="down">d = I₋/I₀, above 0</param>
    /// <remarks>The solution of six conditions: value, slope and curvature of u^α at 1 and of
    /// d^(−α) at −1.</remarks>
    let polynomial (up: float) (down: float) : float[] =
        let logUp, logDown = log up, log down
        let u1, d1 = up * logUp, -down * logDown
        let u2, d2 = u1 * logUp, -d1 * logDown
        // Of (u − 1, d − 1), not (u, d): S₀ enters as S₀ − 1.
        let s0, a0 = 0.5 * ((up - 1.0) + (down - 1.0)), 0.5 * (up - down)
        let s1, a1 = 0.5 * (u1 + d1), 0.5 * (u1 - d1)
        let s2, a2 = 0.5 * (u2 + d2), 0.5 * (u2 - d2)

        [|
            (15.0 * a0 - 7.0 * s1 + a2) / 8.0
            (24.0 * s0 - 9.0 * a1 + s2) / 8.0
            (-5.0 * a0 + 5.0 * s1 - a2) / 4.0
            (-12.0 * s0 + 7.0 * a1 - s2) / 4.0
            (3.0 * a0 - 3.0 * s1 + a2) / 8.0
            (8.0 * s0 - 5.0 * a1 + s2) / 8.0
        |]

    /// Of an increment I − I₀: codes 0, 2 and 4p.
    let private additive (code: Interpolation) (up: float) (down: float) (alpha: float) =
        let half, curve = 0.5 * (up + down), 0.5 * (up - down)

        match code with
        | QuadraticLinear when alpha > 1.0 ->
            let slope = half + 2.0 * curve
            struct (up + slope * (alpha - 1.0), slope, 0.0)
        | QuadraticLinear when alpha < -1.0 ->
            let slope = half - 2.0 * curve
            struct (-down + slope * (alpha + 1.0), slope, 0.0)
        | QuadraticLinear ->
            struct (alpha * (half + curve * alpha), half + 2.0 * curve * alpha, 2.0 * curve)
        | PolynomialLinear when abs alpha < 1.0 ->
            let a = curve / 8.0
            let x2 = alpha * alpha
            let even = x2 * (15.0 + x2 * (-10.0 + 3.0 * x2))
            let slope = alpha * (30.0 + x2 * (-40.0 + 18.0 * x2))
            let bend = 30.0 + x2 * (-120.0 + 90.0 * x2)
            struct (half * alpha + a * even, half + a * slope, a * bend)
        | _ ->
            let slope = if alpha >= 0.0 then up else down
            struct (alpha * slope, slope, 0.0)

    let private inside (up: float) (down: float) (alpha: float) =
        let c = polynomial up down
        // Horner's scheme for Σ_{i ≥ 1} c_i α^i with two derivatives (the second one halved).
        let mutable value = 0.0
        let mutable first = 0.0
        let mutable half = 0.0

        for i in 6..-1..0 do
            half <- half * alpha + first
            first <- first * alpha + value
            value <- value * alpha + (if i = 0 then 0.0 else c[i - 1])

        struct (value, first, 2.0 * half)

    /// <summary>I(α) with its first and second derivative in α.</summary>
    /// <param name="code">the interpolation</param>
    /// <param name="nominal">I₀; above 0 for codes 1, 4 and log4p</param>
    /// <param name="low">I₋, at α = −1; above 0 likewise</param>
    /// <param name="high">I₊, at α = +1; above 0 likewise</param>
    /// <param name="alpha">any finite number</param>
    /// <remarks>At the kinks of codes 0 and 1 the derivatives are those from above.</remarks>
    let evaluate
        (code: Interpolation)
        (nominal: float)
        (low: float)
        (high: float)
        (alpha: float)
        : struct (float * float * float) =
        let ofExponent struct (exponent, first, second) =
            let value = nominal * exp exponent
            struct (value, value * first, value * (first * first + second))

        match code with
        | PiecewiseLinear
        | QuadraticLinear
        | PolynomialLinear ->
            let struct (value, first, second) =
                additive code (high - nominal) (nominal - low) alpha

            struct (nominal + value, first, second)
        | PolynomialExponential when abs alpha < 1.0 ->
            let struct (value, first, second) = inside (high / nominal) (low / nominal) alpha
            struct (nominal + nominal * value, nominal * first, nominal * second)
        | PolynomialExponential
        | PiecewiseExponential ->
            additive PiecewiseLinear (log (high / nominal)) (-log(low / nominal)) alpha
            |> ofExponent
        | LogPolynomial ->
            additive PolynomialLinear (log (high / nominal)) (-log(low / nominal)) alpha
            |> ofExponent

    /// <summary>I(α) − I₀ with its first and second derivative in α; arguments as of
    /// <c>evaluate</c>. Without the rounding of I₀ for codes 0, 2 and 4p.</summary>
    let increment
        (code: Interpolation)
        (nominal: float)
        (low: float)
        (high: float)
        (alpha: float)
        : struct (float * float * float) =
        match code with
        | PiecewiseLinear
        | QuadraticLinear
        | PolynomialLinear -> additive code (high - nominal) (nominal - low) alpha
        | _ ->
            let struct (value, first, second) = evaluate code nominal low high alpha
            struct (value - nominal, first, second)
