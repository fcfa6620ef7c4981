namespace Nsbi.Learn.Posterior

open System
open System.Text.Json
open Nsbi.Learn
open Nsbi.Learn.Networks

/// Trained classifiers of sets to bytes and back.
[<RequireQualifiedAccess>]
module SetClassifierFile =
    [<Literal>]
    let private Format = "nsbi-set-classifier-1"

    let private writeNames (writer: Utf8JsonWriter) (name: string) (values: string list) =
        writer.WriteStartArray name
        values |> List.iter writer.WriteStringValue
        writer.WriteEndArray()

    /// <summary>The classifier as one JSON file, weights as little-endian float32 in base 64; equal classifiers give
    /// equal bytes.</summary>
    let toBytes (classifier: SetClassifier) : byte[] =
        NetworkFile.bytesOf (fun writer ->
            writer.WriteString("format", Format)
            writer.WritePropertyName "settings"
            SetClassifierSettings.writeJson writer classifier.Settings
            writeNames writer "tested" classifier.Tested
            writeNames writer "features" classifier.Features
            SetScales.write writer classifier.Scales
            writer.WriteStartArray "testedScales"

            for scale in classifier.TestedScales do
                writer.WriteStartObject()
                writer.WriteNumber("shift", scale.Shift)
                writer.WriteNumber("scale", scale.Scale)
                writer.WriteEndObject()

            writer.WriteEndArray()
            NetworkFile.writeValues writer "parameters" classifier.Values
            NetworkFile.writeEpochs writer classifier.History.Epochs
            writer.WriteNumber("bestEpoch", classifier.History.BestEpoch)
            writer.WriteString("ending", NetworkFile.endingName classifier.History.Ending))

    let private read (source: string) (root: JsonElement) : SetClassifier =
        let settings =
            match
                SetClassifierSettings.ofJson source "$.settings" (root.GetProperty "settings")
            with
            | Ok settings -> settings
            | Error _ -> raise (FormatException())

        let names (name: string) = [
            for text in root.GetProperty(name).EnumerateArray() -> text.GetString()
        ]

        let tested, features = names "tested", names "features"

        let scales = SetScales.read root

        let testedScales: TestedScale list = [
            for scale in root.GetProperty("testedScales").EnumerateArray() ->
                {
                    Shift = scale.GetProperty("shift").GetDouble()
                    Scale = scale.GetProperty("scale").GetDouble()
                }
        ]

        let values = NetworkFile.readValues root "parameters"

        let fits =
            NetworkFile.fits
                (SetClassifierGraph.initialValues features.Length tested.Length settings)
                values

        if
            not fits
            || testedScales.Length <> tested.Length
            || scales.Features.Shift.Length <> features.Length
            || scales.Features.Scale.Length <> features.Length
        then
            raise (FormatException())

        SetClassifier(
            settings,
            tested,
            features,
            scales,
            testedScales,
            values,
            {
                Epochs = NetworkFile.readEpochs root
                BestEpoch = root.GetProperty("bestEpoch").GetInt32()
                Ending = NetworkFile.readEnding root "ending"
            }
        )

    /// <summary>The classifier of a file's bytes.</summary>
    /// <param name="source">the file, as a fault should name it</param>
    /// <param name="bytes">what <c>toBytes</c> made</param>
    /// <returns>a fault if it is another file or damaged</returns>
    let ofBytes (source: string) (bytes: byte[]) : Result<SetClassifier, Fault list> =
        NetworkFile.parse source Format bytes (read source)
