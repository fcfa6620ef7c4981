namespace Nsbi.Model.HistFactory

open System.Text.Json
open Nsbi.Model

/// One change of a JSON document; values are JSON text.
[<RequireQualifiedAccess>]
type PatchOperation =
    /// Sets a member of an object, or inserts before an item of a list; the index - is its end.
    | Add of path: JsonPointer * value: string
    /// Removes what is there.
    | Remove of path: JsonPointer
    /// Puts a value in the place of what is there.
    | Replace of path: JsonPointer * value: string
    /// Removes a value and adds it elsewhere.
    | Move of source: JsonPointer * path: JsonPointer
    /// Adds a copy of a value elsewhere.
    | Copy of source: JsonPointer * path: JsonPointer
    /// Goes on only if the value there is equal in structure.
    | Test of path: JsonPointer * value: string

/// <summary>Changes of a JSON document, made one after the other (RFC 6902).</summary>
type JsonPatch = {
    /// In order.
    Operations: PatchOperation list
}

/// <summary>JSON patches: read and applied.</summary>
[<RequireQualifiedAccess>]
module JsonPatch =

    let private tree (json: string) : JsonTree =
        use document = JsonDocument.Parse json
        JsonTree.ofElement document.RootElement

    let private words = [ "add"; "remove"; "replace"; "move"; "copy"; "test" ]

    let private operation (reader: JsonReader) (place: JsonPlace) : PatchOperation option =
        let pointer (key: string -> JsonPlace option) name =
            match key name with
            | None ->
                reader.Report(place.Path, $"the key '{name}' is missing", "add it")
                None
            | Some place ->
                reader.Text place
                |> Option.bind (fun text ->
                    match JsonPointer.parse text with
                    | Ok pointer -> Some pointer
                    | Error fault ->
                        reader.Report(place.Path, fault, "write it as /channels/0/samples")
                        None)

        // Members that RFC 6902 does not name are to be ignored.
        let others =
            match place.Element.ValueKind with
            | JsonValueKind.Object ->
                place.Element.EnumerateObject()
                |> Seq.map _.Name
                |> Seq.filter (fun name -> name <> "op")
                |> Seq.distinct
                |> Seq.toList
            | _ -> []

        reader.Object(place, [ "op" ], others)
        |> Option.bind (fun key ->
            let path () = pointer key "path"
            let source () = pointer key "from"

            let value () =
                match key "value" with
                | Some place -> Some(place.Element.GetRawText())
                | None ->
                    reader.Report(place.Path, "the key 'value' is missing", "add it")
                    None

            let both make a b =
                Option.map2 (fun a b -> make (a, b)) a b

            key "op"
            |> Option.bind (fun place ->
                reader.OneOf(place, words |> List.map (fun word -> word, word)))
            |> Option.bind (fun word ->
                match word with
                | "add" -> both PatchOperation.Add (path ()) (value ())
                | "remove" -> path () |> Option.map PatchOperation.Remove
                | "replace" -> both PatchOperation.Replace (path ()) (value ())
                | "move" -> both PatchOperation.Move (source ()) (path ())
                | "copy" -> both PatchOperation.Copy (source ()) (path ())
                | _ -> both PatchOperation.Test (path ()) (value ())))

    let internal readPlace (reader: JsonReader) (place: JsonPlace) : JsonPatch option =
        reader.ListOf(place, operation reader)
        |> Option.map (fun operations -> { Operations = operations })

    /// <summary>Reads a patch: a list of operations.</summary>
    /// <returns>the patch, or every fault with its JSON path</returns>
    let read (json: string) : Result<JsonPatch, ModelError list> =
        JsonText.parse json
        |> Result.bind (fun document ->
            use document = document
            let reader = JsonReader()

            let patch =
                readPlace reader {
                    Path = "$"
                    Element = document.RootElement
                }

            match patch, reader.Faults with
            | Some patch, [] -> Ok patch
            | _, faults -> Error faults)

    let private change (operation: PatchOperation) (root: JsonTree) : Result<JsonTree, string> =
        match operation with
        | PatchOperation.Add(path, value) -> TreeChange.add path.Tokens (tree value) root
        | PatchOperation.Remove path -> TreeChange.remove path.Tokens root
        | PatchOperation.Replace(path, value) -> TreeChange.replace path.Tokens (tree value) root
        | PatchOperation.Copy(source, path) ->
            TreeChange.find source.Tokens root
            |> Result.bind (fun value -> TreeChange.add path.Tokens value root)
        | PatchOperation.Move(source, path) when source = path ->
            TreeChange.find source.Tokens root |> Result.map (fun _ -> root)
        | PatchOperation.Move(source, path) when JsonPointer.isWithin source.Tokens path.Tokens ->
            Error $"'{source}' cannot be moved into itself, to '{path}'"
        | PatchOperation.Move(source, path) ->
            TreeChange.find source.Tokens root
            |> Result.bind (fun value ->
                TreeChange.remove source.Tokens root
                |> Result.bind (TreeChange.add path.Tokens value))
        | PatchOperation.Test(path, value) ->
            TreeChange.find path.Tokens root
            |> Result.bind (fun found ->
                if JsonTree.equal found (tree value) then
                    Ok root
                else
                    Error $"the value at '{path}' is not the one that is tested for")

    let private word (operation: PatchOperation) : string =
        match operation with
        | PatchOperation.Add(path, _) -> $"add '{path}'"
        | PatchOperation.Remove path -> $"remove '{path}'"
        | PatchOperation.Replace(path, _) -> $"replace '{path}'"
        | PatchOperation.Move(source, path) -> $"move '{source}' to '{path}'"
        | PatchOperation.Copy(source, path) -> $"copy '{source}' to '{path}'"
        | PatchOperation.Test(path, _) -> $"test '{path}'"

    /// <summary>The document after all changes; the document itself stays as it is.</summary>
    /// <param name="patch">the changes</param>
    /// <param name="json">a JSON text</param>
    /// <returns>the new JSON text; or the first operation that cannot be done, and why</returns>
    let apply (patch: JsonPatch) (json: string) : Result<string, ModelError list> =
        let rec go index operations root =
            match operations with
            | [] -> Ok root
            | operation :: rest ->
                match change operation root with
                | Ok next -> go (index + 1) rest next
                | Error fault ->
                    Error [
                        {
                            Place = $"operation {index} of the patch ({word operation})"
                            Fault = fault
                            Remedy = "check that the patch belongs to this workspace"
                        }
                    ]

        JsonText.parse json
        |> Result.bind (fun document ->
            use document = document
            go 0 patch.Operations (JsonTree.ofElement document.RootElement))
        |> Result.map JsonTree.toText
