namespace Nsbi.Cli

open System
open System.Text.Json

/// Numbers in one JSON object. A number that is not finite, or is not there, is written as null;
/// Close then adds the sibling "reason", which names each such member and says why.
type JsonNumbers(writer: Utf8JsonWriter) =
    let reasons = ResizeArray<string>()

    /// The member name with a number, or null and its reason.
    member _.Number(name: string, value: float, reason: unit -> string) : unit =
        if Double.IsFinite value then
            writer.WriteNumber(name, value)
        else
            writer.WriteNull name
            reasons.Add $"{name}: {reason ()}"

    /// The same for a number that may be absent.
    member this.Number(name: string, value: float option, reason: unit -> string) : unit =
        this.Number(name, Option.defaultValue nan value, reason)

    /// The member name with a list of numbers; reason tells why the one at an index is null.
    member _.Numbers(name: string, values: float seq, reason: int -> string) : unit =
        writer.WriteStartArray name

        values
        |> Seq.iteri (fun index value ->
            if Double.IsFinite value then
                writer.WriteNumberValue value
            else
                writer.WriteNullValue()
                reasons.Add $"{name}[{index}]: {reason index}")

        writer.WriteEndArray()

    /// Writes "reason" if any number was not finite.
    member _.Close() : unit =
        if reasons.Count > 0 then
            writer.WriteString("reason", String.Join("; ", reasons))
