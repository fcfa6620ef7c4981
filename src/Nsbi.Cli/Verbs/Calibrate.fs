namespace Nsbi.Cli.Verbs

open System.IO
open Argu
open Nsbi.Cli
open Nsbi.Infer
open Nsbi.Infer.Calibration

type CalibrateOption =
    | [<MainCommand; ExactlyOnce>] Calibration of CALIBRATION: string
    | [<Mandatory; Unique>] Out of DIR: string
    | Apply of FILE: string
    | [<Unique>] Seed of n: string
    | [<Unique>] Threads of n: string
    | [<Unique>] Json

    interface IArgParserTemplate with
        member this.Usage =
            match this with
            | Calibration _ -> "the plan: source, target, features, method"
            | Out _ -> "the folder of results; what is finished there is not done again"
            | Apply _ ->
                "a further file of events like the source, calibrated into calibrated-NAME there; may "
                + "be repeated"
            | Seed _ -> "the seed of all random numbers, in place of the plan's own"
            | Threads _ -> "threads to use; the results do not depend on them"
            | Json -> "write one JSON object to standard output"

/// Moving simulation onto data.
[<RequireQualifiedAccess>]
module CalibrateVerb =
    let private about = [
        "Moves events of a simulation onto data, or weights them: trains the map, looks at closure on events"
        "that no training saw, and writes the calibrated events, which an analysis reads as any others."
        "Stopped at any moment and run again, it continues and ends with the same bytes."
    ]

    let private examples = [
        "calibration.json --out calibrated"
        "calibration.json --out calibrated --apply more.csv --json"
    ]

    let private missing (files: string list) = [
        for file in files do
            if not (File.Exists file) then
                $"--apply: there is no file '{file}'."
    ]

    let run (call: Call) : Answer =
        Arguments.dispatch<CalibrateOption> call about examples (fun parsed ->
            let options = Options()
            let further = parsed.GetResults CalibrateOption.Apply
            missing further |> List.iter options.Fault

            let it = {
                Analysis = parsed.GetResult CalibrateOption.Calibration
                Out = Some(parsed.GetResult CalibrateOption.Out)
                Seed = AnalysisCall.seed options (parsed.TryGetResult CalibrateOption.Seed)
                Threads = options.Threads(parsed.TryGetResult CalibrateOption.Threads)
                Unblind = false
            }

            ResultFolder.faults it.Out |> List.iter options.Fault

            options.Finish(fun () ->
                let study options path out =
                    SampleCalibration.run options further path out

                AnalysisCall.run call it study (fun out result ->
                    let report = Path.Combine(out, "report.html")

                    Answer.Result(
                        CheckOutcome.ofChecks result.Checks,
                        (fun () -> CalibrationText.ofResult result + $"\nreport: {report}"),
                        fun writer ->
                            CalibrationJson.writeMembers writer result
                            writer.WriteString("report", report)
                    ))))
