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

    /// The weights of the reference table at θ, with the factor by which they were last scaled.
    let weights
        (channel: CompiledUnbinned)
        (theta: float[])
        (kappa: float[])
        : Result<float * float[], ModelError list> =
        let place = $"channel '{channel.Name}'"

        match channel.Tables.TryFind TableKind.Reference with
        | None -> Error [ fault place "it has no reference table" "compile it with one" ]
        | Some table ->
            let u = densities channel table theta
            let total = Array.sum table.Weights

            // f_c ν_c G_c, and how often Z_c of this very table stands in the density and the yield.
            let rates =
                channel.Processes
                |> Array.map (fun p ->
                    let rate = YieldFactor.evaluate p.Rates theta
                    p.Coefficient.Value kappa * p.Yield * rate.Jet.Value)

            let amplitudes, yields =
                Array.zip3 channel.Processes rates u
                |> Array.map (fun (p, rate, struct (_, z)) ->
                    match p.EventRate with
                    | Renormalised -> rate / z, rate
                    | FromEvents -> rate, rate * z
                    | AsGiven -> rate, rate)
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
                let what = $"the Asimov weight of row {i} is {number w[i]}"
                let remedy = "choose other parameter values, or better ratios"
                Error [ fault $"{place}, {TableKind.Reference}" what remedy ]
            | None ->
                let rescaling = Array.sum yields / Array.sum w
                Ok(rescaling, Array.map (fun x -> x * rescaling) w)
