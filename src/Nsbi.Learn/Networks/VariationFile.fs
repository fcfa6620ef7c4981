namespace Nsbi.Learn.Networks

open System.Text.Json
open Nsbi.Learn

/// Variation estimators to bytes and back.
[<RequireQualifiedAccess>]
module VariationFile =
    [<Literal>]
    let private Format = "nsbi-variations-1"

    let private writeRecord (writer: Utf8JsonWriter) (record: VariationRecord) =
        writer.WriteStartObject()
        writer.WriteString("name", record.Name)
        EstimatorFile.writeMeasured writer "rate" record.Rate
        NetworkFile.writeFloat writer "effectiveNominal" record.EffectiveNominal
        NetworkFile.writeFloat writer "effectiveVaried" record.EffectiveVaried
        NetworkFile.writeFloat writer "shared" record.Shared
        NetworkFile.writeFloat writer "size" record.Size
        NetworkFile.writeFloat writer "error" record.Error
        writer.WriteEndObject()

    let private readRecord (element: JsonElement) : VariationRecord = {
        Name = element.GetProperty("name").GetString()
        Rate = EstimatorFile.readMeasured element "rate"
        EffectiveNominal = NetworkFile.readFloat element "effectiveNominal"
        EffectiveVaried = NetworkFile.readFloat element "effectiveVaried"
        Shared = NetworkFile.readFloat element "shared"
        Size = NetworkFile.readFloat element "size"
        Error = NetworkFile.readFloat element "error"
    }

    /// <summary>The estimator as one JSON file; equal estimators give equal bytes.</summary>
    let toBytes (variations: VariationEstimator) : byte[] =
        NetworkFile.bytesOf (fun writer ->
            writer.WriteString("format", Format)
            writer.WriteStartArray "variations"
            variations.Records |> List.iter (writeRecord writer)
            writer.WriteEndArray()
            writer.WriteStartObject "estimator"
            EstimatorFile.write writer variations.Estimator
            writer.WriteEndObject())

    /// <summary>The estimator of a file's bytes.</summary>
    /// <param name="source">the file, as a fault should name it</param>
    /// <param name="bytes">what <c>toBytes</c> made</param>
    /// <returns>a fault if it is another file or damaged</returns>
    let ofBytes (source: string) (bytes: byte[]) : Result<VariationEstimator, Fault list> =
        NetworkFile.parse source Format bytes (fun root ->
            VariationEstimator(
                EstimatorFile.read source (root.GetProperty "estimator"),
                [
                    for record in root.GetProperty("variations").EnumerateArray() ->
                        readRecord record
                ]
            ))
