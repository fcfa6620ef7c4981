namespace Nsbi.Infer

open System
open System.IO
open System.Security.Cryptography
open System.Text

/// <summary>SHA-256 of contents, as 64 lower-case hexadecimal digits (FIPS 180-4).</summary>
[<RequireQualifiedAccess>]
module ContentHash =
    /// <summary>Hash of an array of bytes; the empty array has a hash too.</summary>
    let ofBytes (bytes: byte[]) : string =
        if isNull bytes then
            nullArg (nameof bytes)

        Convert.ToHexStringLower(SHA256.HashData bytes)

    /// <summary>Hash of the UTF-8 bytes of a text, without a byte-order mark.</summary>
    let ofText (text: string) : string =
        if isNull text then
            nullArg (nameof text)

        ofBytes (Encoding.UTF8.GetBytes text)

    /// <summary>Hash of a file's bytes, streamed. Raises what opening the file raises.</summary>
    let ofFile (path: string) : string =
        use stream = File.OpenRead path
        Convert.ToHexStringLower(SHA256.HashData(stream: Stream))

    /// <summary>
    /// Hash of a list of texts in order. Each text is preceded by its length in UTF-8 bytes, so
    /// ["ab"; "c"] and ["a"; "bc"] differ.
    /// </summary>
    let ofParts (parts: string list) : string =
        let text = StringBuilder()

        for part in parts do
            text.Append(Encoding.UTF8.GetByteCount part).Append(':').Append(part).Append('\n')
            |> ignore

        ofText (string text)
