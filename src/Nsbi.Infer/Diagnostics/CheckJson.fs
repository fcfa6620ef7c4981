namespace Nsbi.Infer

open System.Text.Json

/// <summary>Checks in files.</summary>
[<RequireQualifiedAccess>]
module CheckJson =

    /// <summary>Writes <c>checks: [{name, passed, value, error, limit, meaning}]</c> into the object that
    /// is open.</summary>
    let write (writer: Utf8JsonWriter) (checks: Check list) : unit =
        writer.WriteStartArray "checks"

        for check in checks do
            writer.WriteStartObject()
            let numbers = JsonNumbers writer
            writer.WriteString("name", check.Name)
            writer.WriteBoolean("passed", check.Passed)
            numbers.Number("value", check.Value, (fun () -> "it could not be computed"))
            numbers.Number("error", check.Error, (fun () -> "it has none"))
            numbers.Number("limit", check.Limit, (fun () -> "it could not be computed"))

            match check.Rule with
            | CheckRule.Near target -> writer.WriteNumber("target", target)
            | CheckRule.AtMost
            | CheckRule.AtLeast -> ()

            writer.WriteString("finding", check.Finding)
            writer.WriteString("meaning", check.Meaning)
            numbers.Close()
            writer.WriteEndObject()

        writer.WriteEndArray()
