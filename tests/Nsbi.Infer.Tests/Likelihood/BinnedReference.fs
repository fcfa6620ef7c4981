/// The slow twin of binned channels: expected events from the definition of each modifier.
module Nsbi.Infer.Tests.BinnedReference

open Nsbi.Model

let private factor (at: Parameter -> float) (bin: int) (modifier: Modifier) : float =
    match modifier with
    | NormFactor p
    | Lumi p -> at p
    | NormSys(p, code, low, high) ->
        let struct (value, _, _) = Interpolation.evaluate code 1.0 low high (at p)
        value
    | StatError(gammas, _) -> at gammas[bin]
    | ShapeSys(gammas, _) -> gammas[bin] |> Option.map at |> Option.defaultValue 1.0
    | ShapeFactor factors -> at factors[bin]
    | HistoSys _
    | EventSys _
    | EventShape _ -> 1.0

/// The expected events of one process in one bin: f · Π factors · (ν_b + Σ Δ_b).
let expected (index: ParameterIndex) (theta: float[]) (bin: int) (proc: Process) : float =
    let at (p: Parameter) = theta[index[p.Name]]
    let nominal = proc.Yields[bin]

    let shift modifier =
        match modifier with
        | HistoSys(p, code, low, high) ->
            let struct (value, _, _) =
                Interpolation.increment code nominal low[bin] high[bin] (at p)

            value
        | _ -> 0.0

    Coefficient.value index theta proc.Scale
    * List.fold (fun product m -> product * factor at bin m) 1.0 proc.Modifiers
    * (nominal + List.sumBy shift proc.Modifiers)
