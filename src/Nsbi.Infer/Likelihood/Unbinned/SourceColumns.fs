namespace Nsbi.Infer

open System
open Nsbi.Kernels
open Nsbi.Model

/// <summary>Event columns in double precision, made of their sources again for some events at a time:
/// for exact evaluations where the columns in memory are rounded.</summary>
[<RequireQualifiedAccess>]
module internal SourceColumns =

    let private partEvents = 128 * EventTiles.TileEvents

    let private read (channel: CompiledUnbinned) (table: TiledTable) (rows: int[]) =
        let source = RatioTable.select rows table.Source

        let places =
            channel.Columns |> Array.map (fun c -> ColumnPlace(c.Process, c.Parameter))

        let logs column : float[] * float[] =
            let spec = channel.Columns[column]
            let nominal = rows |> Array.map (fun i -> table.Tiles[spec.Process, i])
            let name = channel.Processes[spec.Process].Name

            match RatioColumns.variation channel.Name source name nominal spec.Variation with
            | Ok logs -> logs
            | Error faults ->
                invalidOp $"The ratios of a variation have changed since it was compiled: {faults}"

        InterpolatedColumns.Create(
            places,
            rows.Length,
            ColumnPrecision.Double,
            ColumnReader(fun k up down ->
                let logUp, logDown = logs k
                logUp.AsSpan().CopyTo up
                logDown.AsSpan().CopyTo down)
        )

    /// <summary>The events in parts, each with its columns.</summary>
    /// <param name="channel">the channel</param>
    /// <param name="table">the table that the events are of</param>
    /// <param name="events">some or all of them</param>
    let parts
        (channel: CompiledUnbinned)
        (table: TiledTable)
        (events: WeightedEvents)
        : seq<struct (WeightedEvents * InterpolatedColumns)> =
        seq {
            for start in 0..partEvents .. events.Tiles.Events - 1 do
                let count = min partEvents (events.Tiles.Events - start)
                let positions = Array.init count (fun j -> start + j)
                let tiles = events.Tiles.Select(ReadOnlySpan positions)
                let rows = positions |> Array.map (fun p -> events.Tiles.Row p)
                let weights = events.Weights.Slice(start, count).ToArray()
                let part = WeightedEvents.CreateWhole(tiles, ReadOnlySpan weights)
                struct (part, read channel table rows)
        }

    /// A table in parts with columns in double precision; itself where it has such.
    let tables (channel: CompiledUnbinned) (table: TiledTable) : seq<TiledTable> =
        if channel.Columns.Length = 0 || table.Columns.Precision = ColumnPrecision.Double then
            Seq.singleton table
        else
            WeightedEvents.CreateWhole(table.Tiles, ReadOnlySpan table.Weights)
            |> parts channel table
            |> Seq.map (fun struct (events, columns) -> {
                table with
                    Tiles = events.Tiles
                    Weights = events.Weights.ToArray()
                    Columns = columns
            })
