namespace Nsbi.Infer

open System
open Nsbi.Kernels
open Nsbi.Model

/// <summary>log Π g of one process, tile by tile, over the event parameters it depends on.
/// </summary>
[<Sealed>]
type internal EventFactors(terms: IEventTerm[], proc: int, own: int[], beta: float[]) =
    let tile = EventTiles.TileEvents
    let terms = terms |> Array.filter (fun t -> t.Process = proc)

    let values =
        terms
        |> Array.map (fun t -> t.Parameters |> Seq.map (fun k -> beta[k]) |> Seq.toArray)

    /// Where a term's parameters are among this process's.
    let places =
        terms
        |> Array.map (fun t ->
            t.Parameters |> Seq.map (fun k -> Array.IndexOf(own, k)) |> Seq.toArray)

    let largest = Array.fold (fun m (v: float[]) -> max m v.Length) 0 values
    let partLog = Array.zeroCreate<float> tile
    let partFirst = Array.zeroCreate<float>(tile * largest)
    let partSecond = Array.zeroCreate<float>(tile * largest * (largest + 1) / 2)
    let log = Array.zeroCreate<float> tile
    let first = Array.zeroCreate<float>(tile * own.Length)
    let second = Array2D.zeroCreate<float> (own.Length * own.Length) tile

    /// log Π g of event j of the tile.
    member _.Log: float[] = log

    /// ∂_k log Π g of event j at [64 k + j].
    member _.First: float[] = first

    /// ∂_k ∂_l log Π g of event j at [n k + l, j].
    member _.Second: float[,] = second

    /// Fills the above for the events of these rows, at most 64.
    member _.Fill(rows: int[], order: int) : unit =
        Array.Clear log
        Array.Clear first

        if order > 1 then
            Array.Clear second

        for t in 0 .. terms.Length - 1 do
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
                log[j] <- log[j] + partLog[j]

                if order > 0 then
                    for k in 0 .. at.Length - 1 do
                        let place = tile * at[k] + j
                        first[place] <- first[place] + partFirst[tile * k + j]

                if order > 1 then
                    let mutable packed = 0

                    for k in 0 .. at.Length - 1 do
                        for l in k .. at.Length - 1 do
                            let part = partSecond[tile * packed + j]
                            let upper = own.Length * at[k] + at[l]
                            second[upper, j] <- second[upper, j] + part

                            if k <> l then
                                let lower = own.Length * at[l] + at[k]
                                second[lower, j] <- second[lower, j] + part

                            packed <- packed + 1

/// <summary>Z_c(β) = E_{p_c}[Π g] on a table, self-normalised: Σ w r_c Π g / Σ w r_c.</summary>
[<RequireQualifiedAccess>]
module internal EventMean =

    /// <summary>Z_c with its derivatives over the process's event parameters: the exact pass over
    /// the whole table.</summary>
    /// <param name="terms">the event terms of the table</param>
    /// <param name="tiles">its ratios</param>
    /// <param name="weights">its weights</param>
    /// <param name="proc">the process c</param>
    /// <param name="own">its event parameters, as positions in β</param>
    /// <param name="beta">β</param>
    let evaluate
        (terms: IEventTerm[])
        (tiles: EventTiles)
        (weights: float[])
        (proc: int)
        (own: int[])
        (beta: float[])
        : Jet =
        let n = own.Length
        let factors = EventFactors(terms, proc, own, beta)
        let gradient = Array.zeroCreate n
        let hessian = Array2D.zeroCreate n n
        let mutable total = 0.0
        let mutable sum = 0.0

        for start in 0 .. EventTiles.TileEvents .. tiles.Events - 1 do
            let rows = [| start .. min tiles.Events (start + EventTiles.TileEvents) - 1 |]
            factors.Fill(rows, 2)

            for j in 0 .. rows.Length - 1 do
                let mass = weights[rows[j]] * tiles[proc, rows[j]]

                if mass <> 0.0 then
                    let u = mass * exp factors.Log[j]
                    total <- total + mass
                    sum <- sum + u

                    for k in 0 .. n - 1 do
                        let slope = u * factors.First[EventTiles.TileEvents * k + j]
                        gradient[k] <- gradient[k] + slope

                        for l in k .. n - 1 do
                            hessian[k, l] <-
                                hessian[k, l]
                                + slope * factors.First[EventTiles.TileEvents * l + j]
                                + u * factors.Second[n * k + l, j]

        {
            Value = sum / total
            Gradient = gradient |> Array.map (fun g -> g / total)
            Hessian = Array2D.init n n (fun k l -> hessian[min k l, max k l] / total)
        }

/// <summary>Z_c from the whole reference table at every evaluation.</summary>
[<Sealed>]
type internal ExactNormalisation
    (terms: IEventTerm[], tiles: EventTiles, weights: float[], proc: int, own: int[]) =

    interface INormalisation with
        member _.LogZ(beta: float[]) : Jet =
            EventMean.evaluate terms tiles weights proc own beta |> Jet.log
