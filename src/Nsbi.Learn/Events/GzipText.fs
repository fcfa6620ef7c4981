namespace Nsbi.Learn.Events

open System
open System.Buffers.Binary
open System.IO
open System.IO.Compression

/// <summary>A gzip file while it is decompressed, with a check at its end: GZipStream takes a file
/// that was cut for a shorter one.</summary>
/// <remarks>Source: RFC 1952. The last four bytes are the length of the last member modulo 2³².
/// Where that is not what was read, the file was cut, unless it consists of several
/// members.</remarks>
[<Sealed>]
type internal GzipText(file: FileStream) =
    inherit Stream()
    let zip = new GZipStream(file, CompressionMode.Decompress, true)
    let mutable read = 0L

    /// The header of a member: magic, deflate, no reserved flag, a known compression and system.
    let isHeader (bytes: ReadOnlySpan<byte>) =
        bytes[0] = 0x1Fuy
        && bytes[1] = 0x8Buy
        && bytes[2] = 8uy
        && bytes[3] < 32uy
        && (bytes[8] = 0uy || bytes[8] = 2uy || bytes[8] = 4uy)
        && (bytes[9] <= 13uy || bytes[9] = 255uy)

    let hasSeveralMembers () =
        file.Position <- 0L
        let bytes = Array.zeroCreate<byte>(1 <<< 16)
        let mutable kept = 0
        let mutable headers = 0
        let mutable got = file.Read(bytes, 0, bytes.Length)

        while got > 0 do
            let filled = kept + got

            for i in 0 .. filled - 10 do
                if isHeader (ReadOnlySpan(bytes, i, 10)) then
                    headers <- headers + 1
            // The last nine bytes may begin a header.
            let rest = min 9 filled
            Array.blit bytes (filled - rest) bytes 0 rest
            kept <- rest
            got <- file.Read(bytes, kept, bytes.Length - kept)

        headers > 1

    let checkEnd () =
        let stated = Array.zeroCreate<byte> 4

        if file.Length >= 18L then
            file.Position <- file.Length - 4L
            file.ReadExactly(stated, 0, 4)

        let length = BinaryPrimitives.ReadUInt32LittleEndian stated

        if length <> uint32 read && not (hasSeveralMembers ()) then
            raise (InvalidDataException "the file was cut short")

    override _.CanRead = true
    override _.CanSeek = false
    override _.CanWrite = false
    override _.Length = raise (NotSupportedException())

    override _.Position
        with get () = read
        and set _ = raise (NotSupportedException())

    override _.Flush() = ()
    override _.Seek(_, _) = raise (NotSupportedException())
    override _.SetLength _ = raise (NotSupportedException())
    override _.Write(_: byte[], _: int, _: int) : unit = raise (NotSupportedException())

    override _.Read(buffer: byte[], offset: int, count: int) : int =
        let got = zip.Read(buffer, offset, count)
        read <- read + int64 got

        if got = 0 && count > 0 then
            checkEnd ()

        got

    override _.Dispose(disposing: bool) =
        if disposing then
            zip.Dispose()
            file.Dispose()

        base.Dispose disposing
