namespace Nsbi.Learn.Networks

open System
open System.Text.Json
open Nsbi.Learn

/// Parameterised estimators to bytes and back.
[<RequireQualifiedAccess>]
module ParameterisedFile =
    [<Literal>]
    let private Format = "nsbi-parameterised-1"

    let private writeRecord (writer: Utf8JsonWriter) (record: ParameterisedRecord) =
        writer.WriteStartObject()
        writer.WriteString("name", record.Name)
        writer.WriteStartArray "point"
        record.Point |> List.iter writer.WriteNumberValue
        writer.WriteEndArray()
        writer.WriteBoolean("trained", record.Trained)
        EstimatorFile.writeMeasured writer "normalisation" record.Normalisation
        NetworkFile.writeFloat writer "effective" record.Effective
        NetworkFile.writeFloat writer "size" record.Size
        NetworkFile.writeFloat writer "error" record.Error
        writer.WriteStartArray "closure"

        for closure in record.Closure do
            writer.WriteStartObject()
            writer.WriteString("observable", closure.Observable)
            NetworkFile.writeFloat writer "chiSquare" closure.ChiSquare
            writer.WriteNumber("degrees", closure.Degrees)
            NetworkFile.writeFloat writer "pValue" closure.PValue
            writer.WriteEndObject()

        writer.WriteEndArray()
        writer.WriteEndObject()

    let private readRecord (element: JsonElement) : ParameterisedRecord = {
        Name = element.GetProperty("name").GetString()
        Point = [
            for value in element.GetProperty("point").EnumerateArray() -> value.GetDouble()
        ]
        Trained = element.GetProperty("trained").GetBoolean()
        Normalisation = EstimatorFile.readMeasured element "normalisation"
        Effective = NetworkFile.readFloat element "effective"
        Size = NetworkFile.readFloat element "size"
        Error = NetworkFile.readFloat element "error"
        Closure = [
            for closure in element.GetProperty("closure").EnumerateArray() ->
                {
                    Observable = closure.GetProperty("observable").GetString()
                    ChiSquare = NetworkFile.readFloat closure "chiSquare"
                    Degrees = closure.GetProperty("degrees").GetInt32()
                    PValue = NetworkFile.readFloat closure "pValue"
                }
        ]
    }

    let private writeFold (writer: Utf8JsonWriter) (members: Network[]) =
        writer.WriteStartArray()

        for network in members do
            writer.WriteStartObject()
            Network.write writer network
            writer.WriteEndObject()

        writer.WriteEndArray()

    /// <summary>The estimator as one JSON file; equal estimators give equal bytes.</summary>
    let toBytes (estimator: ParameterisedEstimator) : byte[] =
        NetworkFile.bytesOf (fun writer ->
            writer.WriteString("format", Format)
            writer.WritePropertyName "settings"
            ParameterisedSettings.writeJson writer estimator.Settings
            writer.WriteStartArray "parameters"

            for name, struct (least, largest) in Seq.zip estimator.Parameters estimator.Ranges do
                writer.WriteStartObject()
                writer.WriteString("name", name)
                writer.WriteNumber("least", least)
                writer.WriteNumber("largest", largest)
                writer.WriteEndObject()

            writer.WriteEndArray()

            estimator.Preprocessing
            |> Option.iter (fun text -> writer.WriteString("preprocessing", text))

            writer.WriteStartArray "records"
            estimator.Records |> List.iter (writeRecord writer)
            writer.WriteEndArray()
            writer.WriteStartArray "folds"
            estimator.FoldArray |> Array.iter (writeFold writer)
            writer.WriteEndArray())

    let private read (source: string) (root: JsonElement) : ParameterisedEstimator =
        let settings =
            match
                ParameterisedSettings.ofJson source "$.settings" (root.GetProperty "settings")
            with
            | Ok settings -> settings
            | Error _ -> raise (FormatException())

        let parameters = [|
            for field in root.GetProperty("parameters").EnumerateArray() ->
                field.GetProperty("name").GetString(),
                struct (field.GetProperty("least").GetDouble(),
                        field.GetProperty("largest").GetDouble())
        |]

        let folds = [|
            for members in root.GetProperty("folds").EnumerateArray() ->
                [| for network in members.EnumerateArray() -> Network.read source network |]
        |]

        let inputs = folds |> Array.concat |> Array.map _.InputCount |> Array.distinct

        if
            folds.Length <> settings.Estimator.Folds
            || folds
               |> Array.exists (fun members -> members.Length <> settings.Estimator.Members)
            || inputs.Length <> 1
            || inputs[0] <= parameters.Length
        then
            raise (FormatException())

        ParameterisedEstimator(
            settings,
            Array.map fst parameters,
            Array.map snd parameters,
            (match root.TryGetProperty "preprocessing" with
             | true, text -> Some(text.GetString())
             | _ -> None),
            folds,
            [
                for record in root.GetProperty("records").EnumerateArray() -> readRecord record
            ]
        )

    /// <summary>The estimator of a file's bytes.</summary>
    /// <param name="source">the file, as a fault should name it</param>
    /// <param name="bytes">what <c>toBytes</c> made</param>
    /// <returns>a fault if it is another file or damaged</returns>
    let ofBytes (source: string) (bytes: byte[]) : Result<ParameterisedEstimator, Fault list> =
        NetworkFile.parse source Format bytes (read source)
