namespace Nsbi.Learn.Calibration

open System.Text.Json
open Nsbi.Learn.Networks

// Axes: class c, event i; ratios are r[c][i].

/// <summary>The calibration of the ratios of one fold: that of each class, and what makes the classes fit
/// together again.</summary>
type FoldCalibration = {
    /// Of each class, by itself.
    Classes: RatioCalibration[]
    /// <summary>Applied after them: division by E_ref[r′], which is 1 up to rounding, or the joint
    /// normalisation that restores Σ_c w_c r_c = 1.</summary>
    After: Normalisation
}

/// <summary>The calibration of an estimator, fold by fold.</summary>
type EstimatorCalibration = {
    /// How it was fitted.
    Settings: CalibrationSettings
    /// Whether one calibration serves all folds, for want of events.
    Pooled: bool
    /// Of each fold.
    Folds: FoldCalibration[]
}

/// <summary>Applies, writes and reads calibrations of estimators.</summary>
[<RequireQualifiedAccess>]
module EstimatorCalibration =

    /// <summary>The calibrated ratios of one fold; the given ones stay as they are.</summary>
    /// <param name="mixture">w_c</param>
    /// <param name="fold">its calibration</param>
    /// <param name="ratios">r[c][i], normalised</param>
    let internal apply (mixture: float[]) (fold: FoldCalibration) (ratios: float[][]) : float[][] =
        Array.map2 RatioCalibration.apply fold.Classes ratios
        |> Normalisation.apply mixture fold.After

    let internal writeJson (writer: Utf8JsonWriter) (calibration: EstimatorCalibration) : unit =
        writer.WriteStartObject()
        writer.WriteString("method", CalibrationSettings.name calibration.Settings)

        match calibration.Settings.Method with
        | CalibrationMethod.Histogram(bins, monotone) ->
            writer.WriteNumber("bins", bins)
            writer.WriteBoolean("monotone", monotone)
        | CalibrationMethod.Isotonic
        | CalibrationMethod.Platt -> ()

        writer.WriteBoolean("renormalise", calibration.Settings.Renormalise)
        writer.WriteBoolean("pooled", calibration.Pooled)
        writer.WriteStartArray "folds"

        for fold in calibration.Folds do
            writer.WriteStartObject()
            Normalisation.writeJson writer fold.After
            writer.WriteStartArray "classes"
            fold.Classes |> Array.iter (RatioCalibration.writeJson writer)
            writer.WriteEndArray()
            writer.WriteEndObject()

        writer.WriteEndArray()
        writer.WriteEndObject()

    let internal readJson (element: JsonElement) : EstimatorCalibration = {
        Settings = {
            Method =
                match element.GetProperty("method").GetString() with
                | "histogram" ->
                    CalibrationMethod.Histogram(
                        element.GetProperty("bins").GetInt32(),
                        element.GetProperty("monotone").GetBoolean()
                    )
                | "isotonic" -> CalibrationMethod.Isotonic
                | "platt" -> CalibrationMethod.Platt
                | _ -> raise (System.FormatException())
            Renormalise = element.GetProperty("renormalise").GetBoolean()
        }
        Pooled = element.GetProperty("pooled").GetBoolean()
        Folds = [|
            for fold in element.GetProperty("folds").EnumerateArray() ->
                {
                    Classes = [|
                        for c in fold.GetProperty("classes").EnumerateArray() ->
                            RatioCalibration.readJson c
                    |]
                    After = Normalisation.readJson fold
                }
        |]
    }
