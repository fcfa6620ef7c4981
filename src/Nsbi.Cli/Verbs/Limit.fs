namespace Nsbi.Cli.Verbs

open System
open Argu
open Nsbi.Cli
open Nsbi.Infer
open Nsbi.Model

type LimitOption =
    | [<MainCommand; ExactlyOnce>] Workspace of WORKSPACE: string
    | [<Unique>] Cl of c: string
    | [<Unique>] Poi of p: string
    | [<Unique>] Statistic of ``qtilde|q``: string
    | [<Unique>] Method of ``asymptotic|toys``: string
    | [<Unique>] Toys of k: string
    | [<Unique>] Seed of n: string
    | [<Unique>] Asimov of ``p=v,…``: string
    | [<Unique>] Fix of ``p=v,…``: string
    | [<Unique>] Out of DIR: string
    | [<Unique>] Measurement of NAME: string
    | [<Unique>] Patch of FILE: string
    | [<Unique>] Patch_Name of NAME: string
    | [<Unique>] Threads of n: string
    | [<Unique>] Json

    interface IArgParserTemplate with
        member this.Usage =
            match this with
            | Workspace _ -> PyhfOptions.workspace
            | Cl _ -> "the confidence level, between 0 and 1; 0.95 if not given"
            | Poi _ -> TestedParameter.usage
            | Statistic _ -> TestedParameter.statisticUsage
            | Method _ -> TestByToys.methodUsage
            | Toys _ -> TestByToys.toysUsage
            | Seed _ -> TestByToys.seedUsage
            | Asimov _ ->
                "the limit of the Asimov data of these parameter values instead of the observed data"
            | Fix _ -> "hold these parameters at these values"
            | Out _ -> TestByToys.outUsage
            | Measurement _ -> PyhfOptions.measurement
            | Patch _ -> PyhfOptions.patch
            | Patch_Name _ -> PyhfOptions.patchName
            | Threads _ -> "threads to use; the result does not depend on them"
            | Json -> "write one JSON object to standard output"

/// Upper limits.
[<RequireQualifiedAccess>]
module LimitVerb =
    let private about = [
        "Upper limits of a parameter by CLs, observed and expected for the background alone."
    ]

    let private examples = [
        "workspace.json"
        "workspace.json --cl 0.9 --poi mu --out limit --json"
    ]

    let private level (text: string) : Result<float, string list> =
        match Values.number "--cl" text with
        | Ok value when value > 0.0 && value < 1.0 -> Ok value
        | Ok value -> Error [ $"--cl: {value} is not between 0 and 1; 95 %% is 0.95." ]
        | Error faults -> Error faults

    let private outcome (limit: UpperLimit) : Outcome =
        match limit.Observed.Reason with
        | None -> Outcome.Done
        | Some reason -> Outcome.NotSuccessful [ $"There is no observed limit: {reason}." ]

    let private title (subject: Subject) : string =
        $"Upper limit of {subject.Compiled.Model.Model.Name}"

    let private made (call: Call) out (subject: Subject) (test: AsymptoticTest) limit : Answer =
        let write writer =
            AsymptoticJson.writeLimit writer limit
            Subject.writeInputs writer subject

        ResultFolder.write out call.Verb write (fun () ->
            let struct (_, upper) = test.Bounds

            LimitReport.ofLimit
                (title subject)
                (TestedParameter.provenance subject)
                (UpperLimit.curve test (LimitCharts.values upper limit))
                limit)

        Answer.Result(outcome limit, (fun () -> string limit), write)

    let private progress (steps: IProgress<Progress>) : IProgress<float> = {
        new IProgress<float> with
            member _.Report fraction =
                steps.Report(
                    Progress.Step {
                        Name = "limits"
                        Fraction = fraction
                        Note = ""
                    }
                )
    }

    let private answer (parsed: ParseResults<LimitOption>) (call: Call) : Answer =
        let options = Options()

        let subject =
            SubjectOptions.read
                options
                (parsed.GetResult LimitOption.Workspace)
                (parsed.TryGetResult LimitOption.Asimov)
                (parsed.TryGetResult LimitOption.Fix)
                (parsed.TryGetResult LimitOption.Threads)
            |> SubjectOptions.choosing
                (parsed.TryGetResult LimitOption.Measurement)
                (parsed.TryGetResult LimitOption.Patch)
                (parsed.TryGetResult LimitOption.Patch_Name)

        let level = options.Optional(parsed.TryGetResult LimitOption.Cl, 0.95, level)
        let poi = parsed.TryGetResult LimitOption.Poi
        let out = parsed.TryGetResult LimitOption.Out

        let statistic =
            options.Optional(
                parsed.TryGetResult LimitOption.Statistic,
                TestStatistic.UpperLimitBounded,
                TestedParameter.statistic
            )

        let method =
            TestByToys.read
                options
                (parsed.TryGetResult LimitOption.Method)
                (parsed.TryGetResult LimitOption.Toys)
                (parsed.TryGetResult LimitOption.Seed)

        ResultFolder.faults out |> List.iter options.Fault

        options.Finish(fun () ->
            Subject.prepare call subject (TestedParameter.faults subject poi []) (fun it ->
                let poi = TestedParameter.ofSubject subject poi it.Compiled.Parameters

                match method with
                | TestMethod.Asymptotic ->
                    let test, limit =
                        ProgressView.run (fun steps ->
                            let test =
                                AsymptoticTest.Prepare(
                                    it.Settings,
                                    it.Observation,
                                    statistic,
                                    poi
                                )

                            test, UpperLimit.ofTest (progress steps) test level)

                    made call out it test limit
                | TestMethod.Toys(toys, seed) ->
                    TestByToys.answer
                        call
                        out
                        subject
                        it
                        (toys, seed)
                        (fun work -> ToyUpperLimit.find work statistic level it.Observation poi)
                        _.Checks
                        ToyTestText.ofLimit
                        ToyTestJson.writeLimit
                        (ToyTestReport.ofLimit (title it) (TestedParameter.provenance it))))

    let run (call: Call) : Answer =
        Arguments.dispatch<LimitOption> call about examples (fun parsed -> answer parsed call)
