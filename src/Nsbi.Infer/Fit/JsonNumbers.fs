namespace Nsbi.Infer

open System
open System.Text.Json

/// <summary>Numbers in one JSON object. A number that is not finite, or is not there, is written as
/// null; <c>Close</c> then adds the sibling <c>reason</c>, which names each such member and says why.
/// </summary>
[<Sealed>]
type JsonNumbers(writer: Utf8JsonWriter) =
    let reasons = ResizeArray<string>()

    /// <summary>A member with a number, or null and its reason.</summary>
    member _.Number(name: string, value: float, reason: unit -> string) : unit =
        if Double.IsFinite value then
            writer.WriteNumber(name, value)
        else
            writer.WriteNull name
            reasons.Add $"{name}: {reason ()}"

    /// <summary>The same for a number that may be absent.</summary>
    member this.Number(name: string, value: float option, reason: unit -> string) : unit =
        this.Number(name, Option.defaultValue nan value, reason)

    /// <summary>One item of a list; where names it in the reason.</summary>
    member _.Item(where: string, value: float, reason: unit -> string) : unit =
        if Double.IsFinite value then
            writer.WriteNumberValue value
        else
            writer.WriteNullValue()
            reasons.Add $"{where}: {reason ()}"

    /// <summary>A member with a list of numbers; the reason tells why the one at an index is null.
    /// </summary>
    member this.Numbers(name: string, values: float seq, reason: int -> string) : unit =
        writer.WriteStartArray name

        values
        |> Seq.iteri (fun index value ->
            this.Item($"{name}[{index}]", value, (fun () -> reason index)))

        writer.WriteEndArray()

    /// <summary>A member that is null altogether, and why.</summary>
    member _.Absent(name: string, reason: string) : unit =
        writer.WriteNull name
        reasons.Add $"{name}: {reason}"

    /// <summary>Writes <c>reason</c> if any number was null. To be called before the object's end.
    /// </summary>
    member _.Close() : unit =
        if reasons.Count > 0 then
            writer.WriteString("reason", String.Join("; ", reasons))
