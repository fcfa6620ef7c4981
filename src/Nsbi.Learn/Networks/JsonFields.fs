namespace Nsbi.Learn.Networks

open System
open System.Collections.Generic
open System.Globalization
open System.Text.Json
open Nsbi.Learn

/// Reads the fields of one JSON object and notes every fault with its path: fields of another type,
/// numbers that are not whole, names nobody asked for.
[<Sealed>]
type internal JsonFields(source: string, path: string, element: JsonElement, log: FaultLog) =
    let asked = List<string>()

    let fault (name: string) (value: JsonElement) (remedy: string) =
        Fault.create source "the value is of another type" remedy
        |> Fault.inJson source (if name = "" then path else $"{path}.{name}")
        |> Fault.withValue (value.GetRawText())
        |> log.Add

    do
        if element.ValueKind <> JsonValueKind.Object then
            fault "" element "an object in braces is wanted"

    member _.Path: string = path

    /// The value of a field if it is there; null counts as absent.
    member _.TryElement(name: string) : JsonElement option =
        asked.Add name

        if element.ValueKind <> JsonValueKind.Object then
            None
        else
            match element.TryGetProperty name with
            | true, value when value.ValueKind <> JsonValueKind.Null -> Some value
            | _ -> None

    member private this.Read (name: string) (initial: 'T) remedy (read: JsonElement -> 'T option) =
        match this.TryElement name with
        | None -> initial
        | Some value ->
            match read value with
            | Some result -> result
            | None ->
                fault name value remedy
                initial

    member this.Int(name: string, initial: int) : int =
        this.Read name initial "a whole number is wanted" (fun value ->
            match value.ValueKind with
            | JsonValueKind.Number ->
                match value.TryGetInt32() with
                | true, number -> Some number
                | _ -> None
            | _ -> None)

    member this.OptionalInt(name: string) : int option =
        match this.TryElement name with
        | None -> None
        | Some _ -> Some(this.Int(name, 0))

    member this.UInt64(name: string, initial: uint64) : uint64 =
        this.Read name initial "a whole number ≥ 0 is wanted" (fun value ->
            match value.ValueKind with
            | JsonValueKind.Number ->
                match value.TryGetUInt64() with
                | true, number -> Some number
                | _ -> None
            | _ -> None)

    member this.Float(name: string, initial: float) : float =
        this.Read name initial "a number is wanted" (fun value ->
            match value.ValueKind with
            | JsonValueKind.Number -> Some(value.GetDouble())
            | _ -> None)

    member this.Flag(name: string, initial: bool) : bool =
        this.Read name initial "true or false is wanted" (fun value ->
            match value.ValueKind with
            | JsonValueKind.True -> Some true
            | JsonValueKind.False -> Some false
            | _ -> None)

    member this.OptionalFloat(name: string) : float option =
        match this.TryElement name with
        | None -> None
        | Some _ -> Some(this.Float(name, 0.0))

    member this.Text(name: string, initial: string) : string =
        this.Read name initial "a text is wanted" (fun value ->
            match value.ValueKind with
            | JsonValueKind.String -> Some(value.GetString())
            | _ -> None)

    member this.Ints(name: string, initial: int list) : int list =
        this.Read name initial "a list of whole numbers is wanted" (fun value ->
            let whole (item: JsonElement) =
                item.ValueKind = JsonValueKind.Number && fst (item.TryGetInt32())

            if
                value.ValueKind = JsonValueKind.Array
                && Seq.forall whole (value.EnumerateArray())
            then
                Some [ for item in value.EnumerateArray() -> item.GetInt32() ]
            else
                None)

    /// One of a list of words, each with its meaning; the first letters' case does not matter.
    member this.Word(name: string, initial: 'T, meanings: (string * 'T) list) : 'T =
        let words = meanings |> List.map fst |> String.concat ", "

        this.Read name initial $"one of {words} is wanted" (fun value ->
            match value.ValueKind with
            | JsonValueKind.String ->
                meanings
                |> List.tryFind (fun (word, _) ->
                    String.Equals(word, value.GetString(), StringComparison.OrdinalIgnoreCase))
                |> Option.map snd
            | _ -> None)

    /// The fields of an object inside this one; None if it is absent.
    member this.TryObject(name: string) : JsonFields option =
        this.TryElement name
        |> Option.map (fun value -> JsonFields(source, $"{path}.{name}", value, log))

    /// What is read of the object inside this one, all of whose fields must be known; absent: as it was.
    member this.Inside(name: string, initial: 'T, read: JsonFields -> 'T -> 'T) : 'T =
        match this.TryObject name with
        | None -> initial
        | Some inner ->
            let value = read inner initial
            inner.Close()
            value

    /// What is read of a whole object, or every fault: of its fields, and of what was read.
    static member Whole
        (
            source: string,
            path: string,
            element: JsonElement,
            read: JsonFields -> 'T,
            faults: 'T -> Fault list
        ) : Result<'T, Fault list> =
        let log = FaultLog()
        let fields = JsonFields(source, path, element, log)
        let value = read fields
        fields.Close()
        faults value |> List.map (Fault.inJson source path) |> log.AddRange
        if log.IsEmpty then Ok value else Error(log.ToList())

    /// Notes a fault of a field's value.
    member _.Fault(name: string, problem: string, value: string, remedy: string) : unit =
        Fault.create source problem remedy
        |> Fault.inJson source $"{path}.{name}"
        |> Fault.withValue value
        |> log.Add

    /// Notes every field that nobody asked for.
    member _.Close() : unit =
        if element.ValueKind = JsonValueKind.Object then
            for field in element.EnumerateObject() do
                if not (asked.Contains field.Name) then
                    {
                        Fault.unknown source "no such setting" field.Name asked with
                            Column = None
                    }
                    |> Fault.inJson source $"{path}.{field.Name}"
                    |> log.Add

/// Numbers as text in faults.
[<RequireQualifiedAccess>]
module internal JsonFields =
    let text (value: float) : string =
        value.ToString("R", CultureInfo.InvariantCulture)
