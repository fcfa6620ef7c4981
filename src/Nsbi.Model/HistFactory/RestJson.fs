namespace Nsbi.Model.HistFactory

open System.Text.Json
open Nsbi.Model

/// <summary>What a document says beyond its model, as own workspaces hold it: <c>{"version",
/// "measurement", "measurements": [as in pyhf], "observations": [names], "unused": [as in pyhf],
/// "extras": [{"channel", "sample", "type", "modifier", "key", "value"}]}</c>.</summary>
module internal RestJson =

    let private extra (json: JsonReader) (place: JsonPlace) : ModifierExtra option =
        json.Object(place, [ "channel"; "sample"; "type"; "modifier"; "key"; "value" ], [])
        |> Option.bind (fun key ->
            let text name = key name |> Option.bind json.Text
            let channel, sample = text "channel", text "sample"
            let kind, modifier, name = text "type", text "modifier", text "key"

            match channel, sample, kind, modifier, name, key "value" with
            | Some channel, Some sample, Some kind, Some modifier, Some name, Some value ->
                Some {
                    Channel = channel
                    Sample = sample
                    Type = kind
                    Modifier = modifier
                    Extra = {
                        Key = name
                        Json = value.Element.GetRawText()
                    }
                }
            | _ -> None)

    /// The value at a place.
    let read (json: JsonReader) (place: JsonPlace) : DocumentRest option =
        json.Object(
            place,
            [ "version"; "measurement"; "measurements"; "observations" ],
            [ "unused"; "extras" ]
        )
        |> Option.bind (fun key ->
            let list name read =
                match key name with
                | None -> Some []
                | Some place -> json.ListOf(place, read)

            let version = key "version" |> Option.bind json.Text
            let measurement = key "measurement" |> Option.bind json.Text
            let measurements = list "measurements" (DocumentReader.measurement json)
            let observations = list "observations" json.Text
            let unused = list "unused" (DocumentReader.observation json)

            match
                version,
                measurement,
                measurements,
                observations,
                unused,
                list "extras" (extra json)
            with
            | Some version,
              Some measurement,
              Some measurements,
              Some observations,
              Some unused,
              Some extras ->
                Some {
                    Version = version
                    Measurement = measurement
                    Measurements = measurements
                    Observations = observations
                    Unused = unused
                    Extras = extras
                }
            | _ -> None)

    /// Writes the value that follows a name or stands in a list.
    let write (writer: Utf8JsonWriter) (rest: DocumentRest) : unit =
        writer.WriteStartObject()
        writer.WriteString("version", rest.Version)
        writer.WriteString("measurement", rest.Measurement)
        DocumentWriter.measurements writer rest.Measurements
        writer.WriteStartArray "observations"
        rest.Observations |> List.iter (fun name -> writer.WriteStringValue name)
        writer.WriteEndArray()

        if not rest.Unused.IsEmpty then
            DocumentWriter.observations writer "unused" rest.Unused

        if not rest.Extras.IsEmpty then
            writer.WriteStartArray "extras"

            for extra in rest.Extras do
                writer.WriteStartObject()
                writer.WriteString("channel", extra.Channel)
                writer.WriteString("sample", extra.Sample)
                writer.WriteString("type", extra.Type)
                writer.WriteString("modifier", extra.Modifier)
                writer.WriteString("key", extra.Extra.Key)
                writer.WritePropertyName "value"
                writer.WriteRawValue extra.Extra.Json
                writer.WriteEndObject()

            writer.WriteEndArray()

        writer.WriteEndObject()
