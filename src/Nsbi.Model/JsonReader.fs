namespace Nsbi.Model

open System
open System.Text.Json

/// A JSON value and the path to it, as <c>$.channels[0].name</c>.
[<Struct>]
type internal JsonPlace = { Path: string; Element: JsonElement }

/// <summary>Reads JSON values and keeps every fault found, so that all of them are reported at
/// once: each reading gives an option, and nothing stops at the first none.</summary>
[<Sealed>]
type internal JsonReader() =
    let faults = ResizeArray<ModelError>()

    let kind (element: JsonElement) =
        match element.ValueKind with
        | JsonValueKind.Object -> "an object"
        | JsonValueKind.Array -> "a list"
        | JsonValueKind.String -> $"the text \"{element.GetString()}\""
        | JsonValueKind.Null -> "null"
        | _ -> element.GetRawText()

    member _.Faults: ModelError list = List.ofSeq faults

    member _.Report(path: string, what: string, remedy: string) : unit =
        faults.Add {
            Place = path
            Fault = what
            Remedy = remedy
        }

    member private this.Wrong(place: JsonPlace, wanted: string) : 'a option =
        this.Report(
            place.Path,
            $"{kind place.Element} stands where {wanted} should",
            $"give {wanted}"
        )

        None

    /// The members of an object. Unknown, repeated and missing keys are faults.
    member this.Object
        (place: JsonPlace, required: string list, optional: string list)
        : (string -> JsonPlace option) option =
        if place.Element.ValueKind <> JsonValueKind.Object then
            this.Wrong(place, "an object")
        else
            let members =
                place.Element.EnumerateObject()
                |> Seq.map (fun m -> m.Name, m.Value)
                |> Seq.toList

            let names = List.map fst members
            let known = required @ optional
            let listed = String.concat ", " known

            for name, count in List.countBy id names do
                if not (List.contains name known) then
                    this.Report(
                        $"{place.Path}.{name}",
                        $"there is no key '{name}' here",
                        $"the keys are: {listed}"
                    )
                elif count > 1 then
                    this.Report(
                        $"{place.Path}.{name}",
                        $"the key '{name}' occurs {count} times",
                        "give it once"
                    )

            for name in required do
                if not (List.contains name names) then
                    this.Report(place.Path, $"the key '{name}' is missing", "add it")

            Some(fun name ->
                members
                |> List.tryFind (fun (key, _) -> key = name)
                |> Option.map (fun (_, value) -> {
                    Path = $"{place.Path}.{name}"
                    Element = value
                }))

    /// The items of a list.
    member this.List(place: JsonPlace) : JsonPlace list option =
        if place.Element.ValueKind = JsonValueKind.Array then
            place.Element.EnumerateArray()
            |> Seq.mapi (fun i item -> {
                Path = $"{place.Path}[{i}]"
                Element = item
            })
            |> Seq.toList
            |> Some
        else
            this.Wrong(place, "a list")

    /// A list of which every item can be read; none if one cannot.
    member this.ListOf(place: JsonPlace, read: JsonPlace -> 'a option) : 'a list option =
        this.List place
        |> Option.bind (fun items ->
            let values = List.map read items

            if List.forall Option.isSome values then
                Some(List.choose id values)
            else
                None)

    member this.Text(place: JsonPlace) : string option =
        if place.Element.ValueKind = JsonValueKind.String then
            Some(place.Element.GetString())
        else
            this.Wrong(place, "a text")

    /// A finite number.
    member this.Number(place: JsonPlace) : float option =
        if place.Element.ValueKind <> JsonValueKind.Number then
            this.Wrong(place, "a number")
        else
            let value = place.Element.GetDouble()

            if Double.IsFinite value then
                Some value
            else
                this.Report(
                    place.Path,
                    $"{place.Element.GetRawText()} is beyond double precision",
                    "give a number below 1.7e308"
                )

                None

    member this.Truth(place: JsonPlace) : bool option =
        match place.Element.ValueKind with
        | JsonValueKind.True -> Some true
        | JsonValueKind.False -> Some false
        | _ -> this.Wrong(place, "true or false")

    /// One of some texts, each standing for a value.
    member this.OneOf(place: JsonPlace, choices: (string * 'a) list) : 'a option =
        let listed =
            choices |> List.map (fun (name, _) -> $"\"{name}\"") |> String.concat ", "

        this.Text place
        |> Option.bind (fun text ->
            match List.tryFind (fun (name, _) -> name = text) choices with
            | Some(_, value) -> Some value
            | None ->
                this.Report(place.Path, $"\"{text}\" is none of {listed}", "give one of them")
                None)

    /// What the key "type" of an object stands for; a fault where it is missing or unknown.
    member this.Kind(place: JsonPlace, choices: (string * 'a) list) : 'a option =
        match place.Element.ValueKind with
        | JsonValueKind.Object ->
            match place.Element.TryGetProperty "type" with
            | true, element ->
                this.OneOf(
                    {
                        Path = $"{place.Path}.type"
                        Element = element
                    },
                    choices
                )
            | false, _ ->
                this.Report(place.Path, "the key 'type' is missing", "add it")
                None
        | _ ->
            // Reports that this is no object.
            this.Object(place, [], []) |> ignore
            None
