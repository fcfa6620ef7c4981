namespace Nsbi.Infer

open System
open Nsbi.Kernels
open Nsbi.Learn.Events
open Nsbi.Learn.Networks

// Axes: event i, sample k, fold f, member m.

/// Questions to the networks of a trained estimator: overtraining, losses, stability.
[<RequireQualifiedAccess>]
module internal NetworkDiagnostics =

    /// Simulated events as the networks see them.
    type Inputs = {
        Simulated: SimulatedEvents
        Features: float32[]
        Width: int
        /// Positive weights of the training.
        Weights: float[]
    }

    let inputs
        (analysis: Analysis)
        (features: FittedFeatures)
        (simulated: SimulatedEvents)
        : Inputs =
        match FittedFeatures.apply features simulated.Events with
        | Ok matrix -> {
            Simulated = simulated
            Features = matrix.Values
            Width = matrix.Columns
            Weights = LearnedModel.positive analysis.NegativeWeights simulated
          }
        | Error faults -> invalidOp (Nsbi.Learn.Fault.render faults)

    let private evenly (most: int) (rows: int[]) : int[] =
        let n = rows.Length
        let count = min n most
        Array.init count (fun j -> rows[int (int64 j * int64 n / int64 (max 1 count))])

    /// At most so many rows in all, ascending: each sample's share is the same, at even distances, so
    /// that no sample vanishes.
    let thin (most: int) (sample: int[]) (rows: int[]) : int[] =
        let samples = rows |> Array.groupBy (fun i -> sample[i])
        let share = max 1 (most / max 1 samples.Length)
        samples |> Array.collect (fun (_, own) -> evenly share own) |> Array.sort

    let private gather (inputs: Inputs) (rows: int[]) : ReadOnlyMemory<float32> =
        let values = Array.zeroCreate<float32>(rows.Length * inputs.Width)

        rows
        |> Array.iteri (fun j i ->
            Array.blit inputs.Features (i * inputs.Width) values (j * inputs.Width) inputs.Width)

        ReadOnlyMemory values

    let private pick (rows: int[]) (values: 'a[]) = rows |> Array.map (fun i -> values[i])

    /// Events of one fold's training and of its held-out part, with the ratios of that fold, [k][j].
    type private FoldView = {
        Seen: int[]
        SeenRatios: float[][]
        Unseen: int[]
        UnseenRatios: float[][]
    }

    let private views team (estimator: RatioEstimator) (inputs: Inputs) : FoldView list =
        let settings = estimator.Settings

        [
            for fold in 0 .. settings.Folds - 1 do
                let roles = inputs.Simulated.Groups |> Array.map (DataSplit.role settings fold)

                let rows (wanted: Role list) =
                    [| 0 .. roles.Length - 1 |]
                    |> Array.filter (fun i -> List.contains roles[i] wanted)
                    |> thin 8000 inputs.Simulated.Sample

                let seen = rows [ Role.Training ]
                let unseen = rows [ Role.Normalisation; Role.Check ]

                {
                    Seen = seen
                    SeenRatios = estimator.OfFold(team, fold, gather inputs seen)
                    Unseen = unseen
                    UnseenRatios = estimator.OfFold(team, fold, gather inputs unseen)
                }
        ]

    /// −ln(w_k r_k) of the events of each class, mean over events and, with w_k, over classes; with its
    /// error.
    let private loss
        (inputs: Inputs)
        (mixture: float[])
        (rows: int[])
        (ratios: float[][])
        : Measured =
        let sample = pick rows inputs.Simulated.Sample
        let weights = pick rows inputs.Weights

        let losses = sample |> Array.mapi (fun j k -> -Math.Log(mixture[k] * ratios[k].[j]))

        Normalisation.mean mixture sample weights losses

    let private mean (values: Measured list) : Measured =
        let n = float values.Length

        {
            Value = (values |> List.sumBy _.Value) / n
            Error = sqrt (values |> List.sumBy (fun m -> m.Error * m.Error)) / n
        }

    /// Overtraining of each sample, and the gap of the losses.
    let overtraining
        (team: ThreadTeam)
        (limits: CheckLimits)
        (estimator: RatioEstimator)
        (inputs: Inputs)
        : Check list * Overtraining list * LossGap =
        let mixture = Seq.toArray estimator.Mixture.Weights
        let views = views team estimator inputs

        let judged =
            inputs.Simulated.Samples
            |> Array.toList
            |> List.mapi (fun k name ->
                let own (rows: int[]) (ratios: float[][]) =
                    let kept =
                        [| 0 .. rows.Length - 1 |]
                        |> Array.filter (fun j ->
                            inputs.Simulated.Sample[rows[j]] = k && inputs.Weights[rows[j]] > 0.0)

                    kept |> Array.map (fun j -> Math.Log ratios[k].[j]),
                    kept |> Array.map (fun j -> inputs.Weights[rows[j]])

                views
                |> List.map (fun view ->
                    let seen, seenWeights = own view.Seen view.SeenRatios
                    let unseen, unseenWeights = own view.Unseen view.UnseenRatios

                    {
                        Seen = seen
                        SeenWeights = seenWeights
                        Unseen = unseen
                        UnseenWeights = unseenWeights
                    })
                |> OvertrainingCheck.run limits name)

        let gap = {
            Seen = views |> List.map (fun v -> loss inputs mixture v.Seen v.SeenRatios) |> mean
            Unseen =
                views |> List.map (fun v -> loss inputs mixture v.Unseen v.UnseenRatios) |> mean
            Ignorant = -(mixture |> Array.sumBy (fun w -> w * Math.Log w))
        }

        List.map fst judged @ [ LossGapCheck.run limits gap ], List.map snd judged, gap

    /// The spread of ln r between folds and members on a few thousand events.
    let logRatios
        (team: ThreadTeam)
        (estimator: RatioEstimator)
        (inputs: Inputs)
        : LogRatioStability list =
        let settings = estimator.Settings

        if settings.Folds < 2 && settings.Members < 2 then
            []
        else
            let rows =
                [| 0 .. inputs.Weights.Length - 1 |]
                |> Array.filter (fun i -> inputs.Weights[i] > 0.0)
                |> thin 4000 inputs.Simulated.Sample

            let features = gather inputs rows

            let all =
                Array.init settings.Folds (fun f ->
                    Array.init settings.Members (fun m -> estimator.OfMember(team, f, m, features)))

            let mixture = Seq.toArray estimator.Mixture.Weights

            let reference =
                let sample, weights = pick rows inputs.Simulated.Sample, pick rows inputs.Weights
                let sums = Array.zeroCreate<float> mixture.Length
                Array.iter2 (fun k w -> sums[k] <- sums[k] + w) sample weights

                Array.map2 (fun k w -> mixture[k] * w / sums[k]) sample weights

            inputs.Simulated.Samples
            |> Array.toList
            |> List.mapi (fun k name ->
                all
                |> Array.map (Array.map (fun r -> r[k] |> Array.map Math.Log))
                |> StabilityCheck.logRatios name reference)

    /// The parameter of interest by the networks of each fold on their own held-out events, and by each
    /// member.
    let parameter
        (team: ThreadTeam)
        (estimator: RatioEstimator)
        (inputs: Inputs)
        (learned: LearnedModel)
        : ParameterStability =
        let settings = estimator.Settings
        let simulated = learned.Simulated
        let nominal = LearnedModel.nominal learned

        let step (part: SimulatedEvents) ratios =
            MixtureDensity.oneStep learned part (MixtureDensity.truth learned part nominal) ratios

        let part rows =
            SimulatedEvents.take rows simulated.Yields simulated

        let foldOf =
            simulated.Groups |> Array.map (DataSplit.fold settings.Seed settings.Folds)

        let folds = [
            if settings.Folds > 1 then
                for f in 0 .. settings.Folds - 1 do
                    let rows = [| 0 .. foldOf.Length - 1 |] |> Array.filter (fun i -> foldOf[i] = f)
                    step (part rows) (learned.Ratios |> Array.map (pick rows)) |> fst
        ]

        let members = [
            if settings.Members > 1 then
                let all =
                    inputs.Simulated.Groups
                    |> Array.map (DataSplit.fold settings.Seed settings.Folds)

                let rows =
                    [| 0 .. all.Length - 1 |]
                    |> Array.filter (fun i ->
                        settings.Folds > 1
                        || (match DataSplit.role settings 0 inputs.Simulated.Groups[i] with
                            | Role.Normalisation
                            | Role.Check -> true
                            | Role.Training
                            | Role.Validation -> false))
                    |> thin 40000 inputs.Simulated.Sample

                let events = SimulatedEvents.take rows inputs.Simulated.Yields inputs.Simulated

                for m in 0 .. settings.Members - 1 do
                    let ratios =
                        simulated.Samples
                        |> Array.map (fun _ -> Array.zeroCreate<float> rows.Length)

                    for f in 0 .. settings.Folds - 1 do
                        let places =
                            [| 0 .. rows.Length - 1 |] |> Array.filter (fun j -> all[rows[j]] = f)

                        let values =
                            estimator.OfMember(team, f, m, gather inputs (pick places rows))

                        for k in 0 .. ratios.Length - 1 do
                            places |> Array.iteri (fun n j -> ratios[k][j] <- values[k].[n])

                    (step events ratios |> fst).Value
        ]

        {
            Folds = folds
            Members = members
            Expected = step simulated learned.Ratios |> snd
        }
