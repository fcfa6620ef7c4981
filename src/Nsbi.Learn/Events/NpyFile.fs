namespace Nsbi.Learn.Events

open System
open System.IO
open Nsbi.Learn

/// What a NumPy file holds: one array, or records (a column for each numeric field that was
/// wanted).
[<RequireQualifiedAccess>]
type internal NpyContent =
    | Whole of NpyArray
    | Records of count: int * fields: (string * NpyData option) list

/// <summary>NumPy's <c>.npy</c> files.</summary>
/// <remarks>
/// Read: f2 f4 f8, i1–i8, u1–u8, b1 in either byte order, C or Fortran order, any shape, format
/// versions 1 to 3. Written: f4 f8 i4 i8, little-endian, C order, version 1; the bytes depend on
/// nothing but the array.
/// </remarks>
[<RequireQualifiedAccess>]
module NpyFile =
    let private repair = "write the file again"

    /// Reads one array or table from a stream that holds `available` bytes in all.
    let internal readStream
        (source: string)
        (available: int64)
        (wanted: string -> bool)
        (stream: Stream)
        : Result<NpyContent, Fault list> =
        let fail problem value remedy =
            let fault = Fault.create source problem remedy
            Error [ (if value = "" then fault else Fault.withValue value fault) ]

        match NpyHeader.read stream with
        | Error(problem, remedy) -> fail problem "" remedy
        | Ok header ->
            let fields =
                match header.Layout with
                | NpyLayout.Plain t -> [ { Name = ""; Type = t; Repeat = 1 } ]
                | NpyLayout.Record fields -> fields

            let size = fields |> List.sumBy (fun field -> int64 field.Bytes)
            // In double first: a product beyond 2⁶³ must not wrap.
            let product = header.Shape |> List.fold (fun n k -> n * float k) 1.0
            let expected = product * float size
            let text = String.Join(" x ", header.Shape)

            if product > float Array.MaxLength then
                fail "the array has too many elements" text "split it: 2,147,483,591 is the most"
            elif float available < expected then
                fail "the file is shorter than its header says" text repair
            else
                let count = int product

                let columns =
                    fields
                    |> List.map (fun field ->
                        let numeric = field.Type.IsNumber && field.Repeat = 1

                        if numeric && (field.Name = "" || wanted field.Name) then
                            Some(NpyElement.allocate field.Type count)
                        else
                            None)

                let record = int size
                let perChunk = max 1 (1_048_576 / max 1 record)
                let buffer = Array.zeroCreate<byte>(min perChunk (max 1 count) * record)
                let mutable start = 0
                let mutable cut = false

                while start < count && not cut do
                    let n = min perChunk (count - start)
                    let got = stream.ReadAtLeast(buffer.AsSpan(0, n * record), n * record, false)
                    cut <- got < n * record

                    if not cut then
                        let mutable offset = 0

                        for field, column in List.zip fields columns do
                            column
                            |> Option.iter (fun data ->
                                NpyElement.decode field.Type buffer offset record n data start)

                            offset <- offset + field.Bytes

                    start <- start + n

                if cut then
                    fail "the file is shorter than its header says" text repair
                elif stream.ReadByte() >= 0 then
                    fail
                        "the file goes on after the array"
                        text
                        "keep one array in a file, or use .npz"
                else
                    match header.Layout, columns with
                    | NpyLayout.Plain _, [ Some data ] ->
                        let shape = header.Shape |> List.map int

                        let make =
                            if header.Fortran then
                                NpyArray.ofFortran
                            else
                                NpyArray.create

                        Ok(NpyContent.Whole(make shape data))
                    | NpyLayout.Plain t, _ ->
                        fail
                            "the array does not hold numbers"
                            $"{t.Kind}{t.Size}"
                            "integers, booleans and floating point numbers are read"
                    | NpyLayout.Record _, _ ->
                        let names = fields |> List.map _.Name
                        Ok(NpyContent.Records(count, List.zip names columns))

    let internal readContent (wanted: string -> bool) (path: string) =
        AtomicFile.guard path (fun () ->
            use stream = File.OpenRead path
            readStream path stream.Length wanted stream)

    let internal asArray (source: string) (content: NpyContent) : Result<NpyArray, Fault list> =
        match content with
        | NpyContent.Whole array -> Ok array
        | NpyContent.Records _ ->
            Error [
                Fault.create source "the file holds records, not an array" "save one plain array"
            ]

    /// Writes an array to a stream.
    let internal writeStream (array: NpyArray) (stream: Stream) : unit =
        NpyHeader.write stream {
            Layout = NpyLayout.Plain(NpyElement.typeOf array.Data)
            Fortran = false
            Shape = array.Shape |> List.map int64
        }

        NpyElement.write stream array.Data

    /// Writes records of doubles.
    let internal writeRecords (names: string[]) (columns: float[][]) (stream: Stream) : unit =
        let count = if columns.Length = 0 then 0 else columns[0].Length
        let t = NpyElement.typeOf (NpyData.Float64 [||])

        NpyHeader.write stream {
            Layout =
                names
                |> Array.map (fun name -> { Name = name; Type = t; Repeat = 1 })
                |> Array.toList
                |> NpyLayout.Record
            Fortran = false
            Shape = [ int64 count ]
        }

        let record = Array.zeroCreate columns.Length

        for i in 0 .. count - 1 do
            for c in 0 .. columns.Length - 1 do
                record[c] <- columns[c][i]

            NpyElement.write stream (NpyData.Float64 record)

    /// <summary>The array of a <c>.npy</c> file.</summary>
    /// <param name="path">the file</param>
    /// <returns>or its faults: no such file, not a NumPy file, records, not numbers, cut short, too
    /// long</returns>
    let read (path: string) : Result<NpyArray, Fault list> =
        readContent (fun _ -> false) path |> Result.bind (asArray path)

    /// <summary>Writes an array; the file is whole or not there.</summary>
    /// <param name="path">the file; its folder exists</param>
    /// <param name="array">what to write</param>
    /// <returns>or why the file cannot be written</returns>
    let write (path: string) (array: NpyArray) : Result<unit, Fault list> =
        AtomicFile.write path (writeStream array)
