namespace Nsbi.Cli.Verbs

open System
open Nsbi.Cli
open Nsbi.Infer

/// The checks of the learned ratios.
[<RequireQualifiedAccess>]
module CheckVerb =
    let private about = [
        "Trains the networks of an analysis, or finds them trained, and checks what they learned"
        "on events that they did not see. The data are not looked at. The folder of results gets"
        "checks.html, the report with every diagnostic, and checks.json."
    ]

    let private examples = [ "analysis.json --out results"; "analysis.json --json" ]

    let private table (run: RunResult) () : string =
        let width = run.Checks |> List.fold (fun width it -> max width it.Name.Length) 0

        String.Join(
            "\n",
            [
                for it in run.Checks ->
                    let state = if it.Passed then "passed" else "FAILED"
                    $"{state}  {it.Name.PadRight width}  {it.Finding}"
            ]
            @ [ AnalysisCall.passed run ]
        )

    let run (call: Call) : Answer =
        Arguments.dispatch<AnalysisOption> call about examples (fun parsed ->
            let options = Options()
            let it = AnalysisCall.read options parsed

            options.Finish(fun () ->
                AnalysisCall.run call it Pipeline.check (fun _ run ->
                    Answer.Result(
                        CheckOutcome.ofChecks run.Checks,
                        table run,
                        fun writer -> CheckJson.write writer run.Checks
                    ))))
