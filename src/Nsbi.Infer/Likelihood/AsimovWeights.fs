namespace Nsbi.Infer

open System
open Nsbi.Kernels
open Nsbi.Model

/// <summary>Event weights of Asimov sets, w_A,i = D(x_i; θ) w_ref,i / Σ w_ref.</summary>
[<RequireQualifiedAccess>]
module internal AsimovWeights =

    let private number = TableFault.number
    let private fault = TableFault.create

    /// <summary>u_c,i = r_c,i Π g of the reference table, process by process, and its mean Z_c.
    /// </summary>
    let private densities (channel: CompiledUnbinned) (table: TiledTable) (theta: float[]) =
        let n = table.Weights.Length
        let beta = CompiledUnbinned.eventParameters channel theta
        let total = Array.sum table.Weights

        channel.Processes
        |> Array.mapi (fun c p ->
            let u = Array.init n (fun i -> table.Tiles[c, i])

            if p.EventParameters.Length = 0 then
                struct (u, 1.0)
            else
                let factors = EventFactors(channel, table, c, beta)

                for start in 0 .. EventTiles.TileEvents .. n - 1 do
                    let rows = [| start .. min n (start + EventTiles.TileEvents) - 1 |]
                    factors.Fill(rows, 0)
                    rows |> Array.iteri (fun j i -> u[i] <- u[i] * factors.Value[j])

                struct (u, Array.sum (Array.map2 (*) u table.Weights) / total))

    /// The weights of the reference table at θ, with the factor by which they were last scaled, and
    /// Z_c as compiled over Z_c of this very table of each process where Z appears.
    let weights
        (channel: CompiledUnbinned)
        (theta: float[])
        (kappa: float[])
        : Result<float * (string * float) list * float[], ModelError list> =
        let place = $"channel '{channel.Name}'"

        match channel.Tables.TryFind TableKind.Reference with
        | None -> Error [ fault place "it has no reference table" "compile it with one" ]
        | Some table ->
            let u = densities channel table theta
            let beta = CompiledUnbinned.eventParameters channel theta

            let compiledZ =
                UnbinnedNormalisation.logZ AsCompiled None channel beta
                |> Array.map (Option.map (fun z -> exp z.Jet.Value))

            let total = Array.sum table.Weights

            // f_c ν_c G_c. The density is divided by Z_c of this very table, so that the weights add
            // up to ν(θ) exactly; the yield has Z_c as the likelihood has it.
            let rates =
                channel.Processes
                |> Array.map (fun p ->
                    let rate = YieldFactor.evaluate p.Rates theta
                    p.Coefficient.Value kappa * p.Yield * rate.Jet.Value)

            let amplitudes, yields =
                Array.init rates.Length (fun c ->
                    let struct (_, z) = u[c]

                    match channel.Processes[c].EventRate, compiledZ[c] with
                    | Renormalised, Some _ -> rates[c] / z, rates[c]
                    | FromEvents, Some compiled -> rates[c] * compiled / z, rates[c] * compiled
                    | _ -> rates[c], rates[c])
                |> Array.unzip

            let w =
                table.Weights
                |> Array.mapi (fun i reference ->
                    let mutable d = 0.0

                    for c in 0 .. amplitudes.Length - 1 do
                        let struct (values, _) = u[c]
                        d <- d + amplitudes[c] * values[i]

                    d * reference / total)

            match Array.tryFindIndex (fun x -> not (Double.IsFinite x && x >= 0.0)) w with
            | Some i ->
                let term c =
                    let struct (values, _) = u[c]
                    amplitudes[c] * values[i]

                let worst =
                    seq { 0 .. amplitudes.Length - 1 }
                    |> Seq.tryFind (term >> Double.IsFinite >> not)
                    |> Option.defaultWith (fun () ->
                        seq { 0 .. amplitudes.Length - 1 } |> Seq.minBy term)

                let name = channel.Processes[worst].Name

                let what =
                    $"the Asimov weight of row {i} is {number w[i]}, by the term \
                      {number (term worst)} of process '{name}' in its density; a measure that is \
                      negative somewhere is no expectation of events"

                let remedy = "choose other parameter values, or better ratios"
                Error [ fault $"{place}, {TableKind.Reference}" what remedy ]
            | None ->
                let sum = Array.sum w
                // Where nothing is expected there is nothing to scale.
                let rescaling = if sum = 0.0 then 1.0 else Array.sum yields / sum

                let shapes = [
                    for c in 0 .. compiledZ.Length - 1 do
                        match compiledZ[c], u[c] with
                        | Some compiled, struct (_, z) -> channel.Processes[c].Name, compiled / z
                        | None, _ -> ()
                ]

                Ok(rescaling, shapes, Array.map (fun x -> x * rescaling) w)
