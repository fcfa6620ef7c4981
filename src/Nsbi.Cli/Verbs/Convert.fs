namespace Nsbi.Cli.Verbs

open System.IO
open System.Text.Json
open Argu
open Nsbi.Cli
open Nsbi.Infer
open Nsbi.Learn
open Nsbi.Model

type ConvertOption =
    | [<MainCommand; ExactlyOnce>] Files of IN: string * OUT: string
    | [<Unique>] To of FORMAT: string
    | [<Unique>] Measurement of NAME: string
    | [<Unique>] Patch of FILE: string
    | [<Unique>] Patch_Name of NAME: string
    | [<Unique>] Json

    interface IArgParserTemplate with
        member this.Usage =
            match this with
            | Files _ -> "the workspace to read, and the file to write; .gz compresses it"
            | To _ -> "the format to write, pyhf or nsbi; without it, the one that IN has not"
            | Measurement _ -> PyhfOptions.measurement
            | Patch _ -> PyhfOptions.patch
            | Patch_Name _ -> PyhfOptions.patchName
            | Json -> "write one JSON object to standard output"

/// Workspaces in another format.
[<RequireQualifiedAccess>]
module ConvertVerb =
    let private about = [
        "Writes a workspace in another format: pyhf's HistFactory JSON, or ours. A pyhf workspace"
        "comes back from ours equal in structure; what pyhf cannot say is refused with its place."
    ]

    let private examples = [
        "pyhf.json workspace.json"
        "workspace.json pyhf.json.gz"
        "pyhf.json signal.json --patch patches.json --patch-name heavy --to pyhf"
    ]

    let private formats = [ "pyhf", Pyhf; "nsbi", Own ]

    let private name (format: WorkspaceFormat) : string =
        formats |> List.find (fun (_, f) -> f = format) |> fst

    /// The format of --to.
    let format (text: string) : Result<WorkspaceFormat option, string list> =
        match formats |> List.tryFind (fun (name, _) -> name = text) with
        | Some(_, format) -> Ok(Some format)
        | None -> Error [ $"--to: '{text}' is no format; give pyhf or nsbi." ]

    /// Writes a workspace in a format; faults name the file it was read from.
    let write
        (source: string)
        (format: WorkspaceFormat)
        (path: string)
        (workspace: Workspace)
        : Result<unit, Fault list> =
        match format with
        | Own -> WorkspaceFile.write path workspace
        | Pyhf ->
            PyhfWorkspace.toDocument source workspace
            |> Result.bind (WorkspaceFile.writePyhf path)

    /// The answer of a verb that wrote a workspace.
    let written (format: WorkspaceFormat) (path: string) (workspace: Workspace) : Answer =
        let channels = workspace.Model.Channels.Length
        let parameters = (Model.parameters workspace.Model).Length

        let json (writer: Utf8JsonWriter) =
            writer.WriteString("format", name format)
            writer.WriteString("file", path)
            writer.WriteNumber("channels", channels)
            writer.WriteNumber("parameters", parameters)

        let text () =
            $"{path}: {channels} channels and {parameters} parameters, as {name format}"

        Answer.Result(Outcome.Done, text, json)

    let private convert (choice: WorkspaceChoice) input output target : Answer =
        if Path.GetFullPath input = Path.GetFullPath output then
            Answer.wrongInput [ $"{output}: IN and OUT are one file; give OUT another name." ]
        else
            let result =
                WorkspaceFile.readWith choice input
                |> Result.bind (fun (workspace, found) ->
                    let target = target |> Option.defaultValue (if found = Pyhf then Own else Pyhf)

                    write input target output workspace
                    |> Result.map (fun () -> written target output workspace))

            match result with
            | Ok answer -> answer
            | Error faults -> faults |> List.map string |> Answer.wrongInput

    let private answer (parsed: ParseResults<ConvertOption>) : Answer =
        let options = Options()
        let input, output = parsed.GetResult ConvertOption.Files

        let target = options.Optional(parsed.TryGetResult ConvertOption.To, None, format)

        let choice = {
            Measurement = parsed.TryGetResult ConvertOption.Measurement
            Patch = parsed.TryGetResult ConvertOption.Patch
            PatchName = parsed.TryGetResult ConvertOption.Patch_Name
        }

        options.Finish(fun () -> convert choice input output target)

    let run (call: Call) : Answer =
        Arguments.dispatch<ConvertOption> call about examples answer
