namespace Nsbi.Learn.Posterior

open System
open System.Text.Json
open Nsbi.Learn
open Nsbi.Learn.Networks

/// Trained posteriors to bytes and back.
[<RequireQualifiedAccess>]
module PosteriorFile =
    [<Literal>]
    let private Format = "nsbi-posterior-1"

    /// <summary>The estimator as one JSON file, weights as little-endian float32 in base 64; equal estimators give
    /// equal bytes.</summary>
    let toBytes (estimator: PosteriorEstimator) : byte[] =
        NetworkFile.bytesOf (fun writer ->
            writer.WriteString("format", Format)
            writer.WritePropertyName "settings"
            PosteriorSettings.writeJson writer estimator.Settings
            writer.WritePropertyName "prior"
            Prior.writeJson writer estimator.Prior
            writer.WriteStartArray "features"
            estimator.Features |> List.iter writer.WriteStringValue
            writer.WriteEndArray()
            SetScales.write writer estimator.Scales
            NetworkFile.writeValues writer "parameters" estimator.Values
            NetworkFile.writeEpochs writer estimator.History.Epochs
            writer.WriteNumber("bestEpoch", estimator.History.BestEpoch)
            writer.WriteString("ending", NetworkFile.endingName estimator.History.Ending))

    let private orDamaged (result: Result<'T, Fault list>) : 'T =
        match result with
        | Ok value -> value
        | Error _ -> raise (FormatException())

    let private read (source: string) (root: JsonElement) : PosteriorEstimator =
        let settings =
            PosteriorSettings.ofJson source "$.settings" (root.GetProperty "settings")
            |> orDamaged

        let prior = Prior.ofJson source "$.prior" (root.GetProperty "prior") |> orDamaged

        let features = [
            for name in root.GetProperty("features").EnumerateArray() -> name.GetString()
        ]

        let scales = SetScales.read root

        let values = NetworkFile.readValues root "parameters"

        let fits =
            NetworkFile.fits (PosteriorGraph.initialValues features.Length prior settings) values

        if
            not fits
            || scales.Features.Shift.Length <> features.Length
            || scales.Features.Scale.Length <> features.Length
        then
            raise (FormatException())

        PosteriorEstimator(
            settings,
            prior,
            features,
            scales,
            values,
            {
                Epochs = NetworkFile.readEpochs root
                BestEpoch = root.GetProperty("bestEpoch").GetInt32()
                Ending = NetworkFile.readEnding root "ending"
            }
        )

    /// <summary>The estimator of a file's bytes.</summary>
    /// <param name="source">the file, as a fault should name it</param>
    /// <param name="bytes">what <c>toBytes</c> made</param>
    /// <returns>a fault if it is another file or damaged</returns>
    let ofBytes (source: string) (bytes: byte[]) : Result<PosteriorEstimator, Fault list> =
        NetworkFile.parse source Format bytes (read source)
