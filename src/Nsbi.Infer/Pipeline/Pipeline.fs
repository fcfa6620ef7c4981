namespace Nsbi.Infer

open System
open System.IO
open System.Threading
open Nsbi.Kernels
open Nsbi.Learn
open Nsbi.Learn.Networks

/// <summary>A whole analysis, from <c>analysis.json</c> to the report. Killed at any moment and run again
/// it continues, and ends with the same bytes.</summary>
[<RequireQualifiedAccess>]
module Pipeline =

    /// All threads, the analysis's own seed, blind where the analysis is, no progress.
    let options: PipelineOptions = {
        Seed = None
        Threads = Environment.ProcessorCount
        Unblind = false
        Progress = {
            new IProgress<PipelineProgress> with
                member _.Report _ = ()
        }
        Cancellation = CancellationToken.None
    }

    let private identity () : RunIdentity = {
        Version = RunVersion.text
        InstructionPath = Isa.Path
    }

    let private readFile (path: string) : Result<Analysis, Fault list> =
        if String.IsNullOrWhiteSpace path then
            Error [ Fault.create $"'{path}'" "it is no name of a file" "give the analysis file" ]
        elif Directory.Exists path then
            Error [ Fault.create path "it is a folder" "give the analysis file" ]
        else
            AnalysisFile.read path

    let private load (options: PipelineOptions) (path: string) =
        readFile path
        |> Result.map (fun analysis ->
            match options.Seed with
            | None -> analysis
            | Some seed -> {
                analysis with
                    Seed = seed
                    Networks = { analysis.Networks with Seed = seed }
              })
        |> PipelineStage.wrong

    let private openStore (out: string) =
        TaskStore.openAt (identity ()) out
        |> Result.mapError (fun errors -> WrongInput(errors |> List.map _.Message))

    let private withStore options path out work =
        load options path
        |> Result.bind (fun analysis ->
            openStore out
            |> Result.bind (fun store ->
                use store = store
                TrainedAnalysis.make options store path analysis |> Result.bind (work store)))

    let private fits (options: PipelineOptions) team : FitSettings = {
        Fit.settings with
            Team = Some team
            Cancellation = options.Cancellation
    }

    /// <summary>Trains the networks of an analysis, or finds them trained.</summary>
    /// <param name="options">how to run</param>
    /// <param name="path">the analysis file</param>
    /// <param name="out">the folder of results; made where it is not there</param>
    let train
        (options: PipelineOptions)
        (path: string)
        (out: string)
        : Result<TrainedNetwork list, PipelineFault> =
        withStore options path out (fun store trained ->
            Publication.networks store trained
            store.RemoveOthers()
            Ok trained.Networks)

    let private runWith observe publish options path out =
        withStore options path out (fun store trained ->
            TrainedAnalysis.learn options trained
            |> Result.bind (fun learned ->
                use team = new ThreadTeam(options.Threads)
                let fits = fits options team

                RunStages.expect options fits trained learned
                |> Result.map (RunStages.examine options store trained learned)
                |> Result.bind (observe fits store trained learned)
                |> Result.bind (fun run ->
                    publish store trained learned run
                    |> Result.map (fun () ->
                        store.RemoveOthers()
                        run))))

    /// <summary>Trains and checks; the data are not looked at. Of the files of results the networks,
    /// <c>checks.json</c> and <c>checks.html</c> are written: those of a run stay as they are.</summary>
    /// <param name="options">how to run</param>
    /// <param name="path">the analysis file</param>
    /// <param name="out">the folder of results; made where it is not there</param>
    let check
        (options: PipelineOptions)
        (path: string)
        (out: string)
        : Result<RunResult, PipelineFault> =
        let publish (store: TaskStore) (trained: TrainedAnalysis) _ run =
            PipelineStage.begins options "writing the report"
            Publication.checks store trained run
            Ok()

        runWith (fun _ _ _ _ run -> Ok run) publish options path out

    /// <summary>The whole pipeline: train, check, fit, intervals, report.</summary>
    /// <param name="options">how to run</param>
    /// <param name="path">the analysis file</param>
    /// <param name="out">the folder of results; made where it is not there</param>
    /// <returns>the result, whose checks may have failed; or why there is none</returns>
    let run
        (options: PipelineOptions)
        (path: string)
        (out: string)
        : Result<RunResult, PipelineFault> =
        let publish store trained learned run =
            PipelineStage.begins options "writing the report"
            Publication.write store trained learned run

        let observe fits store trained learned run =
            RunStages.observe options fits trained learned run
            |> Result.bind (RunStages.confidence options fits store trained learned)

        runWith observe publish options path out
