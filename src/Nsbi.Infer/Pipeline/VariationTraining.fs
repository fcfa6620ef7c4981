namespace Nsbi.Infer

open Nsbi.Kernels
open Nsbi.Learn
open Nsbi.Learn.Events
open Nsbi.Learn.Networks

/// <summary>The training of the networks of one variation: one network per side, fold and
/// member.</summary>
[<NoComparison; ReferenceEquality>]
type VariationTraining = {
    /// The varied events.
    Variation: VariationEvents
    /// How its networks are trained.
    Settings: EstimatorSettings
    /// Nominal and varied events.
    Events: LabelledEvents
    /// The trainings.
    Job: TrainingJob
}

/// <summary>Prepares the trainings of variations and assembles their estimators.</summary>
[<RequireQualifiedAccess>]
module VariationTraining =

    /// <summary>How the networks of a plan are trained: by its own settings, with the folds and shares
    /// of the analysis.</summary>
    let settings (analysis: Analysis) (plan: VariationPlan) : EstimatorSettings =
        match plan.Systematic.Networks with
        | None -> analysis.Networks
        | Some own -> {
            own with
                Folds = analysis.Networks.Folds
                HeldOut = analysis.Networks.HeldOut
                CheckFraction = analysis.Networks.CheckFraction
                Seed = analysis.Networks.Seed
          }

    let private nominal (simulated: SimulatedEvents) (k: int) =
        let rows =
            [| 0 .. simulated.Sample.Length - 1 |]
            |> Array.filter (fun i -> simulated.Sample[i] = k)

        EventTable.take rows simulated.Events, rows |> Array.map (fun i -> simulated.Groups[i])

    /// Nominal and varied events as classes; the nominal one first.
    let private label policy features simulated (variation: VariationEvents) =
        let table, groups = nominal simulated variation.Sample

        let name side =
            $"{variation.Plan.Parameter.Name} {side} of {variation.Plan.Sample}"

        let sides = Sides.named variation.Sides

        NetworkTraining.part features variation.Plan.Sample table groups
        |> Result.bind (fun (width, nominal) ->
            if variation.Reweighted then
                ReweightedEvents.label policy width {
                    Name = nominal.Name
                    Features = nominal.Features
                    Weights = nominal.Weights
                    Groups = nominal.Groups
                    Varied = [
                        for side, events in sides -> name side, EventTable.weights events.Events
                    ]
                }
            else
                let varied = [
                    for side, events in sides ->
                        NetworkTraining.part features (name side) events.Events events.Groups
                ]

                match
                    varied
                    |> List.collect (function
                        | Ok _ -> []
                        | Error faults -> faults)
                with
                | [] ->
                    LabelledEvents.create
                        policy
                        width
                        (nominal :: (varied |> List.choose Result.toOption |> List.map snd))
                | faults -> Error faults)

    /// <summary>The trainings of a variation.</summary>
    /// <param name="analysis">for policy and settings</param>
    /// <param name="features">of the networks</param>
    /// <param name="simulated">the nominal events</param>
    /// <param name="variation">the varied ones</param>
    /// <returns>or every fault of settings and events</returns>
    let prepare
        (analysis: Analysis)
        (features: FittedFeatures)
        (simulated: SimulatedEvents)
        (variation: VariationEvents)
        : Result<VariationTraining, Fault list> =
        let settings = settings analysis variation.Plan

        label analysis.NegativeWeights features simulated variation
        |> Result.bind (fun events ->
            VariationEstimator.tasks settings events
            |> Result.map (fun tasks -> {
                Variation = variation
                Settings = settings
                Events = events
                Job = {
                    Prefix = $"variation-{variation.Plan.Name}-"
                    Tasks = tasks
                }
            }))

    /// <summary>The estimator of finished trainings, with its networks.</summary>
    let assemble
        (context: PipelineContext)
        (features: FittedFeatures)
        (training: VariationTraining)
        (outcomes: TrainingOutcome list)
        : Result<VariationEstimator * TrainedNetwork list, Fault list> =
        use team = new ThreadTeam(context.Threads)

        VariationEstimator.ofNetworks
            team
            training.Settings
            training.Events
            (Some(FittedFeaturesJson.toText features))
            [ for outcome in outcomes -> outcome.Task, outcome.Bytes ]
        |> Result.bind (fun estimator ->
            NetworkTraining.networks training.Job outcomes
            |> Result.map (fun networks -> estimator, networks))
