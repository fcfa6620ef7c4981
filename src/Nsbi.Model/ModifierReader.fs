namespace Nsbi.Model

open System.Text.Json

/// <summary>Modifiers from JSON.</summary>
module internal ModifierReader =

    // The keys of each kind besides "type": required, optional.
    let private keys =
        Map.ofList [
            "normfactor", ([ "parameter" ], [])
            "lumi", ([ "parameter" ], [])
            "normsys", ([ "parameter"; "low"; "high" ], [ "code" ])
            "histosys", ([ "parameter"; "low"; "high" ], [ "code" ])
            "staterror", ([ "parameters"; "uncertainties" ], [])
            "shapesys", ([ "parameters"; "uncertainties" ], [])
            "shapefactor", ([ "parameters" ], [])
            "eventsys", ([ "parameter" ], [ "code"; "variation"; "symmetrised" ])
            "eventshape", ([ "shape"; "parameters" ], [])
        ]

    let private parameter (reader: JsonReader) (lookup: string -> Parameter option) place =
        reader.Text place
        |> Option.bind (fun name ->
            match lookup name with
            | Some p -> Some p
            | None ->
                reader.Report(
                    place.Path,
                    $"there is no parameter '{name}'",
                    "declare it under 'parameters'"
                )

                None)

    /// The modifier at a place.
    let read
        (reader: JsonReader)
        (lookup: string -> Parameter option)
        (place: JsonPlace)
        : Modifier option =
        let ofKind kind =
            let required, optional = keys[kind]

            reader.Object(place, "type" :: required, optional)
            |> Option.bind (fun key ->
                let one name =
                    key name |> Option.bind (parameter reader lookup)

                let several name =
                    key name |> Option.bind (fun at -> reader.ListOf(at, parameter reader lookup))

                let number name = key name |> Option.bind reader.Number

                let numbers name =
                    key name |> Option.bind (fun at -> reader.ListOf(at, reader.Number))

                let code standard =
                    match key "code" with
                    | Some at -> reader.OneOf(at, Interpolation.names)
                    | None -> Some standard

                let both make a b = Option.map2 make a b

                match kind with
                | "normfactor" -> one "parameter" |> Option.map NormFactor
                | "lumi" -> one "parameter" |> Option.map Lumi
                | "normsys" ->
                    both
                        (fun (p, c) (low, high) -> NormSys(p, c, low, high))
                        (both (fun p c -> p, c) (one "parameter") (code PolynomialExponential))
                        (both (fun l h -> l, h) (number "low") (number "high"))
                | "histosys" ->
                    both
                        (fun (p, c) (low, high) -> HistoSys(p, c, low, high))
                        (both (fun p c -> p, c) (one "parameter") (code PolynomialLinear))
                        (both (fun l h -> l, h) (numbers "low") (numbers "high"))
                | "staterror" ->
                    both
                        (fun gammas delta -> StatError(gammas, delta))
                        (several "parameters")
                        (numbers "uncertainties")
                | "shapesys" ->
                    let gamma at =
                        if at.Element.ValueKind = JsonValueKind.Null then
                            Some None
                        else
                            parameter reader lookup at |> Option.map Some

                    let gammas =
                        key "parameters" |> Option.bind (fun at -> reader.ListOf(at, gamma))

                    both
                        (fun gammas delta -> ShapeSys(gammas, delta))
                        gammas
                        (numbers "uncertainties")
                | "shapefactor" -> several "parameters" |> Option.map ShapeFactor
                | "eventsys" ->
                    let symmetrisation =
                        match key "symmetrised" with
                        | Some at -> reader.OneOf(at, Symmetrisation.names) |> Option.map Some
                        | None -> Some None

                    let variation (p: Parameter) =
                        match key "variation" with
                        | Some at -> reader.Text at
                        | None -> Some p.Name

                    match one "parameter", code PolynomialExponential, symmetrisation with
                    | Some p, Some c, Some s ->
                        variation p
                        |> Option.map (fun name ->
                            EventSys {
                                Variation = name
                                Parameter = p
                                Code = c
                                Symmetrisation = s
                            })
                    | _ -> None
                | _ ->
                    both
                        (fun name parameters -> EventShape(name, parameters))
                        (key "shape" |> Option.bind reader.Text)
                        (several "parameters"))

        reader.Kind(place, [ for kind in keys.Keys -> kind, kind ])
        |> Option.bind ofKind
