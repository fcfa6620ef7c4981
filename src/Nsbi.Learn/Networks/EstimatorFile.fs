namespace Nsbi.Learn.Networks

open System
open System.Text.Json
open Nsbi.Learn
open Nsbi.Learn.Calibration

/// Estimators to bytes and back.
[<RequireQualifiedAccess>]
module EstimatorFile =
    [<Literal>]
    let private Format = "nsbi-ratios-1"

    let internal writeMeasured (writer: Utf8JsonWriter) (name: string) (measured: Measured) =
        writer.WriteStartObject name
        NetworkFile.writeFloat writer "value" measured.Value
        NetworkFile.writeFloat writer "error" measured.Error
        writer.WriteEndObject()

    let internal readMeasured (element: JsonElement) (name: string) : Measured =
        let inner = element.GetProperty name

        {
            Value = NetworkFile.readFloat inner "value"
            Error = NetworkFile.readFloat inner "error"
        }

    let private writeFold (writer: Utf8JsonWriter) (fold: FoldEstimator) =
        writer.WriteStartObject()
        Normalisation.writeJson writer fold.Normalisation
        writer.WriteStartArray "networks"

        for members in fold.Networks do
            writer.WriteStartArray()

            for network in members do
                writer.WriteStartObject()
                Network.write writer network
                writer.WriteEndObject()

            writer.WriteEndArray()

        writer.WriteEndArray()
        writer.WriteEndObject()

    let private readFold (source: string) (element: JsonElement) : FoldEstimator = {
        Normalisation = Normalisation.readJson element
        Networks = [|
            for members in element.GetProperty("networks").EnumerateArray() ->
                [| for network in members.EnumerateArray() -> Network.read source network |]
        |]
    }

    let private writeRecords writer (name: string) (records: NormalisationRecord list) =
        let writer: Utf8JsonWriter = writer
        writer.WriteStartArray name

        for record in records do
            writer.WriteStartObject()
            writer.WriteNumber("fold", record.Fold)
            writer.WriteString("class", record.Class)
            writeMeasured writer "train" record.Train
            writeMeasured writer "before" record.Before
            writeMeasured writer "check" record.Check
            writer.WriteEndObject()

        writer.WriteEndArray()

    let private readRecords (list: JsonElement) : NormalisationRecord list = [
        for record in list.EnumerateArray() ->
            {
                Fold = record.GetProperty("fold").GetInt32()
                Class = record.GetProperty("class").GetString()
                Train = readMeasured record "train"
                Before = readMeasured record "before"
                Check = readMeasured record "check"
            }
    ]

    let internal write (writer: Utf8JsonWriter) (estimator: RatioEstimator) : unit =
        writer.WriteString("format", Format)
        writer.WritePropertyName "settings"
        EstimatorSettings.writeJson writer estimator.Settings
        writer.WriteStartObject "mixture"

        for name, weight in Seq.zip estimator.ClassNames estimator.Mixture.Weights do
            writer.WriteNumber(name, weight)

        writer.WriteEndObject()

        estimator.Preprocessing
        |> Option.iter (fun text -> writer.WriteString("preprocessing", text))

        writeRecords writer "normalisation" estimator.Uncalibrated.Normalisation

        match estimator.Calibration with
        | Some calibration ->
            writer.WritePropertyName "calibration"
            EstimatorCalibration.writeJson writer calibration
            writeRecords writer "calibrated" estimator.Normalisation
        | None -> ()

        writer.WriteStartArray "folds"
        estimator.Folds |> Seq.iter (writeFold writer)
        writer.WriteEndArray()

    /// <summary>The estimator as one JSON file; equal estimators give equal bytes.</summary>
    let toBytes (estimator: RatioEstimator) : byte[] =
        NetworkFile.bytesOf (fun writer -> write writer estimator)

    let internal read (source: string) (root: JsonElement) : RatioEstimator =
        let valueOf result =
            match result with
            | Ok value -> value
            | Error _ -> raise (FormatException())

        let weights = [
            for field in root.GetProperty("mixture").EnumerateObject() ->
                field.Name, field.Value.GetDouble()
        ]

        let calibrated =
            match root.TryGetProperty "calibration" with
            | true, found ->
                let records = readRecords (root.GetProperty "calibrated")
                Some(EstimatorCalibration.readJson found, records)
            | _ -> None

        RatioEstimator(
            EstimatorSettings.ofJson source "$.settings" (root.GetProperty "settings")
            |> valueOf,
            ReferenceMixture.exact weights |> valueOf,
            (match root.TryGetProperty "preprocessing" with
             | true, text -> Some(text.GetString())
             | _ -> None),
            [|
                for fold in root.GetProperty("folds").EnumerateArray() -> readFold source fold
            |],
            readRecords (root.GetProperty "normalisation"),
            calibrated
        )

    /// <summary>The estimator of a file's bytes.</summary>
    /// <param name="source">the file, as a fault should name it</param>
    /// <param name="bytes">what <c>toBytes</c> made</param>
    /// <returns>a fault if it is another file or damaged</returns>
    let ofBytes (source: string) (bytes: byte[]) : Result<RatioEstimator, Fault list> =
        NetworkFile.parse source Format bytes (read source)
