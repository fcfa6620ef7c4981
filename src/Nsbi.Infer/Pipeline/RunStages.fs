namespace Nsbi.Infer

open System
open Nsbi.Learn.Events
open Nsbi.Learn.Networks

/// What is measured with a learned model, in the order in which it is done.
[<RequireQualifiedAccess>]
module internal RunStages =

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

    let private both first second =
        match first, second with
        | Ok a, Ok b -> Ok(a, b)
        | Error fault, _
        | _, Error fault -> Error fault

    /// What the result does not rest on may fail: with the ratios as summaries the unbinned fits stand
    /// beside it for comparison.
    let private spared (analysis: Analysis) (result: Result<'a option, PipelineFault>) =
        match result with
        | Error _ when analysis.Summary.IsSome -> Ok None
        | result -> result

    /// <summary>The checks that the result rests on, and remarks on the others: where the ratios are
    /// summaries, checks of them as densities are no checks of the result.</summary>
    let private judge (summary: SummaryStudy option) (checks: Check list) =
        match summary with
        | None -> checks, []
        | Some study ->
            study.Checks,
            [
                for check in checks do
                    if not check.Passed then
                        $"The check '{check.Name}' of the unbinned ratios failed: {check.Finding} The result, a fit of templates, does not rest on it."
            ]

    /// Sentences on numbers that look like a code for missing values and are not declared as one.
    let private suspicions (trained: TrainedAnalysis) : string list =
        let codes = FittedFeatures.codes trained.Features
        let columns = FittedFeatures.columns trained.Features

        MissingValues.suspects columns trained.Selected.Simulated.Events
        |> List.filter (fun found -> codes.TryFind found.Column <> Some found.Code)
        |> List.groupBy _.Code
        |> List.map (fun (code, found) ->
            let names = found |> List.map _.Column |> String.concat ", "
            let most = 100.0 * (found |> List.map _.Share |> List.max)

            FormattableString.Invariant
                $"{code:R} looks like a code for missing values: up to {most:F1} %% of the simulated events have it in {names}, apart from all other values. If it is one, say \"missing\": {code:R}; now it is a number like any other.")

    /// The ratios of variations that are worth charts: all of a few, and of many those with a failed
    /// check.
    let private charted (ratios: RatioDiagnostics list) =
        if ratios.Length <= 12 then
            ratios
        else
            ratios |> List.filter (fun r -> r.Checks |> List.exists (fun c -> not c.Passed))

    /// Everything that can be said without the data.
    let expect
        (options: PipelineOptions)
        (fits: FitSettings)
        (trained: TrainedAnalysis)
        (learned: LearnedModel)
        =
        let analysis = trained.Analysis
        PipelineStage.begins options "checking the ratios"
        let checks = AnalysisChecks.ratios learned trained.Estimator trained.Features

        let calibrations =
            match fits.Team with
            | Some team -> CalibrationSummary.make team trained.Features trained.Estimator learned
            | None -> []

        let varied = VariationChecks.run learned trained.Features
        PipelineStage.begins options "fitting the expectation"

        let summary =
            analysis.Summary
            |> Option.map (SummaryStudy.expect fits learned)
            |> swap
            |> sentences

        let study =
            SimulationStudy.make fits learned
            |> swap
            |> unsuccessful "the simulated events"
            |> spared analysis

        both summary study
        |> Result.bind (fun (summary, study) ->
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
                    |> spared analysis

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

                    let judged, remarks =
                        judge summary [
                            yield! calibrations |> List.map _.BeforeCheck
                            yield! checks.Checks
                            yield! varied.Checks
                            yield! closure
                        ]

                    {
                        Analysis = analysis
                        Networks = trained.Networks
                        Normalisation = trained.Estimator.Normalisation
                        Preselection = trained.Cut
                        Checks = AnalysisChecks.training trained.Networks :: judged
                        Variations = VariationSummary.ofModel learned
                        Diagnostics = AnalysisDiagnostics.none
                        Ratios = checks.Ratios @ charted varied.Ratios
                        Calibrations = calibrations
                        Summary = summary
                        Asimov = asimov
                        Expected = study
                        Observed = None
                        Score = score
                        Conventional = None
                        Intervals = None
                        Ensemble = None
                        Goodness = None
                        BlindReason = None
                        Sensitivity =
                            match study with
                            | Some study ->
                                FittedFeatures.columns trained.Features
                                |> Sensitivity.byColumn
                                    learned
                                    study.Weights
                                    (FittedFeatures.codes trained.Features)
                            | None -> []
                        Separation = Separation.ofModel learned
                        Warnings = suspicions trained @ remarks
                        Files = trained.Events.Files
                    })))

    /// The diagnostics, and their checks behind those of the ratios; remarks where the result does not rest
    /// on densities.
    let examine
        (options: PipelineOptions)
        (store: TaskStore)
        (trained: TrainedAnalysis)
        (learned: LearnedModel)
        (run: RunResult)
        : RunResult =
        PipelineStage.begins options "examining densities and networks"

        let expected =
            run.Expected |> Option.map _.Measurement |> Option.defaultValue run.Asimov

        let found =
            DiagnosticsStudy.make
                options
                (PipelineStage.context options store)
                trained
                learned
                expected

        let judged, remarks =
            match run.Summary with
            | None -> found.AllChecks, []
            | Some _ -> [], snd (judge run.Summary found.AllChecks)

        {
            run with
                Diagnostics = found
                Checks = run.Checks @ judged
                Warnings = run.Warnings @ remarks
        }

    /// The data, if they may be looked at, and the conventional analysis beside them.
    let observe
        (options: PipelineOptions)
        (fits: FitSettings)
        (trained: TrainedAnalysis)
        (learned: LearnedModel)
        (run: RunResult)
        =
        let analysis = learned.Analysis

        let reason =
            if learned.Observed.IsNone then
                None
            elif not analysis.Blind || (options.Unblind && run.Passed) then
                None
            elif run.Passed then
                Some
                    "The analysis is blind: the data were not looked at. All checks passed; --unblind shows them."
            else
                Some
                    "The analysis is blind: the data were not looked at, because some checks failed. Mend what they name before the data are opened."

        let open' = learned.Observed.IsSome && reason.IsNone

        PipelineStage.begins
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
                |> spared analysis
            else
                Ok None

        let conventional =
            BinnedTwin.conventional fits analysis trained.Selected open'
            |> swap
            |> sentences

        let summary =
            match analysis.Summary, run.Summary with
            | Some plan, Some study when open' ->
                SummaryStudy.observe fits learned plan study |> Result.map Some |> sentences
            | _ -> Ok run.Summary

        both observed (both conventional summary)
        |> Result.map (fun (observed, (conventional, summary)) ->
            let diagnostics, checks =
                match observed with
                | Some(measurement: Measurement) ->
                    DiagnosticsStudy.withData learned measurement.Fit run.Diagnostics
                | None -> run.Diagnostics, []

            {
                run with
                    Observed = observed
                    Summary = summary
                    Conventional = conventional
                    BlindReason = reason
                    Diagnostics = diagnostics
                    Checks =
                        if run.Summary.IsSome then
                            run.Checks
                        else
                            run.Checks @ checks
            })

    /// The confidence statements that the analysis asks for: of the data where they were looked at, else
    /// of the learned Asimov set.
    let confidence
        (options: PipelineOptions)
        (fits: FitSettings)
        (store: TaskStore)
        (trained: TrainedAnalysis)
        (learned: LearnedModel)
        (run: RunResult)
        : Result<RunResult, PipelineFault> =
        let analysis = learned.Analysis

        if analysis.Intervals = IntervalPlan.none then
            Ok run
        else
            PipelineStage.begins options "pseudo-experiments"

            let name, observation =
                match run.Summary, run.Observed, LearnedModel.ofData learned with
                | Some study, _, _ ->
                    match study.Observation with
                    | Some data -> "observed", Ok data
                    | None ->
                        "asimov",
                        Observation.asimov study.Likelihood study.Likelihood.Model.Initial
                        |> Result.map _.Observation
                | None, Some _, Some data -> "observed", Ok data
                | _ ->
                    "asimov",
                    Observation.asimov learned.Likelihood learned.Model.Initial
                    |> Result.map _.Observation

            let inputs = TrainedAnalysis.hashes trained

            let work stage toys : ToyWork = {
                Run = {
                    ToyRun.ofToys toys with
                        Seed = analysis.Seed
                        Threads = options.Threads
                        Cancellation = options.Cancellation
                        Progress = {
                            new IProgress<ToyProgress> with
                                member _.Report progress =
                                    options.Progress.Report(Toys(stage, progress))
                        }
                }
                Store = Some(store, inputs)
                Fits = { fits with Team = None }
            }

            observation
            |> Result.bind (IntervalStudy.make learned work name)
            |> Result.map (fun study -> {
                run with
                    Intervals = Some study
                    Checks = run.Checks @ study.Checks
            })
            |> Result.mapError (List.map string >> NotSuccessful)

    /// The goodness of fit that the analysis asks for: of the data where they were looked at, else of a
    /// pseudo-experiment.
    let goodness
        (options: PipelineOptions)
        (fits: FitSettings)
        (store: TaskStore)
        (trained: TrainedAnalysis)
        (learned: LearnedModel)
        (run: RunResult)
        : Result<RunResult, PipelineFault> =
        match learned.Analysis.Goodness with
        | None -> Ok run
        | Some plan ->
            PipelineStage.begins options "learning the goodness of fit"

            let isOpen = learned.Observed.IsSome && run.BlindReason.IsNone

            GoodnessStudy.make options fits store trained learned plan isOpen
            |> Result.mapError NotSuccessful
            |> Result.map (fun study ->
                let judged, remarks = judge run.Summary study.Checks

                {
                    run with
                        Goodness = Some study
                        Checks =
                            if run.Summary.IsSome then
                                run.Checks
                            else
                                run.Checks @ judged
                        Warnings = run.Warnings @ remarks
                })
