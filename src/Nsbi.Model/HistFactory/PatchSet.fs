namespace Nsbi.Model.HistFactory

open System
open System.Text.Json
open Nsbi.Model

/// One value of a patch in the space of its patch set.
[<RequireQualifiedAccess>]
type PatchValue =
    /// A number.
    | Number of float
    /// A text.
    | Text of string

    /// The value as a person types it.
    override this.ToString() : string =
        match this with
        | Number x -> x.ToString("R", Globalization.CultureInfo.InvariantCulture)
        | Text text -> text

/// A patch of a patch set.
type NamedPatch = {
    /// Unique in its set.
    Name: string
    /// One per label of the set; unique in the set.
    Values: PatchValue list
    /// What it changes.
    Patch: JsonPatch
}

/// <summary>Patches of one background-only workspace, as pyhf publishes signal grids.</summary>
type PatchSet = {
    /// What the patches are.
    Description: string
    /// Where the set is published, by catalogue.
    References: (string * string) list
    /// Digests of the workspace that the patches are for, by algorithm.
    Digests: (string * string) list
    /// Names of the values.
    Labels: string list
    /// In order.
    Patches: NamedPatch list
    /// Of the schema.
    Version: string
}

/// <summary>Patch sets: read, checked against a workspace, searched.</summary>
[<RequireQualifiedAccess>]
module PatchSet =

    /// Reads an object of which the members named must be there and others may be.
    let private openObject (reader: JsonReader) (place: JsonPlace) (names: string list) =
        let others =
            match place.Element.ValueKind with
            | JsonValueKind.Object ->
                place.Element.EnumerateObject()
                |> Seq.map _.Name
                |> Seq.filter (fun name -> not (List.contains name names))
                |> Seq.distinct
                |> Seq.toList
            | _ -> []

        reader.Object(place, names, others)

    let private required (key: string -> JsonPlace option) name read = key name |> Option.bind read

    let private texts (reader: JsonReader) (place: JsonPlace) : (string * string) list option =
        let names =
            match place.Element.ValueKind with
            | JsonValueKind.Object ->
                place.Element.EnumerateObject() |> Seq.map _.Name |> Seq.distinct |> Seq.toList
            | _ -> []

        reader.Object(place, [], names)
        |> Option.bind (fun key ->
            let values =
                names
                |> List.map (fun name ->
                    required key name reader.Text |> Option.map (fun text -> name, text))

            if List.forall Option.isSome values then
                Some(List.choose id values)
            else
                None)

    let private value (reader: JsonReader) (place: JsonPlace) : PatchValue option =
        match place.Element.ValueKind with
        | JsonValueKind.String -> Some(PatchValue.Text(place.Element.GetString()))
        | _ -> reader.Number place |> Option.map PatchValue.Number

    let private patch (reader: JsonReader) (place: JsonPlace) : NamedPatch option =
        reader.Object(place, [ "metadata"; "patch" ], [])
        |> Option.bind (fun key ->
            let metadata =
                required key "metadata" (fun place ->
                    openObject reader place [ "name"; "values" ]
                    |> Option.bind (fun key ->
                        Option.map2
                            (fun name values -> name, values)
                            (required key "name" reader.Text)
                            (required key "values" (fun place ->
                                reader.ListOf(place, value reader)))))

            Option.map2
                (fun (name, values) patch -> {
                    Name = name
                    Values = values
                    Patch = patch
                })
                metadata
                (required key "patch" (JsonPatch.readPlace reader)))

    let private readMetadata (reader: JsonReader) (place: JsonPlace) =
        openObject reader place [ "description"; "references"; "digests"; "labels" ]
        |> Option.bind (fun key ->
            let description = required key "description" reader.Text
            let references = required key "references" (texts reader)
            let digests = required key "digests" (texts reader)

            let labels = required key "labels" (fun place -> reader.ListOf(place, reader.Text))

            match description, references, digests, labels with
            | Some description, Some references, Some digests, Some labels ->
                Some(description, references, digests, labels)
            | _ -> None)

    let private readSet (reader: JsonReader) (root: JsonPlace) : PatchSet option =
        reader.Object(root, [ "metadata"; "patches"; "version" ], [])
        |> Option.bind (fun key ->
            let metadata = required key "metadata" (readMetadata reader)

            let patches =
                required key "patches" (fun place -> reader.ListOf(place, patch reader))

            match metadata, patches, required key "version" reader.Text with
            | Some(description, references, digests, labels), Some patches, Some version ->
                Some {
                    Description = description
                    References = references
                    Digests = digests
                    Labels = labels
                    Patches = patches
                    Version = version
                }
            | _ -> None)

    let private listed (values: PatchValue list) : string =
        values |> List.map string |> String.concat ", "

    /// Names and values that occur twice, and values that do not fit the labels.
    let private faults (set: PatchSet) : ModelError list =
        let fault index what remedy : ModelError = {
            Place = $"$.patches[{index}].metadata"
            Fault = what
            Remedy = remedy
        }

        let repeated what (keys: string list) =
            keys
            |> List.indexed
            |> List.groupBy snd
            |> List.choose (fun (key, places) ->
                match places with
                | (first, _) :: (second, _) :: _ ->
                    fault
                        second
                        $"its {what} '{key}' stands at $.patches[{first}] already"
                        "give each patch its own"
                    |> Some
                | _ -> None)

        [
            yield! set.Patches |> List.map _.Name |> repeated "name"
            yield! set.Patches |> List.map (fun p -> listed p.Values) |> repeated "values"

            for index, patch in List.indexed set.Patches do
                if patch.Values.Length <> set.Labels.Length then
                    fault
                        index
                        $"it has {patch.Values.Length} values, and the set has \
                          {set.Labels.Length} labels"
                        "give one value per label"
        ]

    /// <summary>Whether a JSON value looks like a patch set: an object with patches.</summary>
    let isPatchSet (element: JsonElement) : bool =
        element.ValueKind = JsonValueKind.Object
        && fst (element.TryGetProperty "patches")

    /// <summary>Reads a patch set.</summary>
    /// <returns>the set, or every fault with its JSON path</returns>
    let read (json: string) : Result<PatchSet, ModelError list> =
        JsonText.parse json
        |> Result.bind (fun document ->
            use document = document
            let reader = JsonReader()

            let set =
                readSet reader {
                    Path = "$"
                    Element = document.RootElement
                }

            match set, reader.Faults with
            | Some set, [] ->
                match faults set with
                | [] -> Ok set
                | faults -> Error faults
            | _, faults -> Error faults)

    /// <summary>Finds a patch by its name, or by its values as <c>300, 100</c> or <c>[300,
    /// 100]</c>.
    /// </summary>
    /// <returns>the patch; or a fault that names the ones there are</returns>
    let find (key: string) (set: PatchSet) : Result<NamedPatch, ModelError list> =
        let values =
            key.Trim().TrimStart('[').TrimEnd(']').Split(',')
            |> Array.map _.Trim().Trim('"')
            |> String.concat ", "

        let found =
            set.Patches
            |> List.tryFind (fun p -> p.Name = key)
            |> Option.orElse (set.Patches |> List.tryFind (fun p -> listed p.Values = values))

        match found with
        | Some patch -> Ok patch
        | None ->
            let names = set.Patches |> List.map (fun p -> $"{p.Name} ({listed p.Values})")
            let shown = names |> List.truncate 10 |> String.concat ", "

            let more =
                if names.Length > 10 then
                    $" and {names.Length - 10} more"
                else
                    ""

            Error [
                {
                    Place = "the patch set"
                    Fault = $"it has no patch '{key}', neither by name nor by values"
                    Remedy = $"there are: {shown}{more}"
                }
            ]

    /// <summary>Checks that a workspace is the one the patches are for: its digests.</summary>
    /// <param name="json">the JSON text of the workspace, as it was published</param>
    /// <param name="set">the patch set</param>
    /// <returns>or every digest that differs</returns>
    let verify (json: string) (set: PatchSet) : Result<unit, ModelError list> =
        JsonText.parse json
        |> Result.bind (fun document ->
            use document = document
            let tree = JsonTree.ofElement document.RootElement

            let faults =
                set.Digests
                |> List.choose (fun (algorithm, wanted) ->
                    match CanonicalJson.digest algorithm tree with
                    | Some found when found = wanted.ToLowerInvariant() -> None
                    | Some found ->
                        Some {
                            Place = "the patch set"
                            Fault =
                                $"it is for a workspace of {algorithm} {wanted}, and this one \
                                  has {found}"
                            Remedy = "patch the workspace that was published with it"
                        }
                    | None ->
                        Some {
                            Place = "the patch set"
                            Fault = $"its digest is by '{algorithm}', which is not known here"
                            Remedy = "give md5, sha1, sha256, sha384 or sha512"
                        })

            if faults.IsEmpty then Ok() else Error faults)

    /// <summary>Checks a workspace and applies the patch of a key to it.</summary>
    /// <returns>the JSON text of the patched workspace; or faults as of verify, find and
    /// JsonPatch.apply</returns>
    let apply (key: string) (json: string) (set: PatchSet) : Result<string, ModelError list> =
        match verify json set, find key set with
        | Ok(), Ok patch -> JsonPatch.apply patch.Patch json
        | verified, found ->
            let faultsOf result =
                match result with
                | Ok _ -> []
                | Error faults -> faults

            Error(faultsOf verified @ faultsOf found)
