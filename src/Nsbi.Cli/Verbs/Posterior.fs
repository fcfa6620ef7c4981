namespace Nsbi.Cli.Verbs

open System
open System.Globalization
open System.IO
open Argu
open Nsbi.Cli
open Nsbi.Infer
open Nsbi.Learn
open Nsbi.Learn.Networks

type PosteriorOption =
    | [<MainCommand; ExactlyOnce>] Plan of PLAN: string
    | [<Unique>] Data of ``FILE,…``: string
    | [<Unique>] State of FILE: string
    | [<Unique>] No_Checks
    | [<Unique>] Out of DIR: string
    | [<Unique>] Seed of n: string
    | [<Unique>] Threads of n: string
    | [<Unique>] Json

    interface IArgParserTemplate with
        member this.Usage =
            match this with
            | Plan _ -> "the plan, a file such as posterior.json"
            | Data _ ->
                "files of observed events in place of the plan's data, each a set of its own"
            | State _ ->
                "a file of what the posterior keeps of events seen before; the events of all data are "
                + "added to it, it is written back, and the posterior is that of all of them"
            | No_Checks -> "leave the checks out, where a posterior is only applied"
            | Out _ ->
                "the folder of results; a posterior that is trained there is not trained again"
            | Seed _ -> "the seed of all random numbers, in place of the plan's own"
            | Threads _ -> "threads to use; the results do not depend on them"
            | Json -> "write one JSON object to standard output"

/// The posterior of parameters given whole sets of events.
[<RequireQualifiedAccess>]
module PosteriorVerb =
    let private about = [
        "The posterior of parameters given whole sets of events: trains a network on simulated sets of a"
        "plan, checks it on sets that it has not seen, and applies it to observed events."
        "With --out, stopped at any moment and run again, it continues and ends with the same bytes."
        "With --state, new events update the posterior without the old ones; the same command run twice"
        "adds the same events twice."
    ]

    let private examples = [
        "posterior.json --out results"
        "posterior.json --out results --data monday.csv,tuesday.csv --json"
        "posterior.json --out results --no-checks --data today.csv --state seen.json"
    ]

    let private training (view: IProgress<Progress>) : IProgress<TrainingProgress> = {
        new IProgress<TrainingProgress> with
            member _.Report it =
                let loss =
                    [ it.BestLoss; it.ValidationLoss; it.TrainLoss ]
                    |> List.tryFind Double.IsFinite
                    |> Option.map (fun loss ->
                        "loss " + loss.ToString("F4", CultureInfo.InvariantCulture))
                    |> Option.defaultValue ""

                view.Report(
                    Progress.Step {
                        Name = "training"
                        Fraction =
                            if it.IsDone then
                                1.0
                            else
                                min 0.999 ((float it.Epoch + it.Fraction) / float it.Epochs)
                        Note = $"epoch {it.Epoch} of {it.Epochs} {loss}"
                    }
                )
    }

    let private checking (view: IProgress<Progress>) : IProgress<float> = {
        new IProgress<float> with
            member _.Report share =
                view.Report(
                    Progress.Step {
                        Name = "checks"
                        Fraction = share
                        Note = ""
                    }
                )
    }

    let private text (out: string option) (result: PosteriorResult) : string =
        String.Join(
            "\n\n",
            [
                yield PosteriorText.ofResult result

                match out with
                | Some folder ->
                    let report = Path.Combine(folder, "report.html")
                    yield $"report: {report}"
                | None -> ()
            ]
        )

    let private work (out: string option) threads request (plan: PosteriorPlan) (call: Call) =
        TaskFolder.using call out (fun store ->
            let result =
                ProgressView.run (fun view ->
                    PosteriorStudy.run
                        {
                            Store = store
                            Threads = threads
                            Training = training view
                            Checking = checking view
                            Cancellation = call.Cancellation
                        }
                        request
                        plan)

            match result with
            | Error faults -> faults |> Fault.sentences |> Answer.wrongInput
            | Ok result ->
                let write writer =
                    PosteriorJson.writeMembers writer result
                    CheckJson.write writer result.Checks

                TaskFolder.publish call store write (fun () ->
                    PosteriorReport.render [ "version", Version.text () ] result)

                Answer.Result(
                    CheckOutcome.ofChecks result.Checks,
                    (fun () -> text out result),
                    write
                ))

    let private answer (parsed: ParseResults<PosteriorOption>) (call: Call) : Answer =
        let options = Options()

        let seed =
            options.Optional(
                parsed.TryGetResult PosteriorOption.Seed,
                None,
                Values.seed "--seed" >> Result.map Some
            )

        let threads = options.Threads(parsed.TryGetResult PosteriorOption.Threads)

        let data =
            options.Optional(parsed.TryGetResult PosteriorOption.Data, [], Values.names "--data")

        let plan =
            match PosteriorPlanFile.read (parsed.GetResult PosteriorOption.Plan) with
            | Ok plan -> Some plan
            | Error faults ->
                faults |> Fault.sentences |> List.iter options.Fault
                None

        options.Finish(fun () ->
            let plan = plan.Value

            let plan =
                match seed with
                | None -> plan
                | Some seed -> {
                    plan with
                        Seed = seed
                        Networks = { plan.Networks with Seed = seed }
                  }

            let request = {
                Data = data
                State = parsed.TryGetResult PosteriorOption.State
                Checks = not (parsed.Contains PosteriorOption.No_Checks)
            }

            work (parsed.TryGetResult PosteriorOption.Out) threads request plan call)

    let run (call: Call) : Answer =
        Arguments.dispatch<PosteriorOption> call about examples (fun parsed -> answer parsed call)
