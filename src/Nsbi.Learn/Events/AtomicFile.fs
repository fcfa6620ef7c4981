namespace Nsbi.Learn.Events

open System
open System.IO
open Nsbi.Learn

/// Files are whole or not there: written under a temporary name, then renamed.
[<RequireQualifiedAccess>]
module internal AtomicFile =
    /// The fault of a path that cannot be opened.
    let fault (path: string) (problem: exn) : Fault option =
        match problem with
        | :? FileNotFoundException
        | :? DirectoryNotFoundException ->
            Some(Fault.create path "there is no such file" "check the name and the folder it is in")
        | :? UnauthorizedAccessException when Directory.Exists path ->
            Some(Fault.create path "this is a folder, not a file" "name the file inside it")
        | :? UnauthorizedAccessException ->
            Some(Fault.create path "permission is denied" "make it readable and writable for you")
        | :? IOException ->
            Some(
                Fault.create path "the operating system refuses" "check the disk and the name"
                |> Fault.withValue problem.Message
            )
        | _ -> None

    /// Runs an action that opens the path; what the operating system refuses becomes a fault.
    let guard (path: string) (action: unit -> Result<'T, Fault list>) : Result<'T, Fault list> =
        try
            action ()
        with problem when (fault path problem).IsSome ->
            Error(Option.toList (fault path problem))

    /// Writes a file through a temporary one beside it, which is removed if writing fails.
    let write (path: string) (fill: Stream -> unit) : Result<unit, Fault list> =
        guard path (fun () ->
            let temporary = path + ".part"

            try
                use stream = new FileStream(temporary, FileMode.Create, FileAccess.ReadWrite)
                fill stream
            with _ ->
                File.Delete temporary
                reraise ()

            File.Move(temporary, path, true)
            Ok())
