namespace Nsbi.Cli.Verbs

open System
open System.Globalization
open System.IO
open Argu
open Nsbi.Cli
open Nsbi.Infer
open Nsbi.Learn.Networks

type AnalysisOption =
    | [<MainCommand; ExactlyOnce>] Analysis of ANALYSIS: string
    | [<Unique>] Out of DIR: string
    | [<Unique>] Seed of n: string
    | [<Unique>] Threads of n: string
    | [<Unique>] Json

    interface IArgParserTemplate with
        member this.Usage =
            match this with
            | Analysis _ -> "the analysis file"
            | Out _ -> "the folder of results; what is finished there is not done again"
            | Seed _ -> "the seed of all random numbers, in place of the analysis's own"
            | Threads _ -> "threads to use; the results do not depend on them"
            | Json -> "write one JSON object to standard output"

/// What a verb on an analysis file is asked for.
type AnalysisCall = {
    Analysis: string
    Out: string option
    Seed: uint64 option
    Threads: int
    Unblind: bool
}

[<RequireQualifiedAccess>]
module AnalysisCall =
    /// The seed that was given, if one was.
    let seed (options: Options) (given: string option) : uint64 option =
        options.Optional(given, None, Values.seed "--seed" >> Result.map Some)

    let read (options: Options) (parsed: ParseResults<AnalysisOption>) : AnalysisCall = {
        Analysis = parsed.GetResult AnalysisOption.Analysis
        Out = parsed.TryGetResult AnalysisOption.Out
        Seed = seed options (parsed.TryGetResult AnalysisOption.Seed)
        Threads = options.Threads(parsed.TryGetResult AnalysisOption.Threads)
        Unblind = false
    }

    let private loss (training: TrainingProgress) : string =
        [ training.BestLoss; training.ValidationLoss; training.TrainLoss ]
        |> List.tryFind Double.IsFinite
        |> Option.map (fun loss -> "loss " + loss.ToString("F5", CultureInfo.InvariantCulture))
        |> Option.defaultValue ""

    /// Above so many networks each has no bar of its own: the one of all of them says enough.
    let private many = 16

    let private remaining (left: TimeSpan option) : string =
        let invariant (text: FormattableString) = FormattableString.Invariant text

        match left with
        | None -> ""
        | Some left when left.TotalMinutes < 2.0 -> invariant $", {left.TotalSeconds:F0} s left"
        | Some left when left.TotalHours < 2.0 -> invariant $", {left.TotalMinutes:F0} min left"
        | Some left -> invariant $", {left.TotalHours:F1} h left"

    let private shown (count: int) (progress: PipelineProgress) : Progress option =
        match progress with
        | Stage sentence -> Some(Progress.Stage sentence)
        | Trainings list ->
            Progress.Step {
                Name = $"all {list.Count} networks"
                Fraction =
                    if list.Finished = list.Count then
                        1.0
                    else
                        min 0.999 list.Fraction
                Note = $"{list.Finished} of {list.Count}{remaining list.Remaining}"
            }
            |> Some
        | Toys(stage, toys) ->
            Progress.Step {
                Name = stage
                Fraction = float toys.Done / float (max 1 toys.Total)
                Note = if toys.Failed > 0 then $"{toys.Failed} failed" else ""
            }
            |> Some
        | Training _ when count > many -> None
        | Training training ->
            let epochs = float training.Epoch + training.Fraction

            Progress.Step {
                Name = training.Network
                Fraction =
                    if training.IsDone then
                        1.0
                    else
                        epochs / float training.Epochs
                Note = loss training
            }
            |> Some

    let private inFolder (out: string option) (work: string -> Answer) : Answer =
        match out with
        | Some folder -> work folder
        | None ->
            let folder = Directory.CreateTempSubdirectory "nsbi-fs-"

            try
                work folder.FullName
            finally
                folder.Delete true

    /// Runs a part of the pipeline; without a folder of results in one that is thrown away. The work
    /// gets that folder with what the part gave.
    let run
        (call: Call)
        (it: AnalysisCall)
        (pipeline: PipelineOptions -> string -> string -> Result<'T, PipelineFault>)
        (work: string -> 'T -> Answer)
        : Answer =
        inFolder it.Out (fun out ->
            let result =
                try
                    ProgressView.run (fun view ->
                        let count = ref 0

                        let options = {
                            Seed = it.Seed
                            Threads = it.Threads
                            Unblind = it.Unblind
                            Cancellation = call.Cancellation
                            Progress = {
                                new IProgress<PipelineProgress> with
                                    member _.Report progress =
                                        match progress with
                                        | Trainings list -> count.Value <- list.Count
                                        | _ -> ()

                                        shown count.Value progress |> Option.iter view.Report
                            }
                        }

                        pipeline options it.Analysis out)
                with :? OperationCanceledException when it.Out.IsSome ->
                    Output.log "What was finished is kept; the same command continues there."
                    reraise ()

            match result with
            | Ok value -> work out value
            | Error(WrongInput faults) -> Answer.wrongInput faults
            | Error(NotSuccessful sentences) -> Answer.Nothing(Outcome.NotSuccessful sentences))

    /// "24 of 25 checks passed".
    let passed (run: RunResult) : string =
        let good = run.Checks |> List.filter _.Passed |> List.length
        $"{good} of {run.Checks.Length} checks passed"
