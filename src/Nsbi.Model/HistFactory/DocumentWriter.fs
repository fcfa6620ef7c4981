namespace Nsbi.Model.HistFactory

open System.Text.Json

/// <summary>pyhf workspaces into JSON; <c>DocumentJson.write</c> is the door.</summary>
module internal DocumentWriter =

    let private numbers (writer: Utf8JsonWriter) (name: string) (values: float list) : unit =
        writer.WriteStartArray name
        List.iter (fun (x: float) -> writer.WriteNumberValue x) values
        writer.WriteEndArray()

    let private list (writer: Utf8JsonWriter) (name: string) (write: 'a -> unit) (items: 'a list) =
        writer.WriteStartArray name

        for item in items do
            writer.WriteStartObject()
            write item
            writer.WriteEndObject()

        writer.WriteEndArray()

    let private data (writer: Utf8JsonWriter) (extras: Extra list) (write: unit -> unit) : unit =
        writer.WriteStartObject "data"
        write ()

        for extra in extras do
            writer.WritePropertyName extra.Key
            writer.WriteRawValue extra.Json

        writer.WriteEndObject()

    let private modifier (writer: Utf8JsonWriter) (modifier: ModifierSpec) : unit =
        writer.WriteString("name", modifier.Name)
        writer.WriteString("type", modifier.Data.Type)

        match modifier.Data with
        | ModifierData.NormFactor
        | ModifierData.Lumi
        | ModifierData.ShapeFactor -> writer.WriteNull "data"
        | ModifierData.NormSys(low, high, extras) ->
            data writer extras (fun () ->
                writer.WriteNumber("lo", low)
                writer.WriteNumber("hi", high))
        | ModifierData.HistoSys(low, high, extras) ->
            data writer extras (fun () ->
                numbers writer "lo_data" low
                numbers writer "hi_data" high)
        | ModifierData.ShapeSys uncertainties
        | ModifierData.StatError uncertainties -> numbers writer "data" uncertainties

    let private channel (writer: Utf8JsonWriter) (channel: ChannelSpec) : unit =
        writer.WriteString("name", channel.Name)

        channel.Samples
        |> list writer "samples" (fun sample ->
            writer.WriteString("name", sample.Name)
            numbers writer "data" sample.Data
            list writer "modifiers" (modifier writer) sample.Modifiers)

    let private settings (writer: Utf8JsonWriter) (settings: ParameterSettings) : unit =
        writer.WriteString("name", settings.Name)
        let optional name = Option.iter (numbers writer name)
        optional "inits" settings.Inits

        match settings.Bounds with
        | None -> ()
        | Some bounds ->
            writer.WriteStartArray "bounds"

            for low, high in bounds do
                writer.WriteStartArray()
                writer.WriteNumberValue low
                writer.WriteNumberValue high
                writer.WriteEndArray()

            writer.WriteEndArray()

        optional "auxdata" settings.AuxData
        optional "factors" settings.Factors
        optional "sigmas" settings.Sigmas
        settings.Fixed |> Option.iter (fun value -> writer.WriteBoolean("fixed", value))

    let private measurement (writer: Utf8JsonWriter) (measurement: MeasurementSpec) : unit =
        writer.WriteString("name", measurement.Name)
        writer.WriteStartObject "config"
        writer.WriteString("poi", measurement.Poi)
        list writer "parameters" (settings writer) measurement.Parameters
        writer.WriteEndObject()

    /// The list of measurements, under its name.
    let measurements (writer: Utf8JsonWriter) (items: MeasurementSpec list) : unit =
        list writer "measurements" (measurement writer) items

    /// A list of observations under a name.
    let observations (writer: Utf8JsonWriter) (name: string) (items: ObservationSpec list) : unit =
        items
        |> list writer name (fun observation ->
            writer.WriteString("name", observation.Name)
            numbers writer "data" observation.Counts)

    /// The document as the next value.
    let write (writer: Utf8JsonWriter) (document: Document) : unit =
        writer.WriteStartObject()
        list writer "channels" (channel writer) document.Channels
        observations writer "observations" document.Observations
        measurements writer document.Measurements
        writer.WriteString("version", document.Version)
        writer.WriteEndObject()
