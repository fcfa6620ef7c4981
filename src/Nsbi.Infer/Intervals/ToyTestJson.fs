namespace Nsbi.Infer

open System
open System.Text.Json

/// <summary>Results of tests by toys as members of the JSON object that is open: those of
/// <see cref="T:Nsbi.Infer.AsymptoticJsonModule"/> with Monte Carlo errors beside them.</summary>
[<RequireQualifiedAccess>]
module ToyTestJson =
    let private noError () =
        "the toys cannot tell the Monte Carlo error"

    let private writeFit (writer: Utf8JsonWriter) (numbers: JsonNumbers) (q: TestValue) =
        let why () = q.Best.Status.Advice
        writer.WriteString("status", q.Best.Status.Name)
        writer.WriteString("advice", q.Best.Status.Advice)
        writer.WriteString("poi", q.Parameter)
        numbers.Number("best", q.BestValue, why)
        numbers.Number("twiceNll", q.Best.TwiceNll, why)

    let private estimated (numbers: JsonNumbers) (name: string) (value: float) (error: float) =
        numbers.Number(name, value, (fun () -> "the toys cannot tell"))
        numbers.Number(name + "Error", error, noError)

    let private failures (tests: ToyTest[]) : int =
        tests |> Array.filter _.Failure.IsSome |> Array.length

    let private writeToys (writer: Utf8JsonWriter) (signal: ToyTest[]) (background: ToyTest[]) =
        writer.WriteStartObject "toys"
        writer.WriteNumber("signal", signal.Length)
        writer.WriteNumber("background", background.Length)
        writer.WriteNumber("failed", failures signal + failures background)
        writer.WriteEndObject()

    /// <summary>Writes a test: <c>status, advice, poi, best, twiceNll, value, statistic, method,
    /// clsObserved, clsExpected</c> (−2σ to +2σ)<c>, clsb, clb, qObserved, toys, warnings</c>, the
    /// first four of CLs with <c>…Error</c>.</summary>
    let writeTest (writer: Utf8JsonWriter) (test: ToyClsTest) : unit =
        let numbers = JsonNumbers writer
        let q, cls = test.Observed, test.Cls
        writeFit writer numbers q
        writer.WriteNumber("value", q.Tested)
        writer.WriteString("statistic", q.Statistic.Name)
        writer.WriteString("method", "toys")
        estimated numbers "clsObserved" cls.Cls.Value cls.Cls.Error
        let values = cls.Expected |> List.map _.Value
        let errors = cls.Expected |> List.map _.Error
        numbers.Numbers("clsExpected", values, (fun _ -> "the toys cannot tell"))
        numbers.Numbers("clsExpectedError", errors, (fun _ -> noError ()))
        estimated numbers "clsb" cls.Clsb.Value cls.Clsb.Error
        estimated numbers "clb" cls.Clb.Value cls.Clb.Error

        numbers.Number(
            "qObserved",
            q.Value,
            (fun () -> q.Reason |> Option.defaultValue "not known")
        )

        writeToys writer test.Signal test.Background
        AsymptoticJson.writeWarnings writer []
        numbers.Close()

    /// <summary>Writes limits: <c>poi, level, method, observed, observedError, expected</c> (−2σ to
    /// +2σ)<c>, expectedError, points: [{value, clsObserved, clsObservedError, clsExpected}], warnings
    /// </c>.</summary>
    let writeLimit (writer: Utf8JsonWriter) (limit: ToyUpperLimit) : unit =
        let numbers = JsonNumbers writer

        let beyond _ =
            "CLs of these toys does not fall to 1 − CL up to the bound of the parameter: use more toys, \
             or widen the bound"

        writer.WriteString("poi", limit.Parameter)
        writer.WriteNumber("level", limit.Level)
        writer.WriteString("method", "toys")
        numbers.Number("observed", limit.Observed.Value, beyond)
        numbers.Number("observedError", limit.Observed.Error, noError)
        numbers.Numbers("expected", limit.Expected |> List.map _.Value, beyond)
        numbers.Numbers("expectedError", limit.Expected |> List.map _.Error, (fun _ -> noError ()))
        writer.WriteStartArray "points"

        for point in limit.Points do
            let inner = JsonNumbers writer
            writer.WriteStartObject()
            writer.WriteNumber("value", point.Cls.Tested)
            estimated inner "clsObserved" point.Cls.Cls.Value point.Cls.Cls.Error

            inner.Numbers(
                "clsExpected",
                point.Cls.Expected |> List.map _.Value,
                (fun _ -> "the toys cannot tell")
            )

            inner.Close()
            writer.WriteEndObject()

        writer.WriteEndArray()
        AsymptoticJson.writeWarnings writer []
        numbers.Close()

    let private writeSignificance writer (name: string) (p: ToyPValue) (z: Estimated) =
        let writer: Utf8JsonWriter = writer
        writer.WriteStartObject name
        let numbers = JsonNumbers writer
        let z = ToyTestText.significance p z
        estimated numbers "p" p.Value p.Error
        numbers.Number("z", z.Value, (fun () -> "all toys of the background reach the value"))
        numbers.Number("zError", z.Error, noError)
        numbers.Close()
        writer.WriteEndObject()

    /// <summary>Writes significances: <c>status, advice, poi, best, twiceNll, method, observed: {p,
    /// pError, z, zError}, expected: {…}, expectedAt, qObserved, toys, warnings</c>; a warning where no
    /// toy reaches the data.</summary>
    let writeDiscovery (writer: Utf8JsonWriter) (signal: float) (found: ToyDiscovery) : unit =
        let numbers = JsonNumbers writer
        let q = found.Observed
        writeFit writer numbers q
        writer.WriteString("method", "toys")
        writeSignificance writer "observed" found.P found.Z
        writeSignificance writer "expected" found.ExpectedP found.ExpectedZ
        writer.WriteNumber("expectedAt", signal)

        numbers.Number(
            "qObserved",
            q.Value,
            (fun () -> q.Reason |> Option.defaultValue "not known")
        )

        writeToys writer found.Signal found.Background

        AsymptoticJson.writeWarnings writer [
            if found.IsBound then
                "No toy of the background reaches the data: z is a lower bound; use more toys."
        ]

        numbers.Close()
