namespace Nsbi.Infer

open System.Text.Json

/// <summary>Power studies as members of a JSON object.</summary>
[<RequireQualifiedAccess>]
module PowerJson =

    let private writePoint (writer: Utf8JsonWriter) (point: PowerPoint) (exact: float option) =
        writer.WriteStartObject()
        let numbers = JsonNumbers writer

        let infinite () =
            "more than its share of pseudo-experiments has an infinite value"

        writer.WriteNumber("size", point.Size)
        writer.WriteNumber("value", point.Power.Value)
        writer.WriteNumber("error", point.Power.Error)
        writer.WriteNumber("lower", point.Lower)
        writer.WriteNumber("upper", point.Upper)
        numbers.Number("threshold", point.Threshold, infinite)
        writer.WriteNumber("randomised", point.Randomised)

        match exact with
        | Some exact -> writer.WriteNumber("exact", exact)
        | None -> ()

        numbers.Close()
        writer.WriteEndObject()

    let private writePoints (writer: Utf8JsonWriter) (row: PowerRow) =
        writer.WriteStartArray "power"

        row.Points
        |> List.iteri (fun k point ->
            writePoint writer point (row.Exact |> Option.map (List.item k)))

        writer.WriteEndArray()

    let private writeCls (writer: Utf8JsonWriter) (numbers: JsonNumbers) (cls: ToyCls) =
        writer.WriteStartArray "clsExpected"
        cls.Expected |> List.iter (fun e -> writer.WriteNumberValue e.Value)
        writer.WriteEndArray()
        let few () = "too few pseudo-experiments"
        numbers.Number("clsExpectedError", cls.Expected[2].Error, few)

    let private writeRow (writer: Utf8JsonWriter) (row: PowerRow) =
        writer.WriteStartObject()
        let numbers = JsonNumbers writer
        writer.WriteString("name", row.Name)
        writer.WriteString("what", row.What)
        writePoints writer row
        writer.WriteStartObject "area"
        writer.WriteNumber("value", row.Area.Value)
        writer.WriteNumber("error", row.Area.Error)
        writer.WriteEndObject()
        row.Cls |> Option.iter (writeCls writer numbers)

        let none () =
            "the fit to the expected data gave no error"

        numbers.Number("error", Option.defaultValue nan row.Error, none)
        writer.WriteNumber("failed", row.Failed)
        writer.WriteStartObject "curve"
        writer.WriteStartArray "sizes"
        row.Curve |> List.iter (fun p -> writer.WriteNumberValue p.Size)
        writer.WriteEndArray()
        writer.WriteStartArray "power"
        row.Curve |> List.iter (fun p -> writer.WriteNumberValue p.Power.Value)
        writer.WriteEndArray()
        writer.WriteEndObject()
        numbers.Close()
        writer.WriteEndObject()

    /// <summary>Writes parameter, hypotheses, expected events, <c>strategies</c>, <c>grid</c> and
    /// <c>limits</c> into the open object.</summary>
    let writeMembers (writer: Utf8JsonWriter) (result: PowerResult) : unit =
        writer.WriteString("poi", result.Parameter)
        writer.WriteNumber("null", result.Null)
        writer.WriteNumber("value", result.Value)
        writer.WriteStartObject "expectedEvents"
        writer.WriteNumber("null", fst result.Expected)
        writer.WriteNumber("alternative", snd result.Expected)
        writer.WriteEndObject()
        writer.WriteNumber("toys", result.Toys)
        writer.WriteNumber("seed", result.Seed)
        writer.WriteStartArray "strategies"
        result.Rows |> List.iter (writeRow writer)
        writer.WriteEndArray()

        if not result.Grid.IsEmpty then
            writer.WriteStartArray "grid"

            for point in result.Grid do
                writer.WriteStartObject()
                writer.WriteNumber("value", point.Value)
                writer.WriteStartArray "strategies"

                for row in point.Rows do
                    writer.WriteStartObject()
                    writer.WriteString("name", row.Name)
                    writePoints writer row
                    let numbers = JsonNumbers writer
                    row.Cls |> Option.iter (writeCls writer numbers)
                    numbers.Close()
                    writer.WriteEndObject()

                writer.WriteEndArray()
                writer.WriteEndObject()

            writer.WriteEndArray()
            writer.WriteStartArray "limits"

            for limit in PowerResult.limits result do
                writer.WriteStartObject()
                let numbers = JsonNumbers writer

                let far () =
                    "the median expected CLs does not fall through 0.05 on the grid"

                writer.WriteString("name", limit.Name)
                numbers.Number("value", limit.Limit.Value, far)
                numbers.Number("error", limit.Limit.Error, far)
                numbers.Close()
                writer.WriteEndObject()

            writer.WriteEndArray()
