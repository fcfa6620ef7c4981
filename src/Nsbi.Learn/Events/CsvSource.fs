namespace Nsbi.Learn.Events

open System
open System.Globalization
open System.IO
open System.Text
open CsvHelper
open CsvHelper.Configuration
open Nsbi.Learn

/// Growing columns of a block.
[<Sealed>]
type private Columns(width: int, most: int) =
    let mutable room = min most 4096
    let values = Array.init width (fun _ -> Array.zeroCreate<float> room)
    let mutable count = 0
    member _.Count = count

    member _.Add(row: float[]) =
        if count = room then
            room <- int (min (int64 most) (2L * int64 room))

            for c in 0 .. width - 1 do
                let larger = Array.zeroCreate room
                Array.blit values[c] 0 larger 0 count
                values[c] <- larger

        for c in 0 .. width - 1 do
            values[c][count] <- row[c]

        count <- count + 1

    /// Column c, exactly as long as it has numbers.
    member _.Trimmed(c: int) =
        if count = room then
            values[c]
        else
            Array.sub values[c] 0 count

/// <summary>CSV files, plain or through gzip.</summary>
/// <remarks>
/// RFC 4180 with commas: quoted cells, either line end, spaces around cells, a byte order mark and
/// blank lines are accepted. The first line names the columns. Numbers are in the invariant
/// culture.
/// </remarks>
[<RequireQualifiedAccess>]
module internal CsvSource =
    /// Parses a number; nan, inf and their relatives are numbers here and refused later.
    let parse (text: string, value: byref<float>) : bool =
        if Double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, &value) then
            true
        else
            let bare = text.Trim().TrimStart('+', '-').ToLowerInvariant()

            if bare = "inf" || bare = "infinity" then
                value <- if text.Contains '-' then -infinity else infinity
                true
            else
                value <- nan
                bare = "nan"

    let private zipped (path: string) =
        path.EndsWith(".gz", StringComparison.OrdinalIgnoreCase)

    /// Opens the text of a file; the fault says when the name and the content disagree on gzip.
    let private openText (path: string) (log: FaultLog) : TextReader option =
        let file =
            new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, 1 <<< 16)

        let magic = Array.zeroCreate<byte> 2

        let isZip =
            file.ReadAtLeast(magic, 2, false) = 2 && magic[0] = 0x1Fuy && magic[1] = 0x8Buy

        file.Position <- 0L

        let refuse problem remedy =
            file.Dispose()
            Fault.create path problem remedy |> log.Add
            None

        if file.Length = 0L && not isZip then
            refuse "the file is empty" "its first line names the columns"
        elif zipped path && not isZip then
            refuse "the file is not compressed with gzip" "compress it, or drop .gz from its name"
        elif isZip && not (zipped path) then
            refuse "the file is compressed with gzip" "add .gz to its name, or decompress it"
        else
            let stream: Stream = if isZip then new GzipText(file) else file
            Some(new StreamReader(stream, UTF8Encoding false, true, 1 <<< 16))

    let private configuration () =
        let configuration = CsvConfiguration CultureInfo.InvariantCulture
        configuration.HasHeaderRecord <- false
        configuration.IgnoreBlankLines <- true
        configuration.TrimOptions <- TrimOptions.Trim
        configuration.BadDataFound <- null
        configuration.BufferSize <- 1 <<< 16
        configuration

    /// Opens a file for reading in blocks. None, with the faults in the log, if it has no usable
    /// header.
    let tryOpen (path: string) (request: EventRequest) (log: FaultLog) : IEventSource option =
        let broken (problem: exn) =
            Fault.create path "the compressed data are damaged" "copy or write the file again"
            |> Fault.withValue problem.Message
            |> log.Add

        openText path log
        |> Option.bind (fun reader ->
            let parser = new CsvParser(reader, configuration ())

            let read () =
                try
                    parser.Read()
                with :? InvalidDataException as problem ->
                    broken problem
                    false

            if not (read ()) then
                if log.IsEmpty then
                    Fault.create path "the file is empty" "its first line names the columns"
                    |> log.Add

                parser.Dispose()
                None
            else
                let header = Array.init parser.Count (fun c -> parser[c].Trim())
                let wanted = Wanted.resolve path header request log

                let indices =
                    if wanted.Weight < 0 then
                        wanted.Indices
                    else
                        Array.append wanted.Indices [| wanted.Weight |]

                let width = wanted.Indices.Length
                let row = Array.zeroCreate<float> indices.Length
                let mutable met = 0

                let fault problem remedy =
                    Fault.create path problem remedy |> Fault.atLine parser.RawRow

                let cell c =
                    let text = parser[indices[c]]
                    let name = header[indices[c]]

                    let compared = if c < width then wanted.Texts[c] else None

                    if compared.IsSome then
                        row[c] <- if text = compared.Value then 1.0 else 0.0
                        true
                    elif String.IsNullOrWhiteSpace text then
                        fault "the cell is empty" "write a number, or leave the event out"
                        |> Fault.inColumn name
                        |> log.Add

                        false
                    elif not (parse (text, &row[c])) then
                        fault "the cell is not a number" "write a number such as 125.3 or 1.2e-3"
                        |> Fault.inColumn name
                        |> Fault.withValue text
                        |> log.Add

                        false
                    elif not (Double.IsFinite row[c]) then
                        Wanted.notFinite path name row[c]
                        |> Fault.atLine parser.RawRow
                        |> Fault.withValue text
                        |> log.Add

                        false
                    else
                        true

                let good () =
                    met <- met + 1

                    if parser.Count <> header.Length then
                        fault
                            "the line and the header differ in their number of cells"
                            $"the header has {header.Length}"
                        |> Fault.withValue $"{parser.Count} cells"
                        |> log.Add

                        false
                    else
                        let mutable sound = true

                        for c in 0 .. indices.Length - 1 do
                            sound <- cell c && sound

                        sound

                let mutable more = true

                Some
                    {
                        new IEventSource with
                            member _.Names = wanted.Names
                            member _.Met = met

                            member _.Next most =
                                let first = met
                                let columns = Columns(indices.Length, most)
                                let rows = ResizeArray<int>()
                                let mutable lines = 0

                                while more && lines < most do
                                    more <- read ()

                                    if more then
                                        lines <- lines + 1

                                        if good () then
                                            columns.Add row
                                            rows.Add(met - 1)

                                if lines = 0 then
                                    None
                                else
                                    let weights =
                                        if wanted.Weight < 0 then
                                            Array.create columns.Count 1.0
                                        else
                                            columns.Trimmed width

                                    Some {
                                        First = first
                                        Rows = if rows.Count = lines then [||] else rows.ToArray()
                                        Columns = Array.init width columns.Trimmed
                                        Weights = weights
                                    }

                            member _.Dispose() = parser.Dispose()
                    })
