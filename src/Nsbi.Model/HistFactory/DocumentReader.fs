namespace Nsbi.Model.HistFactory

open System.Text.Json
open Nsbi.Model

/// <summary>pyhf workspaces from JSON; <c>DocumentJson.read</c> is the door. What is checked here
/// is what the schema says; whether the parts fit together is for DocumentFaults.</summary>
module internal DocumentReader =

    /// The versions of the schema, which differ in nothing that is read here.
    let versions: string list = [ "1.0.0"; "1.0.1"; "1.1.0" ]

    let private required (key: string -> JsonPlace option) name read = key name |> Option.bind read

    /// A key that may be absent: none within some where it is absent.
    let private optional (key: string -> JsonPlace option) name read =
        match key name with
        | None -> Some None
        | Some place -> read place |> Option.map Some

    /// A list of one item at least.
    let private nonEmpty (json: JsonReader) (read: JsonPlace -> 'a option) (place: JsonPlace) =
        match json.ListOf(place, read) with
        | Some [] when place.Element.GetArrayLength() = 0 ->
            json.Report(place.Path, "the list is empty", "give it one item at least")
            None
        | items -> items

    let private numbers (json: JsonReader) : JsonPlace -> float list option =
        nonEmpty json json.Number

    /// The members of an object whose schema allows others: those are kept.
    let private openObject (json: JsonReader) (place: JsonPlace) (names: string list) =
        let extras =
            match place.Element.ValueKind with
            | JsonValueKind.Object ->
                place.Element.EnumerateObject()
                |> Seq.filter (fun m -> not (List.contains m.Name names))
                |> Seq.map (fun m -> {
                    Key = m.Name
                    Json = m.Value.GetRawText()
                })
                |> Seq.toList
            | _ -> []

        json.Object(place, names, extras |> List.map _.Key |> List.distinct)
        |> Option.map (fun key -> key, extras)

    let private normSys (json: JsonReader) (place: JsonPlace) : ModifierData option =
        openObject json place [ "lo"; "hi" ]
        |> Option.bind (fun (key, extras) ->
            Option.map2
                (fun low high -> ModifierData.NormSys(low, high, extras))
                (required key "lo" json.Number)
                (required key "hi" json.Number))

    let private histoSys (json: JsonReader) (place: JsonPlace) : ModifierData option =
        openObject json place [ "lo_data"; "hi_data" ]
        |> Option.bind (fun (key, extras) ->
            Option.map2
                (fun low high -> ModifierData.HistoSys(low, high, extras))
                (required key "lo_data" (numbers json))
                (required key "hi_data" (numbers json)))

    let private nothing (json: JsonReader) (data: ModifierData) (place: JsonPlace) =
        if place.Element.ValueKind = JsonValueKind.Null then
            Some data
        else
            json.Report(place.Path, $"a {data.Type} has no data", "give null")
            None

    let private kinds: (string * (JsonReader -> JsonPlace -> ModifierData option)) list = [
        "normfactor", (fun json -> nothing json ModifierData.NormFactor)
        "lumi", (fun json -> nothing json ModifierData.Lumi)
        "shapefactor", (fun json -> nothing json ModifierData.ShapeFactor)
        "normsys", normSys
        "histosys", histoSys
        "shapesys", (fun json -> numbers json >> Option.map ModifierData.ShapeSys)
        "staterror", (fun json -> numbers json >> Option.map ModifierData.StatError)
    ]

    let private modifier (json: JsonReader) (place: JsonPlace) : ModifierSpec option =
        json.Object(place, [ "name"; "type"; "data" ], [])
        |> Option.bind (fun key ->
            let name = required key "name" json.Text
            let kind = required key "type" (fun place -> json.OneOf(place, kinds))
            let data = kind |> Option.bind (fun read -> required key "data" (read json))

            match name, data with
            | Some name, Some ModifierData.Lumi when name <> "lumi" ->
                json.Report(
                    $"{place.Path}.name",
                    $"a modifier of type lumi is named \"{name}\"",
                    "name it lumi"
                )

                None
            | _ -> Option.map2 (fun name data -> { Name = name; Data = data }) name data)

    let private sample (json: JsonReader) (place: JsonPlace) : SampleSpec option =
        json.Object(place, [ "name"; "data"; "modifiers" ], [])
        |> Option.bind (fun key ->
            let name = required key "name" json.Text
            let data = required key "data" (numbers json)

            let modifiers =
                required key "modifiers" (fun place -> json.ListOf(place, modifier json))

            match name, data, modifiers with
            | Some name, Some data, Some modifiers ->
                Some {
                    Name = name
                    Data = data
                    Modifiers = modifiers
                }
            | _ -> None)

    let private channel (json: JsonReader) (place: JsonPlace) : ChannelSpec option =
        json.Object(place, [ "name"; "samples" ], [])
        |> Option.bind (fun key ->
            Option.map2
                (fun name samples -> { Name = name; Samples = samples })
                (required key "name" json.Text)
                (required key "samples" (nonEmpty json (sample json))))

    /// What was counted in a channel.
    let observation (json: JsonReader) (place: JsonPlace) : ObservationSpec option =
        json.Object(place, [ "name"; "data" ], [])
        |> Option.bind (fun key ->
            Option.map2
                (fun name counts -> { Name = name; Counts = counts })
                (required key "name" json.Text)
                (required key "data" (numbers json)))

    let private bounds (json: JsonReader) (place: JsonPlace) : (float * float) option =
        match json.ListOf(place, json.Number) with
        | Some [ low; high ] -> Some(low, high)
        | Some values ->
            json.Report(
                place.Path,
                $"{values.Length} numbers stand where a lower and an upper bound should",
                "give two numbers, as [0, 10]"
            )

            None
        | None -> None

    /// The settings of a parameter.
    let settings (json: JsonReader) (place: JsonPlace) : ParameterSettings option =
        json.Object(
            place,
            [ "name" ],
            [ "inits"; "bounds"; "auxdata"; "factors"; "sigmas"; "fixed" ]
        )
        |> Option.bind (fun key ->
            let name = required key "name" json.Text
            let list name = optional key name (numbers json)
            let inits = list "inits"
            let bounds = optional key "bounds" (nonEmpty json (bounds json))
            let auxData = list "auxdata"
            let factors = list "factors"
            let sigmas = list "sigmas"
            let isFixed = optional key "fixed" json.Truth

            match name, inits, bounds, auxData, factors, sigmas, isFixed with
            | Some name,
              Some inits,
              Some bounds,
              Some auxData,
              Some factors,
              Some sigmas,
              Some isFixed ->
                Some {
                    Name = name
                    Inits = inits
                    Bounds = bounds
                    AuxData = auxData
                    Factors = factors
                    Sigmas = sigmas
                    Fixed = isFixed
                }
            | _ -> None)

    /// A measurement with its config.
    let measurement (json: JsonReader) (place: JsonPlace) : MeasurementSpec option =
        json.Object(place, [ "name"; "config" ], [])
        |> Option.bind (fun key ->
            let name = required key "name" json.Text

            let config =
                required key "config" (fun place ->
                    json.Object(place, [ "poi"; "parameters" ], [])
                    |> Option.bind (fun key ->
                        Option.map2
                            (fun poi parameters -> poi, parameters)
                            (required key "poi" json.Text)
                            (required key "parameters" (fun place ->
                                json.ListOf(place, settings json)))))

            Option.map2
                (fun name (poi, parameters) -> {
                    Name = name
                    Poi = poi
                    Parameters = parameters
                })
                name
                config)

    /// The document at the root, if every part of it can be read.
    let read (json: JsonReader) (root: JsonPlace) : Document option =
        json.Object(root, [ "channels"; "observations"; "measurements"; "version" ], [])
        |> Option.bind (fun key ->
            let channels = required key "channels" (nonEmpty json (channel json))
            let observations = required key "observations" (nonEmpty json (observation json))
            let measurements = required key "measurements" (nonEmpty json (measurement json))

            let version =
                required key "version" (fun place ->
                    json.OneOf(place, versions |> List.map (fun v -> v, v)))

            match channels, observations, measurements, version with
            | Some channels, Some observations, Some measurements, Some version ->
                Some {
                    Channels = channels
                    Observations = observations
                    Measurements = measurements
                    Version = version
                }
            | _ -> None)
