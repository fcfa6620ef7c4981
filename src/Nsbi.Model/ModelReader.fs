namespace Nsbi.Model

open System.Collections.Generic
open System.Text.Json

/// <summary>Models from JSON; <c>ModelJson.read</c> is the door.</summary>
module internal ModelReader =

    let private readConstraint (reader: JsonReader) (place: JsonPlace) : Constraint option =
        let kinds = [ "gaussian", "sigma"; "poisson", "tau"; "log-normal", "sigma" ]

        match reader.Kind(place, kinds |> List.map (fun (name, width) -> name, (name, width))) with
        | None -> None
        | Some(name, width) ->
            reader.Object(place, [ "type"; "observed"; width ], [])
            |> Option.bind (fun key ->
                let a = key "observed" |> Option.bind reader.Number
                let width = key width |> Option.bind reader.Number

                match name, a, width with
                | "gaussian", Some a, Some sigma -> Some(Gaussian(a, sigma))
                | "poisson", Some a, Some tau -> Some(Poisson(a, tau))
                | _, Some a, Some sigma -> Some(LogNormal(a, sigma))
                | _ -> None)

    // A key that may be absent: its value or the default; none only where it is there and wrong.
    let private orDefault (value: 'a) (read: JsonPlace -> 'a option) (key: JsonPlace option) =
        match key with
        | None -> Some value
        | Some place -> read place

    let private readParameter (reader: JsonReader) (place: JsonPlace) : Parameter option =
        let optional = [ "lower"; "upper"; "constraint"; "fixed" ]

        reader.Object(place, [ "name"; "role"; "initial" ], optional)
        |> Option.bind (fun key ->
            let name = key "name" |> Option.bind reader.Text

            let role =
                key "role" |> Option.bind (fun place -> reader.OneOf(place, ModelWriter.roles))

            let initial = key "initial" |> Option.bind reader.Number
            let lower = key "lower" |> orDefault -infinity reader.Number
            let upper = key "upper" |> orDefault infinity reader.Number
            let term = key "constraint" |> orDefault Unconstrained (readConstraint reader)
            let isFixed = key "fixed" |> orDefault false reader.Truth

            match name, role, initial, lower, upper, term, isFixed with
            | Some name, Some role, Some initial, Some lower, Some upper, Some term, Some isFixed ->
                Some {
                    Name = name
                    Role = role
                    Initial = initial
                    Lower = lower
                    Upper = upper
                    Constraint = term
                    Fixed = isFixed
                }
            | _ -> None)

    /// The expression a text stands for.
    let coefficient
        (reader: JsonReader)
        (lookup: string -> Parameter option)
        (place: JsonPlace)
        : Coefficient option =
        reader.Text place
        |> Option.bind (fun text ->
            match CoefficientText.parse lookup text with
            | Ok c -> Some c
            | Error faults ->
                for fault in faults do
                    reader.Report(
                        place.Path,
                        fault,
                        "write an expression of declared parameters, as mu - sqrt(mu)"
                    )

                None)

    let private readProcess
        (reader: JsonReader)
        (lookup: string -> Parameter option)
        (place: JsonPlace)
        : Process option =
        reader.Object(place, [ "name"; "yields" ], [ "scale"; "modifiers"; "eventRate" ])
        |> Option.bind (fun key ->
            let name = key "name" |> Option.bind reader.Text
            let scale = key "scale" |> orDefault (Constant 1.0) (coefficient reader lookup)

            let yields =
                key "yields" |> Option.bind (fun place -> reader.ListOf(place, reader.Number))

            let modifiers =
                key "modifiers"
                |> orDefault [] (fun place ->
                    reader.ListOf(place, ModifierReader.read reader lookup))

            let rate =
                key "eventRate"
                |> orDefault Renormalised (fun place ->
                    reader.OneOf(place, ModifierWriter.eventRates))

            match name, scale, yields, modifiers, rate with
            | Some name, Some scale, Some yields, Some modifiers, Some rate ->
                Some {
                    Name = name
                    Scale = scale
                    Yields = yields
                    Modifiers = modifiers
                    EventRate = rate
                }
            | _ -> None)

    let private readChannel
        (reader: JsonReader)
        (lookup: string -> Parameter option)
        (place: JsonPlace)
        : Channel option =
        reader.Object(place, [ "name"; "type"; "processes" ], [ "reference" ])
        |> Option.bind (fun key ->
            let name = key "name" |> Option.bind reader.Text

            let isBinned =
                key "type"
                |> Option.bind (fun place ->
                    reader.OneOf(place, [ "unbinned", false; "binned", true ]))

            let processes =
                key "processes"
                |> Option.bind (fun place -> reader.ListOf(place, readProcess reader lookup))

            let reference = key "reference"

            match isBinned, reference with
            | Some true, Some place ->
                reader.Report(place.Path, "a binned channel has no reference", "leave it out")
            | Some false, None ->
                reader.Report(
                    place.Path,
                    "the key 'reference' is missing",
                    "name the density that the ratios are relative to"
                )
            | _ -> ()

            let reference = reference |> Option.bind reader.Text

            match name, isBinned, processes, reference with
            | Some name, Some true, Some processes, _ ->
                Some(Binned { Name = name; Processes = processes })
            | Some name, Some false, Some processes, Some reference ->
                Some(
                    Unbinned {
                        Name = name
                        Reference = reference
                        Processes = processes
                    }
                )
            | _ -> None)

    // The declared parameters by name. A declaration that cannot be read still declares its name,
    // so that its fault is reported once and not at every mention.
    let private declarations (reader: JsonReader) (places: JsonPlace list) =
        let table = Dictionary<string, Parameter>()

        let unreadable name : Parameter = {
            Name = name
            Role = Nuisance
            Initial = 0.0
            Lower = -infinity
            Upper = infinity
            Constraint = Unconstrained
            Fixed = false
        }

        for place in places do
            let read = readParameter reader place

            let name =
                match read, place.Element.ValueKind with
                | Some p, _ -> Some p.Name
                | None, JsonValueKind.Object ->
                    match place.Element.TryGetProperty "name" with
                    | true, e when e.ValueKind = JsonValueKind.String -> Some(e.GetString())
                    | _ -> None
                | None, _ -> None

            match name with
            | None -> ()
            | Some name ->
                let parameter = read |> Option.defaultValue (unreadable name)

                if not (table.TryAdd(name, parameter)) then
                    reader.Report(
                        place.Path,
                        $"the parameter '{name}' is declared twice",
                        "declare it once"
                    )

        table

    /// The declared parameters in order, and their look-up by name.
    let parameters
        (reader: JsonReader)
        (declared: JsonPlace list)
        : Parameter list * (string -> Parameter option) =
        let table = declarations reader declared

        let lookup name =
            match table.TryGetValue name with
            | true, p -> Some p
            | false, _ -> None

        List.ofSeq table.Values, lookup

    let private reportUnused (reader: JsonReader) (declared: JsonPlace list) (model: Model) =
        let used = Faults.mentions model |> List.map (fun (p, _) -> p.Name) |> Set.ofList

        for place in declared do
            match place.Element.ValueKind with
            | JsonValueKind.Object ->
                match place.Element.TryGetProperty "name" with
                | true, e when e.ValueKind = JsonValueKind.String ->
                    let name = e.GetString()

                    if not (used.Contains name) then
                        reader.Report(
                            place.Path,
                            $"nothing depends on the parameter '{name}'",
                            "leave it out, or scale a process by it"
                        )
                | _ -> ()
            | _ -> ()

    /// The model at the root, if every part of it can be read.
    let read (reader: JsonReader) (root: JsonPlace) : Model option =
        reader.Object(root, [ "nsbi-model"; "name"; "parameters"; "channels" ], [])
        |> Option.bind (fun key ->
            key "nsbi-model"
            |> Option.bind (fun place ->
                reader.Number place
                |> Option.map (fun found ->
                    if
                        found <> round found || found < 1.0 || found > float ModelWriter.version
                    then
                        reader.Report(
                            place.Path,
                            $"the schema version is {place.Element.GetRawText()}",
                            $"this program reads versions 1 to {ModelWriter.version}"
                        )))
            |> ignore

            let declared = key "parameters" |> Option.bind reader.List |> Option.defaultValue []

            let _, lookup = parameters reader declared
            let name = key "name" |> Option.bind reader.Text

            let channels =
                key "channels"
                |> Option.bind (fun place -> reader.ListOf(place, readChannel reader lookup))

            match name, channels with
            | Some name, Some channels ->
                let model = { Name = name; Channels = channels }
                reportUnused reader declared model
                Some model
            | _ -> None)
