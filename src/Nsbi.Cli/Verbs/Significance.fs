namespace Nsbi.Cli.Verbs

open Argu
open Nsbi.Cli
open Nsbi.Infer
open Nsbi.Model

type SignificanceOption =
    | [<MainCommand; ExactlyOnce>] Workspace of WORKSPACE: string
    | [<Unique>] Poi of p: string
    | [<Unique>] Signal of v: string
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
            | Poi _ -> TestedParameter.usage
            | Signal _ ->
                "the value of the parameter that the expected significance is for; 1 if not given"
            | Method _ -> TestByToys.methodUsage
            | Toys _ -> TestByToys.toysUsage
            | Seed _ -> TestByToys.seedUsage
            | Asimov _ ->
                "the significance of the Asimov data of these parameter values instead of the "
                + "observed data"
            | Fix _ -> "hold these parameters at these values"
            | Out _ -> TestByToys.outUsage
            | Measurement _ -> PyhfOptions.measurement
            | Patch _ -> PyhfOptions.patch
            | Patch_Name _ -> PyhfOptions.patchName
            | Threads _ -> "threads to use; the result does not depend on them"
            | Json -> "write one JSON object to standard output"

/// The significance of an excess.
[<RequireQualifiedAccess>]
module SignificanceVerb =
    let private about = [
        "The significance of an excess over the background alone, observed and expected."
    ]

    let private examples = [ "workspace.json"; "workspace.json --poi mu --signal 1 --json" ]

    let private outcome (found: DiscoverySignificance) : Outcome =
        match found.Observed.Reason with
        | None -> Outcome.Done
        | Some reason -> Outcome.NotSuccessful [ $"The significance is not known: {reason}" ]

    let private title (subject: Subject) : string =
        $"Significance of {subject.Compiled.Model.Model.Name}"

    let private made (call: Call) out (subject: Subject) (found: DiscoverySignificance) : Answer =
        let write writer =
            AsymptoticJson.writeDiscovery writer found
            Subject.writeInputs writer subject

        ResultFolder.write out call.Verb write (fun () ->
            LimitReport.ofDiscovery (title subject) (TestedParameter.provenance subject) found)

        Answer.Result(outcome found, (fun () -> string found), write)

    let private answer (parsed: ParseResults<SignificanceOption>) (call: Call) : Answer =
        let options = Options()

        let subject =
            SubjectOptions.read
                options
                (parsed.GetResult SignificanceOption.Workspace)
                (parsed.TryGetResult SignificanceOption.Asimov)
                (parsed.TryGetResult SignificanceOption.Fix)
                (parsed.TryGetResult SignificanceOption.Threads)
            |> SubjectOptions.choosing
                (parsed.TryGetResult SignificanceOption.Measurement)
                (parsed.TryGetResult SignificanceOption.Patch)
                (parsed.TryGetResult SignificanceOption.Patch_Name)

        let signal =
            options.Optional(
                parsed.TryGetResult SignificanceOption.Signal,
                1.0,
                Values.number "--signal"
            )

        let poi = parsed.TryGetResult SignificanceOption.Poi
        let out = parsed.TryGetResult SignificanceOption.Out

        let method =
            TestByToys.read
                options
                (parsed.TryGetResult SignificanceOption.Method)
                (parsed.TryGetResult SignificanceOption.Toys)
                (parsed.TryGetResult SignificanceOption.Seed)

        ResultFolder.faults out |> List.iter options.Fault

        options.Finish(fun () ->
            Subject.prepare
                call
                subject
                (TestedParameter.faults subject poi [ "--signal", signal ])
                (fun it ->
                    let poi = TestedParameter.ofSubject subject poi it.Compiled.Parameters

                    match method with
                    | TestMethod.Asymptotic ->
                        DiscoverySignificance.asymptotic it.Settings it.Observation poi signal
                        |> made call out it
                    | TestMethod.Toys(toys, seed) ->
                        TestByToys.answer
                            call
                            out
                            subject
                            it
                            (toys, seed)
                            (fun work ->
                                ToyHypothesisTest.discovery work it.Observation poi signal)
                            _.Checks
                            (ToyTestText.ofDiscovery signal)
                            (fun writer -> ToyTestJson.writeDiscovery writer signal)
                            (ToyTestReport.ofDiscovery
                                (title it)
                                (TestedParameter.provenance it)
                                signal)))

    let run (call: Call) : Answer =
        Arguments.dispatch<SignificanceOption> call about examples (fun parsed ->
            answer parsed call)
