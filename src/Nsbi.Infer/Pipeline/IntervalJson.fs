namespace Nsbi.Infer

open System.Text.Json

/// <summary>Studies of intervals in files.</summary>
[<RequireQualifiedAccess>]
module internal IntervalJson =

    let private within (writer: Utf8JsonWriter) (key: string) (write: unit -> unit) =
        writer.WriteStartObject key
        write ()
        writer.WriteEndObject()

    let private writeEstimated (writer: Utf8JsonWriter) (key: string) (found: Estimated) =
        within writer key (fun () ->
            let numbers = JsonNumbers writer
            numbers.Number("value", found.Value, (fun () -> "there is none in the range"))
            numbers.Number("error", found.Error, (fun () -> "the toys cannot tell"))
            numbers.Close())

    let private writeToyLimit (writer: Utf8JsonWriter) (found: ToyUpperLimit) =
        writer.WriteNumber("level", found.Level)
        writeEstimated writer "observed" found.Observed
        let numbers = JsonNumbers writer
        let values pick = found.Expected |> List.map pick
        numbers.Numbers("expected", values _.Value, (fun _ -> "there is none in the range"))
        numbers.Numbers("expectedErrors", values _.Error, (fun _ -> "the toys cannot tell"))
        numbers.Close()

    let private writeToySignificance (writer: Utf8JsonWriter) (found: ToyDiscovery) =
        let one key (p: ToyPValue) (z: Estimated) =
            within writer key (fun () ->
                let numbers = JsonNumbers writer
                writer.WriteNumber("p", p.Value)
                writer.WriteNumber("pError", p.Error)
                numbers.Number("z", z.Value, (fun () -> "p is 1"))
                numbers.Number("zError", z.Error, (fun () -> "the toys cannot tell"))
                numbers.Close())

        one "observed" found.P found.Z
        one "expected" found.ExpectedP found.ExpectedZ
        writer.WriteBoolean("isBound", found.IsBound)
        writer.WriteNumber("toys", found.Background.Length)

    let private writeInjection (writer: Utf8JsonWriter) (found: SignalInjection) =
        writer.WriteStartArray "points"

        for point in found.Points do
            writer.WriteStartObject()
            writer.WriteNumber("truth", point.Truth)
            writeEstimated writer "mean" point.Mean
            writeEstimated writer "pullMean" point.PullMean
            writeEstimated writer "pullWidth" point.PullWidth
            writer.WriteNumber("toys", point.Toys)
            writer.WriteNumber("failed", point.Failed)
            writer.WriteEndObject()

        writer.WriteEndArray()
        writeEstimated writer "slope" found.Slope
        writeEstimated writer "offset" found.Offset

    /// <summary>Writes <c>intervals: {of, neyman, limit, limitByToys, significance,
    /// significanceByToys, injection}</c> into the object that is open, each where it was asked for.
    /// </summary>
    let write (writer: Utf8JsonWriter) (study: IntervalStudy) : unit =
        within writer "intervals" (fun () ->
            let part key write =
                Option.iter (fun found -> within writer key (fun () -> write writer found))

            writer.WriteString("of", study.Of)
            part "neyman" NeymanJson.writeMembers study.Neyman
            part "limit" AsymptoticJson.writeLimit study.Limit
            part "limitByToys" writeToyLimit study.ToyLimit
            part "significance" AsymptoticJson.writeDiscovery study.Significance
            part "significanceByToys" writeToySignificance study.ToySignificance
            part "injection" writeInjection (study.Injection |> Option.map fst))
