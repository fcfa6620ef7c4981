namespace Nsbi.Infer

open Nsbi.Kernels
open Nsbi.Model

/// <summary>D(x_i; θ) of the events of a table, event by event: the slow way, for what is asked of
/// events and not of their sum.</summary>
[<RequireQualifiedAccess>]
module internal EventDensity =

    /// A_c with its gradient over all parameters.
    let private amplitude
        (index: ParameterIndex)
        (channel: CompiledUnbinned)
        (normalised: PlacedJet option[])
        (theta: float[])
        (c: int)
        (scale: Coefficient)
        : float * float[] =
        let proc = channel.Processes[c]
        let jet = Coefficient.evaluate index theta scale
        let rate = YieldFactor.evaluate proc.Rates theta

        let lnZ =
            match proc.EventRate with
            | Renormalised -> normalised[c]
            | AsGiven
            | FromEvents -> None

        let z = lnZ |> Option.map (fun z -> exp z.Jet.Value) |> Option.defaultValue 1.0
        let common = proc.Yield * rate.Jet.Value / z
        let gradient = jet.Gradient |> Array.map (fun slope -> slope * common)

        rate.Places
        |> Array.iteri (fun k place ->
            gradient[place] <-
                gradient[place] + jet.Value * proc.Yield / z * rate.Jet.Gradient[k])

        match lnZ with
        | None -> ()
        | Some lnZ ->
            lnZ.Places
            |> Array.iteri (fun k place ->
                gradient[place] <- gradient[place] - jet.Value * common * lnZ.Jet.Gradient[k])

        jet.Value * common, gradient

    /// <summary>D of each event, with its gradient in all parameters.</summary>
    /// <param name="likelihood">the compiled likelihood</param>
    /// <param name="channel">an unbinned channel of it</param>
    /// <param name="kind">the table</param>
    /// <param name="theta">the parameters</param>
    /// <returns>D_i, and ∂_p D_i at [p][i]</returns>
    let evaluate
        (likelihood: CompiledLikelihood)
        (channel: string)
        (kind: TableKind)
        (theta: float[])
        : float[] * float[][] =
        let scales =
            likelihood.Model.Model.Channels
            |> List.find (fun c -> Channel.name c = channel)
            |> Channel.processes
            |> List.map Process.factor

        let channel = likelihood.Unbinned |> Array.find (fun c -> c.Name = channel)
        let table = channel.Tables[kind]
        let beta = CompiledUnbinned.eventParameters channel theta
        let normalised = UnbinnedNormalisation.logZ AsCompiled None channel beta
        let n = table.Weights.Length
        let density = Array.zeroCreate<float> n
        let gradient = Array.init theta.Length (fun _ -> Array.zeroCreate<float> n)
        let tile = EventTiles.TileEvents

        for c, scale in List.indexed scales do
            let proc = channel.Processes[c]
            let a, slopes = amplitude likelihood.Index channel normalised theta c scale
            let factors = EventFactors(channel, table, c, beta)
            let own = proc.EventParameters |> Array.map (fun k -> channel.EventParameters[k])

            for start in 0..tile .. n - 1 do
                let rows = [| start .. min n (start + tile) - 1 |]
                factors.Fill(rows, 1)

                for j in 0 .. rows.Length - 1 do
                    let i = rows[j]
                    let r = table.Tiles[c, i] * factors.Value[j]
                    density[i] <- density[i] + a * r

                    for p in 0 .. slopes.Length - 1 do
                        if slopes[p] <> 0.0 then
                            gradient[p][i] <- gradient[p][i] + slopes[p] * r

                    for k in 0 .. own.Length - 1 do
                        gradient[own[k]][i] <-
                            gradient[own[k]][i] + a * r * factors.First[tile * k + j]

        density, gradient
