namespace Nsbi.Infer

open System
open Nsbi.Model

/// <summary>An event variation of one process on one table: log r₊ and log r₋ of each event, and
/// how the factor g(x|α) goes between them.</summary>
[<NoComparison; ReferenceEquality>]
type internal EventInterpolant = {
    /// The place of α among the parameters in play.
    Parameter: int
    /// How g goes from r₋ over 1 to r₊.
    Code: Interpolation
    /// log r₊ of each event.
    LogUp: float[]
    /// log r₋ of each event.
    LogDown: float[]
}

/// <summary>Some events of a table with all variations of one parameter.</summary>
[<NoComparison; ReferenceEquality>]
type internal EventBlock = {
    /// w_i r_c,i of each event.
    Weights: float[]
    /// The variations, of these events.
    Interpolants: EventInterpolant list
}

/// <summary>Values of g(x|α).</summary>
[<RequireQualifiedAccess>]
module internal EventInterpolant =

    /// g of one event with its first and second derivative: the definition.
    let evaluate (interpolant: EventInterpolant) (event: int) (alpha: float) =
        Interpolation.evaluate
            interpolant.Code
            1.0
            (exp interpolant.LogDown[event])
            (exp interpolant.LogUp[event])
            alpha

    /// <summary>Multiplies g of one event at several α into the products: the same numbers up to
    /// rounding, with what they share worked out once.</summary>
    let multiplyInto
        (interpolant: EventInterpolant)
        (event: int)
        (alphas: float[])
        (products: Span<float>)
        : unit =
        let logUp, logDown = interpolant.LogUp[event], interpolant.LogDown[event]

        match interpolant.Code with
        | PolynomialExponential ->
            let c = Interpolation.polynomial (exp logUp) (exp logDown)

            for k in 0 .. alphas.Length - 1 do
                let alpha = alphas[k]

                let g =
                    if alpha >= 1.0 then
                        exp (alpha * logUp)
                    elif alpha <= -1.0 then
                        exp (-alpha * logDown)
                    else
                        let c3 = c[2] + alpha * (c[3] + alpha * (c[4] + alpha * c[5]))
                        1.0 + alpha * (c[0] + alpha * (c[1] + alpha * c3))

                products[k] <- products[k] * g
        | code ->
            let up, down = exp logUp, exp logDown

            for k in 0 .. alphas.Length - 1 do
                let struct (g, _, _) = Interpolation.evaluate code 1.0 down up alphas[k]
                products[k] <- products[k] * g
