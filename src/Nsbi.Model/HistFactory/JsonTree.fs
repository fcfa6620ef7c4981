namespace Nsbi.Model.HistFactory

open System
open System.Globalization
open System.IO
open System.Text
open System.Text.Encodings.Web
open System.Text.Json

/// <summary>A JSON value as plain data, which patches change. Numbers keep their text; members keep
/// their order.</summary>
type internal JsonTree =
    | Null
    | Truth of bool
    | Number of text: string
    | Text of string
    | Items of JsonTree[]
    | Members of (string * JsonTree)[]

module internal JsonTree =

    let rec ofElement (element: JsonElement) : JsonTree =
        match element.ValueKind with
        | JsonValueKind.Object ->
            element.EnumerateObject()
            |> Seq.map (fun m -> m.Name, ofElement m.Value)
            |> Seq.toArray
            |> Members
        | JsonValueKind.Array ->
            element.EnumerateArray() |> Seq.map ofElement |> Seq.toArray |> Items
        | JsonValueKind.String -> Text(element.GetString())
        | JsonValueKind.Number -> Number(element.GetRawText())
        | JsonValueKind.True -> Truth true
        | JsonValueKind.False -> Truth false
        | _ -> Null

    let rec private writeTo (writer: Utf8JsonWriter) (tree: JsonTree) : unit =
        match tree with
        | Null -> writer.WriteNullValue()
        | Truth value -> writer.WriteBooleanValue value
        | Number text -> writer.WriteRawValue text
        | Text text -> writer.WriteStringValue text
        | Items items ->
            writer.WriteStartArray()
            Array.iter (writeTo writer) items
            writer.WriteEndArray()
        | Members members ->
            writer.WriteStartObject()

            for name, value in members do
                writer.WritePropertyName name
                writeTo writer value

            writer.WriteEndObject()

    /// The JSON text.
    let toText (tree: JsonTree) : string =
        use stream = new MemoryStream()

        let options =
            JsonWriterOptions(Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping)

        using (new Utf8JsonWriter(stream, options)) (fun writer -> writeTo writer tree)
        Encoding.UTF8.GetString(stream.ToArray())

    let number (text: string) : float =
        Double.Parse(text, NumberStyles.Float, CultureInfo.InvariantCulture)

    /// Equal in structure: numbers as doubles, members in any order.
    let rec equal (a: JsonTree) (b: JsonTree) : bool =
        match a, b with
        | Null, Null -> true
        | Truth a, Truth b -> a = b
        | Number a, Number b -> number a = number b
        | Text a, Text b -> a = b
        | Items a, Items b -> a.Length = b.Length && Array.forall2 equal a b
        | Members a, Members b ->
            let sorted members = members |> Array.sortBy fst
            let same (n, a) (m, b) = n = m && equal a b
            a.Length = b.Length && Array.forall2 same (sorted a) (sorted b)
        | _ -> false

    /// The word for the kind of a value.
    let kind (tree: JsonTree) : string =
        match tree with
        | Null -> "null"
        | Truth _ -> "true or false"
        | Number _ -> "a number"
        | Text _ -> "a text"
        | Items _ -> "a list"
        | Members _ -> "an object"
