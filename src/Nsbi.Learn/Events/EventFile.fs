namespace Nsbi.Learn.Events

open System
open System.Globalization
open System.IO
open System.IO.Compression
open System.Text
open Nsbi.Learn

/// <summary>Event files: <c>.csv</c>, <c>.csv.gz</c>, <c>.npy</c> and <c>.npz</c>, told apart by
/// name.</summary>
/// <remarks>
/// Reading reports every fault of a file at once: no such file or column, a name given twice, cells
/// that are empty, not numbers, NaN or infinite, lines of another length, columns of different
/// length, no events, a selection that keeps none, a total weight that is not positive. Single
/// weights may be negative. A fault counts in every event, also in those the selection would drop.
/// </remarks>
[<RequireQualifiedAccess>]
module EventFile =
    let private endsWith (suffix: string) (path: string) =
        path.EndsWith(suffix, StringComparison.OrdinalIgnoreCase)

    let private (|Csv|CsvGz|Npy|Npz|Other|) (path: string) =
        if endsWith ".csv" path then Csv
        elif endsWith ".csv.gz" path then CsvGz
        elif endsWith ".npy" path then Npy
        elif endsWith ".npz" path then Npz
        else Other

    let private unknownFormat path =
        Fault.create path "the name does not say the format" "name it .csv, .csv.gz, .npy or .npz"

    let private tryOpen path request (log: FaultLog) =
        match path with
        | Csv
        | CsvGz -> CsvSource.tryOpen path request log
        | Npy
        | Npz -> NumPySource.tryOpen path request log
        | Other ->
            log.Add(unknownFormat path)
            None

    let private tableOf path names (block: EventBlock) =
        if block.Rows.Length = 0 then
            EventTable.Own(names, block.Columns, block.Weights, path, block.First)
        else
            let origins = block.Rows |> Array.map (fun row -> struct (0, row))
            EventTable.OwnWithOrigins(names, block.Columns, block.Weights, [| path |], origins)

    /// The faults that show only at the end of a file.
    let private checkWhole path (request: EventRequest) met kept (sum: float) (log: FaultLog) =
        if log.IsEmpty then
            let fault problem remedy =
                Fault.create path problem remedy |> log.Add

            if met = 0 then
                fault "there are no events" "the header is followed by one line for each event"
            elif kept = 0 then
                Fault.create path "the selection keeps no event" $"widen it: the file has {met}"
                |> Fault.withValue (
                    request.Selection |> Option.map string |> Option.defaultValue ""
                )
                |> log.Add
            elif not (sum > 0.0) then
                let what = request.Weight |> Option.defaultValue "1"

                Fault.create path "the total weight is not positive" "check the weights"
                |> Fault.inColumn what
                |> Fault.withValue (sum.ToString("G9", CultureInfo.InvariantCulture))
                |> log.Add

    /// <summary>Reads a file in blocks of events, for files larger than memory (CSV; NumPy files
    /// are read whole and handed out in blocks).</summary>
    /// <param name="request">columns, weight and selection</param>
    /// <param name="rows">events of the file in a block, at least 1; a block whose events the
    /// selection drops altogether is not handed out</param>
    /// <param name="path">the file</param>
    /// <returns>tables up to the first fault; then no more tables, but one Error at the end with
    /// all faults of the whole file. The sequence may be run several times; each reads the file
    /// anew.</returns>
    let blocks
        (request: EventRequest)
        (rows: int)
        (path: string)
        : Result<EventTable, Fault list> seq =
        if rows < 1 then
            invalidArg (nameof rows) $"blocks of {rows} events"

        seq {
            let log = FaultLog()

            let opened =
                AtomicFile.guard path (fun () -> Ok(tryOpen path request log))
                |> function
                    | Ok source -> source
                    | Error faults ->
                        log.AddRange faults
                        None

            match opened with
            | None -> ()
            | Some source ->
                use source = source
                // Columns that the file does not have are in the log already.
                let condition =
                    request.Selection
                    |> Option.filter (Selection.check source.Names >> List.isEmpty)

                let mutable kept = 0
                let mutable sum = 0.0
                let mutable next = source.Next rows

                while next.IsSome do
                    let block = next.Value
                    let table = tableOf path source.Names block

                    let selected =
                        match condition with
                        | Some condition -> Selection.apply condition table
                        | None -> Ok table

                    match selected with
                    | Error faults -> log.AddRange faults
                    | Ok table ->
                        kept <- kept + table.Count
                        sum <- sum + table.SumOfWeights

                        if log.IsEmpty && table.Count > 0 then
                            yield Ok table

                    next <- source.Next rows

                checkWhole path request source.Met kept sum log

            if not log.IsEmpty then
                yield Error(log.ToList())
        }

    /// <summary>Runs over a file in blocks, as <c>blocks</c>, and folds what a function makes of
    /// them.</summary>
    /// <param name="request">columns, weight and selection</param>
    /// <param name="rows">events of the file in a block</param>
    /// <param name="folder">the next state out of the last one and a block</param>
    /// <param name="state">the first state</param>
    /// <param name="path">the file</param>
    /// <returns>the last state, or all faults of the file</returns>
    let fold
        (request: EventRequest)
        (rows: int)
        (folder: 'State -> EventTable -> 'State)
        (state: 'State)
        (path: string)
        : Result<'State, Fault list> =
        let step state block =
            match state, block with
            | Ok state, Ok table -> Ok(folder state table)
            | Error faults, _
            | _, Error faults -> Error faults

        blocks request rows path |> Seq.fold step (Ok state)

    /// <summary>Reads a file into a table.</summary>
    /// <param name="request">columns, weight and selection</param>
    /// <param name="path">the file</param>
    /// <returns>the kept events in the order of the file, or all faults of the file</returns>
    let read (request: EventRequest) (path: string) : Result<EventTable, Fault list> =
        // One block: the file is whole in memory either way.
        blocks request Array.MaxLength path |> Seq.last

    let private writeCsv (names: string[]) (columns: float[][]) (stream: Stream) =
        use writer = new StreamWriter(stream, UTF8Encoding false, 1 <<< 16, true)
        writer.NewLine <- "\n"

        let quoted (name: string) =
            if name.IndexOfAny [| ','; '"'; '\n'; '\r' |] >= 0 || name.Trim() <> name then
                "\"" + name.Replace("\"", "\"\"") + "\""
            else
                name

        let header = names |> Array.map quoted |> String.concat ","
        writer.WriteLine header
        let count = columns[0].Length

        for i in 0 .. count - 1 do
            for c in 0 .. columns.Length - 1 do
                if c > 0 then
                    writer.Write ','

                let value = columns[c][i]
                writer.Write(value.ToString("R", CultureInfo.InvariantCulture))

            writer.WriteLine()

    /// <summary>Writes a table; the file is whole or not there. Doubles come back as they were
    /// (<c>-0.0</c> too). Equal tables give equal bytes (.gz: on one version of .NET and kind of
    /// processor).</summary>
    /// <param name="weight">name of the column the weights are written to, or None to leave them
    /// out</param>
    /// <param name="path">the file; its name says the format: records of f8 for <c>.npy</c>, an f8
    /// array for each column for <c>.npz</c></param>
    /// <param name="table">what to write</param>
    /// <returns>or why the file cannot be written</returns>
    /// <exception cref="T:System.ArgumentException">no column at all, or the weight has the name of
    /// a column</exception>
    let write
        (weight: string option)
        (path: string)
        (table: EventTable)
        : Result<unit, Fault list> =
        if weight |> Option.exists table.Has then
            invalidArg (nameof weight) $"the table has a column '{weight.Value}'"

        let names = Array.append (Option.toArray weight) table.NameArray

        if names.Length = 0 then
            invalidArg (nameof table) "there is no column to write"

        let weights = weight |> Option.map (fun _ -> table.WeightArray) |> Option.toArray
        let columns = Array.append weights table.ColumnArrays

        match path with
        | Csv -> AtomicFile.write path (writeCsv names columns)
        | CsvGz ->
            AtomicFile.write path (fun stream ->
                use zip = new GZipStream(stream, CompressionLevel.Optimal, true)
                writeCsv names columns zip)
        | Npy -> AtomicFile.write path (NpyFile.writeRecords names columns)
        | Npz ->
            Array.zip names columns
            |> Array.map (fun (name, values) -> name, NpyArray.ofVector values)
            |> Array.toList
            |> NpzFile.write path
        | Other -> Error [ unknownFormat path ]
