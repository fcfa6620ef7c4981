namespace Nsbi.Learn.Summaries

open Nsbi.Learn
open Nsbi.Learn.Events
open Nsbi.Learn.Networks

/// <summary>The training of a classifier whose score is independent of nuisance features within a class.
/// </summary>
/// <remarks>
/// <code>
/// DecorrelatedEvents.create 2 1 { Events = signal; Nuisances = zSignal } { Events = background; Nuisances = z }
/// |> Result.bind (DecorrelatedTraining.train context (DecorrelatedSettings.standard 10.0))
/// |> Result.map (fun summary -> summary.Scores(team, features))
/// </code>
/// Loss: cross-entropy, the classes with half of the weight each, plus λ Σ_k dCor²(σ(logit), z_k) over the events
/// of the class in the batch (<c>DistanceCorrelation</c>). A distance correlation rather than an adversary: it is
/// one minimisation with one stable optimum, it vanishes for independence only, and it has one setting. Every batch
/// has its share of each class. Source: Kasieczka and Shih, arXiv:2001.05310.
/// </remarks>
[<RequireQualifiedAccess>]
module DecorrelatedTraining =
    let private partFaults (events: DecorrelatedEvents) part (rows: int[]) = [
        for c in 0..1 do
            let holds row =
                events.Labelled.ClassArray[row] = c && events.Labelled.WeightArray[row] > 0.0

            if not (Array.exists holds rows) then
                Fault.create
                    $"class '{events.Labelled.ClassNames[c]}'"
                    "too few events: a part of the split has none of it"
                    "give more events or another validation fraction"
                |> Fault.withValue part
    ]

    let private run
        (context: TrainingContext)
        (settings: DecorrelatedSettings)
        (events: DecorrelatedEvents)
        (training: int[])
        (validation: int[])
        =
        let labelled = events.Labelled
        let inputs = labelled.FeatureCount
        let architecture = settings.Training.Architecture

        let standardisation =
            TrainingSet.weights
                (ClassifierTarget.AgainstReference 1)
                [| 1.0; 0.0 |]
                labelled
                training
            |> Array.map (fun struct (a, b) -> a + b)
            |> Standardisation.fit inputs labelled.FeatureArray training

        let layers = NetworkGraph.parameters architecture inputs 1
        let logit = NetworkGraph.logits architecture inputs layers

        use loop =
            new TrainingLoop(
                context.Team,
                {
                    Name = "decorrelated"
                    Settings = settings.Training
                    Seed = settings.Seed
                    Training = DecorrelatedLoss.set settings events standardisation training
                    Validation = DecorrelatedLoss.set settings events standardisation validation
                    Objective =
                        LoopLoss.OfBatch(DecorrelatedLoss.loss settings events.NuisanceCount logit)
                    Strata = training |> Array.map (fun row -> labelled.ClassArray[row])
                    Parameters = layers |> List.collect (fun (w, b) -> [ w; b ])
                    Initial = NetworkGraph.initialValues settings.Seed architecture inputs 1
                    BeforeEpoch = ignore
                }
            )

        loop.Run(0, 0, context)

        ScoreSummary(
            Network(
                architecture,
                inputs,
                1,
                standardisation,
                loop.BestValues,
                loop.History,
                settings.Training.Loss,
                settings.Training.Output
            )
        )

    /// <summary>Trains a score.</summary>
    /// <param name="context">threads, progress, cancellation, checkpoints</param>
    /// <param name="settings">network, strength, class, seed</param>
    /// <param name="events">signal and background with nuisance features</param>
    /// <returns>the score with the weights of the least validation loss, penalty included; or every fault of
    /// settings and events</returns>
    /// <exception cref="T:System.OperationCanceledException">cancelled; the state is saved before</exception>
    let train
        (context: TrainingContext)
        (settings: DecorrelatedSettings)
        (events: DecorrelatedEvents)
        : Result<ScoreSummary, Fault list> =
        match DecorrelatedSettings.faults settings with
        | [] ->
            let groups = events.Labelled.GroupArray
            let fraction = settings.Training.ValidationFraction

            let training, validation =
                [| 0 .. events.Labelled.Count - 1 |]
                |> Array.partition (fun row ->
                    not (Fold.isValidation settings.Seed fraction groups[row]))

            match
                partFaults events "training" training
                @ partFaults events "validation" validation
            with
            | [] -> Ok(run context settings events training validation)
            | faults -> Error faults
        | faults -> Error faults
