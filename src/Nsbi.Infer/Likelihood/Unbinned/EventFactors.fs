namespace Nsbi.Infer

open System
open Nsbi.Kernels
open Nsbi.Model

/// <summary>Π g of one process on one table, tile by tile, with the derivatives of its logarithm over
/// the event parameters the process depends on: the plain way, for single events and for event
/// shapes.</summary>
[<Sealed>]
type internal EventFactors(channel: CompiledUnbinned, table: TiledTable, proc: int, beta: float[]) =
    let tile = EventTiles.TileEvents
    let own = channel.Processes[proc].EventParameters
    let n = own.Length
    let terms = table.Shapes |> Array.filter (fun t -> t.Process = proc)

    let columns =
        [| 0 .. channel.Columns.Length - 1 |]
        |> Array.filter (fun k -> channel.Columns[k].Process = proc)

    let forms = CompiledUnbinned.forms channel beta
    let placeOf k = Array.IndexOf(own, k)

    /// Where the parameter of each column is among this process's.
    let columnPlaces =
        columns |> Array.map (fun k -> placeOf channel.Columns[k].Parameter)

    let values =
        terms
        |> Array.map (fun t -> t.Parameters |> Seq.map (fun k -> beta[k]) |> Seq.toArray)

    let places =
        terms |> Array.map (fun t -> t.Parameters |> Seq.map placeOf |> Seq.toArray)

    let largest = Array.fold (fun m (v: float[]) -> max m v.Length) 0 values
    let partLog = Array.zeroCreate<float> tile
    let partFirst = Array.zeroCreate<float>(tile * largest)
    let partSecond = Array.zeroCreate<float>(tile * largest * (largest + 1) / 2)
    let value = Array.zeroCreate<float> tile
    let first = Array.zeroCreate<float>(tile * n)
    let second = Array.zeroCreate<float>(tile * n * n)

    let add k l j part =
        let at = tile * (n * k + l) + j
        second[at] <- second[at] + part

    let fillShape t (positions: int[]) order =
        let rows = positions |> Array.map table.Tiles.Row

        terms[t]
            .Fill(
                ReadOnlySpan rows,
                ReadOnlySpan values[t],
                order,
                Span partLog,
                Span partFirst,
                Span partSecond
            )

        let at = places[t]

        for j in 0 .. rows.Length - 1 do
            value[j] <- value[j] * exp partLog[j]

            if order > 0 then
                for k in 0 .. at.Length - 1 do
                    let place = tile * at[k] + j
                    first[place] <- first[place] + partFirst[tile * k + j]

            if order > 1 then
                let mutable packed = 0

                for k in 0 .. at.Length - 1 do
                    for l in k .. at.Length - 1 do
                        let part = partSecond[tile * packed + j]
                        add at[k] at[l] j part

                        if k <> l then
                            add at[l] at[k] j part

                        packed <- packed + 1

    let fillColumn m (positions: int[]) order =
        let column, place = columns[m], columnPlaces[m]

        // At α = 0 every interpolation gives 1.
        if order > 0 || beta[own[place]] <> 0.0 then
            for j in 0 .. positions.Length - 1 do
                let up = table.Columns.LogUp(column, positions[j])
                let down = table.Columns.LogDown(column, positions[j])
                let mutable g = 0.0
                let mutable g1 = 0.0
                let mutable g2 = 0.0
                forms[column].At(up, down, &g, &g1, &g2)
                value[j] <- value[j] * g

                if order > 0 then
                    let slope = g1 / g
                    let at = tile * place + j
                    first[at] <- first[at] + slope

                    if order > 1 then
                        add place place j (g2 / g - slope * slope)

    /// Π g of event j of the tile.
    member _.Value: float[] = value

    /// ∂_k log |Π g| of event j at [64 k + j].
    member _.First: float[] = first

    /// ∂_k ∂_l log |Π g| of event j at [64 (n k + l) + j].
    member _.Second: float[] = second

    /// Fills the above for the events at these positions of the table's tiles, at most 64.
    member _.Fill(positions: int[], order: int) : unit =
        Array.Fill(value, 1.0)
        Array.Clear first
        Array.Clear second

        for t in 0 .. terms.Length - 1 do
            fillShape t positions order

        for m in 0 .. columns.Length - 1 do
            fillColumn m positions order

/// <summary>Z_c(β) = E_{p_c}[Π g] on a table, self-normalised: Σ w r_c Π g / Σ w r_c.</summary>
[<RequireQualifiedAccess>]
module internal EventMean =

    let private tile = EventTiles.TileEvents

    /// Tiles that are summed up by one thread; the sums of these chunks are added in their order.
    let private chunkTiles = 64

    /// Adds Σ m, Σ m Π g, its gradient and the upper triangle of its Hessian over the events of a tile.
    let private addTile (factors: EventFactors) n (positions: int[]) (mass: int -> float) sums =
        let sums: float[] = sums
        factors.Fill(positions, 2)

        for j in 0 .. positions.Length - 1 do
            let mass: float = mass j

            if mass <> 0.0 then
                let u = mass * factors.Value[j]
                sums[0] <- sums[0] + mass
                sums[1] <- sums[1] + u

                for k in 0 .. n - 1 do
                    let slope = factors.First[tile * k + j]
                    sums[2 + k] <- sums[2 + k] + u * slope

                    for l in k .. n - 1 do
                        let at = 2 + n + n * k + l
                        let other = factors.First[tile * l + j]
                        let curve = factors.Second[tile * (n * k + l) + j]
                        sums[at] <- sums[at] + u * (slope * other + curve)

    /// Σ w r, Σ w r Π g, its gradient and the upper triangle of its Hessian over one chunk.
    let private chunkSums channel (table: TiledTable) proc beta chunk : float[] =
        let factors = EventFactors(channel, table, proc, beta)
        let n = channel.Processes[proc].EventParameters.Length
        let sums = Array.zeroCreate (2 + n + n * n)
        let events = table.Tiles.Events
        let last = min events ((chunk + 1) * chunkTiles * tile)

        for start in chunk * chunkTiles * tile .. tile .. last - 1 do
            let mass j =
                table.Weights[start + j] * table.Tiles[proc, start + j]

            addTile factors n [| start .. min last (start + tile) - 1 |] mass sums

        sums

    /// The jet of the sums divided by a number.
    let private jetOf n (total: float) (sums: float[]) : Jet = {
        Value = sums[1] / total
        Gradient = Array.init n (fun k -> sums[2 + k] / total)
        Hessian = Array2D.init n n (fun k l -> sums[2 + n + n * min k l + max k l] / total)
    }

    /// <summary>Σ_j m_j Π g(x_j) over some events, with its derivatives over the process's event
    /// parameters.</summary>
    /// <param name="channel">the channel</param>
    /// <param name="table">a table of it</param>
    /// <param name="proc">the process c</param>
    /// <param name="beta">β</param>
    /// <param name="rows">the events</param>
    /// <param name="masses">m of each of these events</param>
    let ofMasses
        (channel: CompiledUnbinned)
        (table: TiledTable)
        (proc: int)
        (beta: float[])
        (rows: int[])
        (masses: float[])
        : Jet =
        let factors = EventFactors(channel, table, proc, beta)
        let n = channel.Processes[proc].EventParameters.Length
        let sums = Array.zeroCreate (2 + n + n * n)

        for start in 0..tile .. rows.Length - 1 do
            let part = Array.sub rows start (min tile (rows.Length - start))
            addTile factors n part (fun j -> masses[start + j]) sums

        jetOf n 1.0 sums

    /// The sums of chunkSums over a whole table.
    let private tableSums team channel (table: TiledTable) proc beta : float[] =
        let chunks = (table.Tiles.Tiles + chunkTiles - 1) / chunkTiles
        let parts = Array.create chunks [||]

        let fill chunk =
            parts[chunk] <- chunkSums channel table proc beta chunk

        match team with
        | Some(team: ThreadTeam) when chunks > 1 ->
            team.For(chunks, Action<int, int>(fun chunk _ -> fill chunk))
        | _ -> Seq.iter fill (seq { 0 .. chunks - 1 })

        parts |> Array.reduce (Array.map2 (+))

    /// <summary>Z_c with its derivatives over the process's event parameters.</summary>
    /// <param name="team">threads to share the work; the result does not depend on them</param>
    /// <param name="channel">the channel</param>
    /// <param name="tables">its reference table, whole or in parts</param>
    /// <param name="proc">the process c</param>
    /// <param name="beta">β</param>
    let evaluate
        (team: ThreadTeam option)
        (channel: CompiledUnbinned)
        (tables: TiledTable seq)
        (proc: int)
        (beta: float[])
        : Jet =
        let n = channel.Processes[proc].EventParameters.Length

        let sums =
            tables
            |> Seq.map (fun table -> tableSums team channel table proc beta)
            |> Seq.reduce (Array.map2 (+))

        jetOf n sums[0] sums
