namespace Nsbi.Infer

open System.IO
open System.IO.Compression
open System.Text
open System.Text.Json
open Nsbi.Learn

/// Files of text that may be compressed.
[<RequireQualifiedAccess>]
module internal TextFile =

    /// The text of a file, decompressed if it begins as gzip does, whatever its name.
    let read (path: string) : string =
        let bytes = File.ReadAllBytes path

        if bytes.Length > 1 && bytes[0] = 0x1fuy && bytes[1] = 0x8buy then
            use packed = new MemoryStream(bytes)
            use unpacked = new GZipStream(packed, CompressionMode.Decompress)
            use reader = new StreamReader(unpacked, Encoding.UTF8)
            reader.ReadToEnd()
        else
            use reader = new StreamReader(new MemoryStream(bytes), Encoding.UTF8)
            reader.ReadToEnd()

    /// The bytes that a file of this name holds: compressed if it ends with .gz.
    let bytes (path: string) (text: byte[]) : byte[] =
        if path.EndsWith(".gz", System.StringComparison.OrdinalIgnoreCase) then
            use packed = new MemoryStream()

            using (new GZipStream(packed, CompressionLevel.Optimal, true)) (fun stream ->
                stream.Write(text, 0, text.Length))

            packed.ToArray()
        else
            text

    /// The JSON of a text, to be disposed of; or the line at which it is none.
    let parse (file: string) (text: string) : Result<JsonDocument, Fault list> =
        try
            Ok(JsonDocument.Parse text)
        with :? JsonException as error ->
            let line = int (error.LineNumber.GetValueOrDefault() + 1L)
            let remedy = "look for a missing comma, quote or bracket before this place"
            Error [ Fault.create file "the text is no JSON here" remedy |> Fault.atLine line ]
