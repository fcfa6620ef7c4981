namespace Nsbi.Infer

open System
open Nsbi.Kernels
open Nsbi.Model

// Axes: event j of the reference, process c, inner coordinate κ_k.

/// <summary>The weights of reference events at κ: w_j = Σ_c N_c(κ) p_cj(κ) with the yield N_c and
/// p_cj = u_j r_cj g_cj/Σ_j u_j r_cj g_cj, u the weights of the table times how often each event counts,
/// so that Σ w = ν(κ) whatever counts how often.</summary>
/// <remarks>Where variations are taken as given, the sum in the denominator is that without g.</remarks>
[<Sealed>]
type internal ReferenceWeights
    (compiled: CompiledLikelihood, channel: CompiledUnbinned, rows: int[], copies: float[]) =
    let inner = compiled.Model.InnerCoordinates
    let table = channel.Tables[TableKind.Reference]
    let n = rows.Length
    let u = Array.map2 (fun i m -> table.Weights[i] * m) rows copies

    let masses =
        channel.Processes
        |> Array.mapi (fun c _ -> Array.map2 (fun i u -> u * table.Tiles[c, i]) rows u)

    let totals = masses |> Array.map Array.sum

    let expectation (kappa: float[]) =
        let beta = CompiledUnbinned.eventParameters channel (inner.ToOuter kappa)
        let logZ = UnbinnedNormalisation.logZ AsCompiled None channel beta

        match UnbinnedExpectation.create inner channel logZ kappa with
        | Ok expected -> Some(beta, expected.Yields)
        | Error _ -> None

    /// Π g of process c on all rows with its logarithmic slopes, [k][j].
    let factors c beta =
        let p = channel.Processes[c]
        let own = p.EventParameters.Length
        let value = Array.zeroCreate<float> n
        let slopes = Array.init own (fun _ -> Array.zeroCreate<float> n)
        let filled = EventFactors(channel, table, c, beta)
        let tile = EventTiles.TileEvents

        for start in 0..tile .. n - 1 do
            let count = min tile (n - start)
            filled.Fill(Array.sub rows start count, 1)
            Array.blit filled.Value 0 value start count

            for k in 0 .. own - 1 do
                Array.blit filled.First (tile * k) slopes[k] start count

        value, slopes

    /// Adds N p_c and its slopes to the weights.
    let add c (beta: float[]) (kappa: float[]) (yields: PlacedJet) (free: int[]) w dw =
        let w: float[] = w
        let dw: float[][] = dw
        let p = channel.Processes[c]
        let nu = yields.Jet.Value
        let mass = masses[c]

        let slope place =
            match Array.IndexOf(yields.Places, place) with
            | -1 -> 0.0
            | at -> yields.Jet.Gradient[at]

        if totals[c] <> 0.0 then
            if p.EventParameters.Length = 0 then
                for j in 0 .. n - 1 do
                    w[j] <- w[j] + nu * mass[j] / totals[c]

                for k in 0 .. free.Length - 1 do
                    let by = slope free[k] / totals[c]

                    if by <> 0.0 then
                        for j in 0 .. n - 1 do
                            dw[k][j] <- dw[k][j] + by * mass[j]
            else
                let g, slopes = factors c beta
                let whole = Array.map2 (*) mass g
                let isNormalised = CompiledUnbinned.isNormalised p
                let total = if isNormalised then Array.sum whole else totals[c]

                for j in 0 .. n - 1 do
                    w[j] <- w[j] + nu * whole[j] / total

                for k in 0 .. free.Length - 1 do
                    let by = slope free[k] / total

                    if by <> 0.0 then
                        for j in 0 .. n - 1 do
                            dw[k][j] <- dw[k][j] + by * whole[j]

                    match
                        p.EventParameters
                        |> Array.tryFindIndex (fun b -> channel.EventParameters[b] = free[k])
                    with
                    | None -> ()
                    | Some own ->
                        let chain =
                            if inner.IsSquared free[k] then
                                2.0 * kappa[free[k]]
                            else
                                1.0

                        let mean =
                            if isNormalised then
                                Array.fold2 (fun s x d -> s + x * d) 0.0 whole slopes[own] / total
                            else
                                0.0

                        let by = nu * chain / total

                        for j in 0 .. n - 1 do
                            dw[k][j] <- dw[k][j] + by * whole[j] * (slopes[own][j] - mean)

    /// <summary>The weights at κ and their slopes in some of its coordinates.</summary>
    /// <param name="kappa">the inner coordinates</param>
    /// <param name="free">the places of those that slopes are wanted of</param>
    /// <returns>w_j and [k][j]; none where a weight is not a number. Where interference makes D negative
    /// on events that no data are near, weights keep its sign, and their sum is still ν.</returns>
    member _.At(kappa: float[], free: int[]) : (float[] * float[][]) option =
        expectation kappa
        |> Option.bind (fun (beta, yields) ->
            let w = Array.zeroCreate<float> n
            let dw = free |> Array.map (fun _ -> Array.zeroCreate<float> n)

            for c in 0 .. yields.Length - 1 do
                add c beta kappa yields[c] free w dw

            if Array.forall Double.IsFinite w then Some(w, dw) else None)

    /// <summary>Adds a multiple of Σ_j w_j(κ) e_j, with its derivatives in κ for e held.</summary>
    /// <param name="factor">the multiple</param>
    /// <param name="kappa">the inner coordinates</param>
    /// <param name="e">a number of each event</param>
    /// <param name="sum">what is added to</param>
    member _.Add(factor: float, kappa: float[], e: float[], sum: JetSum) : unit =
        match expectation kappa with
        | None -> ()
        | Some(beta, yields) ->
            for c in 0 .. yields.Length - 1 do
                if totals[c] <> 0.0 then
                    let p = channel.Processes[c]
                    let weighted = Array.map2 (*) masses[c] e

                    let mean =
                        if p.EventParameters.Length = 0 then
                            PlacedJet.constant (Array.sum weighted / totals[c])
                        else
                            let over = EventMean.ofMasses channel table c beta rows weighted

                            let under =
                                if CompiledUnbinned.isNormalised p then
                                    EventMean.ofMasses channel table c beta rows masses[c]
                                else
                                    Jet.constant p.EventParameters.Length totals[c]

                            let places =
                                p.EventParameters |> Array.map (fun k -> channel.EventParameters[k])

                            PlacedJet.toInner inner kappa {
                                Places = places
                                Jet = Jet.divide over under
                            }

                    let term = PlacedJet.multiply yields[c] mean
                    sum.AddJet(factor, term.Places, term.Jet)
