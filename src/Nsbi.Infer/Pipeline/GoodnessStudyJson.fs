namespace Nsbi.Infer

open System.Text.Json

/// <summary>Studies of the goodness of fit in files.</summary>
[<RequireQualifiedAccess>]
module GoodnessStudyJson =

    /// <summary>Writes <c>goodness: {of, t, p, error, toys, failed, …, driving: [{event, logRatio, values:
    /// {column: value}}]}</c> into the JSON object that is open.</summary>
    let write (writer: Utf8JsonWriter) (study: GoodnessStudy) : unit =
        writer.WriteStartObject "goodness"
        writer.WriteString("of", study.Of)
        LearnedGoodnessJson.writeMembers writer study.Test
        writer.WriteNumber("limit", study.Plan.Limit)
        writer.WriteStartArray "driving"

        for event in study.Driving do
            writer.WriteStartObject()
            writer.WriteNumber("event", event.Event)
            writer.WriteNumber("logRatio", event.LogRatio)
            writer.WriteStartObject "values"
            let numbers = JsonNumbers writer

            for name, value in List.zip study.Columns event.Values do
                numbers.Number(name, value, (fun () -> "missing"))

            numbers.Close()
            writer.WriteEndObject()
            writer.WriteEndObject()

        writer.WriteEndArray()
        writer.WriteEndObject()
