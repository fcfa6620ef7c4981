namespace Nsbi.Learn.Events

open System
open System.IO
open System.IO.Compression
open Nsbi.Learn

/// <summary>NumPy's <c>.npz</c> files: a zip archive with a <c>.npy</c> file for each
/// array.</summary>
/// <remarks>
/// Read: stored or deflated entries. Written: stored, every entry dated 1980-01-01, so that the
/// bytes depend on nothing but the arrays.
/// </remarks>
[<RequireQualifiedAccess>]
module NpzFile =
    let private date = DateTimeOffset(1980, 1, 1, 0, 0, 0, TimeSpan.Zero)

    let private nameOf (entry: ZipArchiveEntry) =
        if entry.FullName.EndsWith(".npy", StringComparison.Ordinal) then
            entry.FullName.Substring(0, entry.FullName.Length - 4)
        else
            entry.FullName

    /// The names of all arrays and the contents of those that are wanted.
    let internal readContents
        (wanted: string -> bool)
        (path: string)
        : Result<string list * (string * NpyContent) list, Fault list> =
        AtomicFile.guard path (fun () ->
            try
                use archive = ZipFile.OpenRead path
                let names = archive.Entries |> Seq.map nameOf |> Seq.toList
                let log = FaultLog()

                let contents = [
                    for entry in archive.Entries do
                        let name = nameOf entry

                        if wanted name then
                            use stream = entry.Open()

                            match NpyFile.readStream path entry.Length (fun _ -> true) stream with
                            | Ok content -> yield name, content
                            | Error faults ->
                                faults |> List.map (Fault.inColumn name) |> log.AddRange
                ]

                if log.IsEmpty then
                    Ok(names, contents)
                else
                    Error(log.ToList())
            with :? InvalidDataException as problem ->
                Error [
                    Fault.create
                        path
                        "this is not a readable zip archive"
                        "write it with numpy.savez"
                    |> Fault.withValue problem.Message
                ])

    /// <summary>All arrays of a file by name, in the order of the file.</summary>
    /// <param name="path">the file</param>
    /// <returns>or all its faults: no such file, not an archive, an array that cannot be
    /// read</returns>
    let read (path: string) : Result<(string * NpyArray) list, Fault list> =
        readContents (fun _ -> true) path
        |> Result.bind (fun (_, contents) ->
            let arrays =
                contents
                |> List.map (fun (name, content) ->
                    NpyFile.asArray path content
                    |> Result.map (fun array -> name, array)
                    |> Result.mapError (List.map (Fault.inColumn name)))

            match
                arrays
                |> List.collect (function
                    | Error faults -> faults
                    | Ok _ -> [])
            with
            | [] ->
                Ok(
                    arrays
                    |> List.choose (function
                        | Ok array -> Some array
                        | Error _ -> None)
                )
            | faults -> Error faults)

    let internal writeStream (arrays: (string * NpyArray) list) (stream: Stream) : unit =
        use archive = new ZipArchive(stream, ZipArchiveMode.Create, true)

        for name, array in arrays do
            let entry = archive.CreateEntry(name + ".npy", CompressionLevel.NoCompression)
            entry.LastWriteTime <- date
            use content = entry.Open()
            NpyFile.writeStream array content

    /// <summary>Writes arrays by name; the file is whole or not there.</summary>
    /// <param name="path">the file; its folder exists</param>
    /// <param name="arrays">names without repetition</param>
    /// <returns>or why the file cannot be written</returns>
    let write (path: string) (arrays: (string * NpyArray) list) : Result<unit, Fault list> =
        for name, copies in arrays |> List.countBy fst do
            if copies > 1 then
                invalidArg (nameof arrays) $"two arrays are called '{name}'"

        AtomicFile.write path (writeStream arrays)
