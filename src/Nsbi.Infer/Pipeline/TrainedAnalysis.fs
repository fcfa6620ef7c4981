namespace Nsbi.Infer

open System
open System.IO
open Nsbi.Kernels
open Nsbi.Learn
open Nsbi.Learn.Calibration
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
    /// By the names of their plans.
    Variations: Map<string, VariationEstimator>
    Networks: TrainedNetwork list
    Control: ControlCounts option
    Cut: PreselectionCut option
}

/// From an analysis to trained networks, and to the model they make.
[<RequireQualifiedAccess>]
module internal TrainedAnalysis =

    /// With the calibration that the analysis asks for.
    let private calibrated
        (context: PipelineContext)
        (analysis: Analysis)
        (events: LabelledEvents)
        (estimator: RatioEstimator)
        : Result<RatioEstimator, Fault list> =
        match analysis.Calibration with
        | None -> Ok estimator
        | Some settings ->
            use team = new ThreadTeam(context.Threads)
            CrossFittedCalibration.fitEstimator team settings estimator events

    /// The ratio networks and those of the variations, as one list of trainings.
    let private train
        (context: PipelineContext)
        (analysis: Analysis)
        (features: FittedFeatures)
        (events: AnalysisEvents)
        (mixture: ReferenceMixture)
        =
        let simulated = events.Simulated
        let samples = analysis.Reference |> List.map fst
        let rows = [| 0 .. simulated.Sample.Length - 1 |]

        let nominal =
            NetworkTraining.classes analysis.NegativeWeights features simulated samples rows
            |> Result.bind (fun classes ->
                TrainingTask.ofEstimator analysis.Networks mixture classes
                |> Result.map (fun tasks -> classes, { Prefix = ""; Tasks = tasks }))

        let variations =
            events.Variations
            |> List.filter _.Plan.HasShape
            |> List.map (VariationTraining.prepare analysis features simulated)
            |> Fault.collect

        match nominal, variations with
        | Error first, Error second -> Error(first @ second)
        | Error faults, _
        | _, Error faults -> Error faults
        | Ok(classes, job), Ok variations ->
            match NetworkTraining.train context (job :: List.map _.Job variations) with
            | [] -> invalidOp "no result of the trainings"
            | first :: others ->
                NetworkTraining.assemble
                    context
                    analysis.Networks
                    mixture
                    features
                    classes
                    job
                    first
                |> Result.bind (fun (estimator, networks) ->
                    calibrated context analysis classes estimator
                    |> Result.map (fun estimator -> estimator, networks))
                |> Result.bind (fun (estimator, networks) ->
                    List.map2 (VariationTraining.assemble context features) variations others
                    |> Fault.collect
                    |> Result.map (fun found ->
                        let names = variations |> List.map _.Variation.Plan.Name

                        estimator,
                        List.map fst found |> List.zip names |> Map.ofList,
                        networks @ List.collect snd found))

    /// Reads the events, divides them by the preselection and trains what is not trained yet.
    let make
        (options: PipelineOptions)
        (store: TaskStore)
        (path: string)
        (analysis: Analysis)
        : Result<TrainedAnalysis, PipelineFault> =
        PipelineStage.begins options "reading events"

        let context = PipelineStage.context options store
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

                    ReferenceMixture.create analysis.Reference
                    |> Result.bind (train context analysis features events)
                    |> Result.map (fun (estimator, variations, networks) -> {
                        Analysis = analysis
                        Selected = selected
                        Events = events
                        Features = features
                        Estimator = estimator
                        Variations = variations
                        Networks = first @ networks
                        Control = control
                        Cut = cut
                    }))))
        |> PipelineStage.wrong

    /// The networks and the files of events, which everything after the training depends on.
    let hashes (trained: TrainedAnalysis) : (string * string) list = [
        "networks", ContentHash.ofBytes (EstimatorFile.toBytes trained.Estimator)
        for KeyValue(name, variation) in trained.Variations do
            $"networks of {name}", ContentHash.ofBytes (EstimatorFile.toBytes variation.Estimator)
        for name, hash in trained.Events.Files do
            $"file {name}", hash
    ]

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
            trained.Variations
            trained.Features
            trained.Events
            trained.Control
        |> PipelineStage.wrong
