namespace Nsbi.Infer

open System
open System.IO
open System.Threading
open Nsbi.Kernels
open Nsbi.Learn
open Nsbi.Learn.Ensembles
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

    let private runWith ensemble observe publish options path out =
        withStore options path out (fun store trained ->
            TrainedAnalysis.learn options trained
            |> Result.bind (fun learned ->
                use team = new ThreadTeam(options.Threads)
                let fits = fits options team

                ensemble options fits store trained learned
                |> Result.bind (fun (learned, study) ->
                    RunStages.expect options fits trained learned
                    |> Result.map (RunStages.examine options store trained learned)
                    |> Result.bind (observe fits store trained learned)
                    |> Result.bind (study fits store trained)
                    |> Result.bind (fun run ->
                        publish store trained learned run
                        |> Result.map (fun () ->
                            store.RemoveOthers()
                            run)))))

    /// The ensemble that an analysis asks for, the model with what it found, and what adds its study to
    /// the run.
    let private ensemble options fits store (trained: TrainedAnalysis) (learned: LearnedModel) =
        match trained.Analysis.Ensemble with
        | None -> Ok(learned, (fun _ _ _ run -> Ok run))
        | Some plan ->
            EnsembleStage.make options fits store trained learned plan
            |> Result.bind (fun found ->
                EnsembleRun.model found.Study learned
                |> Result.map (fun changed ->
                    changed, EnsembleRun.add options learned changed found))

    let private noEnsemble _ _ _ _ learned = Ok(learned, (fun _ _ _ run -> Ok run))

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

        runWith noEnsemble (fun _ _ _ _ run -> Ok run) publish options path out

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
            |> Result.bind (RunStages.goodness options fits store trained learned)

        runWith ensemble observe publish options path out

    /// The ensemble that <c>bootstrap</c> trains where neither the analysis nor its caller names one.
    let standardEnsemble: EnsemblePlan = EnsemblePlan.Nested(20, 1, Inner.Seeds)

    /// <summary>Trains the networks of an analysis and an ensemble of them, and finds what the ensemble
    /// does to the parameter of interest. The data are looked at where the analysis is not blind.</summary>
    /// <param name="options">how to run</param>
    /// <param name="plan">what is made of the ensemble of the analysis, or of the standard one</param>
    /// <param name="path">the analysis file</param>
    /// <param name="out">the folder of results; made where it is not there</param>
    let bootstrap
        (options: PipelineOptions)
        (plan: EnsemblePlan -> EnsemblePlan)
        (path: string)
        (out: string)
        : Result<EnsembleStudy, PipelineFault> =
        let asked (analysis: Analysis) =
            let asked =
                analysis.Ensemble
                |> Option.defaultValue {
                    Ensemble = standardEnsemble
                    Nuisance = false
                    Values = []
                }

            EnsemblePlan.validate (plan asked.Ensemble)
            |> Result.map (fun plan -> { asked with Ensemble = plan })
            |> PipelineStage.wrong

        load options path
        |> Result.bind asked
        |> Result.bind (fun asked ->
            withStore options path out (fun store trained ->
                TrainedAnalysis.learn options trained
                |> Result.bind (fun learned ->
                    use team = new ThreadTeam(options.Threads)
                    let fits = fits options team

                    EnsembleRun.study options fits store trained learned asked
                    |> Result.map (fun study ->
                        PipelineStage.begins options "writing the report"
                        Publication.ensemble store trained study
                        store.RemoveOthers()
                        study))))

    /// <summary>Trains the networks of an analysis and holds its fitted model against the data in the space
    /// of all features, by a learned likelihood ratio. The data are looked at where the analysis is not
    /// blind; else a pseudo-experiment stands in for them.</summary>
    /// <param name="options">how to run</param>
    /// <param name="change">what is made of the plan of the analysis, or of the standard one</param>
    /// <param name="path">the analysis file</param>
    /// <param name="out">the folder of results; made where it is not there</param>
    let goodness
        (options: PipelineOptions)
        (change: GoodnessPlan -> GoodnessPlan)
        (path: string)
        (out: string)
        : Result<GoodnessStudy, PipelineFault> =
        let asked (analysis: Analysis) =
            let plan = analysis.Goodness |> Option.defaultValue GoodnessPlan.standard |> change

            let analysis = { analysis with Goodness = Some plan }

            match GoodnessFaults.find path analysis with
            | [] -> Ok analysis
            | faults -> Error(WrongInput(Fault.sentences faults))

        load options path
        |> Result.bind asked
        |> Result.bind (fun analysis ->
            openStore out
            |> Result.bind (fun store ->
                use store = store

                TrainedAnalysis.make options store path analysis
                |> Result.bind (fun trained ->
                    TrainedAnalysis.learn options trained
                    |> Result.bind (fun learned ->
                        use team = new ThreadTeam(options.Threads)
                        let fits = fits options team
                        let plan = analysis.Goodness.Value
                        PipelineStage.begins options "learning the goodness of fit"

                        GoodnessStudy.make
                            options
                            fits
                            store
                            trained
                            learned
                            plan
                            (not analysis.Blind)
                        |> Result.mapError NotSuccessful
                        |> Result.map (fun study ->
                            PipelineStage.begins options "writing the report"
                            Publication.goodness store trained study
                            store.RemoveOthers()
                            study)))))
