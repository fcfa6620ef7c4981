namespace Nsbi.Cli.Verbs

open System
open System.IO
open Argu
open Nsbi.Cli
open Nsbi.Infer

type GoodnessOption =
    | [<MainCommand; ExactlyOnce>] Analysis of ANALYSIS: string
    | [<Mandatory; Unique>] Out of DIR: string
    | [<Unique>] Toys of N: string
    | [<Unique>] Seed of n: string
    | [<Unique>] Threads of n: string
    | [<Unique>] Json

    interface IArgParserTemplate with
        member this.Usage =
            match this with
            | Analysis _ -> "the analysis file"
            | Out _ -> "the folder of results; what is finished there is not done again"
            | Toys _ ->
                "pseudo-experiments of the fitted model, in place of those of the analysis, or of 200"
            | Seed _ -> "the seed of all random numbers, in place of the analysis's own"
            | Threads _ -> "threads to use; the results do not depend on them"
            | Json -> "write one JSON object to standard output"

/// Whether the model of an analysis describes its data.
[<RequireQualifiedAccess>]
module GoodnessVerb =
    let private about = [
        "Whether the fitted model of an analysis describes the data in the space of all features: a"
        "learned likelihood ratio of data and model, with pseudo-experiments of its distribution."
        "The data are looked at where the analysis is not blind; the folder is best one of its own."
        "Stopped at any moment and run again, it continues and ends with the same bytes; more toys"
        "go on where fewer ended."
    ]

    let private examples = [
        "analysis.json --out goodness"
        "analysis.json --out goodness --toys 1000 --json"
    ]

    let private text (report: string) (study: GoodnessStudy) () : string =
        let shifted =
            study.Test.Shifts
            |> List.map (fun s ->
                FormattableString.Invariant
                    $"  {s.Name} = {s.Fitted:G5}, with the ratio {s.Joint:G5}")

        let driving =
            study.Driving
            |> List.truncate 5
            |> List.map (fun e ->
                let values =
                    List.zip study.Columns e.Values
                    |> List.map (fun (name, x) -> FormattableString.Invariant $"{name} {x:G4}")
                    |> String.concat ", "

                FormattableString.Invariant $"  event {e.Event}: f = {e.LogRatio:F2}  {values}")

        [
            [
                $"goodness of fit of the {study.Of} events"
                string study.Test
                if study.Test.Failed > 0 then
                    $"  {study.Test.Failed} fits of pseudo-experiments failed"
            ]
            shifted
            (if driving.IsEmpty then
                 []
             else
                 "events that drive the discrepancy:" :: driving)
            [ $"report: {report}" ]
        ]
        |> List.filter (fun lines -> not lines.IsEmpty)
        |> List.map (String.concat "\n")
        |> String.concat "\n\n"

    /// Without a p-value nothing was found.
    let private outcome (study: GoodnessStudy) : Outcome =
        match study.Test.PValue with
        | None -> Outcome.NotSuccessful [ "No fit of a pseudo-experiment succeeded." ]
        | Some _ -> CheckOutcome.ofChecks study.Checks

    let run (call: Call) : Answer =
        Arguments.dispatch<GoodnessOption> call about examples (fun parsed ->
            let options = Options()

            let toys =
                options.Optional(
                    parsed.TryGetResult GoodnessOption.Toys,
                    None,
                    Values.whole "--toys" 1 ToyOptions.most >> Result.map Some
                )

            let it = {
                Analysis = parsed.GetResult GoodnessOption.Analysis
                Out = Some(parsed.GetResult GoodnessOption.Out)
                Seed = AnalysisCall.seed options (parsed.TryGetResult GoodnessOption.Seed)
                Threads = options.Threads(parsed.TryGetResult GoodnessOption.Threads)
                Unblind = false
            }

            let change (plan: GoodnessPlan) = {
                plan with
                    Toys = defaultArg toys plan.Toys
            }

            options.Finish(fun () ->
                let goodness options path out =
                    Pipeline.goodness options change path out

                AnalysisCall.run call it goodness (fun out study ->
                    let report = Path.Combine(out, "report.html")

                    Answer.Result(
                        outcome study,
                        text report study,
                        fun writer ->
                            CheckJson.write writer study.Checks
                            GoodnessStudyJson.write writer study
                            writer.WriteString("report", report)
                    ))))
