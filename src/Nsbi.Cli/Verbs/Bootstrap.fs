namespace Nsbi.Cli.Verbs

open System
open System.IO
open Argu
open Nsbi.Cli
open Nsbi.Infer
open Nsbi.Learn.Ensembles
open Nsbi.Learn.Networks

type BootstrapOption =
    | [<MainCommand; ExactlyOnce>] Analysis of ANALYSIS: string
    | [<Mandatory; Unique>] Out of DIR: string
    | [<Unique>] Bootstraps of J: string
    | [<Unique>] Members of M: string
    | [<Unique>] Inner of ``seeds|bootstraps``: string
    | [<Unique>] Seed of n: string
    | [<Unique>] Threads of n: string
    | [<Unique>] Json

    interface IArgParserTemplate with
        member this.Usage =
            match this with
            | Analysis _ -> "the analysis file"
            | Out _ -> "the folder of results; what is finished there is not done again"
            | Bootstraps _ ->
                "bootstraps of the simulated events, in place of those of the analysis, or of 20; 0 "
                + "for members on the events themselves"
            | Members _ ->
                "estimators on each bootstrap, whose ratios are averaged, in place of those of the "
                + "analysis, or of 1"
            | Inner _ ->
                "how the members of a bootstrap differ: in their seeds, or each on a bootstrap of it"
            | Seed _ -> "the seed of all random numbers, in place of the analysis's own"
            | Threads _ -> "threads to use; the results do not depend on them"
            | Json -> "write one JSON object to standard output"

/// How sure the networks of an analysis are.
[<RequireQualifiedAccess>]
module BootstrapVerb =
    let private about = [
        "How sure the networks of an analysis are: they are trained again on bootstraps of the"
        "simulated events, and the parameter of interest is fitted with the ratios of each. The data"
        "are looked at where the analysis is not blind; the folder is best one of its own."
        "Stopped at any moment and run again, it continues and ends with the same bytes; more"
        "bootstraps go on where fewer ended."
    ]

    let private examples = [
        "analysis.json --out bootstrap"
        "analysis.json --out bootstrap --bootstraps 4 --members 2 --json"
        "analysis.json --out ensemble --bootstraps 0 --members 8 --inner bootstraps"
    ]

    let private inner (text: string) : Result<Inner, string list> =
        match text.Trim() with
        | "seeds" -> Ok Inner.Seeds
        | "bootstraps" -> Ok Inner.Bootstraps
        | other -> Error [ $"--inner: '{other}' is neither seeds nor bootstraps." ]

    /// What the options make of the plan of the analysis.
    let private plan (options: Options) (parsed: ParseResults<BootstrapOption>) =
        let bootstraps = parsed.TryGetResult BootstrapOption.Bootstraps
        let members = parsed.TryGetResult BootstrapOption.Members
        let differ = parsed.TryGetResult BootstrapOption.Inner

        let optional given read =
            options.Optional(given, None, read >> Result.map Some)

        let bootstraps = optional bootstraps (Values.whole "--bootstraps" 0 10000)
        let members = optional members (Values.whole "--members" 1 10000)
        let differ = optional differ inner

        fun (asked: EnsemblePlan) ->
            let own = if asked.IsNested then asked.Replicas else 0

            EnsemblePlan.create
                (defaultArg bootstraps own)
                (defaultArg members asked.Members)
                (defaultArg differ asked.Inner)

    let private measured (found: Measured) : string =
        FormattableString.Invariant $"{found.Value:G4} ± {found.Error:G2}"

    let private summary (title: string) (point: EnsemblePoint) : string list =
        let found = point.Summary

        [
            title
            $"  σ = {measured found.Sigma}  {found.Method}"

            for estimate in found.Estimates do
                $"  σ = {measured estimate.Sigma}  ({estimate.Method.Letter}) {estimate.Method.Name}"

            match found.Training with
            | Some noise -> $"  σ = {measured noise}  noise of one training, on the same events"
            | None -> ()

            match found.DoubleBootstrap with
            | Some other -> $"  σ = {measured other}  double bootstrap, for comparison"
            | None -> ()

            match point.Linear with
            | Some linear -> $"  σ = {measured linear.Sigma}  by the linear formula"
            | None -> ()
        ]

    let private text (report: string) (study: EnsembleStudy) () : string =
        let title what (point: EnsemblePoint) =
            FormattableString.Invariant $"{what}, best {study.Interest} = {point.Fitted:G5}:"

        let blocks = [
            [ $"{study.Plan.Ensemble}: {study.Networks.Length} networks" ]

            for point in study.Points do
                let what =
                    FormattableString.Invariant
                        $"learned Asimov set at {study.Interest} = {point.Value:G4}"

                summary (title what point) point

            match study.Observed with
            | Some point -> summary (title "data" point) point
            | None -> ()

            if not study.Warnings.IsEmpty then
                study.Warnings

            [ $"report: {report}" ]
        ]

        String.Join("\n\n", blocks |> List.map (fun lines -> String.Join("\n", lines)))

    /// Without an uncertainty nothing was found.
    let private outcome (study: EnsembleStudy) : Outcome =
        if Double.IsFinite study.Nominal.Summary.Sigma.Value then
            Outcome.Done
        else
            Outcome.NotSuccessful [
                $"No uncertainty was found: {study.Nominal.Summary.Failed} fits did not succeed."
            ]

    let run (call: Call) : Answer =
        Arguments.dispatch<BootstrapOption> call about examples (fun parsed ->
            let options = Options()
            let plan = plan options parsed

            let it = {
                Analysis = parsed.GetResult BootstrapOption.Analysis
                Out = Some(parsed.GetResult BootstrapOption.Out)
                Seed = AnalysisCall.seed options (parsed.TryGetResult BootstrapOption.Seed)
                Threads = options.Threads(parsed.TryGetResult BootstrapOption.Threads)
                Unblind = false
            }

            options.Finish(fun () ->
                let bootstrap options path out =
                    Pipeline.bootstrap options plan path out

                AnalysisCall.run call it bootstrap (fun out study ->
                    let report = Path.Combine(out, "report.html")

                    Answer.Result(
                        outcome study,
                        text report study,
                        fun writer ->
                            EnsembleJson.writeMembers writer study
                            writer.WriteString("report", report)
                    ))))
