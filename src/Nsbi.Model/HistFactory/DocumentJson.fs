namespace Nsbi.Model.HistFactory

open System.IO
open System.Text
open System.Text.Encodings.Web
open System.Text.Json
open Nsbi.Model

/// <summary>pyhf workspaces as JSON.</summary>
[<RequireQualifiedAccess>]
module DocumentJson =

    /// <summary>Whether a JSON value looks like a pyhf workspace: an object with channels beside
    /// measurements or observations.</summary>
    let isDocument (element: JsonElement) : bool =
        let has (name: string) = element.TryGetProperty name |> fst

        element.ValueKind = JsonValueKind.Object
        && has "channels"
        && (has "measurements" || has "observations")

    /// <summary>Reads a document from a parsed JSON value.</summary>
    /// <returns>the document; or every fault with its JSON path: keys that are missing, unknown or
    /// repeated, values of the wrong kind, names that occur twice, lists that have not one number
    /// per bin, channels without observation</returns>
    let readElement (element: JsonElement) : Result<Document, ModelError list> =
        let reader = JsonReader()
        let document = DocumentReader.read reader { Path = "$"; Element = element }

        match document, reader.Faults with
        | Some document, [] ->
            match DocumentFaults.ofDocument document with
            | [] -> Ok document
            | faults -> Error faults
        | _, faults -> Error faults

    /// <summary>Reads a document from JSON text.</summary>
    /// <returns>the document; or every fault: where the text is no JSON its line and column,
    /// otherwise as of readElement</returns>
    /// <exception cref="T:System.ArgumentNullException">the text is null</exception>
    let read (json: string) : Result<Document, ModelError list> =
        JsonText.parse json
        |> Result.bind (fun document ->
            use document = document
            readElement document.RootElement)

    /// <summary>Writes a document as the next value of a JSON writer.</summary>
    let writeTo (writer: Utf8JsonWriter) (document: Document) : unit =
        DocumentWriter.write writer document

    /// <summary>The JSON text of a document. What was read from a text is written as a text that is
    /// equal to it in structure: the same members, the same order of lists, the same numbers in
    /// double precision.</summary>
    /// <exception cref="T:System.ArgumentException">a number that JSON has no word for</exception>
    let write (document: Document) : string =
        use stream = new MemoryStream()

        let options =
            JsonWriterOptions(
                Indented = true,
                NewLine = "\n",
                Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping
            )

        using (new Utf8JsonWriter(stream, options)) (fun writer -> writeTo writer document)
        Encoding.UTF8.GetString(stream.ToArray()) + "\n"
