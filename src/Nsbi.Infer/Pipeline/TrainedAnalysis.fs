namespace Nsbi.Infer

open System
open System.IO
open Nsbi.Kernels
open Nsbi.Learn.Events
open Nsbi.Learn.Networks

/// What a trained analysis consists of, before anything is measured.
[<NoComparison; ReferenceEquality>]
type internal TrainedAnalysis = {
    Analysis: Analysis
    /// All selected events.
    Selected: AnalysisEvents
    /// Those that passed the preselection.
    Events: AnalysisEvents
    Features: FittedFeatures
    Estimator: RatioEstimator
    Networks: TrainedNetwork list
    Control: ControlCounts option
    Cut: PreselectionCut option
}

/// From an analysis to trained networks, and to the model they make.
[<RequireQualifiedAccess>]
module internal TrainedAnalysis =

    /// Reads the events, divides them by the preselection and trains what is not trained yet.
    let make
        (options: PipelineOptions)
        (store: TaskStore)
        (path: string)
        (analysis: Analysis)
        : Result<TrainedAnalysis, PipelineFault> =
        PipelineStage.begins options "reading events"

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
        |> Result.bind (fun selected ->
            FittedFeatures.fit (AnalysisEvents.features analysis) selected.Simulated.Events
            |> Result.bind (fun features ->
                match analysis.Preselection with
                | None -> Ok(selected, None, [], None)
                | Some plan ->
                    PipelineStage.begins options "training the preselection"

                    PreselectionStage.run context analysis plan features selected
                    |> Result.map (fun p -> p.Events, p.Control, p.Networks, Some p.Cut)
                |> Result.bind (fun (events, control, first, cut) ->
                    PipelineStage.begins options "training the ratio networks"
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
                        Selected = selected
                        Events = events
                        Features = features
                        Estimator = estimator
                        Networks = first @ networks
                        Control = control
                        Cut = cut
                    }))))
        |> PipelineStage.wrong

    /// The ratios of all events and the likelihood they make.
    let learn
        (options: PipelineOptions)
        (trained: TrainedAnalysis)
        : Result<LearnedModel, PipelineFault> =
        PipelineStage.begins options "evaluating the ratios"
        use team = new ThreadTeam(options.Threads)

        LearnedModel.build
            team
            trained.Analysis
            trained.Estimator
            trained.Features
            trained.Events
            trained.Control
        |> PipelineStage.wrong
