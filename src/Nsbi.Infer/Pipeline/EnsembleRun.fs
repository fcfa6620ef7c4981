namespace Nsbi.Infer

/// What an ensemble adds to a run.
[<RequireQualifiedAccess>]
module internal EnsembleRun =

    /// <summary>The study alone: no checks, and the data only where the analysis is not blind.</summary>
    let study
        (options: PipelineOptions)
        (fits: FitSettings)
        (store: TaskStore)
        (trained: TrainedAnalysis)
        (learned: LearnedModel)
        (plan: EnsembleStudyPlan)
        : Result<EnsembleStudy, PipelineFault> =
        EnsembleStage.make options fits store trained learned plan
        |> Result.bind (fun found ->
            match LearnedModel.ofData learned with
            | Some data when not learned.Analysis.Blind ->
                let best = Fit.runWith fits data

                if best.Status.Succeeded then
                    EnsembleStage.observe options fits store trained learned best found
                else
                    NotSuccessful [
                        $"The fit of the data did not succeed: {best.Status.Advice}"
                    ]
                    |> Error
            | _ -> Ok found.Study)

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
