namespace Nsbi.Cli.Verbs

open System
open System.IO
open System.Text
open System.Text.Encodings.Web
open System.Text.Json
open Nsbi.Cli
open Nsbi.Infer
open Nsbi.Kernels

/// "--out DIR" of a verb that works on a workspace: a folder of its own with durable tasks,
/// results.json and report.html.
[<RequireQualifiedAccess>]
module ResultFolder =
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

    /// The object of --json as bytes, without what may differ between two runs.
    let json (call: Call) (write: Utf8JsonWriter -> unit) : byte[] =
        use buffer = new MemoryStream()

        let options =
            JsonWriterOptions(
                Indented = true,
                NewLine = "\n",
                Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping
            )

        do
            use writer = new Utf8JsonWriter(buffer, options)
            writer.WriteStartObject()
            writer.WriteNumber("schemaVersion", Output.schemaVersion)
            writer.WriteString("verb", call.Verb)
            writer.WriteString("version", Version.text ())
            writer.WriteString("instructionPath", Isa.Path)
            write writer
            writer.WriteEndObject()

        buffer.WriteByte(byte '\n')
        buffer.ToArray()

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
            store.Publish(results, json call write)
