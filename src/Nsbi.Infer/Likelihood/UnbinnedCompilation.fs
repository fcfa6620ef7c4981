namespace Nsbi.Infer

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

    /// The event terms of a process on a table, or all faults.
    let private terms
        (place: string)
        (positions: ParameterIndex)
        (table: RatioTable)
        (nominal: float[])
        (c: int)
        (p: Process)
        : Result<IEventTerm list, ModelError list> =
        p.Modifiers
        |> List.choose (fun modifier ->
            match modifier with
            | EventSys v ->
                RatioColumns.variation place table p.Name nominal v
                |> Result.map (fun (up, down) ->
                    InterpolatedTerm(c, positions[v.Parameter.Name], v.Code, up, down)
                    :> IEventTerm)
                |> Some
            | EventShape(name, parameters) ->
                RatioColumns.shape place table p.Name name parameters.Length
                |> Result.map (fun shape ->
                    let own = parameters |> List.map (fun b -> positions[b.Name])
                    shape.Bind(table.Features, c, List.toArray own))
                |> Some
            | _ -> None)
        |> TableFault.collect

    /// A table in tiles, with by how much its ratios were scaled.
    let private table
        (channel: UnbinnedChannel)
        (positions: ParameterIndex)
        (kind: TableKind)
        (table: RatioTable)
        : Result<TiledTable * Rescaling list, ModelError list> =
        let place = $"channel '{channel.Name}', {kind}"
        let processes = channel.Processes |> List.map _.Name
        let columns = RatioColumns.ratios place processes table

        let faults =
            RatioColumns.weightFaults place kind table.Weights
            @ RatioColumns.unused place channel.Processes table

        // Variations are looked at even where ratios are missing, to tell all faults at once.
        let nominal c =
            match columns with
            | Ok columns -> List.item c columns
            | Error _ -> Array.create table.Weights.Length 1.0

        let terms =
            channel.Processes
            |> List.mapi (fun c p -> terms place positions table (nominal c) c p)
            |> TableFault.collect

        match columns, terms, faults with
        | Ok columns, Ok terms, [] ->
            let total = Array.sum table.Weights

            let means =
                columns
                |> List.map (fun r -> Array.sum (Array.map2 (*) table.Weights r) / total)

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
                    | TableKind.Observed -> columns, []
                    | TableKind.Reference ->
                        List.map2 (fun m -> Array.map (fun r -> r / m)) means columns,
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
                        Terms = terms |> List.concat |> List.toArray
                    },
                    rescalings
                )
        | _ -> Error(faults @ TableFault.ofResult columns @ TableFault.ofResult terms)

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
        EventParameters =
            eventParameters p
            |> List.map (fun name -> positions[name])
            |> List.sort
            |> List.toArray
    }

    let private normalisation (table: TiledTable option) (c: int) (p: UnbinnedProcess) =
        match table with
        | Some t when CompiledUnbinned.isNormalised p ->
            ExactNormalisation(t.Terms, t.Tiles, t.Weights, c, p.EventParameters) :> INormalisation
            |> Some
        | _ -> None

    /// <summary>Compiles a channel, with by how much the ratios of its processes were scaled on the
    /// reference table; or all faults of its tables.</summary>
    let compile
        (model: ValidModel)
        (tables: RatioTables)
        (channel: UnbinnedChannel)
        : Result<CompiledUnbinned * Rescaling list, ModelError list> =
        let names = channel.Processes |> List.collect eventParameters |> List.distinct
        let positions = ParameterIndex.OfNames names

        let found =
            [ TableKind.Reference; TableKind.Observed ]
            |> List.choose (fun kind ->
                tables.Tables.TryFind(channel.Name, kind)
                |> Option.map (fun t -> kind, table channel positions kind t))

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

            Ok(
                {
                    Name = channel.Name
                    Processes = processes
                    EventParameters = names |> List.map (fun n -> model.Index[n]) |> List.toArray
                    Normalisations =
                        processes |> Array.mapi (normalisation (tiled.TryFind TableKind.Reference))
                    Tables = tiled
                },
                tables |> List.collect (fun (_, (_, rescalings)) -> rescalings)
            )
