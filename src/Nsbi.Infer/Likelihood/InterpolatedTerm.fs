namespace Nsbi.Infer

open System
open Nsbi.Kernels
open Nsbi.Model

/// <summary>g(x_i|α) interpolated between r₋, 1 and r₊ as an event term, one call of
/// <c>Interpolation.evaluate</c> per event: the definition of interpolated columns.</summary>
[<Sealed>]
type internal InterpolatedTerm
    (place: int, parameter: int, code: Interpolation, logUp: float[], logDown: float[]) =
    let parameters = [| parameter |]

    interface IEventTerm with
        member _.Process = place
        member _.Parameters = parameters

        member _.Fill(rows, values, order, log, first, second) =
            let alpha = values[0]

            for j in 0 .. rows.Length - 1 do
                let i = rows[j]

                let struct (g, g1, g2) =
                    Interpolation.evaluate code 1.0 (exp logDown[i]) (exp logUp[i]) alpha

                log[j] <- Math.Log g

                if order > 0 then
                    let slope = g1 / g
                    first[j] <- slope

                    if order > 1 then
                        second[j] <- g2 / g - slope * slope
