namespace Nsbi.Infer.Calibration

open System.IO
open System.Text.Encodings.Web
open System.Text.Json
open Nsbi.Infer
open Nsbi.Learn.Networks

/// <summary>Calibrations as members of a JSON object.</summary>
[<RequireQualifiedAccess>]
module CalibrationJson =
    let private measured (writer: Utf8JsonWriter) (it: Measured) =
        writer.WriteStartObject()
        let numbers = JsonNumbers writer
        numbers.Number("value", it.Value, (fun () -> "it could not be computed"))
        numbers.Number("error", it.Error, (fun () -> "too few bootstraps"))
        numbers.Close()
        writer.WriteEndObject()

    let private distance (writer: Utf8JsonWriter) (name: string) (found: ClosureDistance option) =
        match found with
        | None -> writer.WriteNull name
        | Some it ->
            writer.WriteStartObject name
            writer.WriteNumber("ks", it.Kolmogorov.Distance)
            writer.WriteNumber("pValue", it.Kolmogorov.PValue)
            writer.WriteNumber("limit", it.Limit)
            writer.WritePropertyName "wasserstein"
            measured writer it.Wasserstein
            writer.WriteNumber("noise", it.Noise)
            writer.WriteEndObject()

    let private quantity (writer: Utf8JsonWriter) (it: QuantityClosure) =
        writer.WriteStartObject()
        writer.WriteString("name", it.Name)
        writer.WriteBoolean("moved", it.IsMoved)
        distance writer "before" (Some it.Before)
        distance writer "after" (Some it.After)
        writer.WriteStartArray "binned"

        for binned in it.Binned do
            writer.WriteStartObject()
            writer.WriteString("of", binned.Of)
            writer.WriteStartArray "bins"

            for bin in binned.Bins do
                writer.WriteStartObject()
                writer.WriteNumber("low", bin.Low)
                writer.WriteNumber("high", bin.High)
                distance writer "before" bin.Before
                distance writer "after" bin.After

                if bin.Before.IsNone || bin.After.IsNone then
                    writer.WriteString("reason", "there are fewer than 10 effective events")

                writer.WriteEndObject()

            writer.WriteEndArray()
            writer.WriteEndObject()

        writer.WriteEndArray()
        writer.WriteEndObject()

    let private size (writer: Utf8JsonWriter) (name: string) (it: CalibrationSize) =
        writer.WriteStartObject name
        writer.WriteNumber("events", it.Events)
        writer.WriteNumber("heldOut", it.HeldOut)
        writer.WriteNumber("effective", it.Effective)
        writer.WriteNumber("trained", it.Trained)
        writer.WriteEndObject()

    let private positive (writer: Utf8JsonWriter) (result: CalibrationResult) =
        match result.Positive with
        | None -> ()
        | Some it ->
            writer.WriteStartObject "positiveWeights"
            writer.WriteString("method", CalibrationResult.negative result.Plan)
            writer.WriteNumber("cut", it.Cut)
            writer.WriteNumber("cutShare", it.CutShare)
            writer.WriteNumber("factor", it.Factor)
            writer.WriteNumber("signedSize", it.SignedSize)
            writer.WriteNumber("positiveSize", it.PositiveSize)
            writer.WriteNumber("errorFactor", it.ErrorFactor)
            writer.WriteEndObject()

    /// <summary>Writes <c>method, source, target, area: {before, after}, quantities, …, checks</c> into the
    /// object that is open.</summary>
    let writeMembers (writer: Utf8JsonWriter) (result: CalibrationResult) : unit =
        writer.WriteString("calibration", result.Plan.Name)
        writer.WriteString("method", CalibrationResult.method result.Plan)
        writer.WriteNumber("seed", result.Plan.Seed)
        size writer "source" result.Source
        size writer "target" result.Target
        positive writer result
        writer.WriteStartObject "area"
        writer.WritePropertyName "before"
        measured writer result.AreaBefore
        writer.WritePropertyName "after"
        measured writer result.AreaAfter
        writer.WriteEndObject()
        writer.WriteNumber("effective", result.Effective)
        writer.WriteNumber("largestShare", result.LargestShare)

        match result.Gap with
        | Some gap -> writer.WriteNumber("beyondSupport", gap.Share)
        | None -> ()

        match result.Outside with
        | Some share -> writer.WriteNumber("outside", share)
        | None -> ()

        writer.WriteStartArray "quantities"
        result.Quantities |> List.iter (quantity writer)
        writer.WriteEndArray()
        CheckJson.write writer result.Checks
        writer.WriteStartArray "written"
        result.Written |> List.iter (fun (name: string) -> writer.WriteStringValue name)
        writer.WriteEndArray()

    /// <summary>The file <c>results.json</c>.</summary>
    let internal bytes (identity: RunIdentity) (result: CalibrationResult) : byte[] =
        use buffer = new MemoryStream()

        let settings =
            JsonWriterOptions(
                Indented = true,
                NewLine = "\n",
                Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping
            )

        using (new Utf8JsonWriter(buffer, settings)) (fun writer ->
            writer.WriteStartObject()
            writer.WriteNumber("schemaVersion", 1)
            writer.WriteString("verb", "calibrate")
            writer.WriteString("version", identity.Version)
            writer.WriteString("instructionPath", identity.InstructionPath)
            writer.WriteStartObject "files"

            for name, hash in result.Files do
                writer.WriteString(name, hash)

            writer.WriteEndObject()
            writeMembers writer result
            writer.WriteEndObject())

        buffer.WriteByte(byte '\n')
        buffer.ToArray()
