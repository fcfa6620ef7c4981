namespace Nsbi.Infer

open System.Text.Json

/// <summary>Derived quantities and goodness of fit in files.</summary>
[<RequireQualifiedAccess>]
module GoodnessJson =

    /// <summary>Writes <c>derived: [{name, expression, value, error}]</c> into the JSON object that is
    /// open.</summary>
    let writeDerived (writer: Utf8JsonWriter) (derived: DerivedParameter list) : unit =
        writer.WriteStartArray "derived"

        for d in derived do
            let numbers = JsonNumbers writer
            writer.WriteStartObject()
            writer.WriteString("name", d.Name)
            writer.WriteString("expression", d.Expression.Text)
            numbers.Number("value", d.Value, (fun () -> "the expression has no value there"))
            numbers.Number("error", d.Error, (fun () -> defaultArg d.Reason "unknown"))
            numbers.Close()
            writer.WriteEndObject()

        writer.WriteEndArray()

    /// <summary>Writes <c>goodness: {saturated: {q, degreesOfFreedom, p}, toys, failed, tests: [{name,
    /// value, p, error, meaning}]}</c> into the JSON object that is open.</summary>
    let writeGoodness (writer: Utf8JsonWriter) (found: GoodnessOfFit) : unit =
        writer.WriteStartObject "goodness"

        match found.Saturated with
        | None -> ()
        | Some test ->
            let numbers = JsonNumbers writer
            writer.WriteStartObject "saturated"
            numbers.Number("q", test.Value, (fun () -> "a bin with counts expects none"))
            writer.WriteNumber("degreesOfFreedom", test.DegreesOfFreedom)
            numbers.Number("p", test.PValue, (fun () -> "no degree of freedom is left"))
            numbers.Close()
            writer.WriteEndObject()

        writer.WriteNumber("toys", found.Toys)
        writer.WriteNumber("failed", found.Failed)
        writer.WriteStartArray "tests"

        for test in found.Tests do
            let numbers = JsonNumbers writer
            let none () = "the statistic is not a number"
            writer.WriteStartObject()
            writer.WriteString("name", test.Name)
            numbers.Number("value", test.Value, none)
            numbers.Number("p", test.PValue |> Option.map _.Value, none)
            numbers.Number("error", test.PValue |> Option.map _.Error, none)
            writer.WriteString("meaning", test.Meaning)
            numbers.Close()
            writer.WriteEndObject()

        writer.WriteEndArray()
        writer.WriteEndObject()
