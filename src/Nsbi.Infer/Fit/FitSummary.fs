namespace Nsbi.Infer

open System
open System.Globalization
open System.Text.Json

/// <summary>A best fit with the likelihood intervals of some of its parameters: what is reported of a
/// fit. It prints as a table.</summary>
[<NoComparison; ReferenceEquality>]
type FitSummary = {
    /// The best fit.
    Fit: FitResult
    /// <summary>{t ≤ 1} of parameters, by name; none where it was not asked for, where the parameter
    /// is held, or where the fit did not succeed.</summary>
    Intervals: Map<string, LikelihoodIntervals>
    /// <summary>The fit and the ends of its intervals by the definition of the likelihood; none where
    /// that is what was fitted, or where the fit did not succeed.</summary>
    Exact: ExactComparison option
    /// <summary>Event variations that are not positive somewhere in the fit range.</summary>
    Negative: NegativeInterpolant list
} with

    /// Whether the likelihood was compiled well enough for this fit; empty where it is exact.
    member this.Checks: Check list =
        this.Exact |> Option.map ExactComparison.checks |> Option.defaultValue []


    /// The fit as a table, and the intervals below it.
    override this.ToString() : string =
        let number (x: float) =
            x.ToString("G6", CultureInfo.InvariantCulture)

        let lines =
            this.Intervals
            |> Map.toList
            |> List.map (fun (name, found) ->
                let ends =
                    found.Intervals |> List.map (fun i -> $"[{number i.Lower}, {number i.Upper}]")

                $"""{name}: 68.3 %% interval {String.Join(" and ", ends)}""")

        let failed =
            this.Checks
            |> List.filter (fun c -> not c.Passed)
            |> List.map (fun c -> $"failed check: {c.Finding}; {c.Meaning}")

        let warnings = this.Negative |> List.map (fun n -> $"warning: {n}")
        String.Join("\n", string this.Fit :: lines @ failed @ warnings)

/// <summary>How to make and write fit summaries.</summary>
[<RequireQualifiedAccess>]
module FitSummary =

    let private maxRestarts = 5

    /// <summary>The summary of a fit that succeeded and of intervals that were found already.
    /// </summary>
    let create
        (settings: FitSettings)
        (observation: Observation)
        (fit: FitResult)
        (intervals: Map<string, LikelihoodIntervals>)
        : FitSummary = {
        Fit = fit
        Intervals = intervals
        Exact = intervals.Values |> Seq.toList |> ExactComparison.run settings observation fit
        Negative = observation.Owner.NegativeInterpolants
    }

    /// <summary>Fits, and finds {t ≤ 1} of parameters (MINOS). If an interval comes upon a lower
    /// minimum, that becomes the best fit and all intervals are found again.</summary>
    /// <param name="settings">of the fit</param>
    /// <param name="observation">what is fitted</param>
    /// <param name="names">parameters; those that are fixed are left out</param>
    /// <exception cref="T:System.ArgumentException">a parameter is unknown</exception>
    let run (settings: FitSettings) (observation: Observation) (names: string list) : FitSummary =
        let without (fit: FitResult) = {
            Fit = fit
            Intervals = Map.empty
            Exact = None
            Negative = observation.Owner.NegativeInterpolants
        }

        let rec attempt (fit: FitResult) left =
            let wanted = names |> List.filter (fun name -> not fit[name].IsFixed)

            let find intervals name =
                match intervals with
                | Error _ -> intervals
                | Ok known ->
                    let found = Intervals.find settings observation fit name 1.0

                    if obj.ReferenceEquals(found.Best, fit) || left = 0 then
                        Ok(Map.add name found known)
                    else
                        Error found.Best

            match List.fold find (Ok Map.empty) wanted with
            | Ok intervals -> create settings observation fit intervals
            | Error better when better.Status.Succeeded -> attempt better (left - 1)
            | Error better -> without better

        match Fit.runWith settings observation with
        | fit when fit.Status.Succeeded -> attempt fit maxRestarts
        | fit -> without fit

    let private writeMinos (writer: Utf8JsonWriter) (found: LikelihoodIntervals) =
        let atBound () =
            "the interval ends at a bound of the parameter"

        writer.WriteStartObject "minos"
        let offsets = JsonNumbers writer
        offsets.Number("lower", found.Lower, atBound)
        offsets.Number("upper", found.Upper, atBound)
        offsets.Close()
        writer.WriteEndObject()

    let private writeIntervals
        (writer: Utf8JsonWriter)
        (numbers: JsonNumbers)
        (found: LikelihoodIntervals)
        =
        let unbounded () =
            "t stays below the level and the parameter has no bound"

        writer.WriteStartArray "intervals"

        found.Intervals
        |> List.iteri (fun index interval ->
            writer.WriteStartArray()
            numbers.Item($"intervals[{index}][0]", interval.Lower, unbounded)
            numbers.Item($"intervals[{index}][1]", interval.Upper, unbounded)
            writer.WriteEndArray())

        writer.WriteEndArray()

    let private writeParameter
        (writer: Utf8JsonWriter)
        (summary: FitSummary)
        (parameter: FittedParameter)
        =
        let noError () =
            if parameter.IsFixed then
                "the parameter is fixed"
            elif parameter.AtBound then
                "the parameter is at a bound, where the Hessian gives no error"
            else
                "the Hessian is not positive definite"

        let numbers = JsonNumbers writer
        writer.WriteStartObject()
        writer.WriteString("name", parameter.Name)
        numbers.Number("value", parameter.Value, (fun () -> summary.Fit.Status.Advice))
        numbers.Number("error", parameter.Error, noError)

        match summary.Intervals.TryFind parameter.Name with
        | Some found ->
            writeMinos writer found
            writeIntervals writer numbers found
        | None ->
            let reason =
                if parameter.IsFixed then "the parameter is fixed"
                elif summary.Fit.Status.Succeeded then "not asked for"
                else "the fit did not succeed"

            numbers.Absent("minos", reason)
            numbers.Absent("intervals", reason)

        writer.WriteBoolean("fixed", parameter.IsFixed)
        writer.WriteBoolean("atBound", parameter.AtBound)
        numbers.Close()
        writer.WriteEndObject()

    let private writeMinimum (writer: Utf8JsonWriter) (minimum: LocalMinimum) =
        writer.WriteStartObject()
        writer.WriteNumber("twiceNll", minimum.TwiceNll)
        writer.WriteStartObject "values"

        for name, value in minimum.Values do
            writer.WriteNumber(name, value)

        writer.WriteEndObject()
        writer.WriteEndObject()

    let private writeCorrelation (writer: Utf8JsonWriter) (correlation: float[,]) =
        writer.WriteStartArray "correlation"

        for row in 0 .. Array2D.length1 correlation - 1 do
            writer.WriteStartArray()

            for column in 0 .. Array2D.length2 correlation - 1 do
                writer.WriteNumberValue correlation[row, column]

            writer.WriteEndArray()

        writer.WriteEndArray()

    let private writeExact (writer: Utf8JsonWriter) (comparison: ExactComparison) =
        writer.WriteStartArray "exact"

        for point in comparison.Points do
            let numbers = JsonNumbers writer
            let impossible () = "the parameters are impossible"
            writer.WriteStartObject()
            writer.WriteString("point", point.Name)
            numbers.Number("twiceNll", point.Exact, impossible)
            numbers.Number("shift", point.Shift, impossible)
            numbers.Close()
            writer.WriteEndObject()

        writer.WriteEndArray()

    /// <summary>Writes the members of a fit into the JSON object that is open: <c>status</c>,
    /// <c>advice</c>, <c>twiceNll</c>, <c>parameters</c> (<c>name, value, error, minos, intervals,
    /// fixed, atBound</c>), <c>correlation</c> (in the order of the parameters), <c>minima</c>,
    /// <c>edm</c>, <c>evaluations</c>, and where the likelihood is compiled to an approximation
    /// <c>exact: [{point, twiceNll, shift}]</c>; <c>warnings</c> where there are any. What is not a finite number is null, with the sibling
    /// <c>reason</c>.</summary>
    let writeMembers (writer: Utf8JsonWriter) (summary: FitSummary) : unit =
        let fit = summary.Fit
        let numbers = JsonNumbers writer
        let why () = fit.Status.Advice
        writer.WriteString("status", fit.Status.Name)
        writer.WriteString("advice", fit.Status.Advice)
        numbers.Number("twiceNll", fit.TwiceNll, why)
        writer.WriteStartArray "parameters"

        for parameter in fit.Parameters do
            writeParameter writer summary parameter

        writer.WriteEndArray()
        writeCorrelation writer fit.Correlation
        writer.WriteStartArray "minima"

        for minimum in fit.Minima do
            writeMinimum writer minimum

        writer.WriteEndArray()
        numbers.Number("edm", fit.Edm, why)
        writer.WriteNumber("evaluations", fit.Evaluations)
        summary.Exact |> Option.iter (writeExact writer)

        if not summary.Negative.IsEmpty then
            writer.WriteStartArray "warnings"

            for negative in summary.Negative do
                writer.WriteStringValue(string negative)

            writer.WriteEndArray()

        numbers.Close()

    /// <summary>Writes <c>normalisations: [{channel, process, parameter, sizes: [{at, size}]}]</c> into
    /// the JSON object that is open: Z − 1 of each process and parameter with event variations;
    /// nothing where there are none.</summary>
    let writeNormalisations (writer: Utf8JsonWriter) (compiled: CompiledLikelihood) : unit =
        if not compiled.ShapeSizes.IsEmpty then
            writer.WriteStartArray "normalisations"

            for found in compiled.ShapeSizes do
                writer.WriteStartObject()
                writer.WriteString("channel", found.Channel)
                writer.WriteString("process", found.Process)
                writer.WriteString("parameter", found.Parameter)
                writer.WriteStartArray "sizes"

                for alpha, size in found.Sizes do
                    let numbers = JsonNumbers writer
                    writer.WriteStartObject()
                    writer.WriteNumber("at", alpha)
                    numbers.Number("size", size, (fun () -> "Z is not positive there"))
                    numbers.Close()
                    writer.WriteEndObject()

                writer.WriteEndArray()
                writer.WriteEndObject()

            writer.WriteEndArray()
