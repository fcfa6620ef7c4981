namespace Nsbi.Learn.Networks

open System.Buffers
open System.Text
open System.Text.Json
open Nsbi.Learn
open Nsbi.Learn.Losses

/// <summary>How a parameterised estimator is built.</summary>
type ParameterisedSettings = {
    /// Trainings, folds, members and seed; the head is not used.
    Estimator: EstimatorSettings
    /// <summary>Whether ln r(x|α) = F(x, α) − F(x, 0), which is exactly 0 at α = 0: for a reference that
    /// is the sample at α = 0. Otherwise ln r(x|α) = F(x, α).</summary>
    Anchored: bool
}

/// Defaults, checks and JSON of parameterised settings.
[<RequireQualifiedAccess>]
module ParameterisedSettings =
    /// <summary>The standard estimator, anchored at α = 0.</summary>
    let standard: ParameterisedSettings = {
        Estimator = EstimatorSettings.standard
        Anchored = true
    }

    let internal faults (source: string) (settings: ParameterisedSettings) : Fault list = [
        yield!
            EstimatorSettings.faults source {
                settings.Estimator with
                    Head = Head.Separate
            }
        match settings.Estimator.Training.Output with
        | OutputMap.Sigmoid
        | OutputMap.Tanh
        | OutputMap.Exponential -> ()
        | output ->
            Fault.create
                source
                "a parameterised network needs an output in which ln r is a multiple of the logit"
                "choose the output 'sigmoid', 'tanh' or 'exp'"
            |> Fault.withValue (OutputMap.name output)
    ]

    /// <summary>The same settings, or every fault they have.</summary>
    let validate (settings: ParameterisedSettings) : Result<ParameterisedSettings, Fault list> =
        match faults "network settings" settings with
        | [] -> Ok settings
        | faults -> Error faults

    /// <summary>Settings from a JSON object: the fields of <c>EstimatorSettings</c> and
    /// <c>anchored</c>; a field that is absent keeps the standard value.</summary>
    /// <param name="source">the file, as faults should name it</param>
    /// <param name="path">where the object stands in the file</param>
    /// <param name="element">the object</param>
    /// <returns>every fault: unknown names, values of another type, values out of range</returns>
    let ofJson
        (source: string)
        (path: string)
        (element: JsonElement)
        : Result<ParameterisedSettings, Fault list> =
        let log = FaultLog()
        let fields = JsonFields(source, path, element, log)

        let anchored =
            match fields.TryElement "anchored" with
            | None -> standard.Anchored
            | Some value when value.ValueKind = JsonValueKind.True -> true
            | Some value ->
                if value.ValueKind <> JsonValueKind.False then
                    fields.Fault(
                        "anchored",
                        "the value is of another type",
                        value.GetRawText(),
                        "true or false is wanted"
                    )

                false

        let settings = {
            Estimator = EstimatorSettings.read fields
            Anchored = anchored
        }

        fields.Close()

        faults source settings |> List.map (Fault.inJson source path) |> log.AddRange

        if log.IsEmpty then Ok settings else Error(log.ToList())

    /// <summary>Writes the settings as one JSON object; <c>ofJson</c> reads the same settings back.</summary>
    let writeJson (writer: Utf8JsonWriter) (settings: ParameterisedSettings) : unit =
        writer.WriteStartObject()
        EstimatorSettings.write writer settings.Estimator
        writer.WriteBoolean("anchored", settings.Anchored)
        writer.WriteEndObject()

    /// <summary>The settings as JSON text: equal settings give equal text.</summary>
    let toJson (settings: ParameterisedSettings) : string =
        let buffer = ArrayBufferWriter<byte>()
        use writer = new Utf8JsonWriter(buffer)
        writeJson writer settings
        writer.Flush()
        Encoding.UTF8.GetString buffer.WrittenSpan
