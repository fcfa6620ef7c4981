namespace Nsbi.Cli.Verbs

open System
open System.IO
open Argu
open Nsbi.Cli
open Nsbi.Infer
open Nsbi.Learn.Networks

type RunOption =
    | [<MainCommand; ExactlyOnce>] Analysis of ANALYSIS: string
    | [<Mandatory; Unique>] Out of DIR: string
    | [<Unique>] Unblind
    | [<Unique>] Seed of n: string
    | [<Unique>] Threads of n: string
    | [<Unique>] Json

    interface IArgParserTemplate with
        member this.Usage =
            match this with
            | Analysis _ -> "the analysis file"
            | Out _ -> "the folder of results; what is finished there is not done again"
            | Unblind -> "look at the data of a blind analysis, once all its checks pass"
            | Seed _ -> "the seed of all random numbers, in place of the analysis's own"
            | Threads _ -> "threads to use; the results do not depend on them"
            | Json -> "write one JSON object to standard output"

/// The whole pipeline.
[<RequireQualifiedAccess>]
module RunVerb =
    let private about = [
        "Runs a whole analysis: trains, checks, fits, finds intervals and writes the report."
        "Stopped at any moment and run again, it continues and ends with the same bytes."
    ]

    let private examples = [
        "analysis.json --out results"
        "analysis.json --out results --unblind --json"
    ]

    let private read (options: Options) (parsed: ParseResults<RunOption>) : AnalysisCall = {
        Analysis = parsed.GetResult RunOption.Analysis
        Out = Some(parsed.GetResult RunOption.Out)
        Seed = AnalysisCall.seed options (parsed.TryGetResult RunOption.Seed)
        Threads = options.Threads(parsed.TryGetResult RunOption.Threads)
        Unblind = parsed.Contains RunOption.Unblind
    }

    let private expected (run: RunResult) : string option =
        match run.ExpectedSignificances with
        | [] -> None
        | all ->
            let line (name: string, z: Measured) =
                FormattableString.Invariant $"  {z.Value:F3} ± {z.Error:F3}  {name}"

            let title = "expected significance, with the error of the finite simulation:"
            Some(String.Join("\n", title :: List.map line all))

    let private text (report: string) (run: RunResult) () : string =
        String.Join(
            "\n\n",
            [
                yield run.Analysis.Name
                // The factors of a summary's bins are too many for a table; results.json has them.
                match run.Summary with
                | Some study -> yield $"ratios as a summary: {study.Name}"
                | None -> yield string run.Headline.Fit
                yield string run
                yield! expected run |> Option.toList
                yield! run.Warnings
                yield! run.BlindReason |> Option.toList
                yield $"{AnalysisCall.passed run}\nreport: {report}"
            ]
        )

    let run (call: Call) : Answer =
        Arguments.dispatch<RunOption> call about examples (fun parsed ->
            let options = Options()
            let it = read options parsed

            options.Finish(fun () ->
                AnalysisCall.run call it Pipeline.run (fun out run ->
                    let report = Path.Combine(out, "report.html")

                    Answer.Result(
                        CheckOutcome.ofChecks run.Checks,
                        text report run,
                        fun writer ->
                            RunResult.writeMembers writer run
                            writer.WriteString("report", report)
                    ))))
