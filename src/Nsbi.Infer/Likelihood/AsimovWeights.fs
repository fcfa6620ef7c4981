namespace Nsbi.Infer

open System
open Nsbi.Model

/// <summary>Event weights of Asimov sets, w_A,i = D(x_i; θ) w_ref,i / Σ w_ref.</summary>
[<RequireQualifiedAccess>]
module internal AsimovWeights =

    let private number = TableFault.number
    let private fault = TableFault.create

    /// <summary>u_c,i = r_c,i g_c,i of the reference table, scaled to a mean of 1 for processes with
    /// shapes; process by process.</summary>
    let private densities (channel: CompiledUnbinned) (table: TiledTable) (theta: float[]) =
        let n = table.Weights.Length
        let beta = channel.TermParameters |> Array.map (fun k -> theta[k])
        let total = Array.sum table.Weights

        Array.init channel.Processes.Length (fun c ->
            let u = Array.init n (fun i -> table.Tiles[c, i])
            let terms = table.Terms |> Array.filter (fun t -> t.Process = c)

            if terms.Length = 0 then
                u
            else
                for term in terms do
                    let own = term.Parameters |> Seq.map (fun k -> beta[k]) |> Seq.toArray
                    let log = Array.zeroCreate 64
                    let first = Array.zeroCreate (64 * own.Length)
                    let second = Array.zeroCreate (32 * own.Length * (own.Length + 1))

                    for start in 0..64 .. n - 1 do
                        let rows = [| start .. min n (start + 64) - 1 |]

                        term.Fill(
                            ReadOnlySpan rows,
                            ReadOnlySpan own,
                            0,
                            Span log,
                            Span first,
                            Span second
                        )

                        rows |> Array.iteri (fun j i -> u[i] <- u[i] * exp log[j])

                let mean = Array.sum (Array.map2 (*) u table.Weights) / total
                Array.map (fun x -> x / mean) u)

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
            let amplitudes = Expected.amplitudes channel kappa
            let u = densities channel table theta
            let total = Array.sum table.Weights

            let w =
                table.Weights
                |> Array.mapi (fun i reference ->
                    let mutable d = 0.0

                    for c in 0 .. amplitudes.Length - 1 do
                        d <- d + amplitudes[c] * u[c][i]

                    d * reference / total)

            match Array.tryFindIndex (fun x -> not (Double.IsFinite x && x >= 0.0)) w with
            | Some i ->
                let what = $"the Asimov weight of row {i} is {number w[i]}"
                let remedy = "choose other parameter values, or better ratios"
                Error [ fault $"{place}, {TableKind.Reference}" what remedy ]
            | None ->
                let rescaling = Array.sum amplitudes / Array.sum w
                Ok(rescaling, Array.map (fun x -> x * rescaling) w)
