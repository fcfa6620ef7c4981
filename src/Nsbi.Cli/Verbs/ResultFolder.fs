namespace Nsbi.Cli.Verbs

open System.IO
open System.Text
open System.Text.Json
open Nsbi.Cli

/// The folder of --out of a verb that works on a workspace: results.json with the members of --json, and
/// report.html.
[<RequireQualifiedAccess>]
module ResultFolder =

    /// A file is there as it was or whole, never in part.
    let private put (folder: string) (name: string) (bytes: byte[]) : unit =
        let path = Path.Combine(folder, name)
        let temporary = path + ".tmp"
        File.WriteAllBytes(temporary, bytes)
        File.Move(temporary, path, overwrite = true)

    /// The faults of a folder that cannot be written to, before any work.
    let faults (folder: string option) : string list =
        match folder with
        | Some folder when File.Exists folder -> [
            $"--out: '{folder}' is a file; give the name of a folder."
          ]
        | Some "" -> [ "--out: give the name of a folder." ]
        | _ -> []

    /// Writes another file into the folder.
    let add (folder: string) (name: string) (bytes: byte[]) : unit =
        Directory.CreateDirectory folder |> ignore
        put folder name bytes

    /// Writes both files where a folder was asked for.
    let write
        (folder: string option)
        (verb: string)
        (members: Utf8JsonWriter -> unit)
        (page: unit -> string)
        : unit =
        match folder with
        | None -> ()
        | Some folder ->
            Directory.CreateDirectory folder |> ignore
            put folder "results.json" (Output.bytes verb members)
            put folder "report.html" (UTF8Encoding(false).GetBytes(page ()))
