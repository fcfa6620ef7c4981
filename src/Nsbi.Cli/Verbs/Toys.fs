namespace Nsbi.Cli.Verbs

open System
open System.Globalization
open System.IO
open System.Text
open System.Text.Json
open Argu
open Nsbi.Cli
open Nsbi.Infer

type ToysOption =
    | [<MainCommand; ExactlyOnce>] Workspace of WORKSPACE: string
    | [<Mandatory; Unique>] N of k: string
    | [<Unique>] Set of ``p=v,…``: string
    | [<Unique>] Fix of ``p=v,…``: string
    | [<Unique>] Test of ``p=v``: string
    | [<Unique>] Method of ``multinomial|poisson``: string
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
            | N _ -> "the number of toys"
            | Set _ ->
                "draw the toys at these parameter values; the others are at those of --fix, or at "
                + "their initial ones"
            | Fix _ -> "hold these parameters at these values in the fits"
            | Test _ ->
                "fit each toy at this value of a parameter too, and give t = −2 ln of the ratio"
            | Method _ ->
                "how events are drawn from the weighted ones: as many as a Poisson number says "
                + "(multinomial, the default), or a Poisson number of each; both have the same "
                + "distribution"
            | Out _ -> "the folder of results; what is finished there is not done again"
            | Measurement _ -> PyhfOptions.measurement
            | Patch _ -> PyhfOptions.patch
            | Patch_Name _ -> PyhfOptions.patchName
            | Seed _ -> "the seed of all random numbers; 1 if not given"
            | Threads _ -> "threads, each with one toy at a time; the results do not depend on them"
            | Json -> "write one JSON object to standard output"

/// Pseudo-experiments, fitted.
[<RequireQualifiedAccess>]
module ToysVerb =
    let private about = [
        "Pseudo-experiments of a workspace, each fitted: best values, pulls, failed fits."
        "With --out, stopped at any moment and run again, it continues and ends with the same bytes."
    ]

    let private examples = [
        "workspace.json --n 1000 --set mu=1"
        "workspace.json --n 10000 --set mu=0.5 --test mu=0.5 --out toys --json"
    ]

    let private test (text: string) : Result<ToyHypothesis option, string list> =
        match Values.assignments "--test" text with
        | Ok [ name, value ] -> Ok(Some { Parameter = name; Value = value })
        | Ok _ -> Error [ $"--test: '{text}' names several parameters; test one." ]
        | Error faults -> Error faults

    let private truth (subject: Subject) (values: (string * float) list) : float[] =
        let theta = subject.Compiled.Model.Initial

        for name, value in values do
            theta[subject.Compiled.Index[name]] <- value

        theta

    let private tested (study: ToyStudy) : string list =
        match study.Hypothesis with
        | None -> []
        | Some h ->
            let t =
                study.Fits |> Array.map _.Value |> Array.filter (fun t -> not (Double.IsNaN t))

            let share (level: float) =
                let below = t |> Array.filter (fun t -> t <= level) |> Array.length
                let p = float below / float (max 1 t.Length)
                let error = sqrt (p * (1.0 - p) / float (max 1 t.Length))
                FormattableString.Invariant $"{p:F4} ± {error:F4}"

            let value = h.Value.ToString("G6", CultureInfo.InvariantCulture)

            [
                $"t at {h.Parameter} = {value}: P(t ≤ 1) = {share 1.0}, P(t ≤ 3.841) = \
                  {share 3.841}"
            ]

    let private text (out: string option) (study: ToyStudy) () : string =
        String.Join(
            "\n\n",
            [
                yield ToySummary.toText study.Summary
                yield! tested study

                match out with
                | Some folder ->
                    let report = Path.Combine(folder, "report.html")
                    yield $"report: {report}"
                | None -> ()
            ]
        )

    let private write (subject: Subject) (study: ToyStudy) (writer: Utf8JsonWriter) =
        ToyStudy.writeMembers writer study
        CheckJson.write writer study.Summary.Checks
        Subject.writeInputs writer subject

    let private made
        (call: Call)
        (subject: Subject)
        (run: ToyRun)
        (hypothesis: ToyHypothesis option)
        (out: string option)
        (sampler: ToySampler)
        (store: TaskStore option)
        : Answer =
        let inputs = [ "model", subject.ModelHash; "data", subject.DataHash ]

        let study =
            ProgressView.run (fun view ->
                let run = {
                    run with
                        Progress = ToyOptions.progress "toys" view
                }

                let ensemble sampler measurement =
                    match store with
                    | Some store -> ToyEnsemble.runIn store "toys" inputs run sampler measurement
                    | None -> ToyEnsemble.run run sampler measurement

                ToyStudy.make ensemble subject.Settings hypothesis run.Seed sampler)

        let write = write subject study

        TaskFolder.publish call store write (fun () ->
            let provenance = [
                "model hash", subject.ModelHash
                "data hash", subject.DataHash
                "version", Version.text ()
            ]

            ToyReport.render $"Toys of {subject.Compiled.Model.Model.Name}" provenance study)

        match store with
        | Some store ->
            store.Publish("toys.csv", (UTF8Encoding false).GetBytes(ToyStudy.toCsv study))
        | None -> ()

        Answer.Result(CheckOutcome.ofChecks study.Summary.Checks, text out study, write)

    let private answer (parsed: ParseResults<ToysOption>) (call: Call) : Answer =
        let options = Options()

        let subject =
            SubjectOptions.read
                options
                (parsed.GetResult ToysOption.Workspace)
                None
                (parsed.TryGetResult ToysOption.Fix)
                (parsed.TryGetResult ToysOption.Threads)
            |> SubjectOptions.choosing
                (parsed.TryGetResult ToysOption.Measurement)
                (parsed.TryGetResult ToysOption.Patch)
                (parsed.TryGetResult ToysOption.Patch_Name)
            |> SubjectOptions.withoutData

        let toys =
            options.Take(1, parsed.GetResult ToysOption.N |> Values.whole "--n" 1 ToyOptions.most)

        let set =
            options.Optional(parsed.TryGetResult ToysOption.Set, [], Values.assignments "--set")

        let hypothesis = options.Optional(parsed.TryGetResult ToysOption.Test, None, test)

        let method =
            options.Optional(parsed.TryGetResult ToysOption.Method, Multinomial, ToyOptions.method)

        let seed =
            options.Optional(parsed.TryGetResult ToysOption.Seed, 1UL, Values.seed "--seed")

        let out = parsed.TryGetResult ToysOption.Out

        let faults parameters = [
            yield! Subject.outside parameters "--set" set

            match hypothesis with
            | None -> ()
            | Some h ->
                let values = [ h.Parameter, h.Value ]
                yield! Subject.outside parameters "--test" values
                yield! Subject.held subject parameters "--test" "test" [ h.Parameter ]
        ]

        options.Finish(fun () ->
            Subject.prepare call subject faults (fun it ->
                let theta = truth it (subject.Fixed @ set)

                match ToySampler.createWith method it.Compiled theta with
                | Error faults ->
                    faults
                    |> List.map (fun fault -> $"{subject.Workspace}: {fault}")
                    |> Answer.wrongInput
                | Ok sampler ->
                    let run = {
                        ToyRun.ofToys toys with
                            Seed = seed
                            Threads = subject.Threads
                            Cancellation = call.Cancellation
                    }

                    TaskFolder.using call out (made call it run hypothesis out sampler)))

    let run (call: Call) : Answer =
        Arguments.dispatch<ToysOption> call about examples (fun parsed -> answer parsed call)
