namespace Nsbi.Infer

open System.Text.Json

/// <summary>Results of hypothesis tests as members of the JSON object that is open. What is not a
/// finite number is null, with the sibling <c>reason</c>.</summary>
[<RequireQualifiedAccess>]
module AsymptoticJson =

    /// <summary><c>warnings: [sentence]</c>, empty where nothing is wrong.</summary>
    let writeWarnings (writer: Utf8JsonWriter) (warnings: string list) : unit =
        writer.WriteStartArray "warnings"
        warnings |> List.iter writer.WriteStringValue
        writer.WriteEndArray()

    let private unknown (reason: string option) () =
        reason |> Option.defaultValue "not known"

    let private writeBest (writer: Utf8JsonWriter) (numbers: JsonNumbers) (fit: FitResult) poi =
        writer.WriteString("status", fit.Status.Name)
        writer.WriteString("advice", fit.Status.Advice)
        writer.WriteString("poi", (poi: string))
        let why () = fit.Status.Advice

        numbers.Number(
            "best",
            (if ConditionalFit.hasMinimum fit then
                 fit[poi].Value
             else
                 nan),
            why
        )

        numbers.Number("twiceNll", fit.TwiceNll, why)

    /// <summary>Writes a test: <c>status, advice, poi, best, twiceNll, value, statistic, method,
    /// clsObserved, clsExpected</c> (−2σ to +2σ)<c>, clsb, clb, qObserved, qExpected, sigma, warnings
    /// </c>.</summary>
    let writeTest (writer: Utf8JsonWriter) (test: HypothesisTest) : unit =
        let numbers = JsonNumbers writer
        let unknown = unknown test.Reason
        writeBest writer numbers test.Observed.Best test.Parameter
        writer.WriteNumber("value", test.Tested)
        writer.WriteString("statistic", test.Statistic.Name)
        writer.WriteString("method", "asymptotic")
        numbers.Number("clsObserved", test.Levels.Cls, unknown)
        numbers.Numbers("clsExpected", test.Expected, (fun _ -> unknown ()))
        numbers.Number("clsb", test.Levels.Clsb, unknown)
        numbers.Number("clb", test.Levels.Clb, unknown)

        let why (value: TestValue option) () =
            value |> Option.bind (fun value -> value.Reason) |> Option.defaultWith unknown

        numbers.Number("qObserved", test.Observed.Value, why (Some test.Observed))
        let expected = test.Asimov |> Option.map (fun value -> value.Value)
        numbers.Number("qExpected", expected, why test.Asimov)

        numbers.Number(
            "sigma",
            test.Sigma,
            (fun () -> "the expected statistic does not depend on the value, or is not known")
        )

        writeWarnings writer test.Warnings
        numbers.Close()

    /// <summary>Writes limits: <c>status, advice, poi, best, twiceNll, level, statistic, method,
    /// observed, expected</c> (−2σ to +2σ)<c>, evaluations, warnings</c>.</summary>
    let writeLimit (writer: Utf8JsonWriter) (limit: UpperLimit) : unit =
        let numbers = JsonNumbers writer
        writeBest writer numbers limit.Best limit.Parameter
        writer.WriteNumber("level", limit.Level)
        writer.WriteString("statistic", limit.Statistic.Name)
        writer.WriteString("method", "asymptotic")
        numbers.Number("observed", limit.Observed.Value, unknown limit.Observed.Reason)

        let expected = [ for found in limit.Expected -> Option.defaultValue nan found.Value ]
        numbers.Numbers("expected", expected, (fun k -> unknown limit.Expected[k].Reason ()))
        writer.WriteNumber("evaluations", limit.Evaluations)
        writeWarnings writer limit.Warnings
        numbers.Close()

    let private writeSignificance (writer: Utf8JsonWriter) (name: string) (found: Significance) =
        writer.WriteStartObject name
        let numbers = JsonNumbers writer
        numbers.Number("p", found.P, unknown found.Reason)
        numbers.Number("z", found.Z, unknown found.Reason)
        numbers.Close()
        writer.WriteEndObject()

    /// <summary>Writes significances: <c>status, advice, poi, best, twiceNll, method, observed: {p,
    /// z}, expected: {p, z}, expectedAt, qObserved, qExpected, warnings</c>.</summary>
    let writeDiscovery (writer: Utf8JsonWriter) (found: DiscoverySignificance) : unit =
        let numbers = JsonNumbers writer
        writeBest writer numbers found.Q.Best found.Parameter
        writer.WriteString("method", "asymptotic")
        writeSignificance writer "observed" found.Observed
        writeSignificance writer "expected" found.Expected
        writer.WriteNumber("expectedAt", found.Signal)
        numbers.Number("qObserved", found.Q.Value, unknown found.Observed.Reason)
        let expected = found.Asimov |> Option.map (fun value -> value.Value)
        numbers.Number("qExpected", expected, unknown found.Expected.Reason)
        writeWarnings writer found.Warnings
        numbers.Close()
