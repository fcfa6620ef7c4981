namespace Nsbi.Infer

open Nsbi.Kernels
open Nsbi.Model

/// <summary>The interpolations as forms of the kernels: at one α, g as a function of U = log r₊ and
/// D = log r₋.</summary>
/// <remarks>Slow twin: <see cref="M:Nsbi.Model.InterpolationModule.evaluate" />.</remarks>
[<RequireQualifiedAccess>]
module internal ColumnForms =

    /// k + a e^U + b e^D.
    let private plain k a b =
        ExponentialSum(k, a, 0.0, 0.0, b, 0.0, 0.0)

    let private sum value first second = ColumnForm.Sum(value, first, second)

    /// Values and two derivatives of a polynomial of these coefficients, the constant first.
    let private polynomial (coefficients: float[]) (x: float) =
        let mutable value = 0.0
        let mutable first = 0.0
        let mutable half = 0.0

        for i in coefficients.Length - 1 .. -1 .. 0 do
            half <- half * x + first
            first <- first * x + value
            value <- value * x + coefficients[i]

        [| value; first; 2.0 * half |]

    /// Code 0, and code 4p outside of ±1: lines.
    let private line alpha =
        let zero = plain 0.0 0.0 0.0

        if alpha >= 0.0 then
            sum (plain (1.0 - alpha) alpha 0.0) (plain -1.0 1.0 0.0) zero
        else
            sum (plain (1.0 + alpha) 0.0 -alpha) (plain 1.0 0.0 -1.0) zero

    /// Code 1, and codes 4 and log4p outside of ±1.
    let private exponential alpha =
        if alpha >= 0.0 then
            ColumnForm.Exponential(alpha, 0.0, 1.0, 0.0, 0.0, 0.0)
        else
            ColumnForm.Exponential(0.0, -alpha, 0.0, -1.0, 0.0, 0.0)

    /// Code 2: 1 + Bα + Aα² with A = (u + d)/2 − 1 and B = (u − d)/2.
    let private quadratic alpha =
        if alpha > 1.0 then
            let x = alpha - 1.0

            sum
                (plain (-2.0 * x) (1.0 + 1.5 * x) (0.5 * x))
                (plain -2.0 1.5 0.5)
                (plain 0.0 0.0 0.0)
        elif alpha < -1.0 then
            let x = alpha + 1.0

            sum
                (plain (2.0 * x) (-0.5 * x) (1.0 - 1.5 * x))
                (plain 2.0 -0.5 -1.5)
                (plain 0.0 0.0 0.0)
        else
            let square = alpha * alpha

            sum
                (plain (1.0 - square) (0.5 * (square + alpha)) (0.5 * (square - alpha)))
                (plain (-2.0 * alpha) (alpha + 0.5) (alpha - 0.5))
                (plain -2.0 1.0 1.0)

    /// Code 4 inside of ±1: the coefficients of <c>Interpolation.polynomial</c>, gathered by
    /// their S and A.
    let private sixth alpha =
        let a0 = polynomial [| 0.0; 15.0 / 8.0; 0.0; -1.25; 0.0; 0.375 |] alpha
        let s1 = polynomial [| 0.0; -7.0 / 8.0; 0.0; 1.25; 0.0; -0.375 |] alpha
        let a2 = polynomial [| 0.0; 0.125; 0.0; -0.25; 0.0; 0.125 |] alpha
        let s0 = polynomial [| 0.0; 0.0; 3.0; 0.0; -3.0; 0.0; 1.0 |] alpha
        let a1 = polynomial [| 0.0; 0.0; -9.0 / 8.0; 0.0; 1.75; 0.0; -0.625 |] alpha
        let s2 = polynomial [| 0.0; 0.0; 0.125; 0.0; -0.25; 0.0; 0.125 |] alpha

        // U₁ = U e^U, D₁ = −D e^D, U₂ = U² e^U, D₂ = D² e^D.
        let part order =
            ExponentialSum(
                (if order = 0 then 1.0 else 0.0) - s0[order],
                0.5 * (s0[order] + a0[order]),
                0.5 * (s1[order] + a1[order]),
                0.5 * (s2[order] + a2[order]),
                0.5 * (s0[order] - a0[order]),
                0.5 * (a1[order] - s1[order]),
                0.5 * (s2[order] - a2[order])
            )

        sum (part 0) (part 1) (part 2)

    /// x²(15 − 10x² + 3x⁴)/8, with which code 4p bends.
    let private bend alpha =
        polynomial [| 0.0; 0.0; 15.0 / 8.0; 0.0; -1.25; 0.0; 0.375 |] alpha

    /// α/2 with its derivatives.
    let private half alpha = [| 0.5 * alpha; 0.5; 0.0 |]

    /// <summary>The form of an interpolation at α.</summary>
    let at (code: Interpolation) (alpha: float) : ColumnForm =
        match code with
        | PiecewiseLinear -> line alpha
        | PiecewiseExponential -> exponential alpha
        | QuadraticLinear -> quadratic alpha
        | PolynomialExponential when abs alpha < 1.0 -> sixth alpha
        | PolynomialExponential -> exponential alpha
        | PolynomialLinear when abs alpha < 1.0 ->
            let e, h = bend alpha, half alpha

            let part order =
                let one = if order = 0 then 1.0 else 0.0
                plain (one - e[order]) (0.5 * e[order] + h[order]) (0.5 * e[order] - h[order])

            sum (part 0) (part 1) (part 2)
        | PolynomialLinear -> line alpha
        | LogPolynomial when abs alpha < 1.0 ->
            let e, h = bend alpha, half alpha
            let up order = 0.5 * e[order] + h[order]
            let down order = 0.5 * e[order] - h[order]
            ColumnForm.Exponential(up 0, down 0, up 1, down 1, up 2, down 2)
        | LogPolynomial -> exponential alpha
