namespace Nsbi.Cli.Verbs

open System
open System.Globalization
open System.IO
open System.Text.Json
open Argu
open Nsbi.Cli
open Nsbi.Infer
open Nsbi.Model

type NeymanOption =
    | [<MainCommand; ExactlyOnce>] Workspace of WORKSPACE: string
    | [<Mandatory; Unique>] Poi of p: string
    | [<Mandatory; Unique>] Grid of ``a:b:n``: string
    | [<Mandatory; Unique>] Toys of k: string
    | [<Unique>] Cl of ``c,…``: string
    | [<Unique>] Refine of n: string
    | [<Unique>] Shift of ``p,…``: string
    | [<Unique>] Asimov of ``p=v,…``: string
    | [<Unique>] Fix of ``p=v,…``: string
    | [<Unique>] Out of DIR: string
    | [<Unique>] Measurement of NAME: string
    | [<Unique>] Patch of FILE: string
    | [<Unique>] Patch_Name of NAME: string
    | [<Unique>] Seed of n: string
    | [<Unique>] Threads of n: string
    | [<Unique>] Json

    interface IArgParserTemplate with
        member this.Usage =
            match this with
            | Workspace _ -> PyhfOptions.workspace
            | Poi _ -> "the parameter"
            | Grid _ -> "its values: n from a to b at equal distances"
            | Toys _ -> "the number of toys at each value"
            | Cl _ -> "confidence levels; 0.6827,0.95 if not given"
            | Refine _ ->
                "rounds in which values are added where the belt bends; 1 if not given, 0 for the "
                + "grid alone"
            | Shift _ ->
                "nuisance parameters at which the construction is made again, each shifted by its "
                + "error up and down"
            | Asimov _ -> "the sets of the Asimov data of these parameter values, not the observed"
            | Fix _ -> "hold these parameters at these values"
            | Out _ -> "the folder of results; what is finished there is not done again"
            | Measurement _ -> PyhfOptions.measurement
            | Patch _ -> PyhfOptions.patch
            | Patch_Name _ -> PyhfOptions.patchName
            | Seed _ -> "the seed of all random numbers; 1 if not given"
            | Threads _ -> "threads, each with one toy at a time; the results do not depend on them"
            | Json -> "write one JSON object to standard output"

/// The Neyman construction of one parameter.
[<RequireQualifiedAccess>]
module NeymanVerb =
    let private about = [
        "Confidence belt and sets of one parameter by the Neyman construction with toys: a list of"
        "intervals, because with interference there can be several."
        "With --out, stopped at any moment and run again, it continues and ends with the same bytes."
    ]

    let private examples = [
        "workspace.json --poi mu --grid 0:3:16 --toys 200"
        "workspace.json --poi mu --grid 0:4:9 --toys 200 --cl 0.6827,0.9 --out belt --json"
    ]

    let private levels (text: string) : Result<float list, string list> =
        text
        |> Values.each (fun part ->
            match Values.number "--cl" part with
            | Ok level when level > 0.0 && level < 1.0 -> Ok level
            | Ok _ -> Error [ $"--cl: {part} is no confidence level; give one like 0.95." ]
            | Error faults -> Error faults)
        |> Result.bind (fun values ->
            if List.distinct values <> values then
                Error [ $"--cl: '{text}' names a level twice." ]
            else
                Ok values)

    let private text (out: string option) (result: NeymanResult) () : string =
        let shifted =
            result.Shifted
            |> List.collect (fun s ->
                let sign = s.Sigmas.ToString("+0;-0", CultureInfo.InvariantCulture)

                s.Accepted
                |> List.map (fun set -> $"{s.Nuisance} {sign} sigma, {set.Level:G4}: {set}"))

        let report =
            match out with
            | Some folder ->
                let path = Path.Combine(folder, "report.html")
                [ $"report: {path}" ]
            | None -> []

        String.Join("\n", string result :: shifted @ report)

    /// What to do, as the options say.
    type private Plan = {
        Settings: NeymanSettings
        Run: ToyRun
        Out: string option
        Workspace: string
    }

    let private write (plan: Plan) (subject: Subject) (result: NeymanResult) writer =
        let writer: Utf8JsonWriter = writer
        writer.WriteString("status", result.Best.Status.Name)
        writer.WriteNumber("toys", plan.Run.Toys)
        writer.WriteNumber("seed", plan.Run.Seed)
        NeymanJson.writeMembers writer result
        Subject.writeInputs writer subject

    let private made
        (call: Call)
        (plan: Plan)
        (subject: Subject)
        (store: TaskStore option)
        : Answer =
        let fit = Fit.runWith subject.Settings subject.Observation

        if not fit.Status.Succeeded then
            let json (writer: Utf8JsonWriter) =
                writer.WriteString("status", fit.Status.Name)
                writer.WriteString("advice", fit.Status.Advice)
                writer.WriteStartArray "belt"
                writer.WriteEndArray()
                writer.WriteStartArray "intervals"
                writer.WriteEndArray()
                Subject.writeInputs writer subject

            Answer.Result(Subject.outcome fit, (fun () -> string fit), json)
        else
            let inputs = [ "model", subject.ModelHash; "data", subject.DataHash ]

            let found =
                ProgressView.run (fun view ->
                    let work = {
                        Run = {
                            plan.Run with
                                Progress = ToyOptions.progress "toys" view
                        }
                        Store = store |> Option.map (fun store -> store, inputs)
                        Fits = subject.Settings
                    }

                    NeymanConstruction.run work plan.Settings subject.Observation)

            match found with
            | Error faults ->
                faults
                |> List.map (fun fault -> $"{plan.Workspace}: {fault}")
                |> Answer.wrongInput
            | Ok result ->
                let write = write plan subject result

                TaskFolder.publish call store write (fun () ->
                    let provenance = [
                        "toys at each value", string plan.Run.Toys
                        "seed", string plan.Run.Seed
                        "model hash", subject.ModelHash
                        "data hash", subject.DataHash
                        "version", Version.text ()
                    ]

                    let name = subject.Compiled.Model.Model.Name
                    NeymanReport.render $"Neyman construction of {name}" provenance result)

                match store with
                | Some store -> store.RemoveOthers()
                | None -> ()

                Answer.Result(CheckOutcome.ofChecks result.Checks, text plan.Out result, write)

    let private answer (parsed: ParseResults<NeymanOption>) (call: Call) : Answer =
        let options = Options()

        let subject =
            SubjectOptions.read
                options
                (parsed.GetResult NeymanOption.Workspace)
                (parsed.TryGetResult NeymanOption.Asimov)
                (parsed.TryGetResult NeymanOption.Fix)
                (parsed.TryGetResult NeymanOption.Threads)
            |> SubjectOptions.choosing
                (parsed.TryGetResult NeymanOption.Measurement)
                (parsed.TryGetResult NeymanOption.Patch)
                (parsed.TryGetResult NeymanOption.Patch_Name)

        let poi = parsed.GetResult NeymanOption.Poi
        let values = options.Take([], GridOption.parse (parsed.GetResult NeymanOption.Grid))

        let toys =
            options.Take(
                1,
                parsed.GetResult NeymanOption.Toys |> Values.whole "--toys" 1 ToyOptions.most
            )

        let cl =
            options.Optional(parsed.TryGetResult NeymanOption.Cl, [ 0.6827; 0.95 ], levels)

        let rounds =
            options.Optional(
                parsed.TryGetResult NeymanOption.Refine,
                1,
                Values.whole "--refine" 0 20
            )

        let shifted =
            options.Optional(parsed.TryGetResult NeymanOption.Shift, [], Values.names "--shift")

        let seed =
            options.Optional(parsed.TryGetResult NeymanOption.Seed, 1UL, Values.seed "--seed")

        let out = parsed.TryGetResult NeymanOption.Out

        let plan = {
            Settings = {
                NeymanSettings.create poi values with
                    Levels = cl
                    Refinements = rounds
                    Shifted = shifted
            }
            Run = {
                ToyRun.ofToys toys with
                    Seed = seed
                    Threads = subject.Threads
                    Cancellation = call.Cancellation
            }
            Out = out
            Workspace = subject.Workspace
        }

        let faults (parameters: Parameter list) =
            match Subject.unknown parameters "--poi" poi with
            | [] ->
                let ends =
                    List.distinct [ List.head values; List.last values ]
                    |> List.map (fun value -> poi, value)

                Subject.held subject parameters "--poi" "belt" [ poi ]
                @ Subject.outside parameters "--grid" ends
                @ (shifted
                   |> List.collect (fun name ->
                       if name = poi then
                           [ $"--shift: '{name}' is the parameter of the belt itself." ]
                       else
                           Subject.unknown parameters "--shift" name))
                @ Subject.held subject parameters "--shift" "shift" shifted
            | faults -> faults

        options.Finish(fun () ->
            Subject.prepare call subject faults (fun it ->
                TaskFolder.using call out (made call plan it)))

    let run (call: Call) : Answer =
        Arguments.dispatch<NeymanOption> call about examples (fun parsed -> answer parsed call)
