namespace Nsbi.Cli.Verbs

open System
open System.IO
open Argu
open Nsbi.Cli
open Nsbi.Infer
open Nsbi.Model

/// What an analysis can tell of two values of a parameter.
[<RequireQualifiedAccess>]
module PowerVerb =
    let private about = [
        "The power of tests at fixed size: how much of the information a count, a cut, bins and all events"
        "use, from pseudo-experiments of two values of a parameter."
        "With --out, stopped at any moment and run again, it continues and ends with the same bytes."
    ]

    let private examples = [
        "bump --toys 2000"
        "workspace.json --value 1 --toys 500"
        "workspace.json --null 1 --value 0 --strategies bins:20,unbinned --toys 500 --out power --json"
        "bump --null 1 --value 0 --toys 500 --grid 0.5:3:6 --out limits"
    ]

    /// What is usual for a workspace.
    let private usual = [
        PowerStrategy.Inclusive
        PowerStrategy.Cut 1.0
        PowerStrategy.Bins 5
        PowerStrategy.Bins 20
        PowerStrategy.Unbinned
    ]

    let private text (out: string option) (result: PowerResult) : string =
        String.Join(
            "\n\n",
            [
                yield PowerText.ofResult result

                match out with
                | Some folder ->
                    let report = Path.Combine(folder, "report.html")
                    yield $"report: {report}"
                | None -> ()
            ]
        )

    let private ofBump
        (request: PowerRequest)
        (question: BumpQuestion)
        threads
        (call: Call)
        : Answer =
        let question = {
            question with
                Null = request.Null
                Value = request.Value
                Strategies = Option.defaultValue question.Strategies request.Strategies
        }

        TaskFolder.using call request.Out (fun store ->
            let result =
                ProgressView.run (fun view ->
                    let run question =
                        BumpStudy.run
                            request.Sizes
                            {
                                ToyRun.ofToys request.Toys with
                                    Seed = request.Seed
                                    Threads = threads
                                    Progress = ToyOptions.progress "toys" view
                                    Cancellation = call.Cancellation
                            }
                            (store |> Option.map (fun store -> store, []))
                            question

                    let result = run question

                    let at value =
                        match PowerOptions.atValue request value with
                        | asked when asked = (request.Null, request.Value) -> result.Rows
                        | null', alternative ->
                            (run {
                                question with
                                    Null = null'
                                    Value = alternative
                            })
                                .Rows

                    {
                        result with
                            Grid =
                                request.Grid
                                |> List.map (fun value -> {
                                    PowerAtValue.Value = value
                                    Rows = at value
                                })
                    })

            let write writer =
                PowerJson.writeMembers writer result
                CheckJson.write writer result.Checks

            TaskFolder.publish call store write (fun () ->
                PowerReport.render "Power on the bump toy" [ "version", Version.text () ] result)

            Answer.Result(
                CheckOutcome.ofChecks result.Checks,
                (fun () -> text request.Out result),
                write
            ))

    let private ofWorkspace
        (request: PowerRequest)
        (subject: SubjectOptions)
        (call: Call)
        : Answer =
        let faults parameters = [
            match TestedParameter.choose subject request.Poi parameters with
            | Error faults -> yield! faults
            | Ok name ->
                for what, value in
                    [
                        "--null", request.Null
                        "--value", request.Value
                        for value in request.Grid do
                            "--grid", value
                    ] do
                    yield! Subject.outside parameters what [ name, value ]
        ]

        Subject.prepare call subject faults (fun it ->
            let poi = TestedParameter.ofSubject subject request.Poi it.Compiled.Parameters
            let name = it.Compiled.Model.Model.Name

            let question = {
                Parameter = poi
                Null = request.Null
                Value = request.Value
                Strategies = Option.defaultValue usual request.Strategies
                Treatments = request.Treatments
            }

            let study (work: ToyWork) : Result<PowerResult, ModelError list> =
                let at question =
                    LikelihoodPower.run work it.Compiled question
                    |> Result.map (PowerResult.ofLikelihood request.Sizes work.Run name)

                let rows (result: PowerResult) value =
                    match PowerOptions.atValue request value with
                    | asked when asked = (request.Null, request.Value) -> Ok result.Rows
                    | null', alternative ->
                        at {
                            question with
                                Null = null'
                                Value = alternative
                        }
                        |> Result.map _.Rows

                let rec grid (result: PowerResult) values found =
                    match values with
                    | [] -> Ok { result with Grid = List.rev found }
                    | value :: rest ->
                        rows result value
                        |> Result.bind (fun rows ->
                            grid
                                result
                                rest
                                ({
                                    PowerAtValue.Value = value
                                    Rows = rows
                                 }
                                 :: found))

                at question |> Result.bind (fun result -> grid result request.Grid [])

            TestByToys.answer
                call
                request.Out
                subject
                it
                (request.Toys, request.Seed)
                study
                _.Checks
                (text request.Out)
                PowerJson.writeMembers
                (PowerReport.render $"Power of {name}" (TestedParameter.provenance it)))

    let private answer (parsed: ParseResults<PowerOption>) (call: Call) : Answer =
        let options = Options()
        let workspace = parsed.GetResult PowerOption.Workspace
        let request = PowerOptions.read options parsed

        if workspace = PowerOptions.bump then
            let question = PowerOptions.readBump options parsed
            let threads = options.Threads(parsed.TryGetResult PowerOption.Threads)

            for name, value in [ "--null", request.Null; "--value", request.Value ] do
                if value < 0.0 then
                    options.Fault $"{name}: {value} is below 0, which the bump toy's mu cannot be."

            for value in request.Grid do
                if value < 0.0 then
                    options.Fault $"--grid: {value} is below 0, which the bump toy's mu cannot be."

            options.Finish(fun () -> ofBump request question threads call)
        else
            PowerOptions.bumpAlone options parsed

            let subject =
                SubjectOptions.read
                    options
                    workspace
                    None
                    (parsed.TryGetResult PowerOption.Fix)
                    (parsed.TryGetResult PowerOption.Threads)
                |> SubjectOptions.choosing
                    (parsed.TryGetResult PowerOption.Measurement)
                    (parsed.TryGetResult PowerOption.Patch)
                    (parsed.TryGetResult PowerOption.Patch_Name)
                |> SubjectOptions.withoutData

            options.Finish(fun () -> ofWorkspace request subject call)

    let run (call: Call) : Answer =
        Arguments.dispatch<PowerOption> call about examples (fun parsed -> answer parsed call)
