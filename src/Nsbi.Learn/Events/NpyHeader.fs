namespace Nsbi.Learn.Events

open System
open System.Buffers.Binary
open System.IO
open System.Text
open FParsec

/// <summary>The type of an element in a NumPy header: kind (f, i, u, b, or another that is not a
/// number), bytes, byte order.</summary>
type internal NpyType = {
    Kind: char
    Size: int
    BigEndian: bool
} with

    /// True for the numbers this project reads: f2 f4 f8, i1–i8, u1–u8, b1.
    member this.IsNumber =
        match this.Kind, this.Size with
        | 'f', (2 | 4 | 8)
        | ('i' | 'u'), (1 | 2 | 4 | 8)
        | 'b', 1 -> true
        | _ -> false

/// One field of a record: name, type of its elements, how many of them.
type internal NpyField = {
    Name: string
    Type: NpyType
    Repeat: int
} with

    member this.Bytes = this.Type.Size * this.Repeat

/// What the records of a file are.
[<RequireQualifiedAccess>]
type internal NpyLayout =
    | Plain of NpyType
    | Record of NpyField list

type internal NpyHeader = {
    Layout: NpyLayout
    Fortran: bool
    Shape: int64 list
}

/// <summary>The header of a NumPy file: a Python dictionary in text.</summary>
/// <remarks>Source: NEP 1, "A simple file format for NumPy arrays", versions 1.0 to 3.0.</remarks>
[<RequireQualifiedAccess>]
module internal NpyHeader =
    type private Literal =
        | Text of string
        | Integer of int64
        | Truth of bool
        | Sequence of Literal list
        | Dictionary of (Literal * Literal) list

    let private literal: Parser<Literal, unit> =
        let value, valueRef = createParserForwardedToRef ()
        let token text = pstring text .>> spaces

        let quoted quote =
            let plain = satisfy (fun c -> c <> quote && c <> '\\')
            let escaped = pchar '\\' >>. anyChar
            between (pchar quote) (pchar quote) (manyChars (escaped <|> plain))

        let listed opening closing =
            between (token opening) (token closing) (sepEndBy value (token ","))
            |>> Sequence

        let pair = value .>> token ":" .>>. value

        valueRef.Value <-
            choice [
                (quoted '\'' <|> quoted '"') |>> Text
                pint64 .>> optional (pchar 'L') |>> Integer
                stringReturn "True" (Truth true)
                stringReturn "False" (Truth false)
                listed "(" ")"
                listed "[" "]"
                between (token "{") (token "}") (sepEndBy pair (token ",")) |>> Dictionary
            ]
            .>> spaces

        spaces >>. value .>> eof

    let private typeOf (code: string) : NpyType option =
        let order, rest =
            if code <> "" && "<>|=".Contains code[0] then
                code[0], code.Substring 1
            else
                '<', code

        let digits = rest |> Seq.skip (min 1 rest.Length) |> Seq.takeWhile Char.IsAsciiDigit

        match rest, Int32.TryParse(String.Concat digits) with
        | "", _ -> None
        | _, (true, size) ->
            let bytes = if rest[0] = 'U' then 4 * size else size

            Some {
                Kind = rest[0]
                Size = bytes
                BigEndian = (order = '>')
            }
        | _ -> None

    let rec private fieldOf literal : NpyField option =
        let make name description repeat =
            match description with
            | Text code ->
                typeOf code
                |> Option.map (fun t -> {
                    Name = name
                    Type = t
                    Repeat = repeat
                })
            | Sequence fields ->
                // A record inside a record: opaque bytes.
                let inner = fields |> List.map fieldOf

                if List.forall Option.isSome inner then
                    let size = inner |> List.choose id |> List.sumBy _.Bytes

                    let opaque = {
                        Kind = 'V'
                        Size = size
                        BigEndian = false
                    }

                    Some {
                        Name = name
                        Type = opaque
                        Repeat = repeat
                    }
                else
                    None
            | _ -> None

        match literal with
        | Sequence [ (Text name | Sequence [ _; Text name ]); description ] ->
            make name description 1
        | Sequence [ (Text name | Sequence [ _; Text name ]); description; Sequence shape ] ->
            let sizes =
                shape
                |> List.choose (function
                    | Integer n -> Some(int n)
                    | _ -> None)

            make name description (List.fold (*) 1 sizes)
        | _ -> None

    let private layoutOf literal =
        match literal with
        | Text code -> typeOf code |> Option.map NpyLayout.Plain
        | Sequence fields ->
            let parsed = fields |> List.map fieldOf

            if parsed <> [] && List.forall Option.isSome parsed then
                Some(NpyLayout.Record(List.choose id parsed))
            else
                None
        | _ -> None

    let private ofText (text: string) : Result<NpyHeader, string> =
        match runParserOnString literal () "" text with
        | Success(Dictionary entries, _, _) ->
            let get key =
                entries |> List.tryFind (fst >> (=) (Text key)) |> Option.map snd

            match get "descr", get "fortran_order", get "shape" with
            | Some description, Some(Truth fortran), Some(Sequence shape) ->
                let sizes =
                    shape
                    |> List.choose (function
                        | Integer n -> Some n
                        | _ -> None)

                match layoutOf description with
                | Some layout when
                    sizes.Length = shape.Length && List.forall (fun n -> n >= 0L) sizes
                    ->
                    Result.Ok {
                        Layout = layout
                        Fortran = fortran
                        Shape = sizes
                    }
                | _ -> Result.Error text
            | _ -> Result.Error text
        | _ -> Result.Error text

    /// Reads magic, version and header, and leaves the stream at the first number. Error: what is
    /// wrong.
    let read (stream: Stream) : Result<NpyHeader, string * string> =
        let header = Array.zeroCreate<byte> 8
        let got = stream.ReadAtLeast(header, 8, false)

        if
            got < 8
            || header[0] <> 0x93uy
            || Encoding.ASCII.GetString(header, 1, 5) <> "NUMPY"
        then
            Result.Error("this is not a NumPy file", "write it with numpy.save")
        else
            let wide = header[6] >= 2uy
            let size = Array.zeroCreate<byte>(if wide then 4 else 2)

            if stream.ReadAtLeast(size, size.Length, false) < size.Length then
                Result.Error("the NumPy header is cut short", "write the file again")
            else
                let length =
                    if wide then
                        int64 (BinaryPrimitives.ReadUInt32LittleEndian size)
                    else
                        int64 (BinaryPrimitives.ReadUInt16LittleEndian size)

                let bytes = Array.zeroCreate<byte>(int (min length 16_777_216L))

                if stream.ReadAtLeast(bytes, bytes.Length, false) < bytes.Length then
                    Result.Error("the NumPy header is cut short", "write the file again")
                else
                    let encoding = if header[6] >= 3uy then Encoding.UTF8 else Encoding.Latin1

                    ofText (encoding.GetString bytes)
                    |> Result.mapError (fun text ->
                        "the NumPy header cannot be read: " + text.Trim(),
                        "arrays of numbers and records of numbers are read")

    let private quoted (name: string) =
        "'" + name.Replace("\\", "\\\\").Replace("'", "\\'") + "'"

    /// Writes magic, version, header and its padding (to a multiple of 64 bytes).
    let write (stream: Stream) (header: NpyHeader) : unit =
        let code (t: NpyType) = $"'<{t.Kind}{t.Size}'"

        let description =
            match header.Layout with
            | NpyLayout.Plain t -> code t
            | NpyLayout.Record fields ->
                let field (f: NpyField) = $"({quoted f.Name}, {code f.Type})"
                "[" + (fields |> List.map field |> String.concat ", ") + "]"

        let shape =
            match header.Shape with
            | [ n ] -> $"({n},)"
            | sizes -> "(" + (sizes |> List.map string |> String.concat ", ") + ")"

        let order = if header.Fortran then "True" else "False"

        let text =
            $"{{'descr': {description}, 'fortran_order': {order}, 'shape': {shape}, }}"

        let ascii = Seq.forall Char.IsAscii text
        let bytes = (if ascii then Encoding.ASCII else Encoding.UTF8).GetBytes text
        let wide = not ascii || bytes.Length > 65000
        let start = if wide then 12 else 10
        let total = (start + bytes.Length + 1 + 63) / 64 * 64
        let padding = total - start - bytes.Length - 1

        let version =
            if not ascii then 3uy
            elif wide then 2uy
            else 1uy

        stream.Write(ReadOnlySpan [| 0x93uy; 78uy; 85uy; 77uy; 80uy; 89uy; version; 0uy |])
        let size = Array.zeroCreate<byte> 4
        BinaryPrimitives.WriteInt32LittleEndian(size.AsSpan(), total - start)
        stream.Write(size, 0, (if wide then 4 else 2))
        stream.Write(ReadOnlySpan bytes)
        stream.Write(ReadOnlySpan(Array.create padding 32uy))
        stream.WriteByte 10uy
