namespace Nsbi.Cli.Verbs

open System
open System.Globalization
open System.Text.Json
open Argu
open Nsbi.Cli
open Nsbi.Infer
open Nsbi.Model

type ContourOption =
    | [<MainCommand; ExactlyOnce>] Workspace of WORKSPACE: string
    | [<Mandatory; Unique>] Pois of ``a,b``: string
    | [<Unique>] Levels of ``68,95``: string
    | [<Unique>] Asimov of ``p=v,…``: string
    | [<Unique>] Fix of ``p=v,…``: string
    | [<Unique>] Measurement of NAME: string
    | [<Unique>] Patch of FILE: string
    | [<Unique>] Patch_Name of NAME: string
    | [<Unique>] Out of DIR: string
    | [<Unique>] Threads of n: string
    | [<Unique>] Json

    interface IArgParserTemplate with
        member this.Usage =
            match this with
            | Workspace _ -> PyhfOptions.workspace
            | Pois _ -> "the two parameters, the horizontal one first"
            | Levels _ ->
                "confidence levels in percent for two parameters together, where Wilks' theorem holds; "
                + "68 is 68.27; 68,95 if not given"
            | Asimov _ ->
                "contours in the Asimov data of these parameter values, not the observed data"
            | Fix _ -> "hold these parameters at these values"
            | Measurement _ -> PyhfOptions.measurement
            | Patch _ -> PyhfOptions.patch
            | Patch_Name _ -> PyhfOptions.patchName
            | Out _ -> "write results.json and report.html with the picture into this folder"
            | Threads _ -> "threads to use, one profile each; the result does not depend on them"
            | Json -> "write one JSON object to standard output"

/// Contours of two parameters.
[<RequireQualifiedAccess>]
module ContourVerb =
    let private about = [
        "The sets of two parameters in which −2 ln L rises by no more than a level, the others at their"
        "best: closed curves, as many as there are pieces."
    ]

    let private examples = [
        "workspace.json --pois mu,theta"
        "workspace.json --pois mu,theta --levels 68,95,99 --out results"
    ]

    /// A confidence level as typed, as the label that it has, and as a share.
    let private level (text: string) : Result<string * float, string list> =
        Values.number "--levels" text
        |> Result.bind (fun percent ->
            if not (percent > 0.0 && percent < 100.0) then
                Error [
                    $"--levels: {text} is no confidence level in percent; give one like 68 or 95."
                ]
            elif percent = 68.0 then
                Ok("68.27 %", 0.6826894921370859)
            else
                Ok(percent.ToString("G6", CultureInfo.InvariantCulture) + " %", percent / 100.0))

    let private levels (text: string) : Result<(string * float) list, string list> =
        Values.names "--levels" text
        |> Result.bind (fun parts ->
            let read = List.map level parts

            let faults =
                read
                |> List.collect (function
                    | Error faults -> faults
                    | Ok _ -> [])

            if faults.IsEmpty then
                read |> List.choose Result.toOption |> Ok
            else
                Error faults)

    let private pair (text: string) : Result<string * string, string list> =
        Values.names "--pois" text
        |> Result.bind (fun names ->
            match names with
            | [ a; b ] -> Ok(a, b)
            | names -> Error [ $"--pois: it names {names.Length} parameters; name two." ])

    let private writeCurve (writer: Utf8JsonWriter) (curve: ContourCurve) =
        let list (name: string) (values: float[]) =
            writer.WriteStartArray name
            values |> Array.iter writer.WriteNumberValue
            writer.WriteEndArray()

        writer.WriteStartObject()
        list "first" curve.First
        list "second" curve.Second
        writer.WriteStartArray "atBound"
        curve.AtBound |> Array.iter writer.WriteBooleanValue
        writer.WriteEndArray()
        writer.WriteBoolean("hole", curve.IsHole)
        writer.WriteNumber("area", curve.Area)
        writer.WriteEndObject()

    let private members
        (subject: Subject)
        (fit: FitResult)
        (first: string, second: string)
        (contours: (string * float * Contour) list)
        (writer: Utf8JsonWriter)
        =
        let numbers = JsonNumbers writer
        let why () = fit.Status.Advice
        writer.WriteString("status", fit.Status.Name)
        writer.WriteString("advice", fit.Status.Advice)
        writer.WriteStartArray "pois"
        writer.WriteStringValue first
        writer.WriteStringValue second
        writer.WriteEndArray()
        numbers.Numbers("best", [ fit[first].Value; fit[second].Value ], (fun _ -> why ()))
        numbers.Number("twiceNll", fit.TwiceNll, why)
        writer.WriteStartArray "contours"

        for _, share, contour in contours do
            writer.WriteStartObject()
            writer.WriteNumber("confidence", share)
            writer.WriteNumber("t", contour.Level)
            writer.WriteStartArray "curves"
            contour.Curves |> List.iter (writeCurve writer)
            writer.WriteEndArray()
            contour.Remark |> Option.iter (fun r -> writer.WriteString("remark", r))
            writer.WriteEndObject()

        writer.WriteEndArray()
        numbers.Close()
        Subject.writeInputs writer subject

    let private table (fit: FitResult) (contours: (string * float * Contour) list) () : string =
        let number (x: float) =
            x.ToString("G6", CultureInfo.InvariantCulture)

        let lines (label: string, _, contour: Contour) = [
            $"{label}: {contour}"
            for curve in contour.Curves do
                let ends (values: float[]) =
                    $"[{number (Array.min values)}, {number (Array.max values)}]"

                let what = if curve.IsHole then "hole" else "piece"
                $"  {what}: {contour.First} in {ends curve.First}, {contour.Second} in {ends curve.Second}"
            yield! Option.toList contour.Remark
        ]

        let _, _, some = contours.Head

        $"best fit {some.First} = {number fit[some.First].Value}, \
          {some.Second} = {number fit[some.Second].Value}"
        :: List.collect lines contours
        |> String.concat "\n"

    /// All levels around the same best fit: a lower minimum that one comes upon is that of the others.
    let rec private trace
        (subject: Subject)
        (first, second)
        levels
        (best: FitResult)
        left
        (steps: IProgress<Progress>)
        =
        let found =
            levels
            |> List.map (fun (label, share) ->
                let level = Contours.levelOf share
                steps.Report(Progress.Stage $"contour of {first} and {second} at {label}")

                label,
                share,
                Contours.find subject.Settings subject.Observation best first second level)

        match found |> List.tryFind (fun (_, _, c) -> not (obj.ReferenceEquals(c.Best, best))) with
        | Some(_, _, lower) when left > 0 ->
            trace subject (first, second) levels lower.Best (left - 1) steps
        | _ -> best, found

    let private traced
        (pair: string * string)
        levels
        (out: string option)
        title
        (subject: Subject)
        =
        let fit = Fit.runWith subject.Settings subject.Observation

        if not fit.Status.Succeeded then
            Answer.Result(Subject.outcome fit, (fun () -> string fit), members subject fit pair [])
        else
            let best, contours = ProgressView.run (trace subject pair levels fit 3)
            let result = members subject best pair contours

            ResultFolder.write out "contour" result (fun () ->
                contours
                |> List.map (fun (label, _, contour) -> label, contour)
                |> ContourReport.render title)

            Answer.Result(Subject.outcome best, table best contours, result)

    let private answer (parsed: ParseResults<ContourOption>) (call: Call) : Answer =
        let options = Options()

        let subject =
            SubjectOptions.read
                options
                (parsed.GetResult ContourOption.Workspace)
                (parsed.TryGetResult ContourOption.Asimov)
                (parsed.TryGetResult ContourOption.Fix)
                (parsed.TryGetResult ContourOption.Threads)
            |> SubjectOptions.choosing
                (parsed.TryGetResult ContourOption.Measurement)
                (parsed.TryGetResult ContourOption.Patch)
                (parsed.TryGetResult ContourOption.Patch_Name)

        let first, second =
            options.Take(("", ""), parsed.GetResult ContourOption.Pois |> pair)

        let asked =
            options.Take(
                [],
                parsed.TryGetResult ContourOption.Levels
                |> Option.defaultValue "68,95"
                |> levels
            )

        let out = parsed.TryGetResult ContourOption.Out
        ResultFolder.faults out |> List.iter options.Fault
        let title = $"{first} and {second} in {IO.Path.GetFileName subject.Workspace}"

        let faults (parameters: Parameter list) =
            match [ first; second ] |> List.collect (Subject.unknown parameters "--pois") with
            | [] -> Subject.held subject parameters "--pois" "contour" [ first; second ]
            | faults -> faults

        options.Finish(fun () ->
            Subject.prepare call subject faults (traced (first, second) asked out title))

    let run (call: Call) : Answer =
        Arguments.dispatch<ContourOption> call about examples (fun parsed -> answer parsed call)
