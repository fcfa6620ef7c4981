namespace Nsbi.Learn.Networks

open System
open Nsbi.Kernels
open Nsbi.Learn.Autodiff
open Nsbi.Learn.Autodiff.Words

/// What one network is trained with.
type internal AmplitudeProblem = {
    /// Of progress reports.
    Name: string
    Fold: int
    Member: int
    Seed: uint64
    Events: AmplitudeEvents
    /// u(θ_b), scaled.
    Points: float[][]
    /// N_b, the mean rates at the points.
    Means: float[]
    TrainingRows: int[]
    ValidationRows: int[]
}

/// <summary>The training of one network whose outputs are the triangle l(x) of a form: the loss of a
/// row is Σ_b w (ρ_b − t_b ln ρ_b) with t_b the rate at point b over its mean N_b and
/// ρ_b = |l(x)ᵀu_b|²/N_b; it is least for ρ_b = E[t_b | x], which a form can be since the mean of forms
/// is one.</summary>
module internal AmplitudeNetwork =

    /// Keeps ln ρ finite; a ratio as small is of no event.
    let private least = 1e-9

    let private table (events: AmplitudeEvents) (means: float[]) standardisation (rows: int[]) =
        let features, points = events.FeatureCount, means.Length
        let width = features + points + 1
        let data = Array.zeroCreate<float32>(rows.Length * width)
        let total = rows |> Array.sumBy (fun row -> events.Weights[row])

        for k in 0 .. rows.Length - 1 do
            let row = rows[k]
            let w = events.Weights[row] * float rows.Length / total

            Standardisation.row
                standardisation
                (ReadOnlySpan(events.Features, row * features, features))
                (Span(data, k * width, features))

            for b in 0 .. points - 1 do
                data[k * width + features + b] <- float32 (w * events.Rates[b][row] / means[b])

            data[k * width + width - 1] <- float32 w

        Table.OfSingles([ "x", features; "t", points; "w", 1 ], data)

    /// Loss of each row, batch x 1.
    let private rowLoss (points: float[][]) (means: float[]) (triangle: Node) : Node =
        let scales = means |> Array.map (fun n -> 1.0 / n)

        let ratio =
            AmplitudeForm.projections points scales
            |> Array.map (fun a -> square (matmul triangle (constantArray a)))
            |> Array.reduce (+)

        let loss =
            input "w" 1 * ratio - input "t" points.Length * log (ratio + constant least)

        sumColumns loss / constant (float points.Length)

    /// First values: those of a network, and outputs near a form that is 1 on average.
    let private initial (seed: uint64) (settings: ClassifierSettings) inputs (terms: int) =
        let places = AmplitudeForm.places terms

        let values =
            NetworkGraph.initialValues seed settings.Architecture inputs places.Length

        let last = settings.Architecture.Hidden.Length

        let bias =
            Array2D.init 1 places.Length (fun _ k ->
                let i, j = places[k]
                if i = j then 1.0 / Math.Sqrt(float terms) else 0.0)

        values
        |> Map.add $"b{last}" bias
        |> Map.change $"w{last}" (Option.map (Array2D.map (fun w -> float (float32 (0.1 * w)))))

    /// Trains until the epochs or the patience run out.
    let train
        (context: TrainingContext)
        (settings: ClassifierSettings)
        (problem: AmplitudeProblem)
        : Network =
        let events, points, means = problem.Events, problem.Points, problem.Means
        let trainingRows, validationRows = problem.TrainingRows, problem.ValidationRows
        let architecture, inputs = settings.Architecture, events.FeatureCount
        let outputs = (AmplitudeForm.places points[0].Length).Length

        let standardisation =
            trainingRows
            |> Array.map (fun row -> events.Weights[row])
            |> Standardisation.fit inputs events.Features trainingRows

        let training = table events means standardisation trainingRows
        let validation = table events means standardisation validationRows
        let layers = NetworkGraph.parameters architecture inputs outputs
        let loss = NetworkGraph.logits architecture inputs layers |> rowLoss points means

        use plan =
            TrainingPlan.Compile(
                context.Team,
                {
                    Precision = Precision.Single
                    Capacity = min trainingRows.Length settings.BatchSize
                    Seed = problem.Seed
                    Optimiser = settings.Optimiser
                },
                meanRows loss,
                layers |> List.collect (fun (w, b) -> [ w; b ]),
                initial problem.Seed settings inputs points[0].Length
            )

        use losses =
            Plan.Compile(context.Team, Precision.Single, min validationRows.Length 4096, [ loss ])

        let n = trainingRows.Length
        let steps = (n + settings.BatchSize - 1) / settings.BatchSize

        let bound step =
            int (int64 n * int64 step / int64 steps)

        let past = ResizeArray<float>()

        let validationLoss () =
            losses.SetParameters plan.Parameters
            let rows = (losses.RunAll validation).Head
            let mutable sum = 0.0

            for i in 0 .. validationRows.Length - 1 do
                sum <- sum + rows[i, 0]

            sum / float validationRows.Length

        let pass epoch =
            let order = Array.init n id
            let mutable stream = RandomStream(problem.Seed, "order of events", uint64 epoch)
            stream.Shuffle(Span order)
            let mutable sum = 0.0
            let mutable rate = 0.0

            for step in 0 .. steps - 1 do
                context.Cancellation.ThrowIfCancellationRequested()
                let elapsed = float epoch + float step / float steps

                rate <-
                    settings.LearningRate
                    * Schedule.factor settings.Schedule settings.Epochs elapsed past

                let first = bound step
                let count = bound (step + 1) - first
                let batch = plan.Step(training, ReadOnlySpan(order, first, count), rate)
                sum <- sum + batch * float count

            {
                Epoch = epoch + 1
                TrainLoss = sum / float n
                ValidationLoss = validationLoss ()
                LearningRate = rate
            }

        let report (record: EpochRecord) best isDone =
            context.Progress.Report {
                Network = problem.Name
                Fold = problem.Fold
                Member = problem.Member
                Epoch = record.Epoch
                Epochs = settings.Epochs
                Fraction = 0.0
                TrainLoss = record.TrainLoss
                ValidationLoss = record.ValidationLoss
                BestLoss = best
                IsDone = isDone
            }

        let rec run epochs best bestEpoch values =
            let record = pass (List.length epochs)
            past.Add record.ValidationLoss
            let epochs = record :: epochs

            let isKept =
                record.ValidationLoss < best
                || (not settings.KeepBest && Double.IsFinite record.ValidationLoss)

            let best, bestEpoch, values =
                if isKept then
                    record.ValidationLoss, record.Epoch, plan.Parameters
                else
                    best, bestEpoch, values

            let waited = record.Epoch - bestEpoch

            let ending =
                if
                    not (Double.IsFinite record.ValidationLoss && Double.IsFinite record.TrainLoss)
                then
                    Some TrainingEnding.Diverged
                elif settings.Patience |> Option.exists (fun patience -> waited > patience) then
                    Some TrainingEnding.StoppedEarly
                elif record.Epoch = settings.Epochs then
                    Some TrainingEnding.Completed
                else
                    None

            report record best ending.IsSome

            match ending with
            | None -> run epochs best bestEpoch values
            | Some ending ->
                Network(
                    architecture,
                    inputs,
                    outputs,
                    standardisation,
                    values,
                    {
                        Epochs = List.rev epochs
                        BestEpoch = bestEpoch
                        Ending = ending
                    },
                    settings.Loss,
                    settings.Output
                )

        run [] infinity 0 plan.Parameters
