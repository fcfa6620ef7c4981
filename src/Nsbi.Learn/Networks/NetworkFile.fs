namespace Nsbi.Learn.Networks

open System
open System.Buffers
open System.Buffers.Binary
open System.Text.Json
open Nsbi.Learn
open Nsbi.Learn.Autodiff

/// Arrays of float32 and the parts of networks in JSON: little-endian bytes in base 64, so that equal
/// networks give equal files on every machine.
[<RequireQualifiedAccess>]
module internal NetworkFile =
    let bytesOf (write: Utf8JsonWriter -> unit) : byte[] =
        let buffer = ArrayBufferWriter<byte>()
        use writer = new Utf8JsonWriter(buffer)
        writer.WriteStartObject()
        write writer
        writer.WriteEndObject()
        writer.Flush()
        buffer.WrittenSpan.ToArray()

    /// A text that is no such file is one fault; so is what the reader throws of it.
    let parse (source: string) (kind: string) (bytes: byte[]) (read: JsonElement -> 'T) =
        let fault problem remedy =
            Error [ Fault.create source problem remedy ]

        try
            use document = JsonDocument.Parse(ReadOnlyMemory bytes)
            let root = document.RootElement

            match root.TryGetProperty "format" with
            | true, format when format.GetString() = kind -> Ok(read root)
            | _ -> fault $"this is no file of the format '{kind}'" "train again"
        with
        | :? JsonException
        | :? InvalidOperationException
        | :? FormatException
        | :? ArgumentException
        | :? Collections.Generic.KeyNotFoundException ->
            fault $"the file of the format '{kind}' is damaged" "remove it and train again"

    let private floatsToBytes (values: float32 seq) (count: int) =
        let bytes = Array.zeroCreate<byte>(4 * count)

        values
        |> Seq.iteri (fun i value ->
            BinaryPrimitives.WriteSingleLittleEndian(Span(bytes, 4 * i, 4), value))

        bytes

    let writeSingles (writer: Utf8JsonWriter) (name: string) (values: float32[]) : unit =
        writer.WriteBase64String(name, ReadOnlySpan(floatsToBytes values values.Length))

    let readSingles (element: JsonElement) (name: string) : float32[] =
        let bytes = element.GetProperty(name).GetBytesFromBase64()

        Array.init (bytes.Length / 4) (fun i ->
            BinaryPrimitives.ReadSingleLittleEndian(ReadOnlySpan(bytes, 4 * i, 4)))

    let writeValues (writer: Utf8JsonWriter) (name: string) (values: Values) : unit =
        writer.WriteStartObject name

        for KeyValue(key, value) in values do
            let columns = Array2D.length2 value
            let row = Seq.cast<float> value |> Seq.map float32
            writer.WriteStartObject key
            writer.WriteNumber("columns", columns)
            writer.WriteBase64String("float32", ReadOnlySpan(floatsToBytes row value.Length))
            writer.WriteEndObject()

        writer.WriteEndObject()

    let readValues (element: JsonElement) (name: string) : Values =
        element.GetProperty(name).EnumerateObject()
        |> Seq.map (fun field ->
            let columns = field.Value.GetProperty("columns").GetInt32()
            let values = readSingles field.Value "float32"
            let get i j = float values[i * columns + j]
            field.Name, Array2D.init (values.Length / columns) columns get)
        |> Map.ofSeq

    /// Whether there is a value of the shape of each expected one.
    let fits (expected: Values) (values: Values) : bool =
        expected
        |> Map.forall (fun name expected ->
            match Map.tryFind name values with
            | Some value ->
                Array2D.length1 value = Array2D.length1 expected
                && Array2D.length2 value = Array2D.length2 expected
            | None -> false)

    let writeFloat (writer: Utf8JsonWriter) (name: string) (value: float) : unit =
        if Double.IsFinite value then
            writer.WriteNumber(name, value)
        else
            writer.WriteNull name

    let readFloat (element: JsonElement) (name: string) : float =
        match element.GetProperty name with
        | value when value.ValueKind = JsonValueKind.Null -> nan
        | value -> value.GetDouble()

    let writeEpochs (writer: Utf8JsonWriter) (epochs: EpochRecord seq) : unit =
        writer.WriteStartArray "epochs"

        for record in epochs do
            writer.WriteStartObject()
            writer.WriteNumber("epoch", record.Epoch)
            writeFloat writer "trainLoss" record.TrainLoss
            writeFloat writer "validationLoss" record.ValidationLoss
            writeFloat writer "learningRate" record.LearningRate
            writer.WriteEndObject()

        writer.WriteEndArray()

    let readEpochs (element: JsonElement) : EpochRecord list = [
        for record in element.GetProperty("epochs").EnumerateArray() do
            {
                Epoch = record.GetProperty("epoch").GetInt32()
                TrainLoss = readFloat record "trainLoss"
                ValidationLoss = readFloat record "validationLoss"
                LearningRate = readFloat record "learningRate"
            }
    ]

    let endings = [
        "completed", TrainingEnding.Completed
        "stoppedEarly", TrainingEnding.StoppedEarly
        "diverged", TrainingEnding.Diverged
    ]

    let endingName (ending: TrainingEnding) : string =
        endings |> List.find (fun (_, value) -> value = ending) |> fst

    let readEnding (element: JsonElement) (name: string) : TrainingEnding =
        let word = element.GetProperty(name).GetString()
        endings |> List.find (fun (key, _) -> key = word) |> snd
