namespace Nsbi.Infer

open System
open Nsbi.Kernels
open Nsbi.Learn
open Nsbi.Learn.Calibration
open Nsbi.Learn.Ensembles
open Nsbi.Learn.Events
open Nsbi.Learn.Networks
open Nsbi.Model

/// An ensemble that was trained, with what was found of it so far.
[<NoComparison; ReferenceEquality>]
type internal TrainedEnsemble = {
    Ensemble: RatioEnsemble
    Study: EnsembleStudy
}

/// <summary>From the plan of an ensemble to its study: training, the fits with the ratios of each of its
/// estimators, both as durable tasks.</summary>
[<RequireQualifiedAccess>]
module internal EnsembleStage =

    let private prefix = "ensemble-"

    /// Ratios of which no likelihood can be made: the fit is not kept as done.
    exception private Refused of Fault list

    /// The trained ensemble on the events of the analysis's own ratio networks.
    let private train (context: PipelineContext) (trained: TrainedAnalysis) (plan: EnsemblePlan) =
        let analysis = trained.Analysis
        let simulated = trained.Events.Simulated
        let samples = analysis.Reference |> List.map fst
        let rows = [| 0 .. simulated.Sample.Length - 1 |]
        let policy = analysis.NegativeWeights
        let mixture = trained.Estimator.Mixture

        NetworkTraining.classes policy trained.Features simulated samples rows
        |> Result.bind (fun classes ->
            EnsembleTraining.tasks plan analysis.Networks mixture classes
            |> Result.bind (fun tasks ->
                let job = { Prefix = prefix; Tasks = tasks }
                let outcomes = NetworkTraining.train context [ job ] |> List.exactlyOne
                use team = new ThreadTeam(context.Threads)
                let features = FittedFeaturesJson.toText trained.Features

                let finish events estimator =
                    match analysis.Calibration with
                    | None -> Ok estimator
                    | Some settings ->
                        CrossFittedCalibration.fitEstimator team settings estimator events

                RatioEnsemble.ofNetworksWith
                    finish
                    team
                    plan
                    analysis.Networks
                    mixture
                    classes
                    (Some features)
                    [ for outcome in outcomes -> outcome.Task, outcome.Bytes ]
                |> Result.bind (fun ensemble ->
                    NetworkTraining.networks job outcomes
                    |> Result.map (fun networks -> ensemble, networks))))

    /// What the fits depend on beside the estimator.
    let private inputs (trained: TrainedAnalysis) (learned: LearnedModel) = [
        "model", ContentHash.ofText (ModelJson.write learned.Model.Model)
        yield! TrainedAnalysis.hashes trained
    ]

    /// A fit for each estimator and each average, as durable tasks.
    let private fits
        (options: PipelineOptions)
        (store: TaskStore)
        (label: string)
        (inputs: (string * string) list)
        (settings: (string * string) list)
        (setting: EnsembleFitSetting)
        (ensemble: RatioEnsemble)
        : Result<EnsembleValues<EnsembleFit>, Fault list> =
        let total = ensemble.Plan.Count + ensemble.Replicas
        let finished = ref 0

        let fit name (estimator: RatioEstimator) =
            options.Cancellation.ThrowIfCancellationRequested()

            let spec = {
                Name = $"{prefix}{label}-{name}"
                Seed = setting.Learned.Analysis.Seed
                Inputs =
                    ("estimator", ContentHash.ofBytes (EstimatorFile.toBytes estimator)) :: inputs
                Settings = settings
            }

            let work (_: ITaskContext) =
                match EnsembleFits.run setting estimator with
                | Ok fit -> [ "fit.json", EnsembleFits.toBytes fit ]
                | Error faults -> raise (Refused faults)

            let found = store.Run(spec, work).Read "fit.json" |> EnsembleFits.ofBytes
            finished.Value <- finished.Value + 1

            options.Progress.Report(
                Toys(
                    "fits of the ensemble",
                    {
                        Done = finished.Value
                        Total = total
                        Failed = 0
                    }
                )
            )

            found

        try
            Ok {
                Plan = ensemble.Plan
                Members =
                    Array.init ensemble.Replicas (fun j ->
                        Array.init ensemble.Members (fun m ->
                            fit $"replica{j}-estimator{m}" ensemble[j, m]))
                Averages =
                    Array.init ensemble.Replicas (fun j ->
                        fit $"replica{j}-average" (ensemble.Average j))
            }
        with Refused faults ->
            Error faults

    /// θ, weights over the simulated events and influence of the learned Asimov set at a value.
    let private asimov (fits: FitSettings) (learned: LearnedModel) (value: float) =
        let interest = learned.Analysis.Interest
        let theta = LearnedModel.pointAt learned value

        Observation.asimov learned.Likelihood theta
        |> Result.map (fun asimov ->
            let channel =
                learned.Likelihood.Unbinned
                |> Array.findIndex (fun c -> c.Name = AnalysisModel.signalRegion)

            let observation = asimov.Observation

            let weights =
                RatioSensitivity.weights
                    learned.Likelihood.Unbinned[channel]
                    observation.Events[channel]

            let best = WarmFit.run fits observation theta
            let place = learned.Model.Index[interest]

            let sensitivity =
                if best.Status.Succeeded && best.Covariance[place, place] > 0.0 then
                    Some(RatioSensitivity.create observation best interest)
                else
                    None

            theta, weights, sensitivity)
        |> Result.mapError (List.map string >> String.concat "; ")

    let private point
        (seed: uint64)
        (index: int)
        (value: float)
        hasLinear
        (nominal: EnsembleFit)
        (found: EnsembleValues<EnsembleFit>)
        : EnsemblePoint =
        let refits = found |> EnsembleValues.map (fun fit -> fit.Refits[index])
        let linear = found |> EnsembleValues.map (fun fit -> fit.Linear[index])

        {
            Value = value
            Fitted = nominal.Refits[index]
            Refits = refits
            Summary = EnsembleSummary.make seed refits
            Linear =
                if hasLinear then
                    Some(EnsembleSummary.make seed linear)
                else
                    None
            LinearFits = if hasLinear then Some linear else None
        }

    let private matrix (trained: TrainedAnalysis) table =
        FittedFeatures.apply trained.Features table
        |> Result.map (fun matrix -> ReadOnlyMemory matrix.Values)

    /// Values at which the uncertainty is wanted: the nominal one first. A nuisance parameter needs it
    /// over a range: those of −2 to 3 expected errors about the nominal value, where none are given.
    let private wanted (fits: FitSettings) (plan: EnsembleStudyPlan) (learned: LearnedModel) =
        let place = learned.Model.Index[learned.Analysis.Interest]
        let nominal = learned.Model.Initial[place]
        let parameter = learned.Model.Parameters |> List.item place

        let others =
            if plan.Nuisance && plan.Values.IsEmpty then
                match Observation.asimov learned.Likelihood learned.Model.Initial with
                | Ok asimov ->
                    let fit = WarmFit.run fits asimov.Observation learned.Model.Initial
                    let error = sqrt (max 0.0 fit.Covariance[place, place])

                    [ -2.0; -1.0; 1.0; 2.0; 3.0 ]
                    |> List.map (fun k -> nominal + k * error)
                    |> List.filter (fun v -> v > parameter.Lower && v < parameter.Upper)
                | Error _ -> []
            else
                plan.Values

        nominal :: others |> List.distinct

    /// <summary>Trains what is not trained yet, and fits the learned Asimov sets with the ratios of each
    /// estimator.</summary>
    let make
        (options: PipelineOptions)
        (fitting: FitSettings)
        (store: TaskStore)
        (trained: TrainedAnalysis)
        (learned: LearnedModel)
        (plan: EnsembleStudyPlan)
        : Result<TrainedEnsemble, PipelineFault> =
        PipelineStage.begins options "training the ensemble"
        let context = PipelineStage.context options store

        train context trained plan.Ensemble
        |> Result.bind (fun (ensemble, networks) ->
            matrix trained learned.Simulated.Events
            |> Result.bind (fun features ->
                PipelineStage.begins options "fitting with the ratios of the ensemble"
                use team = new ThreadTeam(options.Threads)
                let values = wanted fitting plan learned

                let made = values |> List.map (fun value -> value, asimov fitting learned value)

                let asimovs = [
                    for value, found in made do
                        match found with
                        | Ok found -> value, found
                        | Error _ -> ()
                ]

                let setting = {
                    Team = team
                    Fits = fitting
                    Learned = learned
                    Simulated = features
                    Observed = None
                    Asimovs = asimovs |> List.map snd
                    Best = None
                }

                let settings = [
                    for i, (value, _) in List.indexed asimovs ->
                        $"value {i}",
                        value.ToString("R", Globalization.CultureInfo.InvariantCulture)
                ]

                EnsembleFits.nominal setting
                |> Result.bind (fun nominal ->
                    fits
                        options
                        store
                        "asimov"
                        (inputs trained learned)
                        settings
                        setting
                        ensemble
                    |> Result.map (fun found -> {
                        Ensemble = ensemble
                        Study = {
                            Plan = plan
                            Interest = learned.Analysis.Interest
                            Networks = networks
                            Points = [
                                for i, (value, (_, _, sensitivity)) in List.indexed asimovs ->
                                    point
                                        learned.Analysis.Seed
                                        i
                                        value
                                        sensitivity.IsSome
                                        nominal
                                        found
                            ]
                            Observed = None
                            Breakdown = None
                            Skipped = [
                                for value, found in made do
                                    match found with
                                    | Error reason -> value, reason
                                    | Ok _ -> ()
                            ]
                        }
                    }))))
        |> PipelineStage.wrong
        |> Result.bind (fun found ->
            match found.Study.Points with
            | first :: _ when first.Value = LearnedModel.nominal learned -> Ok found
            | _ ->
                let reason = found.Study.Skipped |> List.map snd |> String.concat " "

                NotSuccessful [
                    $"The uncertainty of the networks cannot be found: the learned Asimov set at the nominal point cannot be made: {reason}"
                ]
                |> Error)

    /// The same for the data, where they were looked at, with the model before it had a nuisance parameter
    /// for the networks.
    let observe
        (options: PipelineOptions)
        (fitting: FitSettings)
        (store: TaskStore)
        (trained: TrainedAnalysis)
        (learned: LearnedModel)
        (observed: FitResult)
        (found: TrainedEnsemble)
        : Result<EnsembleStudy, PipelineFault> =
        match learned.Observed with
        | None -> Ok found.Study
        | Some table ->
            PipelineStage.begins options "fitting the data with the ratios of the ensemble"
            use team = new ThreadTeam(options.Threads)

            matrix trained learned.Simulated.Events
            |> Result.bind (fun simulated ->
                matrix trained table
                |> Result.bind (fun features ->
                    let setting = {
                        Team = team
                        Fits = fitting
                        Learned = learned
                        Simulated = simulated
                        Observed = Some(table, features, trained.Events.ObservedGroups)
                        Asimovs = []
                        Best =
                            learned.Model.Parameters
                            |> List.map (fun p -> observed[p.Name].Value)
                            |> List.toArray
                            |> Some
                    }

                    EnsembleFits.nominal setting
                    |> Result.bind (fun nominal ->
                        fits
                            options
                            store
                            "data"
                            (inputs trained learned)
                            []
                            setting
                            found.Ensemble
                        |> Result.map (fun values ->
                            let refits = values |> EnsembleValues.map _.Observed

                            {
                                found.Study with
                                    Observed =
                                        Some {
                                            Value = nan
                                            Fitted = nominal.Observed
                                            Refits = refits
                                            Summary =
                                                EnsembleSummary.make
                                                    learned.Analysis.Seed
                                                    refits
                                            Linear = None
                                            LinearFits = None
                                        }
                            }))))
            |> PipelineStage.wrong
