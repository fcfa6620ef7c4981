namespace Nsbi.Infer

open System
open Nsbi.Model

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
                    NotSuccessful [ $"The fit of the data did not succeed: {best.Status.Advice}" ]
                    |> Error
            | _ -> Ok found.Study)

    /// What the nuisance parameter of the networks is called in the model.
    [<Literal>]
    let AlphaStat = "alpha_stat"

    /// The model with the nuisance parameter of the networks, where the plan asks for it.
    let model (study: EnsembleStudy) (learned: LearnedModel) : Result<LearnedModel, PipelineFault> =
        if not study.Plan.Nuisance then
            Ok learned
        else
            let known =
                study.Table
                |> List.filter (fun (_, sigma) -> Double.IsFinite sigma.Value)
                |> List.map (fun (value, sigma) -> value, sigma.Value)

            let table =
                match known with
                | [ value, sigma ] -> [ value, sigma; value + 1.0, sigma ]
                | known -> known

            LearnedModel.withModel (NetworkNuisance.apply study.Interest AlphaStat table) learned
            |> PipelineStage.wrong

    /// The error of the headline in parts, where the model has the nuisance parameter.
    let private breakdown (fits: FitSettings) (changed: LearnedModel) (run: RunResult) =
        let interest = run.Analysis.Interest

        let what, observation, best =
            match run.Observed, LearnedModel.ofData changed with
            | Some observed, Some data -> "data", Some data, observed.Fit
            | _ ->
                "learned Asimov set",
                Observation.asimov changed.Likelihood changed.Model.Initial
                |> Result.toOption
                |> Option.map _.Observation,
                run.Asimov.Fit

        match observation with
        | Some observation when best.Status.Succeeded && not best[interest].IsFixed ->
            let names =
                changed.Model.Parameters
                |> List.filter (fun p -> p.Role = Nuisance)
                |> List.map _.Name

            let groups = NuisanceGroup.standard changed.Model names
            Some(what, UncertaintyBreakdown.run false fits observation groups interest best)
        | _ -> None

    /// The study in the run, with the data where they were looked at.
    let add
        (options: PipelineOptions)
        (learned: LearnedModel)
        (changed: LearnedModel)
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
        |> Result.map (fun study ->
            let study =
                if study.Plan.Nuisance then
                    {
                        study with
                            Breakdown = breakdown fits changed run
                    }
                else
                    study

            {
                run with
                    Ensemble = Some study
                    Warnings = run.Warnings @ study.Warnings
            })
