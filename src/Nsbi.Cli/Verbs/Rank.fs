namespace Nsbi.Cli.Verbs

open System
open System.Text.Json
open Argu
open Nsbi.Cli
open Nsbi.Infer
open Nsbi.Model

type RankOption =
    | [<MainCommand; ExactlyOnce>] Workspace of WORKSPACE: string
    | [<Unique>] Poi of p: string
    | [<Unique>] Method of ``refit|covariance|observable``: string
    | [<Unique>] Prefit
    | [<Unique>] Minos
    | [<Unique>] Groups of ``name=p,q*;…``: string
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
            | Poi _ -> "the parameter of interest; needed where the model has none or several"
            | Method _ ->
                "refit (without it): fits with each parameter held at its best value ± its error; "
                + "covariance: V/σ, no fits; observable: fits with its global observable moved by ± "
                + "its standard deviation"
            | Prefit ->
                "also the impacts before the fit: each parameter held at its best value ± the width "
                + "of its constraint"
            | Minos ->
                "errors are those of the intervals in which −2 ln L rises by no more than 1, not the "
                + "Hessian's"
            | Groups _ ->
                "groups of nuisance parameters in the parts of the error, q* for all names that begin "
                + "with q; without it, by kind and by the first part of the names"
            | Asimov _ -> "rank in the Asimov data of these parameter values, not the observed data"
            | Fix _ -> "hold these parameters at these values"
            | Measurement _ -> PyhfOptions.measurement
            | Patch _ -> PyhfOptions.patch
            | Patch_Name _ -> PyhfOptions.patchName
            | Out _ -> "write results.json and report.html with the pictures into this folder"
            | Threads _ -> "threads to use, one fit each; the result does not depend on them"
            | Json -> "write one JSON object to standard output"

/// Impacts of nuisance parameters, and the parts of the error of the parameter of interest.
[<RequireQualifiedAccess>]
module RankVerb =
    let private about = [
        "Pulls, constraints and impacts of nuisance parameters on a parameter of interest, the largest"
        "first, and the parts of its error."
    ]

    let private examples = [
        "workspace.json"
        "workspace.json --prefit --out results"
        "workspace.json --method covariance --json"
        "workspace.json --groups \"jets=jes;simulation=stat*,fakes*\""
    ]

    let private method (text: string) : Result<ImpactMethod, string list> =
        match text with
        | "refit" -> Ok ImpactMethod.Postfit
        | "covariance" -> Ok ImpactMethod.Covariance
        | "observable" -> Ok ImpactMethod.Observable
        | other -> Error [ $"--method: '{other}' is none of refit, covariance, observable." ]

    /// "name=p,q*;…" as written; the names are looked up when the model is known.
    let private groups (text: string) : Result<(string * string list) list, string list> =
        let parts = text.Split(';', StringSplitOptions.TrimEntries) |> Array.toList

        let read (part: string) =
            match part.Split('=', 2, StringSplitOptions.TrimEntries) with
            | [| name; members |] when name <> "" ->
                Values.names $"--groups {name}" members |> Result.map (fun names -> name, names)
            | _ -> Error [ $"--groups: '{part}' is not of the form name=p,q." ]

        let found = List.map read parts

        let faults =
            found
            |> List.collect (function
                | Error faults -> faults
                | Ok _ -> [])

        if faults.IsEmpty then
            found |> List.choose Result.toOption |> Ok
        else
            Error faults

    let private matches (pattern: string) (name: string) =
        if pattern.EndsWith '*' then
            name.StartsWith(pattern.TrimEnd '*', StringComparison.Ordinal)
        else
            name = pattern

    let private nuisances (parameters: Parameter list) =
        parameters |> List.filter (fun p -> p.Role = Nuisance) |> List.map _.Name

    let private groupFaults (parameters: Parameter list) (asked: (string * string list) list) = [
        for _, patterns in asked do
            for pattern in patterns do
                if not (List.exists (matches pattern) (nuisances parameters)) then
                    let known = nuisances parameters

                    $"--groups: no nuisance parameter is '{pattern}'; {Suggestion.sentence known pattern}"
    ]

    /// The parameter of interest, or why there is none.
    let private interest (parameters: Parameter list) (asked: string option) =
        match asked with
        | Some name -> Ok name
        | None ->
            match parameters |> List.filter (fun p -> p.Role = PointOfInterest) with
            | [ p ] -> Ok p.Name
            | [] -> Error "--poi: the model names no parameter of interest; name one."
            | several ->
                let names = several |> List.map _.Name |> String.concat ", "
                Error $"--poi: the model has several parameters of interest, {names}; name one."

    let private members
        (subject: Subject)
        (status: FitStatus)
        (result: (Ranking * UncertaintyBreakdown) option)
        (writer: Utf8JsonWriter)
        =
        writer.WriteString("status", status.Name)
        writer.WriteString("advice", status.Advice)

        match result with
        | None ->
            writer.WriteStartArray "impacts"
            writer.WriteEndArray()
        | Some(ranking, parts) ->
            RankingJson.writeMembers writer ranking
            RankingJson.writeBreakdown writer parts

        Subject.writeInputs writer subject

    /// What to do, as the options say.
    type private Plan = {
        Poi: string option
        Methods: ImpactMethod list
        Minos: bool
        Groups: (string * string list) list option
        Out: string option
        Title: string
    }

    let private ranked (plan: Plan) (subject: Subject) : Answer =
        let parameters = subject.Compiled.Parameters

        let poi =
            interest parameters plan.Poi
            |> Result.defaultWith (fun sentence -> invalidOp sentence)

        let fit = Fit.runWith subject.Settings subject.Observation

        if not fit.Status.Succeeded then
            Answer.Result(
                Subject.outcome fit,
                (fun () -> string fit),
                members subject fit.Status None
            )
        else
            let ranking =
                ProgressView.run (fun steps ->
                    let progress = {
                        new IProgress<float> with
                            member _.Report fraction =
                                steps.Report(
                                    Progress.Step {
                                        Name = $"impacts on {poi}"
                                        Fraction = fraction
                                        Note = ""
                                    }
                                )
                    }

                    Ranking.run
                        {
                            Methods = plan.Methods
                            Minos = plan.Minos
                            Progress = progress
                        }
                        subject.Settings
                        subject.Observation
                        poi
                        fit)

            let groups =
                match plan.Groups with
                | None ->
                    nuisances parameters
                    |> List.filter (fun name -> not ranking.Best[name].IsFixed)
                    |> NuisanceGroup.standard subject.Compiled.Model
                | Some asked ->
                    asked
                    |> List.map (fun (name, patterns) -> {
                        NuisanceGroup.Name = name
                        Parameters =
                            nuisances parameters
                            |> List.filter (fun p -> List.exists (fun q -> matches q p) patterns)
                    })

            let parts =
                UncertaintyBreakdown.run
                    plan.Minos
                    subject.Settings
                    subject.Observation
                    groups
                    poi
                    ranking.Best

            let result = members subject ranking.Best.Status (Some(ranking, parts))

            ResultFolder.write plan.Out "rank" result (fun () ->
                let interval =
                    Intervals.around subject.Settings subject.Observation ranking.Best poi 1.0

                RankingReport.render plan.Title (Some interval) ranking parts)

            Answer.Result(Subject.outcome ranking.Best, (fun () -> $"{ranking}\n\n{parts}"), result)

    let private answer (parsed: ParseResults<RankOption>) (call: Call) : Answer =
        let options = Options()

        let subject =
            SubjectOptions.read
                options
                (parsed.GetResult RankOption.Workspace)
                (parsed.TryGetResult RankOption.Asimov)
                (parsed.TryGetResult RankOption.Fix)
                (parsed.TryGetResult RankOption.Threads)
            |> SubjectOptions.choosing
                (parsed.TryGetResult RankOption.Measurement)
                (parsed.TryGetResult RankOption.Patch)
                (parsed.TryGetResult RankOption.Patch_Name)

        let leading =
            options.Optional(parsed.TryGetResult RankOption.Method, ImpactMethod.Postfit, method)

        let asked =
            options.Optional(
                parsed.TryGetResult RankOption.Groups,
                None,
                fun text -> groups text |> Result.map Some
            )

        let out = parsed.TryGetResult RankOption.Out
        ResultFolder.faults out |> List.iter options.Fault

        let plan = {
            Poi = parsed.TryGetResult RankOption.Poi
            Methods =
                [
                    leading
                    if parsed.Contains RankOption.Prefit then
                        ImpactMethod.Prefit
                    ImpactMethod.Covariance
                ]
                |> List.distinct
            Minos = parsed.Contains RankOption.Minos
            Groups = asked
            Out = out
            Title = $"What determines {IO.Path.GetFileName subject.Workspace}"
        }

        let faults parameters =
            let ofGroups = groupFaults parameters (Option.defaultValue [] plan.Groups)

            match interest parameters plan.Poi with
            | Error sentence -> sentence :: ofGroups
            | Ok poi ->
                match Subject.unknown parameters "--poi" poi with
                | [] -> Subject.held subject parameters "--poi" "impacts" [ poi ] @ ofGroups
                | faults -> faults @ ofGroups

        options.Finish(fun () -> Subject.prepare call subject faults (ranked plan))

    let run (call: Call) : Answer =
        Arguments.dispatch<RankOption> call about examples (fun parsed -> answer parsed call)
