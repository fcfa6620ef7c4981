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
            part "limitByToys" ToyTestJson.writeLimit study.ToyLimit
            part "significance" AsymptoticJson.writeDiscovery study.Significance

            match study.ToySignificance, study.Significance with
            | Some toys, Some asymptotic ->
                within writer "significanceByToys" (fun () ->
                    ToyTestJson.writeDiscovery writer asymptotic.Signal toys)
            | _ -> ()

            part "injection" writeInjection (study.Injection |> Option.map fst))
