namespace Nsbi.Cli.Verbs

open System.IO
open System.Text
open Argu
open Nsbi.Cli
open Nsbi.Infer

type ReportOption =
    | [<MainCommand; ExactlyOnce>] Folder of DIR: string
    | [<Unique>] Json

    interface IArgParserTemplate with
        member this.Usage =
            match this with
            | Folder _ -> "the folder of results of a run"
            | Json -> "write one JSON object to standard output"

/// The HTML page of a run, again.
[<RequireQualifiedAccess>]
module ReportVerb =
    let private about = [ "Makes the HTML page of a run again from its report.json." ]
    let private examples = [ "results"; "results --json" ]

    /// The file is there as it was or whole, never in part.
    let private write (path: string) (page: string) : unit =
        let temporary = path + ".tmp"
        File.WriteAllText(temporary, page, UTF8Encoding false)
        File.Move(temporary, path, overwrite = true)

    let private make (folder: string) : Answer =
        let source = Path.Combine(folder, "report.json")
        let page = Path.Combine(folder, "report.html")

        if File.Exists folder then
            Answer.wrongInput [ $"'{folder}': it is a file; give the folder of a run." ]
        elif not (Directory.Exists folder) then
            Answer.wrongInput [ $"'{folder}': there is no such folder; give the one of a run." ]
        elif not (File.Exists source) then
            Answer.wrongInput [
                $"{folder}: there is no report.json in it; nsbi-fs run ANALYSIS --out {folder} "
                + "writes one."
            ]
        else
            match File.ReadAllBytes source |> ReportJson.read with
            | Error sentence -> Answer.wrongInput [ $"{source}: {sentence}" ]
            | Ok content ->
                Report.render content |> write page

                Answer.Result(
                    Outcome.Done,
                    (fun () -> $"report: {page}"),
                    fun writer -> writer.WriteString("report", page)
                )

    let run (call: Call) : Answer =
        Arguments.dispatch<ReportOption> call about examples (fun parsed ->
            make (parsed.GetResult ReportOption.Folder))
