namespace Nsbi.Infer

open System
open System.IO
open System.Text

/// <summary>
/// One process at a time in a folder. The lock is the operating system's on an open file, so it
/// ends with its process however that ends: the lock of a dead process is free to take. The
/// process that holds it is named in a second file, for the sentence to others.
/// </summary>
[<RequireQualifiedAccess>]
module internal StoreLock =
    let private lockFile (log: string) = Path.Combine(log, "lock")
    let private ownerFile (log: string) = Path.Combine(log, "owner")

    let private owner (log: string) : string option =
        try
            match File.ReadAllText(ownerFile log).Trim() with
            | "" -> None
            | text -> Some text
        with
        | :? IOException
        | :? UnauthorizedAccessException -> None

    /// The open lock, or the owner as far as it is known. An IOException other than a sharing
    /// violation cannot be told apart portably and counts as one: the folder exists by now.
    let acquire (log: string) : Result<IDisposable, string option> =
        try
            let stream =
                new FileStream(
                    lockFile log,
                    FileMode.OpenOrCreate,
                    FileAccess.ReadWrite,
                    FileShare.None
                )

            File.WriteAllText(
                ownerFile log,
                $"process {Environment.ProcessId} on {Environment.MachineName}\n",
                UTF8Encoding false
            )

            Ok
                {
                    new IDisposable with
                        member _.Dispose() =
                            File.Delete(ownerFile log)
                            stream.Dispose()
                }
        with :? IOException ->
            Error(owner log)
