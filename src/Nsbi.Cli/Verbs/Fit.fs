namespace Nsbi.Cli.Verbs

open Argu
open Nsbi.Cli
open Nsbi.Infer
open Nsbi.Model

type FitOption =
    | [<MainCommand; ExactlyOnce>] Workspace of WORKSPACE: string
    | [<Unique>] Asimov of ``p=v,…``: string
    | [<Unique>] Fix of ``p=v,…``: string
    | [<Unique>] Minos of ``p,…``: string
    | [<Unique>] Measurement of NAME: string
    | [<Unique>] Patch of FILE: string
    | [<Unique>] Patch_Name of NAME: string
    | [<Unique>] Precision of ``automatic|exact|single|int16``: string
    | [<Unique>] Normalisation of ``exact|n``: string
    | [<Unique>] Threads of n: string
    | [<Unique>] Json

    interface IArgParserTemplate with
        member this.Usage =
            match this with
            | Workspace _ -> PyhfOptions.workspace
            | Asimov _ ->
                "fit the Asimov data of these parameter values instead of the observed data"
            | Fix _ -> "hold these parameters at these values"
            | Minos _ ->
                "find the intervals of these parameters in which −2 ln L rises by no more than 1; "
                + "without it, those of the parameters of interest"
            | Measurement _ -> PyhfOptions.measurement
            | Patch _ -> PyhfOptions.patch
            | Patch_Name _ -> PyhfOptions.patchName
            | Precision _ ->
                "how event variations are held in memory: exact takes 16 bytes, single 8 and int16 "
                + "4 for each event of both tables and variation of a process; automatic is exact "
                + "up to 1 GiB and single above; what does not fit into memory is refused"
            | Normalisation _ ->
                "how event variations are normalised: exactly at every evaluation, or compiled from "
                + "n events for pairs of parameters (20000)"
            | Threads _ -> "threads to use; the result does not depend on them"
            | Json -> "write one JSON object to standard output"

/// Best fit, Hessian errors, MINOS.
[<RequireQualifiedAccess>]
module FitVerb =
    let private about = [ "Best fit of a workspace, with Hessian errors and MINOS intervals." ]

    let private examples = [ "workspace.json"; "workspace.json --asimov mu=1 --minos mu --json" ]

    /// The parameters whose intervals are found if none are named.
    let private ofInterest (compiled: CompiledLikelihood) (fixedAt: (string * float) list) =
        compiled.Parameters
        |> List.filter (fun p -> p.Role = PointOfInterest)
        |> List.map _.Name
        |> List.filter (fun name -> not (List.exists (fun (held, _) -> held = name) fixedAt))

    let private outcome (summary: FitSummary) : Outcome =
        match summary.Checks |> List.filter (fun c -> not c.Passed) with
        | [] -> Subject.outcome summary.Fit
        | failed ->
            failed
            |> List.map (fun c -> $"failed check: {c.Finding}; {c.Meaning}")
            |> Outcome.NotSuccessful

    let private answer (parsed: ParseResults<FitOption>) (call: Call) : Answer =
        let options = Options()

        let subject =
            SubjectOptions.read
                options
                (parsed.GetResult FitOption.Workspace)
                (parsed.TryGetResult FitOption.Asimov)
                (parsed.TryGetResult FitOption.Fix)
                (parsed.TryGetResult FitOption.Threads)
            |> SubjectOptions.choosing
                (parsed.TryGetResult FitOption.Measurement)
                (parsed.TryGetResult FitOption.Patch)
                (parsed.TryGetResult FitOption.Patch_Name)
            |> SubjectOptions.evaluating
                options
                (parsed.TryGetResult FitOption.Precision)
                (parsed.TryGetResult FitOption.Normalisation)

        let minos =
            options.Optional(
                parsed.TryGetResult FitOption.Minos,
                None,
                fun text -> Values.names "--minos" text |> Result.map Some
            )

        let faults parameters =
            let names = Option.defaultValue [] minos

            List.collect (Subject.unknown parameters "--minos") names
            @ Subject.held subject parameters "--minos" "interval" names

        options.Finish(fun () ->
            Subject.prepare call subject faults (fun it ->
                let names =
                    minos |> Option.defaultWith (fun () -> ofInterest it.Compiled subject.Fixed)

                let summary = FitSummary.run it.Settings it.Observation names

                Answer.Result(
                    outcome summary,
                    (fun () -> string summary),
                    fun writer ->
                        FitSummary.writeMembers writer summary

                        if not summary.Checks.IsEmpty then
                            RunResult.writeChecks writer summary.Checks

                        FitSummary.writeNormalisations writer it.Compiled
                        Subject.writeInputs writer it
                )))

    let run (call: Call) : Answer =
        Arguments.dispatch<FitOption> call about examples (fun parsed -> answer parsed call)
