namespace Nsbi.Learn.Calibration

open System
open System.Text.Json
open Nsbi.Learn

/// <summary>A fitted map from ratios to calibrated ratios, with E_ref[r′] = 1 on the events of the
/// fit.</summary>
/// <remarks>A classifier score under any increasing map tells target from reference as well as before;
/// the densities of the score in target and reference then give the ratio. Source: Cranmer, Pavez,
/// Louppe, arXiv:1506.02169, section 2.</remarks>
[<RequireQualifiedAccess>]
type RatioCalibration =
    /// Target over reference in bins of equal content.
    | Histogram of StepCalibration
    /// The best increasing function; constant on steps.
    | Isotonic of StepCalibration
    /// <summary>ln r′ = a ln r + β.</summary>
    | Platt of PlattCalibration

/// <summary>Fits, applies, writes and reads calibrations.</summary>
[<RequireQualifiedAccess>]
module RatioCalibration =

    /// <summary>Fits a calibration on events that the network of the ratios has not seen.</summary>
    /// <param name="method">the function</param>
    /// <param name="sample">the events</param>
    /// <returns>the calibration; a fault where Platt's has no finite slope</returns>
    let fit
        (method: CalibrationMethod)
        (sample: CalibrationSample)
        : Result<RatioCalibration, Fault list> =
        match method with
        | CalibrationMethod.Histogram(bins, monotone) ->
            StepCalibration.histogram bins monotone sample
            |> RatioCalibration.Histogram
            |> Ok
        | CalibrationMethod.Isotonic ->
            StepCalibration.isotonic sample |> RatioCalibration.Isotonic |> Ok
        | CalibrationMethod.Platt ->
            PlattCalibration.fit sample |> Result.map RatioCalibration.Platt

    /// <summary>The calibrated ratios r′; the given ones stay as they are.</summary>
    /// <param name="calibration">fitted before</param>
    /// <param name="ratios">r_i ≥ 0</param>
    /// <returns>r′_i; NaN where a ratio is NaN</returns>
    let apply (calibration: RatioCalibration) (ratios: float[]) : float[] =
        match calibration with
        | RatioCalibration.Histogram steps
        | RatioCalibration.Isotonic steps -> Array.map (StepCalibration.apply steps) ratios
        | RatioCalibration.Platt platt -> Array.map (PlattCalibration.apply platt) ratios

    /// <summary>Standard errors of ln r′ from the finite number of events of the fit, those of the
    /// normalisation included: for steps that of target over reference in the step, which is correlated
    /// between the steps; for Platt from the covariance of slope and offset.</summary>
    /// <param name="calibration">fitted before</param>
    /// <param name="ratios">r_i before the calibration</param>
    let logErrors (calibration: RatioCalibration) (ratios: float[]) : float[] =
        match calibration with
        | RatioCalibration.Histogram steps
        | RatioCalibration.Isotonic steps -> Array.map (StepCalibration.logError steps) ratios
        | RatioCalibration.Platt platt -> Array.map (PlattCalibration.logError platt) ratios

    /// <summary>Whether r′ rises with r: always of isotonic steps, of a histogram where its bins do, of
    /// Platt's where a > 0.</summary>
    let isMonotone (calibration: RatioCalibration) : bool =
        match calibration with
        | RatioCalibration.Isotonic _ -> true
        | RatioCalibration.Platt platt -> platt.Slope > 0.0
        | RatioCalibration.Histogram steps ->
            Array.pairwise steps.Ratios |> Array.forall (fun (a, b) -> a <= b)

    let private writeNumbers (writer: Utf8JsonWriter) (name: string) (numbers: float[]) =
        writer.WriteStartArray name
        numbers |> Array.iter writer.WriteNumberValue
        writer.WriteEndArray()

    let private writeSteps (writer: Utf8JsonWriter) (steps: StepCalibration) =
        writer.WriteNumber("wished", steps.Wished)
        writeNumbers writer "from" steps.From
        writeNumbers writer "target" steps.Target
        writeNumbers writer "reference" steps.Reference
        writeNumbers writer "logErrors" steps.LogErrors

    /// <summary>Writes the calibration as one JSON object; <c>readJson</c> reads the same back.</summary>
    let writeJson (writer: Utf8JsonWriter) (calibration: RatioCalibration) : unit =
        writer.WriteStartObject()

        match calibration with
        | RatioCalibration.Histogram steps ->
            writer.WriteString("kind", "histogram")
            writeSteps writer steps
        | RatioCalibration.Isotonic steps ->
            writer.WriteString("kind", "isotonic")
            writeSteps writer steps
        | RatioCalibration.Platt platt ->
            writer.WriteString("kind", "platt")
            writer.WriteNumber("slope", platt.Slope)
            writer.WriteNumber("offset", platt.Offset)
            writer.WriteNumber("slopeVariance", platt.SlopeVariance)
            writer.WriteNumber("covariance", platt.Covariance)
            writer.WriteNumber("offsetVariance", platt.OffsetVariance)

        writer.WriteEndObject()

    let private readSteps (element: JsonElement) : StepCalibration =
        let numbers (name: string) = [|
            for n in element.GetProperty(name).EnumerateArray() -> n.GetDouble()
        |]

        let steps = {
            Wished = element.GetProperty("wished").GetInt32()
            From = numbers "from"
            Target = numbers "target"
            Reference = numbers "reference"
            LogErrors = numbers "logErrors"
        }

        let count = steps.From.Length + 1

        if
            steps.Target.Length <> count
            || steps.Reference.Length <> count
            || steps.LogErrors.Length <> count
            || not (steps.From |> Array.pairwise |> Array.forall (fun (a, b) -> a < b))
            || not (steps.Ratios |> Array.forall (fun r -> r > 0.0 && Double.IsFinite r))
        then
            raise (FormatException())

        steps

    /// <summary>A calibration from JSON.</summary>
    /// <exception cref="T:System.FormatException">the object is no calibration that was written; also the
    /// exceptions of <c>JsonElement</c> for members of another type</exception>
    let internal readJson (element: JsonElement) : RatioCalibration =
        match element.GetProperty("kind").GetString() with
        | "histogram" -> RatioCalibration.Histogram(readSteps element)
        | "isotonic" -> RatioCalibration.Isotonic(readSteps element)
        | "platt" ->
            let number (name: string) = element.GetProperty(name).GetDouble()

            RatioCalibration.Platt {
                Slope = number "slope"
                Offset = number "offset"
                SlopeVariance = number "slopeVariance"
                Covariance = number "covariance"
                OffsetVariance = number "offsetVariance"
            }
        | _ -> raise (FormatException())
