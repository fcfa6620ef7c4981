namespace Nsbi.Learn.Networks

open System
open Nsbi.Kernels
open Nsbi.Learn

/// <summary>How an amplitude estimator is trained.</summary>
type AmplitudeSettings = {
    /// How every network is trained.
    Training: ClassifierSettings
    /// Events of fold f are evaluated by a network that never saw fold f; 2 at least.
    Folds: int
    /// The seed of every random number.
    Seed: uint64
}

/// <summary>Differential rates F(x; θ) = dσ(θ)/dσ_ref given the features alone, that are squares of
/// amplitudes: 0 or above for every event and every θ, whatever the networks learned.</summary>
/// <remarks>Separate ratio networks of the benchmarks have no such bond: between them a polynomial of
/// the couplings can be negative. Immutable; may be evaluated from several threads, each with a team
/// of its own.</remarks>
[<Sealed>]
type AmplitudeEstimator
    internal
    (settings: AmplitudeSettings, scales: float[], networks: Network[], corrections: float[,][]) =
    let terms = scales.Length
    let places = AmplitudeForm.places terms

    let values
        (team: ThreadTeam)
        (features: ReadOnlyMemory<float32>)
        (fold: int)
        (points: float[][])
        : float[][] =
        let triangles = networks[fold].Logits(team, features)
        let events = triangles.Length / places.Length
        let t = corrections[fold]

        points
        |> Array.map (fun u ->
            let v =
                Array.init terms (fun i ->
                    let mutable sum = 0.0

                    for k in 0 .. terms - 1 do
                        sum <- sum + t[k, i] * u[k] / scales[k]

                    sum)

            Array.init events (fun e -> AmplitudeForm.value places triangles (e * places.Length) v))

    let check (points: float[][]) =
        for u in points do
            if u.Length <> terms then
                invalidArg (nameof points) $"Give {terms} terms for each point, not {u.Length}."

    /// How it was trained.
    member _.Settings: AmplitudeSettings = settings

    /// The network of each fold; its outputs are the triangle of the form, before corrections.
    member _.Networks: Network list = List.ofArray networks

    /// <summary>F by the mean of the folds: for events that no training knew.</summary>
    /// <param name="team">the threads to run on</param>
    /// <param name="features">n x F, row-major</param>
    /// <param name="points">u(θ): points x terms</param>
    /// <returns>points x events; 0 or above</returns>
    member _.MeanOfFolds
        (team: ThreadTeam, features: ReadOnlyMemory<float32>, points: float[][])
        : float[][] =
        check points

        let all = Array.init networks.Length (fun fold -> values team features fold points)

        Array.init points.Length (fun b ->
            Array.init (all[0][b]).Length (fun e ->
                (all |> Array.sumBy (fun (fold: float[][]) -> (fold[b])[e]))
                / float networks.Length))

    /// <summary>F of each event by the network that never saw its group.</summary>
    /// <param name="team">the threads to run on</param>
    /// <param name="features">n x F, row-major</param>
    /// <param name="groups">one per event</param>
    /// <param name="points">u(θ): points x terms</param>
    /// <returns>points x events; 0 or above. Over the events of the training its mean at every θ is
    /// that of the rates, exactly but for the rounding of single precision</returns>
    member _.ByFold
        (
            team: ThreadTeam,
            features: ReadOnlyMemory<float32>,
            groups: ReadOnlyMemory<uint64>,
            points: float[][]
        ) : float[][] =
        check points

        let all = Array.init networks.Length (fun fold -> values team features fold points)

        let folds =
            groups.ToArray() |> Array.map (DataSplit.fold settings.Seed networks.Length)

        Array.init points.Length (fun b -> folds |> Array.mapi (fun e fold -> (all[fold][b])[e]))

    /// <summary>F by the network of one fold.</summary>
    /// <param name="team">the threads to run on</param>
    /// <param name="fold">0 … folds − 1</param>
    /// <param name="features">n x F, row-major</param>
    /// <param name="points">u(θ): points x terms</param>
    /// <returns>points x events; 0 or above</returns>
    member _.OfFold
        (team: ThreadTeam, fold: int, features: ReadOnlyMemory<float32>, points: float[][])
        : float[][] =
        check points
        values team features fold points

/// <summary>The training of amplitude estimators.</summary>
[<RequireQualifiedAccess>]
module AmplitudeEstimator =

    /// <summary>4 folds of 2 x 32 SiLU, Adam at 3e-3 with a cosine schedule, batches of 256, 40 epochs,
    /// patience 10, seed 1.</summary>
    let settings: AmplitudeSettings = {
        Training = {
            ClassifierSettings.standard with
                Architecture = {
                    Architecture.standard with
                        Hidden = [ 32; 32 ]
                }
                LearningRate = 3e-3
                BatchSize = 256
                Epochs = 40
        }
        Folds = 4
        Seed = 1UL
    }

    let private mean (weights: float[]) (values: float[]) : float =
        Array.sum (Array.map2 (*) weights values) / Array.sum weights

    /// <summary>Trains one network per fold on the others, and brings the mean of its form over its
    /// fold to that of the rates of all events, E_ref[F(x; θ)] = σ(θ)/σ_ref for every θ at once.</summary>
    /// <param name="context">threads, progress, cancellation; checkpoints are not used</param>
    /// <param name="settings">folds, networks, seed</param>
    /// <param name="events">checked here</param>
    /// <returns>the estimator, or every fault of the settings and the events</returns>
    /// <remarks>Source of the loss: the Poisson deviance, a Bregman divergence, least for the
    /// conditional mean (Banerjee, Guo and Wang, IEEE Trans. Inf. Theory 51 (2005) 2664).</remarks>
    /// <exception cref="T:System.OperationCanceledException">cancelled</exception>
    let train
        (context: TrainingContext)
        (settings: AmplitudeSettings)
        (events: AmplitudeEvents)
        : Result<AmplitudeEstimator, Fault list> =
        let source = "amplitudes"

        let settingFaults = [
            yield! ClassifierSettings.faults source settings.Training
            if settings.Folds < 2 then
                Fault.create source "the number of folds is out of range" "2 at least"
                |> Fault.withValue (string settings.Folds)
        ]

        match settingFaults, AmplitudeEvents.validate source events with
        | [], Ok events ->
            let means = events.Rates |> Array.map (mean events.Weights)

            // Each term so that it contributes about 1 to a ratio; a power of two, so that the events
            // of a fold have no part in its network.
            let scales =
                Array.init events.Points[0].Length (fun i ->
                    let size =
                        Array.map2 (fun (u: float[]) n -> u[i] * u[i] / n) events.Points means
                        |> Array.average

                    if size > 0.0 then
                        2.0 ** round (0.5 * Math.Log2 size)
                    else
                        1.0)

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
                let rows role fold =
                    [| 0 .. events.Weights.Length - 1 |]
                    |> Array.filter (fun i ->
                        events.Weights[i] > 0.0
                        && role
                            (DataSplit.fold settings.Seed settings.Folds events.Groups[i] = fold)
                            i)

                let validates i =
                    let fraction = settings.Training.ValidationFraction
                    Events.Fold.isValidation settings.Seed fraction events.Groups[i]

                let trainFold fold =
                    let name = $"amplitudes-fold{fold}"
                    let training = rows (fun isHeld i -> not isHeld && not (validates i)) fold
                    let validation = rows (fun isHeld i -> not isHeld && validates i) fold
                    let held = rows (fun isHeld _ -> isHeld) fold

                    if training.Length = 0 || validation.Length = 0 || held.Length = 0 then
                        Fault.create source $"fold {fold} has no events" "give more events"
                        |> List.singleton
                        |> Error
                    else
                        let seen = Array.append training validation
                        let weights = seen |> Array.map (fun i -> events.Weights[i])

                        let seenMeans =
                            events.Rates
                            |> Array.map (fun rates ->
                                seen |> Array.map (fun i -> rates[i]) |> mean weights)

                        let network =
                            AmplitudeNetwork.train
                                context
                                settings.Training
                                name
                                fold
                                (DataSplit.networkSeed settings.Seed name)
                                events
                                points
                                seenMeans
                                training
                                validation

                        let features =
                            held
                            |> Array.collect (fun i ->
                                Array.sub
                                    events.Features
                                    (i * events.FeatureCount)
                                    events.FeatureCount)

                        let triangles = network.Logits(context.Team, ReadOnlyMemory features)

                        let found =
                            held
                            |> Array.map (fun i -> events.Weights[i])
                            |> AmplitudeForm.mean scales.Length triangles

                        Ok(network, AmplitudeForm.correction found target)

                let results = List.init settings.Folds trainFold

                match
                    results
                    |> List.choose (function
                        | Error faults -> Some faults
                        | Ok _ -> None)
                with
                | [] ->
                    let parts = results |> List.choose Result.toOption |> List.toArray

                    AmplitudeEstimator(settings, scales, Array.map fst parts, Array.map snd parts)
                    |> Ok
                | faults -> Error(List.concat faults)
        | faults, Ok _ -> Error faults
        | faults, Error others -> Error(faults @ others)
