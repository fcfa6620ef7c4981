namespace Nsbi.Learn.Networks

open System
open Nsbi.Learn
open Nsbi.Learn.Events

/// <summary>The training of amplitude estimators.</summary>
[<RequireQualifiedAccess>]
module AmplitudeTraining =

    let private source = "amplitudes"

    let private mean (weights: float[]) (values: float[]) : float =
        Array.sum (Array.map2 (*) weights values) / Array.sum weights

    /// Each term so that it contributes about 1 to a ratio; a power of two, so that the events of a
    /// fold have no part in its network.
    let private scalesOf (points: float[][]) (means: float[]) : float[] =
        Array.init points[0].Length (fun i ->
            let size = Array.map2 (fun (u: float[]) n -> u[i] * u[i] / n) points means
            let size = Array.average size

            if size > 0.0 then
                2.0 ** round (0.5 * Math.Log2 size)
            else
                1.0)

    /// The rows of a fold: training, validation, held out.
    let private rowsOf (settings: AmplitudeSettings) (events: AmplitudeEvents) (fold: int) =
        let held, others =
            [| 0 .. events.Weights.Length - 1 |]
            |> Array.filter (fun i -> events.Weights[i] > 0.0)
            |> Array.partition (fun i ->
                DataSplit.fold settings.Seed settings.Folds events.Groups[i] = fold)

        let validation, training =
            others
            |> Array.partition (fun i ->
                let fraction = settings.Training.ValidationFraction
                Fold.isValidation settings.Seed fraction events.Groups[i])

        training, validation, held

    let private trainFold context settings (events: AmplitudeEvents) points target fold =
        let training, validation, held = rowsOf settings events fold

        if training.Length = 0 || validation.Length = 0 || held.Length = 0 then
            let remedy = "give more events or fewer folds"
            Error(Fault.create source $"fold {fold} has no events" remedy)
        else
            let pick (rows: int[]) (values: float[]) = rows |> Array.map (fun i -> values[i])
            let seen = Array.append training validation
            let means = events.Rates |> Array.map (pick seen >> mean (pick seen events.Weights))
            let width = events.FeatureCount

            let features =
                held |> Array.collect (fun i -> Array.sub events.Features (i * width) width)

            let trainMember number =
                let name = $"amplitudes-fold{fold}-member{number}"
                let seed = DataSplit.networkSeed settings.Seed name

                let network =
                    AmplitudeNetwork.train context settings.Training {
                        Name = name
                        Fold = fold
                        Member = number
                        Seed = seed
                        Events = events
                        Points = points
                        Means = means
                        TrainingRows = training
                        ValidationRows = validation
                    }

                let triangles = network.Logits(context.Team, ReadOnlyMemory features)

                let found = AmplitudeForm.mean points[0].Length triangles (pick held events.Weights)

                {
                    Network = network
                    Correction = AmplitudeForm.correction found target
                }

            Ok(Array.init settings.Members trainMember)

    /// <summary>Trains the networks of each fold on the other folds, and brings the mean of each form
    /// over its fold to that of the rates of all events, E_ref[F(x; θ)] = σ(θ)/σ_ref for every θ at
    /// once.</summary>
    /// <param name="context">threads, progress, cancellation; checkpoints are not used</param>
    /// <param name="settings">folds, networks, seed</param>
    /// <param name="events">checked here</param>
    /// <returns>the estimator, or every fault of the settings and the events</returns>
    /// <remarks>The loss is the Poisson deviance, a Bregman divergence, which is least for the
    /// conditional mean (Banerjee, Guo and Wang, IEEE Trans. Inf. Theory 51 (2005) 2664).</remarks>
    /// <exception cref="T:System.OperationCanceledException">cancelled</exception>
    let train
        (context: TrainingContext)
        (settings: AmplitudeSettings)
        (events: AmplitudeEvents)
        : Result<AmplitudeEstimator, Fault list> =
        match AmplitudeSettings.faults source settings, AmplitudeEvents.validate source events with
        | [], Ok events ->
            let means = events.Rates |> Array.map (mean events.Weights)
            let scales = scalesOf events.Points means
            let points = events.Points |> Array.map (fun u -> Array.map2 (/) u scales)

            match AmplitudeForm.ofValues points means with
            | None ->
                Fault.create
                    source
                    "the mean rates at the points are not those of a square of amplitudes, or the \
                     points do not determine it"
                    "give points whose products of terms are independent, with their rates"
                |> List.singleton
                |> Error
            | Some target ->
                let results =
                    List.init settings.Folds (trainFold context settings events points target)

                let faults =
                    results
                    |> List.choose (function
                        | Error fault -> Some fault
                        | Ok _ -> None)

                if faults.IsEmpty then
                    let members = results |> List.choose Result.toOption |> List.toArray
                    Ok(AmplitudeEstimator(settings, scales, members))
                else
                    Error faults
        | faults, Ok _ -> Error faults
        | faults, Error others -> Error(faults @ others)
