namespace Nsbi.Cli.Verbs

open System
open System.Globalization
open System.Text.Json
open Argu
open Nsbi.Cli
open Nsbi.Infer

type ScanOption =
    | [<MainCommand; ExactlyOnce>] Workspace of WORKSPACE: string
    | [<Mandatory; Unique>] Poi of p: string
    | [<Mandatory; Unique>] From of a: string
    | [<Mandatory; Unique>] To of b: string
    | [<Unique>] Points of n: string
    | [<Unique>] Asimov of ``p=v,…``: string
    | [<Unique>] Fix of ``p=v,…``: string
    | [<Unique>] Measurement of NAME: string
    | [<Unique>] Patch of FILE: string
    | [<Unique>] Patch_Name of NAME: string
    | [<Unique>] Threads of n: string
    | [<Unique>] Json

    interface IArgParserTemplate with
        member this.Usage =
            match this with
            | Workspace _ -> PyhfOptions.workspace
            | Poi _ -> "the parameter to scan"
            | From _ -> "its first value"
            | To _ -> "its last value"
            | Points _ -> "the number of values, at equal distances, up to 100000; 21 if not given"
            | Asimov _ -> "scan the Asimov data of these parameter values instead of the observed"
            | Fix _ -> "hold these parameters at these values"
            | Measurement _ -> PyhfOptions.measurement
            | Patch _ -> PyhfOptions.patch
            | Patch_Name _ -> PyhfOptions.patchName
            | Threads _ -> "threads to use; the result does not depend on them"
            | Json -> "write one JSON object to standard output"

/// Profile scan of one parameter.
[<RequireQualifiedAccess>]
module ScanVerb =
    let private about = [ "Profile likelihood scan t = −2 ln L − min of one parameter." ]

    let private examples = [
        "workspace.json --poi mu --from 0 --to 3 --points 31"
        "workspace.json --poi mu --from 0 --to 3 --asimov mu=1 --json"
    ]

    /// More values than anyone plots; a mistyped number is not worked on for days.
    let private mostPoints = 100_000

    /// Equal steps from the first value to the last, both exactly.
    let values (first: float) (last: float) (points: int) : float list = [
        for k in 0 .. points - 1 ->
            if k = points - 1 && points > 1 then
                last
            else
                first + (last - first) * float k / float (max 1 (points - 1))
    ]

    let private number (value: float) =
        value.ToString("G6", CultureInfo.InvariantCulture)

    let private table (scan: Scan) () : string =
        let rows =
            scan.Points
            |> List.map (fun point -> $"{number point.Value, 12}  {number point.T, 12}")

        let best = scan.Best[scan.Parameter].Value

        String.Join(
            "\n",
            $"best fit {scan.Parameter} = {number best}"
            :: $"{scan.Parameter, 12}  {'t', 12}"
            :: rows
        )

    let private json
        (subject: Subject)
        (status: FitStatus)
        (poi: string)
        (scan: Scan option)
        (writer: Utf8JsonWriter)
        =
        let points = scan |> Option.map _.Points |> Option.defaultValue []
        let numbers = JsonNumbers writer
        writer.WriteString("status", status.Name)
        writer.WriteString("poi", poi)
        numbers.Numbers("values", points |> List.map _.Value, (fun _ -> status.Advice))
        let impossible _ = "the likelihood is zero there"
        numbers.Numbers("t", points |> List.map _.T, impossible)
        let best = scan |> Option.map (fun scan -> scan.Best[poi].Value)
        numbers.Number("best", best, (fun () -> status.Advice))
        let twiceNll = scan |> Option.map (fun scan -> scan.Best.TwiceNll)
        numbers.Number("twiceNll", twiceNll, (fun () -> status.Advice))
        numbers.Close()
        Subject.writeInputs writer subject

    let private scanned (subject: Subject) (poi: string) (grid: float list) : Answer =
        let fit = Fit.runWith subject.Settings subject.Observation

        if fit.Status.Succeeded then
            let progress (steps: IProgress<Progress>) = {
                new IProgress<float> with
                    member _.Report fraction =
                        steps.Report(
                            Progress.Step {
                                Name = $"scan of {poi}"
                                Fraction = fraction
                                Note = ""
                            }
                        )
            }

            let scan =
                ProgressView.run (fun steps ->
                    Profile.scanWith
                        (progress steps)
                        subject.Settings
                        subject.Observation
                        fit
                        poi
                        grid)

            let status = scan.Best.Status

            Answer.Result(
                Subject.outcome scan.Best,
                table scan,
                json subject status poi (Some scan)
            )
        else
            Answer.Result(
                Subject.outcome fit,
                (fun () -> string fit),
                json subject fit.Status poi None
            )

    let private answer (parsed: ParseResults<ScanOption>) (call: Call) : Answer =
        let options = Options()

        let subject =
            SubjectOptions.read
                options
                (parsed.GetResult ScanOption.Workspace)
                (parsed.TryGetResult ScanOption.Asimov)
                (parsed.TryGetResult ScanOption.Fix)
                (parsed.TryGetResult ScanOption.Threads)
            |> SubjectOptions.choosing
                (parsed.TryGetResult ScanOption.Measurement)
                (parsed.TryGetResult ScanOption.Patch)
                (parsed.TryGetResult ScanOption.Patch_Name)

        let poi = parsed.GetResult ScanOption.Poi

        let first =
            options.Take(0.0, parsed.GetResult ScanOption.From |> Values.number "--from")

        let last = options.Take(1.0, parsed.GetResult ScanOption.To |> Values.number "--to")

        let points =
            options.Optional(
                parsed.TryGetResult ScanOption.Points,
                21,
                Values.whole "--points" 1 mostPoints
            )

        if last < first then
            options.Fault $"--from {number first} is above --to {number last}; exchange them."

        let faults parameters =
            match Subject.unknown parameters "--poi" poi with
            | [] ->
                Subject.held subject parameters "--poi" "scan" [ poi ]
                @ Subject.outside parameters "--from" [ poi, first ]
                @ Subject.outside parameters "--to" [ poi, last ]
            | faults -> faults

        options.Finish(fun () ->
            Subject.prepare call subject faults (fun it ->
                scanned it poi (values first last points)))

    let run (call: Call) : Answer =
        Arguments.dispatch<ScanOption> call about examples (fun parsed -> answer parsed call)
