namespace Nsbi.Infer

open System.Text.Json

/// <summary>Neyman constructions in files.</summary>
[<RequireQualifiedAccess>]
module NeymanJson =

    let private tooFew _ =
        "there are too few toys for this quantile"

    let private writePoint (writer: Utf8JsonWriter) (point: NeymanPoint) =
        let numbers = JsonNumbers writer
        let quantiles = point.Belt.Quantiles
        writer.WriteStartObject()
        writer.WriteNumber("value", point.Value)
        numbers.Numbers("quantiles", quantiles |> List.map _.Value, tooFew)
        numbers.Numbers("errors", quantiles |> List.map _.Error, tooFew)
        numbers.Numbers("lower", quantiles |> List.map _.Lower, tooFew)
        numbers.Numbers("upper", quantiles |> List.map _.Upper, tooFew)

        numbers.Number(
            "observed",
            point.Observed,
            (fun () -> "the value is impossible for the data")
        )

        numbers.Numbers("toysAt", point.Theta, (fun _ -> "unknown"))
        writer.WriteNumber("toys", point.Belt.Toys)
        writer.WriteNumber("failed", point.Belt.Failed)
        numbers.Close()
        writer.WriteEndObject()

    let private writePairs (writer: Utf8JsonWriter) (name: string) (pairs: (float * float) list) =
        let numbers = JsonNumbers writer
        writer.WriteStartArray name

        pairs
        |> List.iteri (fun k (low, high) ->
            writer.WriteStartArray()

            let reason () =
                "the parameter has no bound, or the toys cannot tell"

            numbers.Item($"{name}[{k}][0]", low, reason)
            numbers.Item($"{name}[{k}][1]", high, reason)
            writer.WriteEndArray())

        writer.WriteEndArray()
        numbers

    let private ends (set: AcceptedSet) =
        set.Intervals |> List.map (fun i -> i.Lower.Value, i.Upper.Value)

    let private writeSet
        (writer: Utf8JsonWriter)
        (asymptotic: LikelihoodIntervals option)
        (set: AcceptedSet)
        =
        writer.WriteStartObject()
        writer.WriteNumber("level", set.Level)
        (writePairs writer "intervals" (ends set)).Close()

        let errors = set.Intervals |> List.map (fun i -> i.Lower.Error, i.Upper.Error)

        writer.WriteStartArray "edges"

        for i in set.Intervals do
            writer.WriteStartArray()
            writer.WriteBooleanValue i.Lower.AtEdge
            writer.WriteBooleanValue i.Upper.AtEdge
            writer.WriteEndArray()

        writer.WriteEndArray()

        match asymptotic with
        | Some found ->
            writer.WriteNumber("asymptoticLevel", found.Level)
            let pairs = found.Intervals |> List.map (fun i -> i.Lower, i.Upper)
            (writePairs writer "asymptotic" pairs).Close()
        | None -> ()

        (writePairs writer "errors" errors).Close()
        writer.WriteEndObject()

    /// <summary>Writes the members of the construction into the JSON object that is open:
    /// <c>poi, best, levels, belt: [{value, quantiles, errors, lower, upper, observed, toysAt, toys,
    /// failed}], intervals: [[lo, hi], …]</c> of the first level, <c>sets: [{level, intervals, errors,
    /// edges, asymptotic}]</c>, <c>shifted</c>, <c>failed</c>, <c>failures: [{reason, count}]</c> and
    /// <c>checks</c>. Quantiles stand in the order of the levels.</summary>
    let writeMembers (writer: Utf8JsonWriter) (result: NeymanResult) : unit =
        let name = result.Settings.Parameter
        writer.WriteString("poi", name)
        writer.WriteNumber("best", result.Best[name].Value)
        writer.WriteStartArray "levels"
        result.Settings.Levels |> List.iter writer.WriteNumberValue
        writer.WriteEndArray()
        writer.WriteStartArray "belt"
        result.Points |> List.iter (writePoint writer)
        writer.WriteEndArray()
        let numbers = writePairs writer "intervals" (ends result.Accepted.Head)
        writer.WriteStartArray "sets"

        for set, asymptotic in List.zip result.Accepted result.Asymptotic do
            writeSet writer (Some asymptotic) set

        writer.WriteEndArray()
        writer.WriteStartArray "shifted"

        for shifted in result.Shifted do
            writer.WriteStartObject()
            writer.WriteString("nuisance", shifted.Nuisance)
            writer.WriteNumber("sigmas", shifted.Sigmas)
            writer.WriteStartArray "sets"
            shifted.Accepted |> List.iter (writeSet writer None)
            writer.WriteEndArray()
            writer.WriteEndObject()

        writer.WriteEndArray()

        let spread = result.Settings.Levels |> List.map result.QuantileSpread

        if not result.Shifted.IsEmpty then
            numbers.Numbers("quantileSpread", spread, tooFew)

        writer.WriteNumber("failed", result.Failed)
        writer.WriteStartArray "failures"

        for reason, count in result.FailureReasons do
            writer.WriteStartObject()
            writer.WriteString("reason", reason)
            writer.WriteNumber("count", count)
            writer.WriteEndObject()

        writer.WriteEndArray()
        CheckJson.write writer result.Checks
        numbers.Close()
