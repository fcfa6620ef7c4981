namespace Nsbi.Infer

open System.Globalization
open System.Text.Json
open Nsbi.Learn.Networks

/// <summary>What a run of an analysis found.</summary>
[<NoComparison; ReferenceEquality>]
type RunResult = {
    /// What was measured.
    Analysis: Analysis
    /// All networks, those of the preselection first.
    Networks: TrainedNetwork list
    /// <summary>C = E_ref[r] before the normalisation and after it, per fold and sample.</summary>
    Normalisation: NormalisationRecord list
    /// The cut of the preselection, if there is one.
    Preselection: PreselectionCut option
    /// All checks, in the order of the report.
    Checks: Check list
    /// What nuisance parameters do to processes, and how well it is known.
    Variations: VariationSummary list
    /// Densities at several values of the parameter, pairs of features, trainings, sizes.
    Diagnostics: AnalysisDiagnostics
    /// Calibration, closure and tails of each ratio.
    Ratios: RatioDiagnostics list
    /// What the calibration of the ratios did; empty without one.
    Calibrations: CalibrationSummary list
    /// The result by the ratios as fixed summaries, where the analysis asks for it.
    Summary: SummaryStudy option
    /// The fit to the learned Asimov set at the nominal point: closes by construction.
    Asimov: Measurement
    /// The fit to the simulated events at the nominal point: what is expected.
    Expected: SimulationStudy option
    /// The fit to the data; none without data, or where they stay blind.
    Observed: Measurement option
    /// The learned score in bins.
    Score: BinnedTwin option
    /// The conventional analysis.
    Conventional: BinnedTwin option
    /// Confidence statements by pseudo-experiments, if the analysis asks for any.
    Intervals: IntervalStudy option
    /// How sure the networks are, if the analysis asks for it.
    Ensemble: EnsembleStudy option
    /// The model against the data in the space of all features, if the analysis asks for it.
    Goodness: GoodnessStudy option
    /// Why the data were not looked at, if they were not.
    BlindReason: string option
    /// Where in phase space the parameter of interest is measured.
    Sensitivity: ReportSensitivity list
    /// How well the ratios tell signals from backgrounds.
    Separation: Separation list
    /// What a person should look at that is no failed check.
    Warnings: string list
    /// Files that were read, with their SHA-256.
    Files: (string * string) list
} with

    /// True if every check passed.
    member this.Passed: bool = this.Checks |> List.forall _.Passed

    /// The measurement that answers the question: the observed one where there is one, else the
    /// expected one.
    member this.Headline: Measurement =
        match this.Summary, this.Observed, this.Expected with
        | Some summary, _, _ -> summary.Headline
        | None, Some observed, _ -> observed
        | None, None, Some expected -> expected.Measurement
        | None, None, None -> this.Asimov

    /// <summary>Every measurement that was made, with its name; the headline first.</summary>
    member this.Measurements: (string * Measurement) list = [
        match this.Summary with
        | Some study ->
            match study.Observed with
            | Some m -> "ratios as a summary, observed", m
            | None -> ()

            "ratios as a summary, expected", study.Expected
        | None -> ()
        match this.Observed with
        | Some m -> "unbinned ratios, observed", m
        | None -> ()
        match this.Expected with
        | Some study -> "unbinned ratios, expected (simulated events)", study.Measurement
        | None -> ()
        "unbinned ratios, expected (learned Asimov)", this.Asimov
        for twin in [ this.Conventional; this.Score ] |> List.choose id do
            match twin.Observed with
            | Some m -> $"{twin.Name}, observed", m
            | None -> ()

            $"{twin.Name}, expected", twin.Expected
    ]

    /// <summary>Expected significances with the error of the finite simulation, and what they are
    /// of.</summary>
    member this.ExpectedSignificances: (string * Measured) list = [
        match this.Expected with
        | Some study ->
            "fit to the simulated events", study.Significance

            match study.SumOfLogs with
            | Some sum -> "sum of the learned log-ratios", sum
            | None -> ()
        | None -> ()
        for twin in [ this.Score; this.Conventional ] |> List.choose id do
            twin.Name, twin.Significance
    ]

    /// The measurements as a table, and the confidence statements below.
    override this.ToString() : string =
        let interest = this.Analysis.Interest

        let number (x: float) =
            x.ToString("G4", CultureInfo.InvariantCulture)

        let sets (found: LikelihoodIntervals) =
            found.Intervals
            |> List.map (fun i -> $"[{number i.Lower}, {number i.Upper}]")
            |> String.concat " and "

        let rows = [
            [ ""; interest; "68 %"; "95 %"; "significance" ]
            for name, m in this.Measurements do
                [
                    name
                    number m.Fit[interest].Value
                    sets m.Interval68
                    sets m.Interval95
                    m.Significance.ToString("F2", CultureInfo.InvariantCulture)
                ]
        ]

        let statements = [
            match this.Intervals with
            | None -> ()
            | Some study ->
                [ $"of the {study.Of} data"; "asymptotic"; "pseudo-experiments" ]

                for statement in IntervalStatements.table study do
                    [ statement.Quantity; statement.Asymptotic; statement.Toys ]
        ]

        [ rows; statements ]
        |> List.filter (fun rows -> not rows.IsEmpty)
        |> List.map IntervalStatements.aligned
        |> String.concat "\n\n"

/// <summary>Run results as JSON.</summary>
[<RequireQualifiedAccess>]
module RunResult =

    /// <c>uncertainty: {total, statistical, systematic}</c> and <c>pulls: [{name, value, pull,
    /// constraint}]</c>, where there are constrained nuisance parameters.
    let private writeSystematics (writer: Utf8JsonWriter) (m: Measurement) =
        let atBound () = "no error at a bound"

        match m.Split with
        | None -> ()
        | Some split ->
            writer.WriteStartObject "uncertainty"
            let numbers = JsonNumbers writer
            numbers.Number("total", split.Total, atBound)
            numbers.Number("statistical", split.Statistical, atBound)
            numbers.Number("systematic", split.Systematic, atBound)
            numbers.Close()
            writer.WriteEndObject()
            writer.WriteStartArray "pulls"

            for pull in m.Pulls do
                writer.WriteStartObject()
                let numbers = JsonNumbers writer
                writer.WriteString("name", pull.Name)
                numbers.Number("value", pull.Value, atBound)
                numbers.Number("pull", pull.Pull, atBound)
                numbers.Number("constraint", pull.Constraint, atBound)
                numbers.Close()
                writer.WriteEndObject()

            writer.WriteEndArray()

    let private writeVariations (writer: Utf8JsonWriter) (variations: VariationSummary list) =
        if not variations.IsEmpty then
            writer.WriteStartArray "variations"

            for v in variations do
                writer.WriteStartObject()
                let numbers = JsonNumbers writer

                writer.WriteString("parameter", v.Parameter)
                writer.WriteString("process", v.Process)
                writer.WriteString("side", v.Side)
                numbers.Number("rate", v.Rate.Value, (fun () -> "it could not be computed"))

                // What there is not is left out: a factor has no error, a rate alone no size.
                for name, value in
                    [
                        "rateError", v.Rate.Error
                        "size", v.Size
                        "error", v.Error
                        "effectiveNominal", v.EffectiveNominal
                        "effectiveVaried", v.EffectiveVaried
                        "renormalisation", v.Renormalisation
                    ] do
                    if System.Double.IsFinite value then
                        writer.WriteNumber(name, value)

                numbers.Close()
                writer.WriteEndObject()

            writer.WriteEndArray()

            VariationSummary.implication variations
            |> Option.iter (fun text -> writer.WriteString("variationNote", text))

    let private writeMeasurement (writer: Utf8JsonWriter) (key: string) (m: Measurement) =
        writer.WriteStartObject key
        let numbers = JsonNumbers writer
        writer.WriteString("of", m.Name)
        FitSummary.writeMembers writer m.Summary
        numbers.Number("significance", m.Significance, (fun () -> "the scan gave none"))
        numbers.Number("tNull", m.TNull, (fun () -> "the null value is impossible"))
        writer.WriteStartArray "intervals95"

        for interval in m.Interval95.Intervals do
            writer.WriteStartArray()
            numbers.Item("intervals95", interval.Lower, (fun () -> "unbounded"))
            numbers.Item("intervals95", interval.Upper, (fun () -> "unbounded"))
            writer.WriteEndArray()

        writer.WriteEndArray()
        numbers.Close()
        writeSystematics writer m
        writer.WriteEndObject()

    let private writeMeasured (writer: Utf8JsonWriter) (key: string) (m: Measured) =
        writer.WriteStartObject key
        let numbers = JsonNumbers writer
        numbers.Number("value", m.Value, (fun () -> "undefined"))
        numbers.Number("error", m.Error, (fun () -> "undefined"))
        numbers.Close()
        writer.WriteEndObject()

    let private writeTwin (writer: Utf8JsonWriter) (key: string) (twin: BinnedTwin option) =
        match twin with
        | None -> ()
        | Some twin ->
            writer.WriteStartObject key
            writer.WriteString("name", twin.Name)
            writer.WriteNumber("bins", twin.Edges.Length - 1)
            writeMeasured writer "significance" twin.Significance
            writeMeasurement writer "expected" twin.Expected
            twin.Observed |> Option.iter (writeMeasurement writer "observed")
            writer.WriteEndObject()

    /// <c>summary: {name, bins, expected, observed, closure, truth}</c>, where the ratios are summaries.
    let private writeSummary (writer: Utf8JsonWriter) (study: SummaryStudy) =
        writer.WriteStartObject "summary"
        writer.WriteString("name", study.Name)
        writer.WriteNumber("bins", study.Bins)
        writeMeasurement writer "expected" study.Expected
        study.Observed |> Option.iter (writeMeasurement writer "observed")

        match study.Closure with
        | Some closure ->
            writeMeasured writer "closure" closure.Value
            writer.WriteNumber("truth", closure.Truth)
        | None -> ()

        writer.WriteEndObject()

    /// <c>calibration: [{sample, method, size, error}]</c>, where the ratios are calibrated.
    let private writeCalibrations (writer: Utf8JsonWriter) (found: CalibrationSummary list) =
        if not found.IsEmpty then
            writer.WriteStartArray "calibration"

            for c in found do
                writer.WriteStartObject()
                let numbers = JsonNumbers writer
                writer.WriteString("sample", c.Sample)
                writer.WriteString("method", c.Method)
                numbers.Number("size", c.Size, (fun () -> "a ratio is not positive"))
                numbers.Number("error", c.Error, (fun () -> "undefined"))
                numbers.Close()
                writer.WriteEndObject()

            writer.WriteEndArray()

    /// <summary>Writes the members of a result into the object that is open: <c>fit</c> (the headline),
    /// <c>checks</c>, <c>observed</c>, <c>expected</c>, <c>asimov</c>, <c>summary</c>, <c>calibration</c>,
    /// <c>intervals</c>, <c>score</c>, <c>conventional</c>, <c>separation</c>, <c>diagnostics</c>,
    /// <c>normalisation</c>, and <c>warnings</c> where there
    /// are any.</summary>
    let writeMembers (writer: Utf8JsonWriter) (result: RunResult) : unit =
        writer.WriteString("analysis", result.Analysis.Name)
        writer.WriteNumber("seed", result.Analysis.Seed)
        writer.WriteBoolean("passed", result.Passed)
        writeMeasurement writer "fit" result.Headline
        CheckJson.write writer result.Checks

        if not result.Warnings.IsEmpty then
            writer.WriteStartArray "warnings"

            for warning in result.Warnings do
                writer.WriteStringValue warning

            writer.WriteEndArray()

        result.BlindReason
        |> Option.iter (fun reason -> writer.WriteString("blind", reason))

        result.Observed |> Option.iter (writeMeasurement writer "observed")

        match result.Expected with
        | None -> ()
        | Some study ->
            writer.WriteStartObject "expected"
            writer.WriteString("events", "simulation, cross-fitted")
            writer.WriteNumber("truth", study.Truth)
            let numbers = JsonNumbers writer
            numbers.Number("errorOfFit", study.ErrorOfFit, (fun () -> "no error at a bound"))
            numbers.Close()
            writeMeasured writer "significance" study.Significance
            writeMeasured writer "oneStep" study.OneStep
            study.SumOfLogs |> Option.iter (writeMeasured writer "sumOfLogs")
            writeMeasurement writer "measurement" study.Measurement
            writer.WriteEndObject()

        writeMeasurement writer "asimov" result.Asimov
        result.Summary |> Option.iter (writeSummary writer)
        writeCalibrations writer result.Calibrations
        result.Intervals |> Option.iter (IntervalJson.write writer)
        result.Ensemble |> Option.iter (EnsembleJson.write writer)
        result.Goodness |> Option.iter (GoodnessStudyJson.write writer)
        writeTwin writer "score" result.Score
        writeTwin writer "conventional" result.Conventional
        writer.WriteStartArray "separation"

        for pair in result.Separation do
            writer.WriteStartObject()
            writer.WriteString("signal", pair.Signal)
            writer.WriteString("background", pair.Background)
            writeMeasured writer "auc" pair.Auc
            writer.WriteEndObject()

        writer.WriteEndArray()
        writeVariations writer result.Variations
        DiagnosticsJson.write writer result.Diagnostics
        writer.WriteStartArray "normalisation"

        for record in result.Normalisation do
            writer.WriteStartObject()
            writer.WriteNumber("fold", record.Fold)
            writer.WriteString("sample", record.Class)
            writeMeasured writer "train" record.Train
            writeMeasured writer "before" record.Before
            writeMeasured writer "check" record.Check
            writer.WriteEndObject()

        writer.WriteEndArray()
