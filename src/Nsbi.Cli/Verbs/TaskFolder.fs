namespace Nsbi.Cli.Verbs

open System
open System.IO
open System.Text
open System.Text.Json
open Nsbi.Cli
open Nsbi.Infer
open Nsbi.Kernels

/// "--out DIR" of a verb whose work is a list of durable tasks: killed and run again, it goes on there. With
/// results.json and report.html.
[<RequireQualifiedAccess>]
module TaskFolder =
    let private results = "results.json"

    let private identity () : RunIdentity = {
        Version = Version.text ()
        InstructionPath = Isa.Path
    }

    /// The verb whose results lie in a folder; none if there are no results.
    let private owner (folder: string) : string option =
        let path = Path.Combine(folder, results)

        if not (File.Exists path) then
            None
        else
            try
                use json = JsonDocument.Parse(File.ReadAllBytes path)

                match json.RootElement.TryGetProperty "verb" with
                | true, verb -> Some(verb.ToString())
                | _ -> Some "run"
            with :? JsonException ->
                Some "run"

    /// Opens the folder that was given, if one was, for the work. The results of another verb are
    /// left alone.
    let using (call: Call) (out: string option) (work: TaskStore option -> Answer) : Answer =
        match out with
        | None -> work None
        | Some folder ->
            match owner folder with
            | Some other when other <> call.Verb ->
                Answer.wrongInput [
                    $"--out: '{folder}' holds the results of '{other}'; give another folder."
                ]
            | _ ->
                match TaskStore.openAt (identity ()) folder with
                | Error faults -> faults |> List.map _.Message |> Answer.wrongInput
                | Ok store ->
                    use store = store

                    try
                        work (Some store)
                    with :? OperationCanceledException ->
                        Output.log "What was finished is kept; the same command continues there."
                        reraise ()

    /// Writes results.json and report.html. The page is made only where there is a folder.
    let publish
        (call: Call)
        (store: TaskStore option)
        (write: Utf8JsonWriter -> unit)
        (page: unit -> string)
        : unit =
        match store with
        | None -> ()
        | Some store ->
            store.Publish("report.html", (UTF8Encoding false).GetBytes(page ()))
            store.Publish(results, Output.bytes call.Verb write)
