namespace Nsbi.Infer

open System
open Nsbi.Model

/// <summary>The columns of an event table, checked: weights, ratios, variations and shapes.
/// </summary>
[<RequireQualifiedAccess>]
module internal RatioColumns =

    let private number = TableFault.number
    let private fault = TableFault.create

    let private known (names: string list) =
        match names with
        | [] -> "there are none"
        | names -> "there are: " + String.concat ", " names

    /// The faults of weights.
    let weightFaults (place: string) (kind: TableKind) (weights: float[]) = [
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

    let private featureFaults place (what: string) (table: RatioTable) = [
        if table.Features.Length <> table.Weights.Length then
            let counts = $"{table.Features.Length} of {table.Weights.Length}"

            fault
                place
                $"{what} a function, and {counts} events have features"
                "give the features of all"
    ]

    /// The ratios of the processes, or all faults.
    let ratios (place: string) (processes: string list) (table: RatioTable) =
        processes
        |> List.map (fun name ->
            let place = $"{place}, process '{name}'"

            match table.Ratios.TryFind name with
            | None ->
                let names = Map.toList table.Ratios |> List.map fst
                Error [ fault place "it has no ratios" $"give some; {known names}" ]
            | Some source ->
                let missing =
                    match source with
                    | Function _ -> featureFaults place "its ratios are" table
                    | _ -> []

                if missing.IsEmpty then
                    let ratios = RatioSource.ratios table.Features source

                    match ratioFaults place table.Weights.Length ratios with
                    | [] -> Ok ratios
                    | faults -> Error faults
                else
                    Error missing)
        |> TableFault.collect

    /// log r± of one side, 0 where the process has no density; or its first fault.
    let private side place (sign: string) (table: RatioTable) (nominal: float[]) source =
        let missing =
            match source with
            | Function _ -> featureFaults place $"r{sign} is" table
            | _ -> []

        if not missing.IsEmpty then
            Error missing
        else
            let logs = RatioSource.logRatios table.Features source

            if logs.Length <> nominal.Length then
                let what = $"it has {logs.Length} ratios r{sign} for {nominal.Length} events"
                Error [ fault place what "give one ratio per event" ]
            else
                let logs = Array.map2 (fun r log -> if r = 0.0 then 0.0 else log) nominal logs

                match Array.tryFindIndex (Double.IsFinite >> not) logs with
                | None -> Ok logs
                | Some i ->
                    let given =
                        match source with
                        | Ratios values -> $"r{sign} of row {i} is {number values[i]}"
                        | _ -> $"log r{sign} of row {i} is {number logs[i]}"

                    let remedy = "a ratio of a variation to the nominal is finite and above 0"
                    Error [ fault place given remedy ]

    /// <summary>log r₊ and log r₋ of a variation, or all faults.</summary>
    /// <param name="place">how faults name the process</param>
    /// <param name="table">the table</param>
    /// <param name="proc">the process</param>
    /// <param name="nominal">the process's ratios; where they are 0, those of the variation may be
    /// anything</param>
    /// <param name="v">the variation as the model has it</param>
    let variation
        (place: string)
        (table: RatioTable)
        (proc: string)
        (nominal: float[])
        (v: EventVariation)
        : Result<float[] * float[], ModelError list> =
        let place = $"{place}, process '{proc}', variation '{v.Variation}'"

        match table.Variations.TryFind(proc, v.Variation) with
        | None ->
            let names =
                table.Variations
                |> Map.toList
                |> List.filter (fun ((p, _), _) -> p = proc)
                |> List.map (fst >> snd)

            let remedy = $"give r₊ and r₋ of this process; {known names}"
            Error [ fault place "the table has no such variation" remedy ]
        | Some given ->
            let up = side place "₊" table nominal given.Up

            let down =
                match given.Down, v.Symmetrisation with
                | Some low, None -> side place "₋" table nominal low
                | None, None ->
                    let remedy = "give r₋ too, or let the model make it: eventSysUp"
                    Error [ fault place "it has r₊ alone" remedy ]
                | Some _, Some _ ->
                    let remedy = "leave r₋ out, or use it: eventSys"
                    Error [ fault place "it has an r₋ that the model makes from r₊" remedy ]
                | None, Some MirroredRatio -> up |> Result.map (Array.map (fun u -> -u))
                | None, Some OneSided -> up |> Result.map (Array.map (fun _ -> 0.0))
                | None, Some MirroredDifference ->
                    up
                    |> Result.bind (fun logs ->
                        match logs |> Array.tryFindIndex (fun u -> exp u >= 2.0) with
                        | None -> Ok(logs |> Array.map (fun u -> log (2.0 - exp u)))
                        | Some i ->
                            let what =
                                $"r₊ of row {i} is {number (exp logs[i])}, so that its mirrored \
                                  difference 2 − r₊ is not positive"

                            Error [ fault place what "mirror the ratio: MirroredRatio" ])

            match up, down with
            | Ok up, Ok down -> Ok(up, down)
            | _ -> [ up; down ] |> List.collect TableFault.ofResult |> List.distinct |> Error

    /// The shape of this name, or its faults.
    let shape place (table: RatioTable) (proc: string) (name: string) (parameters: int) =
        let place = $"{place}, process '{proc}', event shape '{name}'"

        match table.Shapes.TryFind(proc, name) with
        | None ->
            let names =
                table.Shapes
                |> Map.toList
                |> List.filter (fun ((p, _), _) -> p = proc)
                |> List.map (fst >> snd)

            Error [ fault place "the table has no such shape" $"give it; {known names}" ]
        | Some shape when shape.Parameters <> parameters ->
            let what = $"it has {shape.Parameters} parameters, and the model names {parameters}"
            Error [ fault place what "name each of its parameters, in its order" ]
        | Some shape when shape.Events |> Option.exists (fun n -> n <> table.Weights.Length) ->
            let what =
                $"it was made for {shape.Events.Value} events, and there are {table.Weights.Length}"

            Error [ fault place what "make it for this table" ]
        | Some shape when shape.Events.IsSome -> Ok shape
        | Some shape ->
            match featureFaults place "it is" table with
            | [] -> Ok shape
            | faults -> Error faults

    /// The faults of variations and shapes of the channel's processes that the model does not name.
    let unused (place: string) (processes: Process list) (table: RatioTable) : ModelError list =
        let named (p: Process) =
            p.Modifiers
            |> List.choose (function
                | EventSys v -> Some v.Variation
                | EventShape(name, _) -> Some name
                | _ -> None)

        let find (what: string) (keys: (string * string) seq) = [
            for p in processes do
                for proc, name in keys do
                    if proc = p.Name && not (List.contains name (named p)) then
                        fault
                            $"{place}, process '{proc}'"
                            $"the model has no {what} '{name}' of it"
                            $"leave it out, or name it in the model; {known (named p)}"
        ]

        find "event variation" table.Variations.Keys
        @ find "event shape" table.Shapes.Keys
