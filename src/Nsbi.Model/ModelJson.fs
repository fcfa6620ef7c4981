namespace Nsbi.Model

open System
open System.Collections.Generic
open System.IO
open System.Text
open System.Text.Encodings.Web
open System.Text.Json

/// <summary>Models as JSON.</summary>
/// <remarks>
/// <c>{"nsbi-model": 1, "name", "parameters": [{"name", "role": "poi"|"nuisance", "initial",
/// "lower", "upper", "fixed", "constraint": {"type": "gaussian"|"poisson"|"log-normal", "observed",
/// "sigma"|"tau"}}], "channels": [{"name", "type": "unbinned"|"binned", "reference", "processes":
/// [{"name", "scale": "mu - sqrt(mu)", "yields": [40]}]}]}</c>. An absent bound is infinite, an absent
/// constraint is none, an absent scale is 1, an absent "fixed" is false. Coefficients are written as
/// <see cref="T:Nsbi.Model.CoefficientTextModule" /> prints them; numbers as the shortest text that
/// gives the same number.
/// </remarks>
[<RequireQualifiedAccess>]
module ModelJson =

    /// The version that is written, and the only one there is so far.
    let private version = 1

    let private roles = [ "poi", PointOfInterest; "nuisance", Nuisance ]

    let private writeConstraint (writer: Utf8JsonWriter) (term: Constraint) : unit =
        let write (kind: string) (a: float) (name: string) (width: float) =
            writer.WriteStartObject "constraint"
            writer.WriteString("type", kind)
            writer.WriteNumber("observed", a)
            writer.WriteNumber(name, width)
            writer.WriteEndObject()

        match term with
        | Unconstrained -> ()
        | Gaussian(a, sigma) -> write "gaussian" a "sigma" sigma
        | Poisson(a, tau) -> write "poisson" a "tau" tau
        | LogNormal(a, sigma) -> write "log-normal" a "sigma" sigma

    let private writeParameter (writer: Utf8JsonWriter) (p: Parameter) : unit =
        writer.WriteStartObject()
        writer.WriteString("name", p.Name)
        writer.WriteString("role", roles |> List.find (fun (_, role) -> role = p.Role) |> fst)
        writer.WriteNumber("initial", p.Initial)

        if p.Lower <> -infinity then
            writer.WriteNumber("lower", p.Lower)

        if p.Upper <> infinity then
            writer.WriteNumber("upper", p.Upper)

        writeConstraint writer p.Constraint

        if p.Fixed then
            writer.WriteBoolean("fixed", true)

        writer.WriteEndObject()

    let private writeProcess (writer: Utf8JsonWriter) (p: Process) : unit =
        writer.WriteStartObject()
        writer.WriteString("name", p.Name)

        if p.Scale <> Constant 1.0 then
            writer.WriteString("scale", p.Scale.Text)

        writer.WriteStartArray "yields"

        for x in p.Yields do
            writer.WriteNumberValue x

        writer.WriteEndArray()
        writer.WriteEndObject()

    let private writeChannel (writer: Utf8JsonWriter) (channel: Channel) : unit =
        writer.WriteStartObject()
        writer.WriteString("name", Channel.name channel)

        match channel with
        | Unbinned c ->
            writer.WriteString("type", "unbinned")
            writer.WriteString("reference", c.Reference)
        | Binned _ -> writer.WriteString("type", "binned")

        writer.WriteStartArray "processes"
        Channel.processes channel |> List.iter (writeProcess writer)
        writer.WriteEndArray()
        writer.WriteEndObject()

    /// <summary>Writes a model as the next value of a JSON writer; see
    /// <see cref="M:Nsbi.Model.ModelJson.write" />.</summary>
    /// <exception cref="T:System.ArgumentException">as of write</exception>
    let writeTo (writer: Utf8JsonWriter) (model: Model) : unit =
        let mentions = Faults.mentions model

        match Faults.conflicts mentions with
        | [] -> ()
        | fault :: _ -> invalidArg (nameof model) (string fault)

        writer.WriteStartObject()
        writer.WriteNumber("nsbi-model", version)
        writer.WriteString("name", model.Name)
        writer.WriteStartArray "parameters"
        mentions |> List.map fst |> List.distinct |> List.iter (writeParameter writer)
        writer.WriteEndArray()
        writer.WriteStartArray "channels"
        List.iter (writeChannel writer) model.Channels
        writer.WriteEndArray()
        writer.WriteEndObject()

    /// <summary>The JSON text of a model, from which <see cref="M:Nsbi.Model.ModelJson.read" /> makes
    /// the same model again. The model need not be valid.</summary>
    /// <exception cref="T:System.ArgumentException">a number that JSON has no word for (NaN, an
    /// infinite yield), or one name with two declarations</exception>
    let write (model: Model) : string =
        use stream = new MemoryStream()

        let options =
            JsonWriterOptions(
                Indented = true,
                NewLine = "\n",
                Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping
            )

        using (new Utf8JsonWriter(stream, options)) (fun writer -> writeTo writer model)
        Encoding.UTF8.GetString(stream.ToArray()) + "\n"

    let private readConstraint (reader: JsonReader) (place: JsonPlace) : Constraint option =
        let kinds = [ "gaussian", "sigma"; "poisson", "tau"; "log-normal", "sigma" ]

        let kind =
            match place.Element.ValueKind with
            | JsonValueKind.Object ->
                match place.Element.TryGetProperty "type" with
                | true, element ->
                    reader.OneOf(
                        {
                            Path = $"{place.Path}.type"
                            Element = element
                        },
                        kinds |> List.map (fun (name, width) -> name, (name, width))
                    )
                | false, _ ->
                    reader.Report(place.Path, "the key 'type' is missing", "add it")
                    None
            | _ ->
                // Reports that this is no object.
                reader.Object(place, [], []) |> ignore
                None

        match kind with
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

            let role = key "role" |> Option.bind (fun place -> reader.OneOf(place, roles))

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

    let internal readCoefficient
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
        reader.Object(place, [ "name"; "yields" ], [ "scale" ])
        |> Option.bind (fun key ->
            let name = key "name" |> Option.bind reader.Text
            let scale = key "scale" |> orDefault (Constant 1.0) (readCoefficient reader lookup)

            let yields =
                key "yields" |> Option.bind (fun place -> reader.ListOf(place, reader.Number))

            match name, scale, yields with
            | Some name, Some scale, Some yields ->
                Some {
                    Name = name
                    Scale = scale
                    Yields = yields
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

    // The declared parameters in order, and their look-up by name.
    let internal readParameters
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

    let private readRoot (reader: JsonReader) (root: JsonPlace) : Model option =
        reader.Object(root, [ "nsbi-model"; "name"; "parameters"; "channels" ], [])
        |> Option.bind (fun key ->
            key "nsbi-model"
            |> Option.bind (fun place ->
                reader.Number place
                |> Option.map (fun found ->
                    if found <> float version then
                        reader.Report(
                            place.Path,
                            $"the schema version is {place.Element.GetRawText()}",
                            $"this program reads version {version}"
                        )))
            |> ignore

            let declared = key "parameters" |> Option.bind reader.List |> Option.defaultValue []

            let _, lookup = readParameters reader declared
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

    /// <summary>Reads a model from a parsed JSON value at a path, for files that hold a model among
    /// other things.</summary>
    /// <returns>the model as written, not yet validated; or every fault with its JSON path</returns>
    let readElement (path: string) (element: JsonElement) : Result<Model, ModelError list> =
        let reader = JsonReader()
        let model = readRoot reader { Path = path; Element = element }

        match model, reader.Faults with
        | Some model, [] -> Ok model
        | _, faults -> Error faults

    /// <summary>Reads a model from JSON text.</summary>
    /// <returns>the model as written, not yet validated; or every fault: where the text is no JSON
    /// its line and column, otherwise the JSON path of each value that is wrong</returns>
    let read (json: string) : Result<Model, ModelError list> =
        if isNull json then
            nullArg (nameof json)

        try
            use document = JsonDocument.Parse json
            readElement "$" document.RootElement
        with :? JsonException as error ->
            let line = error.LineNumber.GetValueOrDefault() + 1L
            let column = error.BytePositionInLine.GetValueOrDefault() + 1L

            Error [
                {
                    Place = $"line {line}, column {column}"
                    Fault = "the text is no JSON here"
                    Remedy = "look for a missing comma, quote or bracket before this place"
                }
            ]
