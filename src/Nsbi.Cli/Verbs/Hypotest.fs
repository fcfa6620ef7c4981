namespace Nsbi.Cli.Verbs

open System.IO
open Argu
open Nsbi.Cli
open Nsbi.Infer
open Nsbi.Model

type HypotestOption =
    | [<MainCommand; ExactlyOnce>] Workspace of WORKSPACE: string
    | [<Mandatory; Unique>] Value of v: string
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
            | Value _ -> "the value of the parameter that is tested"
            | Poi _ -> TestedParameter.usage
            | Statistic _ -> TestedParameter.statisticUsage
            | Method _ -> TestByToys.methodUsage
            | Toys _ -> TestByToys.toysUsage
            | Seed _ -> TestByToys.seedUsage
            | Asimov _ ->
                "test the Asimov data of these parameter values instead of the observed data"
            | Fix _ -> "hold these parameters at these values"
            | Out _ -> TestByToys.outUsage
            | Measurement _ -> PyhfOptions.measurement
            | Patch _ -> PyhfOptions.patch
            | Patch_Name _ -> PyhfOptions.patchName
            | Threads _ -> "threads to use; the result does not depend on them"
            | Json -> "write one JSON object to standard output"

/// CLs of one value of a parameter.
[<RequireQualifiedAccess>]
module HypotestVerb =
    let private about = [
        "CLs of one value of a parameter, observed and expected for the background alone."
    ]

    let private examples = [
        "workspace.json --value 1"
        "workspace.json --value 1.5 --poi mu --statistic qtilde --json"
        "workspace.json --value 2 --method toys --toys 200 --out test"
    ]

    let private outcome (test: HypothesisTest) : Outcome =
        match test.Reason with
        | None -> Outcome.Done
        | Some reason -> Outcome.NotSuccessful [ $"CLs is not known: {reason}" ]

    let private title (subject: Subject) : string =
        $"Test of {subject.Compiled.Model.Model.Name}"

    let private made (call: Call) out (subject: Subject) (test: HypothesisTest) : Answer =
        let write writer =
            AsymptoticJson.writeTest writer test
            Subject.writeInputs writer subject

        ResultFolder.write out call.Verb write (fun () ->
            LimitReport.ofTest (title subject) (TestedParameter.provenance subject) test)

        Answer.Result(outcome test, (fun () -> string test), write)

    let private answer (parsed: ParseResults<HypotestOption>) (call: Call) : Answer =
        let options = Options()

        let subject =
            SubjectOptions.read
                options
                (parsed.GetResult HypotestOption.Workspace)
                (parsed.TryGetResult HypotestOption.Asimov)
                (parsed.TryGetResult HypotestOption.Fix)
                (parsed.TryGetResult HypotestOption.Threads)
            |> SubjectOptions.choosing
                (parsed.TryGetResult HypotestOption.Measurement)
                (parsed.TryGetResult HypotestOption.Patch)
                (parsed.TryGetResult HypotestOption.Patch_Name)

        let value =
            options.Take(0.0, parsed.GetResult HypotestOption.Value |> Values.number "--value")

        let poi = parsed.TryGetResult HypotestOption.Poi
        let out = parsed.TryGetResult HypotestOption.Out

        let statistic =
            options.Optional(
                parsed.TryGetResult HypotestOption.Statistic,
                TestStatistic.UpperLimitBounded,
                TestedParameter.statistic
            )

        let method =
            TestByToys.read
                options
                (parsed.TryGetResult HypotestOption.Method)
                (parsed.TryGetResult HypotestOption.Toys)
                (parsed.TryGetResult HypotestOption.Seed)

        ResultFolder.faults out |> List.iter options.Fault

        let faults parameters = [
            yield! TestedParameter.faults subject poi [ "--value", value ] parameters

            if value < 0.0 && statistic.IsBounded then
                yield
                    $"--value: {value} is below 0, which qtilde takes for impossible; use --statistic q."
        ]

        options.Finish(fun () ->
            Subject.prepare call subject faults (fun it ->
                let poi = TestedParameter.ofSubject subject poi it.Compiled.Parameters

                match method with
                | TestMethod.Asymptotic ->
                    HypothesisTest.asymptotic it.Settings it.Observation statistic poi value
                    |> made call out it
                | TestMethod.Toys(toys, seed) ->
                    TestByToys.answer
                        call
                        out
                        subject
                        it
                        (toys, seed)
                        (fun work ->
                            ToyHypothesisTest.cls work statistic it.Observation poi value)
                        _.Checks
                        ToyTestText.ofTest
                        ToyTestJson.writeTest
                        (ToyTestReport.ofTest (title it) (TestedParameter.provenance it))))

    let run (call: Call) : Answer =
        Arguments.dispatch<HypotestOption> call about examples (fun parsed -> answer parsed call)
