namespace Nsbi.Infer

open System
open System.IO
open System.Text.Json
open System.Threading
open Nsbi.Kernels
open Nsbi.Learn
open Nsbi.Learn.Events
open Nsbi.Learn.Networks

/// Where a pipeline stands.
type PipelineProgress =
    /// A stage begins.
    | Stage of sentence: string
    /// A network is being trained.
    | Training of TrainingProgress

/// <summary>How a pipeline is run.</summary>
[<NoComparison; ReferenceEquality>]
type PipelineOptions = {
    /// In place of the analysis's own seed.
    Seed: uint64 option
    /// Threads to share the work; results do not depend on them.
    Threads: int
    /// Look at the data of a blind analysis.
    Unblind: bool
    Progress: IProgress<PipelineProgress>
    Cancellation: CancellationToken
}

/// <summary>Why a pipeline gave no result.</summary>
type PipelineFault =
    /// The input is wrong; every fault, a sentence each.
    | WrongInput of sentences: string list
    /// A stage did not succeed.
    | NotSuccessful of sentences: string list

/// <summary>A whole analysis, from <c>analysis.json</c> to the report. Killed at any moment and run again
/// it continues, and ends with the same bytes.</summary>
[<RequireQualifiedAccess>]
module Pipeline =

    /// What a trained analysis consists of, before anything is measured.
    [<NoComparison; ReferenceEquality>]
    type private Trained = {
        Analysis: Analysis
        Events: AnalysisEvents
        Features: FittedFeatures
        Estimator: RatioEstimator
        Networks: TrainedNetwork list
        Control: ControlCounts option
        Cut: PreselectionCut option
    }

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

    let private wrong result =
        result |> Result.mapError (fun faults -> WrongInput(Fault.sentences faults))

    let private stage (options: PipelineOptions) (sentence: string) =
        options.Cancellation.ThrowIfCancellationRequested()
        options.Progress.Report(Stage sentence)

    let private identity () : RunIdentity = {
        Version = RunVersion.text
        InstructionPath = Isa.Path
    }

    let private load (options: PipelineOptions) (path: string) =
        AnalysisFile.read path
        |> Result.map (fun analysis ->
            match options.Seed with
            | None -> analysis
            | Some seed -> {
                analysis with
                    Seed = seed
                    Networks = { analysis.Networks with Seed = seed }
              })
        |> wrong

    let private openStore (out: string) =
        TaskStore.openAt (identity ()) out
        |> Result.mapError (fun errors -> WrongInput(errors |> List.map _.Message))

    let private trained
        (options: PipelineOptions)
        (store: TaskStore)
        (path: string)
        (analysis: Analysis)
        =
        stage options "reading events"

        let context = {
            Store = store
            Threads = options.Threads
            Training = {
                new IProgress<TrainingProgress> with
                    member _.Report progress =
                        options.Progress.Report(Training progress)
            }
            Cancellation = options.Cancellation
        }

        let folder = Path.GetDirectoryName(Path.GetFullPath path)

        AnalysisEvents.read folder analysis
        |> Result.bind (fun events ->
            analysis.Features
            |> Feature.parseAll
            |> Result.bind (fun features -> FittedFeatures.fit features events.Simulated.Events)
            |> Result.bind (fun features ->
                match analysis.Preselection with
                | None -> Ok(events, None, [], None)
                | Some plan ->
                    stage options "training the preselection"

                    PreselectionStage.run context analysis plan features events
                    |> Result.map (fun p -> p.Events, p.Control, p.Networks, Some p.Cut)
                |> Result.bind (fun (events, control, first, cut) ->
                    stage options "training the ratio networks"
                    let samples = analysis.Reference |> List.map fst
                    let rows = [| 0 .. events.Simulated.Sample.Length - 1 |]

                    ReferenceMixture.create analysis.Reference
                    |> Result.bind (fun mixture ->
                        NetworkTraining.classes
                            analysis.NegativeWeights
                            features
                            events.Simulated
                            samples
                            rows
                        |> Result.bind (
                            NetworkTraining.run context "" analysis.Networks mixture features
                        ))
                    |> Result.map (fun (estimator, networks) -> {
                        Analysis = analysis
                        Events = events
                        Features = features
                        Estimator = estimator
                        Networks = first @ networks
                        Control = control
                        Cut = cut
                    }))))
        |> wrong

    let private learn
        (options: PipelineOptions)
        (trained: Trained)
        : Result<LearnedModel, PipelineFault> =
        stage options "evaluating the ratios"
        use team = new ThreadTeam(options.Threads)

        LearnedModel.build
            team
            trained.Analysis
            trained.Estimator
            trained.Features
            trained.Events
            trained.Control
        |> wrong

    let private unsuccessful what (result: Result<'a, FitResult>) =
        result
        |> Result.mapError (fun fit ->
            NotSuccessful [ $"The fit of {what} did not succeed: {fit.Status.Advice}" ])

    let private swap (result: Result<'a, 'e> option) : Result<'a option, 'e> =
        match result with
        | None -> Ok None
        | Some(Ok value) -> Ok(Some value)
        | Some(Error error) -> Error error

    let private sentences result = result |> Result.mapError NotSuccessful

    /// Everything that can be said without the data.
    let private expect
        (options: PipelineOptions)
        (fits: FitSettings)
        (trained: Trained)
        (learned: LearnedModel)
        =
        let analysis = trained.Analysis
        stage options "checking the ratios"
        let checks = AnalysisChecks.ratios learned trained.Estimator trained.Features
        stage options "fitting the expectation"

        SimulationStudy.make fits learned
        |> swap
        |> unsuccessful "the simulated events"
        |> Result.bind (fun study ->
            let asimov =
                match Observation.asimov learned.Likelihood learned.Model.Initial with
                | Ok asimov ->
                    Measurement.make
                        fits
                        "asimov"
                        analysis.Interest
                        analysis.Null
                        asimov.Observation
                    |> unsuccessful "the learned Asimov set"
                | Error faults -> Error(NotSuccessful(faults |> List.map string))

            asimov
            |> Result.bind (fun asimov ->
                let score =
                    study
                    |> Option.map (fun _ -> BinnedTwin.score fits learned 20)
                    |> swap
                    |> sentences

                score
                |> Result.map (fun score ->
                    let closure =
                        match study with
                        | None -> []
                        | Some study ->
                            AnalysisChecks.closure analysis.Limits analysis.Interest study
                            @ (score
                               |> Option.map (AnalysisChecks.score analysis.Limits study)
                               |> Option.toList)

                    {
                        Analysis = analysis
                        Networks = trained.Networks
                        Normalisation = trained.Estimator.Normalisation
                        Preselection = trained.Cut
                        Checks = checks.Checks @ closure
                        Ratios = checks.Ratios
                        Asimov = asimov
                        Expected = study
                        Observed = None
                        Score = score
                        Conventional = None
                        BlindReason = None
                        Sensitivity =
                            match study with
                            | Some study ->
                                FittedFeatures.columns trained.Features
                                |> Sensitivity.byColumn learned study.Weights
                            | None -> []
                        Files = trained.Events.Files
                    })))

    /// The data, if they may be looked at, and the conventional analysis beside them.
    let private observe
        (options: PipelineOptions)
        (fits: FitSettings)
        (learned: LearnedModel)
        (run: RunResult)
        =
        let analysis = learned.Analysis

        let reason =
            if learned.Observed.IsNone then
                None
            elif not analysis.Blind || options.Unblind then
                None
            elif run.Passed then
                Some
                    "The analysis is blind: the data were not looked at. All checks passed; --unblind shows them."
            else
                Some "The analysis is blind: the data were not looked at, and some checks failed."

        let open' = learned.Observed.IsSome && reason.IsNone

        stage
            options
            (if open' then
                 "fitting the data"
             else
                 "fitting the conventional analysis")

        let observed =
            if open' then
                LearnedModel.ofData learned
                |> Option.map (Measurement.make fits "observed" analysis.Interest analysis.Null)
                |> swap
                |> unsuccessful "the data"
            else
                Ok None

        match observed, BinnedTwin.conventional fits learned open' |> swap |> sentences with
        | Ok observed, Ok conventional ->
            Ok {
                run with
                    Observed = observed
                    Conventional = conventional
                    BlindReason = reason
            }
        | Error fault, _
        | _, Error fault -> Error fault

    let private json (write: Utf8JsonWriter -> unit) : byte[] =
        use buffer = new MemoryStream()
        let settings = JsonWriterOptions(Indented = true, NewLine = "\n")

        using (new Utf8JsonWriter(buffer, settings)) (fun writer ->
            writer.WriteStartObject()
            writer.WriteNumber("schemaVersion", 1)
            write writer
            writer.WriteEndObject())

        buffer.ToArray()

    let private publish (store: TaskStore) (trained: Trained) (run: RunResult) =
        store.Publish("networks.json", EstimatorFile.toBytes trained.Estimator)

        store.Publish(
            "results.json",
            json (fun writer ->
                writer.WriteString("version", store.Identity.Version)
                writer.WriteString("instructionPath", store.Identity.InstructionPath)
                writer.WriteStartObject "files"

                for name, hash in run.Files do
                    writer.WriteString(name, hash)

                writer.WriteEndObject()
                RunResult.writeMembers writer run)
        )

        let page = AnalysisReport.content store.Identity run |> Report.render
        store.Publish("report.html", Text.Encoding.UTF8.GetBytes page)

    let private withStore options path out work =
        load options path
        |> Result.bind (fun analysis ->
            openStore out
            |> Result.bind (fun store ->
                use store = store
                trained options store path analysis |> Result.bind (work store)))

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
            store.Publish("networks.json", EstimatorFile.toBytes trained.Estimator)
            store.RemoveOthers()
            Ok trained.Networks)

    let private runWith observe options path out =
        withStore options path out (fun store trained ->
            learn options trained
            |> Result.bind (fun learned ->
                use team = new ThreadTeam(options.Threads)
                let fits = fits options team

                expect options fits trained learned
                |> Result.bind (observe fits learned)
                |> Result.map (fun run ->
                    stage options "writing the report"
                    publish store trained run
                    store.RemoveOthers()
                    run)))

    /// <summary>Trains and checks; the data are not looked at.</summary>
    /// <param name="options">how to run</param>
    /// <param name="path">the analysis file</param>
    /// <param name="out">the folder of results; made where it is not there</param>
    let check
        (options: PipelineOptions)
        (path: string)
        (out: string)
        : Result<RunResult, PipelineFault> =
        runWith (fun _ _ run -> Ok run) options path out

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
        runWith (observe options) options path out
