namespace Nsbi.Cli.Verbs

open System
open System.Text.Json
open Nsbi.Cli
open Nsbi.Infer
open Nsbi.Model

/// How a verb finds the distribution of a test statistic.
[<RequireQualifiedAccess>]
type TestMethod =
    | Asymptotic
    | Toys of toys: int * seed: uint64

/// "--method asymptotic|toys --toys k --seed n" of verbs that test a parameter.
[<RequireQualifiedAccess>]
module TestByToys =
    let methodUsage: string =
        "asymptotic formulae (the default), or pseudo-experiments (toys)"

    let toysUsage: string =
        "with --method toys, the number of pseudo-experiments at each value and hypothesis; 2000 if "
        + "not given"

    let seedUsage: string =
        "with --method toys, the seed of all random numbers; 1 if not given"

    let outUsage: string =
        "a folder for results.json and report.html; with --method toys, what is finished there is "
        + "not done again"

    /// The method that the options say.
    let read
        (options: Options)
        (method: string option)
        (toys: string option)
        (seed: string option)
        : TestMethod =
        let count = options.Optional(toys, 2000, Values.whole "--toys" 10 ToyOptions.most)

        let seed' = options.Optional(seed, 1UL, Values.seed "--seed")

        match method with
        | Some "toys" -> TestMethod.Toys(count, seed')
        | None
        | Some "asymptotic" ->
            for name, given in [ "--toys", toys; "--seed", seed ] do
                if given.IsSome then
                    options.Fault $"{name} is for --method toys; give both, or none."

            TestMethod.Asymptotic
        | Some other ->
            options.Fault $"--method: '{other}' is none of asymptotic, toys."
            TestMethod.Asymptotic

    /// Tests by toys, in the folder if one was given, and answers.
    let answer
        (call: Call)
        (out: string option)
        (options: SubjectOptions)
        (subject: Subject)
        (toys: int, seed: uint64)
        (test: ToyWork -> Result<'Result, ModelError list>)
        (checksOf: 'Result -> Check list)
        (text: 'Result -> string)
        (json: Utf8JsonWriter -> 'Result -> unit)
        (page: 'Result -> string)
        : Answer =
        TaskFolder.using call out (fun store ->
            let work (view: IProgress<Progress>) = {
                Run = {
                    ToyRun.ofToys toys with
                        Seed = seed
                        Threads = options.Threads
                        Progress = ToyOptions.progress "toys" view
                        Cancellation = call.Cancellation
                }
                Store =
                    store
                    |> Option.map (fun store ->
                        store, [ "model", subject.ModelHash; "data", subject.DataHash ])
                Fits = { subject.Settings with Team = None }
            }

            try
                match ProgressView.run (work >> test) with
                | Error faults ->
                    faults
                    |> List.map (fun fault -> $"{options.Workspace}: {fault}")
                    |> Answer.wrongInput
                | Ok found ->
                    let write writer =
                        json writer found
                        CheckJson.write writer (checksOf found)
                        Subject.writeInputs writer subject

                    TaskFolder.publish call store write (fun () -> page found)

                    Answer.Result(
                        CheckOutcome.ofChecks (checksOf found),
                        (fun () -> text found),
                        write
                    )
            with :? InvalidOperationException as error ->
                // The statistic of the data is not known.
                Answer.Nothing(Outcome.NotSuccessful [ error.Message ]))
