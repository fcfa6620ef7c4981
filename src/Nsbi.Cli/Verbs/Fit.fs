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
    | [<Unique>] Derive of ``name=h;…``: string
    | [<Unique>] Goodness of toys: string
    | [<Unique>] Seed of n: string
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
            | Derive _ ->
                "quantities that follow from the parameters, with their errors to first order: "
                + "\"width=mu_off/mu_on\""
            | Goodness _ ->
                "the goodness of the fit: of binned channels against the saturated model, and by so many "
                + "toys, each fitted again; 0 for no toys"
            | Seed _ -> "the seed of the toys; 1 if not given"
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

    let private examples = [
        "workspace.json"
        "workspace.json --asimov mu=1 --minos mu --json"
        "workspace.json --derive \"kappa=sqrt(mu)\" --goodness 100"
    ]

    /// "name=h;…" as written; the parameters are looked up when the model is known.
    let private definitions (text: string) : Result<(string * string) list, string list> =
        let read (part: string) =
            match part.Split('=', 2, System.StringSplitOptions.TrimEntries) with
            | [| name; expression |] when name <> "" && expression <> "" -> Ok(name, expression)
            | _ -> Error $"--derive: '{part}' is not of the form name=expression."

        let found = text.Split(';') |> Array.toList |> List.map read

        match
            found
            |> List.choose (function
                | Error fault -> Some fault
                | Ok _ -> None)
        with
        | [] -> found |> List.choose Result.toOption |> Ok
        | faults -> Error faults

    let private parse (parameters: Parameter list) (name: string, expression: string) =
        expression
        |> CoefficientText.parse (fun wanted ->
            parameters |> List.tryFind (fun p -> p.Name = wanted))
        |> Result.map (fun c -> name, c)
        |> Result.mapError (List.map (fun fault -> $"--derive {name}: {fault}."))

    let private parseFaults (parameters: Parameter list) definitions =
        definitions
        |> List.collect (fun definition ->
            match parse parameters definition with
            | Ok _ -> []
            | Error faults -> faults)

    /// What is added to a fit where it was asked for.
    let private derived (subject: Subject) (fit: FitResult) definitions =
        definitions
        |> List.choose (parse subject.Compiled.Parameters >> Result.toOption)
        |> List.map (fun (name, expression) -> DerivedParameter.ofFit name expression fit)

    let private goodness (subject: Subject) (threads: int) seed toys (fit: FitResult) =
        match toys with
        | Some toys when fit.Status.Succeeded ->
            ProgressView.run (fun view ->
                GoodnessOfFit.run
                    {
                        ToyRun.ofToys toys with
                            Seed = seed
                            Threads = threads
                            Progress = ToyOptions.progress "toys of the fit" view
                            Cancellation = subject.Settings.Cancellation
                    }
                    subject.Settings
                    subject.Observation
                    fit
                    (FitFeature.ofRatios subject.Compiled))
            |> Some
        | _ -> None

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

        let definitions =
            options.Optional(parsed.TryGetResult FitOption.Derive, [], definitions)

        let toys =
            options.Optional(
                parsed.TryGetResult FitOption.Goodness,
                None,
                Values.whole "--goodness" 0 ToyOptions.most >> Result.map Some
            )

        let seed =
            options.Optional(parsed.TryGetResult FitOption.Seed, 1UL, Values.seed "--seed")

        let faults parameters =
            let names = Option.defaultValue [] minos

            List.collect (Subject.unknown parameters "--minos") names
            @ Subject.held subject parameters "--minos" "interval" names
            @ parseFaults parameters definitions

        options.Finish(fun () ->
            Subject.prepare call subject faults (fun it ->
                let names =
                    minos |> Option.defaultWith (fun () -> ofInterest it.Compiled subject.Fixed)

                let summary = FitSummary.run it.Settings it.Observation names

                let derived = derived it summary.Fit definitions

                match goodness it subject.Threads seed toys summary.Fit with
                | Some(Error faults) ->
                    Answer.Nothing(
                        Outcome.NotSuccessful(
                            "--goodness: toys cannot be drawn at the best fit."
                            :: List.map string faults
                        )
                    )
                | found ->

                    let goodness = found |> Option.bind Result.toOption

                    let text () =
                        string summary :: List.map string derived
                        @ Option.toList (goodness |> Option.map string)
                        |> String.concat "\n"

                    Answer.Result(
                        outcome summary,
                        text,
                        fun writer ->
                            FitSummary.writeMembers writer summary

                            if not derived.IsEmpty then
                                GoodnessJson.writeDerived writer derived

                            goodness |> Option.iter (GoodnessJson.writeGoodness writer)

                            if not summary.Checks.IsEmpty then
                                RunResult.writeChecks writer summary.Checks

                            FitSummary.writeNormalisations writer it.Compiled
                            Subject.writeInputs writer it
                    )))

    let run (call: Call) : Answer =
        Arguments.dispatch<FitOption> call about examples (fun parsed -> answer parsed call)
