namespace Nsbi.Infer

open System
open System.Text.Json
open System.Text.Json.Serialization

/// The three rules of checks as "atMost", "atLeast" or the number that a value must be near.
type private CheckRuleConverter() =
    inherit JsonConverter<CheckRule>()

    override _.Write(writer, rule, _) =
        match rule with
        | CheckRule.AtMost -> writer.WriteStringValue "atMost"
        | CheckRule.AtLeast -> writer.WriteStringValue "atLeast"
        | CheckRule.Near target -> writer.WriteNumberValue target

    override _.Read(reader, _, _) =
        match reader.TokenType with
        | JsonTokenType.Number -> CheckRule.Near(reader.GetDouble())
        | JsonTokenType.String ->
            match reader.GetString() with
            | "atMost" -> CheckRule.AtMost
            | "atLeast" -> CheckRule.AtLeast
            | text -> raise (JsonException $"'{text}' is no rule of a check.")
        | _ -> raise (JsonException "A rule of a check is a text or a number.")

/// Drawings as they are nested: a text, a list of nodes after one null, or
/// <c>[name, {attributes}, node, …]</c>.
type private MarkupConverter() =
    inherit JsonConverter<Markup>()

    let isName (text: string) =
        not (String.IsNullOrEmpty text)
        && Seq.forall Char.IsAsciiLetterOrDigit text
        && not (text.Equals("script", StringComparison.OrdinalIgnoreCase))

    let rec write (writer: Utf8JsonWriter) (markup: Markup) =
        match markup with
        | Markup.Text text -> writer.WriteStringValue text
        | Markup.Many children ->
            writer.WriteStartArray()
            writer.WriteNullValue()
            children |> List.iter (write writer)
            writer.WriteEndArray()
        | Markup.Element(name, attributes, children) ->
            writer.WriteStartArray()
            writer.WriteStringValue name
            writer.WriteStartObject()

            for key, value in attributes do
                writer.WriteString(key, value)

            writer.WriteEndObject()
            children |> List.iter (write writer)
            writer.WriteEndArray()

    let rec read (node: JsonElement) : Markup =
        match node.ValueKind with
        | JsonValueKind.String -> Markup.Text(node.GetString())
        | JsonValueKind.Array when node.GetArrayLength() > 0 ->
            match node[0].ValueKind with
            | JsonValueKind.Null ->
                node.EnumerateArray() |> Seq.skip 1 |> Seq.map read |> Seq.toList |> Markup.Many
            | JsonValueKind.String when
                isName (node[0].GetString())
                && node.GetArrayLength() > 1
                && node[1].ValueKind = JsonValueKind.Object
                ->
                let attributes = [
                    for item in node[1].EnumerateObject() -> item.Name, item.Value.GetString()
                ]

                if attributes |> List.exists (fun (key, _) -> key.StartsWith "on") then
                    raise (JsonException "A drawing has no handlers of events.")

                let children = node.EnumerateArray() |> Seq.skip 2 |> Seq.map read
                Markup.Element(node[0].GetString(), attributes, Seq.toList children)
            | _ -> raise (JsonException "An element of a drawing has a name and attributes.")
        | _ -> raise (JsonException "A drawing is a text or a list.")

    override _.Write(writer, markup, _) = write writer markup

    override _.Read(reader, _, _) =
        use document = JsonDocument.ParseValue &reader
        read document.RootElement

/// <summary>The contents of a report as JSON, from which the page can be made again.</summary>
[<RequireQualifiedAccess>]
module ReportJson =
    let private options =
        let options =
            JsonSerializerOptions(
                PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
                NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
                Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
                WriteIndented = false
            )

        options.Converters.Add(CheckRuleConverter())
        options.Converters.Add(MarkupConverter())
        options

    /// <summary>UTF-8 bytes; equal contents give equal bytes. Numbers that are not finite are texts.</summary>
    let write (content: ReportContent) : byte[] =
        Array.append (JsonSerializer.SerializeToUtf8Bytes(content, options)) [| byte '\n' |]

    /// What reports of earlier versions do not have is empty.
    let private completed (content: ReportContent) : ReportContent =
        let orEmpty (items: 'a list) =
            if isNull (box items) then [] else items

        {
            content with
                Uncertainties = orEmpty content.Uncertainties
                Pulls = orEmpty content.Pulls
                Variations = orEmpty content.Variations
                VariationNote =
                    if isNull content.VariationNote then
                        ""
                    else
                        content.VariationNote
                Statements = orEmpty content.Statements
                StatementNotes = orEmpty content.StatementNotes
                Pictures = orEmpty content.Pictures
                Pages = orEmpty content.Pages
        }

    /// <summary>The contents, or a sentence on what is wrong with the bytes and where.</summary>
    let read (bytes: byte[]) : Result<ReportContent, string> =
        if isNull bytes then
            nullArg (nameof bytes)

        try
            let content = JsonSerializer.Deserialize<ReportContent>(ReadOnlySpan bytes, options)

            if isNull (box content) || isNull content.Title then
                Error "The file holds no report: its title is missing."
            else
                Ok(completed content)
        with :? JsonException as fault ->
            let place = if isNull fault.Path then "" else $" at {fault.Path}"
            Error $"The file is no report{place}: {fault.Message}"
