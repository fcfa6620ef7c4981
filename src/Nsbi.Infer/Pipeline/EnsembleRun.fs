namespace Nsbi.Infer

/// What an ensemble adds to a run.
[<RequireQualifiedAccess>]
module internal EnsembleRun =

    /// The model with the nuisance parameter of the networks, where the plan asks for it.
    let model (study: EnsembleStudy) (learned: LearnedModel) : Result<LearnedModel, PipelineFault> =
        Ok learned

    /// The study in the run, with the data where they were looked at.
    let add
        (options: PipelineOptions)
        (learned: LearnedModel)
        (found: TrainedEnsemble)
        (fits: FitSettings)
        (store: TaskStore)
        (trained: TrainedAnalysis)
        (run: RunResult)
        : Result<RunResult, PipelineFault> =
        match run.Observed with
        | Some observed ->
            EnsembleStage.observe options fits store trained learned observed.Fit found
        | None -> Ok found.Study
        |> Result.map (fun study -> {
            run with
                Ensemble = Some study
                Warnings = run.Warnings @ study.Warnings
        })
