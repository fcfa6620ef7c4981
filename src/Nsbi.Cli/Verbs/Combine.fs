namespace Nsbi.Cli.Verbs

open System.IO
open Argu
open Nsbi.Cli
open Nsbi.Infer
open Nsbi.Learn

type CombineOption =
    | [<MainCommand; ExactlyOnce>] Workspaces of WORKSPACES: string list
    | [<Mandatory; Unique>] Out of FILE: string
    | [<Unique>] To of FORMAT: string
    | [<Unique>] Name of NAME: string
    | [<Unique>] Json

    interface IArgParserTemplate with
        member this.Usage =
            match this with
            | Workspaces _ -> "the workspaces, ours or pyhf's"
            | Out _ -> "the file to write; .gz compresses it"
            | To _ -> "the format to write, pyhf or nsbi; without it, nsbi"
            | Name _ -> "the name of the combined model; without it, combined"
            | Json -> "write one JSON object to standard output"

/// Channels of several workspaces in one likelihood.
[<RequireQualifiedAccess>]
module CombineVerb =
    let private about = [
        "Joins the channels of several workspaces in one. Parameters of one name are one parameter:"
        "they must be declared in the same way everywhere. Of pyhf workspaces the first measurement"
        "counts."
    ]

    let private examples = [ "a.json b.json --out combined.json" ]

    let private readAll (paths: string list) : Result<(string * Workspace) list, Fault list> =
        let read = paths |> List.map (fun path -> path, WorkspaceFile.read path)

        let faults =
            read
            |> List.collect (fun (_, result) ->
                match result with
                | Ok _ -> []
                | Error faults -> faults)

        if faults.IsEmpty then
            read
            |> List.choose (fun (path, result) ->
                match result with
                | Ok workspace -> Some(path, workspace)
                | Error _ -> None)
            |> Ok
        else
            Error faults

    let private combine (name: string) (paths: string list) (out: string) format : Answer =
        let same (path: string) =
            Path.GetFullPath path = Path.GetFullPath out

        if List.exists same paths then
            Answer.wrongInput [ $"{out}: it is one of the workspaces; give --out another name." ]
        elif paths.Length < 2 then
            Answer.wrongInput [ "combine: there is one workspace only; give two at least." ]
        else
            let result =
                readAll paths
                |> Result.bind (Workspace.combine name)
                |> Result.bind (fun workspace ->
                    ConvertVerb.write name format out workspace
                    |> Result.map (fun () -> ConvertVerb.written format out workspace))

            match result with
            | Ok answer -> answer
            | Error faults -> faults |> List.map string |> Answer.wrongInput

    let private answer (parsed: ParseResults<CombineOption>) : Answer =
        let options = Options()
        let paths = parsed.GetResult CombineOption.Workspaces
        let out = parsed.GetResult CombineOption.Out
        let name = parsed.TryGetResult CombineOption.Name |> Option.defaultValue "combined"

        let format =
            options.Optional(parsed.TryGetResult CombineOption.To, None, ConvertVerb.format)
            |> Option.defaultValue Own

        options.Finish(fun () -> combine name paths out format)

    let run (call: Call) : Answer =
        Arguments.dispatch<CombineOption> call about examples answer
