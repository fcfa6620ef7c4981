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
