namespace Nsbi.Infer

open Nsbi.Kernels
open Nsbi.Model

/// <summary>D(x_i; θ) of the events of a table, event by event: the slow way, for what is asked of
/// events and not of their sum.</summary>
[<RequireQualifiedAccess>]
module internal EventDensity =

    /// f_c ν_c G_c Z_c^power with its gradient over all parameters.
    let private rate
        (index: ParameterIndex)
        (proc: UnbinnedProcess)
        (lnZ: PlacedJet option)
        (power: float)
        (theta: float[])
        (scale: Coefficient)
        : float * float[] =
        let f = Coefficient.evaluate index theta scale
        let factor = YieldFactor.evaluate proc.Rates theta
        let ln = if power = 0.0 then None else lnZ

        let z =
            ln |> Option.map (fun z -> exp (power * z.Jet.Value)) |> Option.defaultValue 1.0

        let common = proc.Yield * factor.Jet.Value * z
        let gradient = f.Gradient |> Array.map (fun slope -> slope * common)

        let add (jet: PlacedJet) by =
            jet.Places
            |> Array.iteri (fun k place ->
                gradient[place] <- gradient[place] + f.Value * by * jet.Jet.Gradient[k])

        add factor (proc.Yield * z)
        ln |> Option.iter (fun ln -> add ln (common * power))
        f.Value * common, gradient

    let private find (likelihood: CompiledLikelihood) (name: string) =
        let scales =
            likelihood.Model.Model.Channels
            |> List.find (fun c -> Channel.name c = name)
            |> Channel.processes
            |> List.map Process.factor

        likelihood.Unbinned |> Array.find (fun c -> c.Name = name), scales

    /// <summary>∂ν/∂θ_p of a channel, in all parameters.</summary>
    /// <param name="likelihood">the compiled likelihood</param>
    /// <param name="channel">an unbinned channel of it</param>
    /// <param name="theta">the parameters</param>
    let expectedSlope
        (likelihood: CompiledLikelihood)
        (channel: string)
        (theta: float[])
        : float[] =
        let channel, scales = find likelihood channel
        let beta = CompiledUnbinned.eventParameters channel theta
        let lnZ = UnbinnedNormalisation.logZ AsCompiled None channel beta
        let slope = Array.zeroCreate<float> theta.Length

        for c, scale in List.indexed scales do
            let proc = channel.Processes[c]
            let power = if proc.EventRate = FromEvents then 1.0 else 0.0
            let _, gradient = rate likelihood.Index proc lnZ[c] power theta scale

            for p in 0 .. slope.Length - 1 do
                slope[p] <- slope[p] + gradient[p]

        slope

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
        let channel, scales = find likelihood channel
        let table = channel.Tables[kind]
        let beta = CompiledUnbinned.eventParameters channel theta
        let normalised = UnbinnedNormalisation.logZ AsCompiled None channel beta
        let n = table.Weights.Length
        let density = Array.zeroCreate<float> n
        let gradient = Array.init theta.Length (fun _ -> Array.zeroCreate<float> n)
        let tile = EventTiles.TileEvents

        for c, scale in List.indexed scales do
            let proc = channel.Processes[c]
            let power = if proc.EventRate = Renormalised then -1.0 else 0.0
            let a, slopes = rate likelihood.Index proc normalised[c] power theta scale
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

    /// <summary>∂D_i/∂r_ci of each process, A_c g_c(x_i)/Z_c where Z is in the density, and its derivative
    /// along a direction in θ.</summary>
    /// <param name="likelihood">the compiled likelihood</param>
    /// <param name="channel">an unbinned channel of it</param>
    /// <param name="kind">the table</param>
    /// <param name="theta">the parameters</param>
    /// <param name="direction">v, one number for each parameter</param>
    /// <returns>by process: t_i, Σ_p v_p ∂_p t_i, and Π g with Σ_p v_p ∂_p ln Π g of each event</returns>
    let perRatio
        (likelihood: CompiledLikelihood)
        (channel: string)
        (kind: TableKind)
        (theta: float[])
        (direction: float[])
        : struct (float[] * float[] * float[] * float[])[] =
        let channel, scales = find likelihood channel
        let table = channel.Tables[kind]
        let beta = CompiledUnbinned.eventParameters channel theta
        let normalised = UnbinnedNormalisation.logZ AsCompiled None channel beta
        let n = table.Weights.Length
        let tile = EventTiles.TileEvents

        [|
            for c, scale in List.indexed scales do
                let proc = channel.Processes[c]
                let power = if proc.EventRate = Renormalised then -1.0 else 0.0
                let a, slopes = rate likelihood.Index proc normalised[c] power theta scale
                let along = Array.fold2 (fun s v slope -> s + v * slope) 0.0 direction slopes
                let factors = EventFactors(channel, table, c, beta)
                let own = proc.EventParameters |> Array.map (fun k -> channel.EventParameters[k])
                let t, first = Array.zeroCreate<float> n, Array.zeroCreate<float> n
                let g, slope = Array.create n 1.0, Array.zeroCreate<float> n

                for start in 0..tile .. n - 1 do
                    let rows = [| start .. min n (start + tile) - 1 |]
                    factors.Fill(rows, 1)

                    for j in 0 .. rows.Length - 1 do
                        let i = rows[j]
                        g[i] <- factors.Value[j]

                        for k in 0 .. own.Length - 1 do
                            slope[i] <- slope[i] + direction[own[k]] * factors.First[tile * k + j]

                        t[i] <- a * g[i]
                        first[i] <- (along + a * slope[i]) * g[i]

                struct (t, first, g, slope)
        |]

    /// <summary>N_c = f_c ν_c G_c, times Z_c where the rate is that of the events, of each process, and
    /// its derivative along a direction in θ.</summary>
    /// <param name="likelihood">the compiled likelihood</param>
    /// <param name="channel">an unbinned channel of it</param>
    /// <param name="theta">the parameters</param>
    /// <param name="direction">v, one number for each parameter</param>
    let yields
        (likelihood: CompiledLikelihood)
        (channel: string)
        (theta: float[])
        (direction: float[])
        : struct (float * float)[] =
        let channel, scales = find likelihood channel
        let beta = CompiledUnbinned.eventParameters channel theta
        let lnZ = UnbinnedNormalisation.logZ AsCompiled None channel beta

        [|
            for c, scale in List.indexed scales do
                let proc = channel.Processes[c]
                let power = if proc.EventRate = FromEvents then 1.0 else 0.0
                let value, slopes = rate likelihood.Index proc lnZ[c] power theta scale
                let along = Array.fold2 (fun s v slope -> s + v * slope) 0.0 direction slopes
                struct (value, along)
        |]
