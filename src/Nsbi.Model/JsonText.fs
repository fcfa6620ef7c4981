namespace Nsbi.Model

open System.Text.Json

/// Text as JSON, with a sentence where it is none.
module internal JsonText =

    /// The parsed text, to be disposed of; or the line and column where it is no JSON.
    let parse (json: string) : Result<JsonDocument, ModelError list> =
        if isNull json then
            nullArg (nameof json)

        try
            Ok(JsonDocument.Parse json)
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
