namespace Nsbi.Infer

open System
open Nsbi.Kernels
open Nsbi.Model

/// <summary>From an unbinned channel of a valid model and its event tables to a compiled one.
/// </summary>
[<RequireQualifiedAccess>]
module internal UnbinnedCompilation =

    let private fault = TableFault.create

    /// The parameters of the event modifiers of a process, each once.
    let private eventParameters (p: Process) : string list =
        p.Modifiers
        |> List.collect (fun modifier ->
            match modifier with
            | EventSys v -> [ v.Parameter.Name ]
            | EventShape(_, parameters) -> parameters |> List.map _.Name
            | _ -> [])
        |> List.distinct

    /// The event columns of a channel.
    let private eventColumns (positions: ParameterIndex) (channel: UnbinnedChannel) =
        channel.Processes
        |> List.mapi (fun c p ->
            p.Modifiers
            |> List.choose (fun modifier ->
                match modifier with
                | EventSys v ->
                    Some {
                        Process = c
                        Variation = v
                        Parameter = positions[v.Parameter.Name]
                    }
                | _ -> None))
        |> List.concat
        |> List.toArray

    /// The event shapes of a channel on a table, or all faults.
    let private shapes place (positions: ParameterIndex) (channel: UnbinnedChannel) table =
        channel.Processes
        |> List.mapi (fun c p ->
            p.Modifiers
            |> List.choose (fun modifier ->
                match modifier with
                | EventShape(name, parameters) ->
                    RatioColumns.shape place table p.Name name parameters.Length
                    |> Result.map (fun shape ->
                        let own = parameters |> List.map (fun b -> positions[b.Name])
                        shape.Bind(table.Features, c, List.toArray own))
                    |> Some
                | _ -> None))
        |> List.concat
        |> TableFault.collect

    /// Reads the event columns of a table, or gives all faults.
    let private readColumns
        (place: string)
        (precision: ColumnPrecision)
        (columns: EventColumn[])
        (channel: UnbinnedChannel)
        (table: RatioTable)
        (nominal: int -> float[])
        : Result<InterpolatedColumns, ModelError list> =
        let faults = ResizeArray<ModelError>()

        let logs k : float[] * float[] =
            let column = columns[k]
            let name = channel.Processes[column.Process].Name
            let nominal = nominal column.Process

            match RatioColumns.variation place table name nominal column.Variation with
            | Ok logs -> logs
            | Error found ->
                faults.AddRange found
                let none = Array.zeroCreate table.Weights.Length
                none, none

        let made =
            InterpolatedColumns.Create(
                columns |> Array.map (fun c -> ColumnPlace(c.Process, c.Parameter)),
                table.Weights.Length,
                precision,
                ColumnReader(fun k up down ->
                    let logUp, logDown = logs k
                    logUp.AsSpan().CopyTo up
                    logDown.AsSpan().CopyTo down)
            )

        if faults.Count = 0 then
            Ok made
        else
            Error(List.ofSeq faults)

    /// A table in tiles, with by how much its ratios were scaled.
    let private table
        (channel: UnbinnedChannel)
        (positions: ParameterIndex)
        (columns: EventColumn[])
        (precision: ColumnPrecision)
        (kind: TableKind)
        (table: RatioTable)
        : Result<TiledTable * Rescaling list, ModelError list> =
        let place = $"channel '{channel.Name}', {kind}"
        let processes = channel.Processes |> List.map _.Name
        let ratios = RatioColumns.ratios place processes table

        let faults =
            RatioColumns.weightFaults place kind table.Weights
            @ RatioColumns.unused place channel.Processes table

        // Variations are looked at even where ratios are missing, to tell all faults at once.
        let nominal c =
            match ratios with
            | Ok ratios -> List.item c ratios
            | Error _ -> Array.create table.Weights.Length 1.0

        let variations = readColumns place precision columns channel table nominal
        let shapes = shapes place positions channel table

        match ratios, variations, shapes, faults with
        | Ok ratios, Ok variations, Ok shapes, [] ->
            let total = Array.sum table.Weights

            let means =
                ratios |> List.map (fun r -> Array.sum (Array.map2 (*) table.Weights r) / total)

            match kind, List.tryFindIndex (fun m -> m <= 0.0) means with
            | TableKind.Reference, Some c ->
                Error [
                    fault
                        $"{place}, process '{processes[c]}'"
                        "its ratios are 0 wherever the reference has weight"
                        "the reference must cover every process"
                ]
            | _ ->
                let scaled, rescalings =
                    match kind with
                    | TableKind.Observed -> ratios, []
                    | TableKind.Reference ->
                        List.map2 (fun m -> Array.map (fun r -> r / m)) means ratios,
                        List.map2
                            (fun name m -> {
                                Channel = channel.Name
                                Process = name
                                MeanRatio = m
                            })
                            processes
                            means

                Ok(
                    {
                        Tiles = EventTiles.Create(List.toArray scaled)
                        Weights = table.Weights
                        Columns = variations
                        Shapes = List.toArray shapes
                        Source = table
                    },
                    rescalings
                )
        | _ ->
            Error(
                faults
                @ TableFault.ofResult ratios
                @ TableFault.ofResult variations
                @ TableFault.ofResult shapes
            )

    /// Processes that are to be normalised where there is no reference table.
    let private normalisationFaults (channel: UnbinnedChannel) (kinds: TableKind list) = [
        for p in channel.Processes do
            let needed = not (eventParameters p).IsEmpty && p.EventRate <> AsGiven

            if needed && not (List.contains TableKind.Reference kinds) then
                fault
                    $"channel '{channel.Name}', process '{p.Name}'"
                    "its event variations are normalised on the reference table, and there is none"
                    "give the reference table, or leave them as given: eventRate AsGiven"
    ]

    let private compiledProcess (model: ValidModel) (positions: ParameterIndex) (p: Process) = {
        Name = p.Name
        Coefficient = LocalCoefficient(model.InnerCoordinates, Process.factor p)
        Yield = p.Yields.Head
        Rates =
            p.Modifiers
            |> List.choose (fun modifier ->
                match modifier with
                | NormSys(alpha, code, low, high) ->
                    Some {
                        Place = model.Index[alpha.Name]
                        Code = code
                        Low = low
                        High = high
                    }
                | _ -> None)
            |> List.toArray
        EventRate = p.EventRate
        HasShape =
            p.Modifiers
            |> List.exists (fun m ->
                match m with
                | EventShape _ -> true
                | _ -> false)
        EventParameters =
            eventParameters p
            |> List.map (fun name -> positions[name])
            |> List.sort
            |> List.toArray
    }

    /// How far ln Z is compiled: the bounds of a parameter, five units at most.
    let private range (p: Parameter) : float * float =
        let low = if p.Lower < 0.0 then max p.Lower -5.0 else -5.0
        let high = if p.Upper > 0.0 then min p.Upper 5.0 else 5.0
        low, high

    /// <summary>The event columns times events of a channel's tables: what takes memory.</summary>
    let sizes (tables: RatioTables) (channel: UnbinnedChannel) : (int * int) list =
        let columns =
            channel.Processes
            |> List.sumBy (fun p ->
                p.Modifiers
                |> List.filter (fun m ->
                    match m with
                    | EventSys _ -> true
                    | _ -> false)
                |> List.length)

        [ TableKind.Reference; TableKind.Observed ]
        |> List.choose (fun kind -> tables.Tables.TryFind(channel.Name, kind))
        |> List.map (fun table -> columns, table.Weights.Length)

    /// <summary>Compiles a channel, with by how much the ratios of its processes were scaled on the
    /// reference table; or all faults of its tables.</summary>
    let compile
        (options: LikelihoodOptions)
        (precision: ColumnPrecision)
        (model: ValidModel)
        (tables: RatioTables)
        (channel: UnbinnedChannel)
        : Result<CompiledUnbinned * Rescaling list, ModelError list> =
        let names = channel.Processes |> List.collect eventParameters |> List.distinct
        let positions = ParameterIndex.OfNames names
        let columns = eventColumns positions channel

        let found =
            [ TableKind.Reference; TableKind.Observed ]
            |> List.choose (fun kind ->
                tables.Tables.TryFind(channel.Name, kind)
                |> Option.map (fun t -> kind, table channel positions columns precision kind t))

        let faults =
            List.collect (snd >> TableFault.ofResult) found
            @ normalisationFaults channel (List.map fst found)

        if found.IsEmpty then
            Error [
                fault
                    $"channel '{channel.Name}'"
                    "it has no event table"
                    "give its reference table, its observed table, or both"
            ]
        elif not faults.IsEmpty then
            Error faults
        else
            let tables =
                found
                |> List.choose (fun (kind, r) -> Result.toOption r |> Option.map (fun t -> kind, t))

            let tiled = tables |> List.map (fun (kind, (t, _)) -> kind, t) |> Map.ofList

            let processes =
                channel.Processes |> List.map (compiledProcess model positions) |> List.toArray

            let parameters = names |> List.map (fun n -> model.Index[n]) |> List.toArray
            let ranges = parameters |> Array.map (fun k -> range model.Parameters[k])
            let reference = tiled.TryFind TableKind.Reference

            Ok(
                {
                    Name = channel.Name
                    Processes = processes
                    EventParameters = parameters
                    Columns = columns
                    Normalisations =
                        UnbinnedNormalisation.compile options ranges columns processes reference
                    Tables = tiled
                    ToyPrecision = ColumnMemory.ofToys options precision
                },
                tables |> List.collect (fun (_, (_, rescalings)) -> rescalings)
            )
