namespace Nsbi.Infer

open System
open Nsbi.Kernels
open Nsbi.Model

/// <summary>From a valid model and event tables to a compiled likelihood, or all faults of the
/// tables; <c>Likelihood.compile</c> is the door.</summary>
[<RequireQualifiedAccess>]
module internal Compilation =

    let private number = TableFault.number
    let private fault = TableFault.create

    let private weightFaults (place: string) (kind: TableKind) (weights: float[]) = [
        match Array.tryFindIndex (Double.IsFinite >> not) weights with
        | Some i ->
            fault place $"the weight of row {i} is {number weights[i]}" "give finite weights"
        | None -> ()
        if kind = TableKind.Reference then
            match Array.tryFindIndex (fun w -> w < 0.0) weights with
            | Some i ->
                fault
                    place
                    $"the reference weight of row {i} is {number weights[i]}"
                    "a reference density is not negative: build it from samples without \
                     negative weights"
            | None -> ()

            if weights.Length = 0 then
                fault place "it has no events" "give simulated events of the reference"
            elif Array.forall (fun w -> w = 0.0) weights then
                fault place "its weights are all 0" "give the events' weights"
    ]

    let private ratioFaults (place: string) (events: int) (ratios: float[]) = [
        if ratios.Length <> events then
            fault
                place
                $"it has {ratios.Length} ratios for {events} events"
                "give one ratio per event"
        match Array.tryFindIndex (fun r -> not (Double.IsFinite r && r >= 0.0)) ratios with
        | Some i ->
            fault
                place
                $"the ratio of row {i} is {number ratios[i]}"
                "a density ratio is a finite number of 0 or above"
        | None -> ()
        if ratios.Length > 0 && Array.forall (fun r -> r = 0.0) ratios then
            fault place "its ratios are all 0" "give p_c/p_ref, or leave the process out"
    ]

    let private columns (place: string) (processes: string list) (table: RatioTable) =
        let events = table.Weights.Length

        processes
        |> List.map (fun name ->
            let place = $"{place}, process '{name}'"

            match table.Ratios.TryFind name with
            | None ->
                let known =
                    match Map.toList table.Ratios |> List.map fst with
                    | [] -> "none"
                    | names -> String.concat ", " names

                [||], [ fault place "it has no ratios" $"give some; there are: {known}" ]
            | Some(Function _) when table.Features.Length <> events ->
                let what = $"its ratios are a function, and {table.Features.Length} of {events}"
                [||], [ fault place $"{what} events have features" "give the features of all" ]
            | Some source ->
                let ratios = RatioSource.ratios table.Features source
                ratios, ratioFaults place events ratios)
        |> List.unzip
        |> fun (columns, faults) -> columns, List.concat faults

    /// The shapes of a channel with the places of their parameters in β.
    let private shapesOf (channel: UnbinnedChannel) (shapes: IEventShape list) =
        shapes |> List.filter (fun s -> s.Channel = channel.Name)

    let private table
        (channel: UnbinnedChannel)
        (shapes: IEventShape list)
        (termParameters: string list)
        (kind: TableKind)
        (table: RatioTable)
        : Result<TiledTable * Rescaling list, ModelError list> =
        let place = $"channel '{channel.Name}', {kind}"
        let processes = channel.Processes |> List.map _.Name
        let columns, faults = columns place processes table

        match weightFaults place kind table.Weights @ faults with
        | [] ->
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

                let terms =
                    shapes
                    |> List.map (fun s ->
                        let position name =
                            List.findIndex ((=) name) termParameters

                        s.Bind(
                            table,
                            List.findIndex ((=) s.Process) processes,
                            s.Parameters |> List.map position |> List.toArray
                        ))

                Ok(
                    {
                        Tiles = EventTiles.Create(List.toArray scaled)
                        Weights = table.Weights
                        Terms = List.toArray terms
                    },
                    rescalings
                )
        | faults -> Error faults

    let private shapeFaults (model: ValidModel) (shapes: IEventShape list) = [
        for s in shapes do
            let place = $"event shape of channel '{s.Channel}', process '{s.Process}'"

            let isThere =
                model.Model.Channels
                |> List.exists (fun c ->
                    match c with
                    | Unbinned c ->
                        c.Name = s.Channel
                        && c.Processes |> List.exists (fun p -> p.Name = s.Process)
                    | Binned _ -> false)

            if not isThere then
                fault place "the model has no such unbinned channel and process" "name one it has"

            for name in s.Parameters do
                if (model.Index.TryFind name).IsNone then
                    let known = String.concat ", " model.Index.Names
                    fault place $"the model has no parameter '{name}'" $"there are: {known}"
    ]

    let private unbinned (model: ValidModel) shapes (tables: RatioTables) (c: UnbinnedChannel) =
        let shapes = shapesOf c shapes
        let termParameters = shapes |> List.collect _.Parameters |> List.distinct

        let found =
            [ TableKind.Reference; TableKind.Observed ]
            |> List.choose (fun kind ->
                tables.Tables.TryFind(c.Name, kind)
                |> Option.map (fun t -> kind, table c shapes termParameters kind t))

        let faults = found |> List.collect (snd >> TableFault.ofResult)

        if found.IsEmpty then
            Error [
                fault
                    $"channel '{c.Name}'"
                    "it has no event table"
                    "give its reference table, its observed table, or both"
            ]
        elif not faults.IsEmpty then
            Error faults
        else
            let tables =
                found
                |> List.choose (fun (kind, r) -> Result.toOption r |> Option.map (fun t -> kind, t))

            Ok(
                {
                    Name = c.Name
                    Processes = c.Processes |> List.map _.Name |> List.toArray
                    Coefficients =
                        c.Processes
                        |> List.map (fun p ->
                            LocalCoefficient(model.InnerCoordinates, Process.factor p))
                        |> List.toArray
                    Yields = c.Processes |> List.map _.Yields.Head |> List.toArray
                    TermParameters =
                        termParameters |> List.map (fun n -> model.Index[n]) |> List.toArray
                    Tables = tables |> List.map (fun (kind, (t, _)) -> kind, t) |> Map.ofList
                },
                tables |> List.collect (fun (_, (_, rescalings)) -> rescalings)
            )

    /// Modifiers that cannot be evaluated yet.
    let private modifierFaults (model: ValidModel) = [
        for channel in model.Model.Channels do
            for p in Channel.processes channel do
                for modifier in p.Modifiers do
                    match modifier, channel with
                    | _, Binned _
                    | (NormFactor _ | Lumi _), _ -> ()
                    | _ ->
                        fault
                            $"channel '{Channel.name channel}', process '{p.Name}'"
                            $"it has a {Modifier.kind modifier}"
                            "leave it out"
    ]

    /// Compiles, or gives all faults.
    let compile
        (shapes: IEventShape list)
        (model: ValidModel)
        (tables: RatioTables)
        : Result<CompiledLikelihood, ModelError list> =
        let results =
            match shapeFaults model shapes @ modifierFaults model with
            | [] ->
                model.Model.Channels
                |> List.map (fun channel ->
                    match channel with
                    | Unbinned c -> unbinned model shapes tables c |> Result.map Choice1Of2
                    | Binned c -> Ok(Choice2Of2(BinnedChannel.compile model c)))
            | faults -> [ Error faults ]

        TableFault.collect results
        |> Result.map (fun compiled ->
            let unbinned, rescalings =
                compiled
                |> List.choose (fun c ->
                    match c with
                    | Choice1Of2 u -> Some u
                    | Choice2Of2 _ -> None)
                |> List.unzip

            let binned =
                compiled
                |> List.choose (fun c ->
                    match c with
                    | Choice1Of2 _ -> None
                    | Choice2Of2 b -> Some b)

            CompiledLikelihood(
                model,
                List.toArray unbinned,
                List.toArray binned,
                List.concat rescalings
            ))
