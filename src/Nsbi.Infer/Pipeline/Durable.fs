namespace Nsbi.Infer

open System.IO

/// A point at which a process may be killed while it changes a folder; the tests kill at each.
[<RequireQualifiedAccess>]
type internal DurableStep =
    | TempOpened of path: string
    | TempHalfWritten of path: string
    | TempComplete of path: string
    | Renamed of path: string
    | Removed of path: string

/// <summary>
/// Files that are either absent or whole: bytes go to a temporary name beside the file, to the
/// disk, and are then renamed over it. A directory entry may still be lost with the power; the
/// reader of a manifest therefore verifies the hash of every file that it names.
/// </summary>
[<RequireQualifiedAccess>]
module internal Durable =
    /// What a killed process may leave behind ends so; nothing else does.
    let temporarySuffix: string = ".tmp"

    // No clean-up handlers here on purpose: a killed process would not run them either.
    let write (step: DurableStep -> unit) (path: string) (bytes: byte[]) : unit =
        let temporary = path + temporarySuffix
        let half = bytes.Length / 2

        do
            use stream =
                new FileStream(temporary, FileMode.Create, FileAccess.Write, FileShare.Read)

            step (DurableStep.TempOpened temporary)
            stream.Write(bytes, 0, half)
            stream.Flush()
            step (DurableStep.TempHalfWritten temporary)
            stream.Write(bytes, half, bytes.Length - half)
            stream.Flush(flushToDisk = true)

        step (DurableStep.TempComplete temporary)
        File.Move(temporary, path, overwrite = true)
        step (DurableStep.Renamed path)

    let remove (step: DurableStep -> unit) (path: string) : unit =
        if File.Exists path then
            File.Delete path
            step (DurableStep.Removed path)

    /// Removes the temporary files of killed writers in one folder.
    let sweep (step: DurableStep -> unit) (folder: string) : unit =
        for path in Directory.GetFiles(folder, "*" + temporarySuffix) do
            remove step path
