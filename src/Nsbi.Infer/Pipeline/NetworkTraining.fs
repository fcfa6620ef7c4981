namespace Nsbi.Infer

open System
open System.Diagnostics
open System.Threading
open Nsbi.Kernels
open Nsbi.Learn
open Nsbi.Learn.Events
open Nsbi.Learn.Networks

/// <summary>A finished training.</summary>
type TrainedNetwork = {
    /// Unique in the analysis.
    Name: string
    /// Least validation loss.
    Loss: float
    /// Seconds of this run; 0 where it was finished before.
    Seconds: float
    /// The network itself.
    Network: Network
}

/// <summary>What long stages are given beside their input; none of it has an influence on results.
/// </summary>
[<NoComparison; ReferenceEquality>]
type PipelineContext = {
    /// Where results are kept.
    Store: TaskStore
    /// Threads to share the work.
    Threads: int
    /// Told of each network in training, from any thread.
    Training: IProgress<TrainingProgress>
    /// Told how far the whole list of trainings is, from any thread.
    Trainings: IProgress<TrainingList>
    /// Ends the work with an OperationCanceledException.
    Cancellation: CancellationToken
}

/// <summary>The trainings of one estimator.</summary>
[<NoComparison; ReferenceEquality>]
type TrainingJob = {
    /// Before the names of the tasks, to tell estimators apart.
    Prefix: string
    /// The trainings.
    Tasks: TrainingTask list
}

/// <summary>What a training left behind.</summary>
[<NoComparison; ReferenceEquality>]
type TrainingOutcome = {
    /// The name of the task in its estimator.
    Task: string
    /// The network.
    Bytes: byte[]
    /// Seconds of this run; 0 where it was finished before.
    Seconds: float
}

/// <summary>Trains the networks of estimators as durable tasks.</summary>
[<RequireQualifiedAccess>]
module NetworkTraining =

    let private saveEvery = TimeSpan.FromSeconds 2.0
    let private fileName = "network.json"

    let private runTask
        (context: PipelineContext)
        (clock: TrainingClock)
        place
        prefix
        task
        threads
        =
        let task: TrainingTask = task

        let spec = {
            Name = prefix + task.Name
            Seed = task.Seed
            Inputs = []
            Settings = task.Settings
        }

        let watch = Stopwatch.StartNew()

        let progress = {
            new IProgress<TrainingProgress> with
                member _.Report report =
                    clock.At(place, (float report.Epoch + report.Fraction) / float report.Epochs)

                    context.Training.Report {
                        report with
                            Network = prefix + report.Network
                    }
        }

        let result =
            context.Store.Run(
                spec,
                fun store ->
                    use team = new ThreadTeam(threads)

                    let bytes =
                        task.Run {
                            Team = team
                            Progress = progress
                            Cancellation = context.Cancellation
                            Checkpoint = store.LoadCheckpoint()
                            Save = store.SaveCheckpoint
                            SaveEvery = saveEvery
                        }

                    [ fileName, bytes ]
            )

        clock.Finish(place, result.Reused)

        {
            Task = task.Name
            Bytes = result.Read fileName
            Seconds = if result.Reused then 0.0 else watch.Elapsed.TotalSeconds
        }

    /// <summary>Runs the trainings of all jobs that are not done yet: side by side, one thread each, or
    /// one by one with all threads where there are fewer tasks than threads. The bytes do not depend on
    /// it.</summary>
    /// <param name="context">where results are kept, and how to run</param>
    /// <param name="jobs">the trainings</param>
    /// <returns>the networks of each job</returns>
    let train (context: PipelineContext) (jobs: TrainingJob list) : TrainingOutcome list list =
        let tasks = [|
            for job in jobs do
                for task in job.Tasks do
                    job.Prefix, task
        |]

        let clock = TrainingClock(tasks.Length, context.Trainings)
        let results = Array.zeroCreate<TrainingOutcome> tasks.Length

        let run i threads =
            let prefix, task = tasks[i]
            results[i] <- runTask context clock i prefix task threads

        if tasks.Length < context.Threads then
            for i in 0 .. tasks.Length - 1 do
                run i context.Threads
        else
            use team = new ThreadTeam(context.Threads)
            team.For(tasks.Length, (fun i _ -> run i 1))

        jobs
        |> List.mapFold
            (fun start job ->
                let next = start + job.Tasks.Length
                Array.toList results[start .. next - 1], next)
            0
        |> fst

    /// <summary>The networks of a job, or what is wrong with their bytes.</summary>
    let networks
        (job: TrainingJob)
        (outcomes: TrainingOutcome list)
        : Result<TrainedNetwork list, Fault list> =
        let networks =
            outcomes
            |> List.map (fun outcome ->
                Network.ofBytes outcome.Task outcome.Bytes
                |> Result.map (fun network -> {
                    Name = job.Prefix + outcome.Task
                    Loss = network.History.BestLoss
                    Seconds = outcome.Seconds
                    Network = network
                }))

        Fault.collect networks

    /// <summary>The estimator of ratios to a mixture and its networks, of finished trainings.</summary>
    /// <param name="context">how to run</param>
    /// <param name="settings">of the estimator</param>
    /// <param name="mixture">the reference density</param>
    /// <param name="features">how the features were made, kept with the estimator</param>
    /// <param name="events">what was trained on</param>
    /// <param name="job">the trainings</param>
    /// <param name="outcomes">what they left behind</param>
    let assemble
        (context: PipelineContext)
        (settings: EstimatorSettings)
        (mixture: ReferenceMixture)
        (features: FittedFeatures)
        (events: LabelledEvents)
        (job: TrainingJob)
        (outcomes: TrainingOutcome list)
        : Result<RatioEstimator * TrainedNetwork list, Fault list> =
        use team = new ThreadTeam(context.Threads)
        let preprocessing = FittedFeaturesJson.toText features

        EstimatorAssembly.ofNetworks team settings mixture events (Some preprocessing) [
            for outcome in outcomes -> outcome.Task, outcome.Bytes
        ]
        |> Result.bind (fun estimator ->
            networks job outcomes |> Result.map (fun networks -> estimator, networks))

    /// <summary>Trains what is not trained yet and assembles the estimator.</summary>
    /// <param name="context">where results are kept, and how to run</param>
    /// <param name="prefix">before the names of the tasks, to tell stages apart</param>
    /// <param name="settings">of the estimator</param>
    /// <param name="mixture">the reference density</param>
    /// <param name="features">how the features were made, kept with the estimator</param>
    /// <param name="events">what is trained on</param>
    /// <returns>the estimator and its networks, or every fault of settings and events</returns>
    let run
        (context: PipelineContext)
        (prefix: string)
        (settings: EstimatorSettings)
        (mixture: ReferenceMixture)
        (features: FittedFeatures)
        (events: LabelledEvents)
        : Result<RatioEstimator * TrainedNetwork list, Fault list> =
        TrainingTask.ofEstimator settings mixture events
        |> Result.bind (fun tasks ->
            let job = { Prefix = prefix; Tasks = tasks }

            train context [ job ]
            |> List.exactlyOne
            |> assemble context settings mixture features events job)

    /// <summary>Events as one class of a training.</summary>
    let internal part
        (features: FittedFeatures)
        (name: string)
        (table: EventTable)
        (groups: uint64[])
        : Result<int * ClassEvents, Fault list> =
        FittedFeatures.apply features table
        |> Result.map (fun matrix ->
            matrix.Columns,
            {
                Name = name
                Features = matrix.Values
                Weights = EventTable.weights table
                Groups = groups
            })

    /// <summary>The events of some samples as classes of a training.</summary>
    /// <param name="policy">what to do with negative weights</param>
    /// <param name="features">the features of the networks</param>
    /// <param name="simulated">the events of all samples</param>
    /// <param name="samples">the samples that are classes, in the order of their numbers</param>
    /// <param name="rows">the events to take</param>
    let classes
        (policy: NegativeWeights)
        (features: FittedFeatures)
        (simulated: SimulatedEvents)
        (samples: string list)
        (rows: int[])
        : Result<LabelledEvents, Fault list> =
        FittedFeatures.apply features simulated.Events
        |> Result.bind (fun matrix ->
            let weights = EventTable.weights simulated.Events
            let width = matrix.Columns

            let part (name: string) =
                let k = Array.IndexOf(simulated.Samples, name)
                let rows = rows |> Array.filter (fun i -> simulated.Sample[i] = k)
                let values = Array.zeroCreate<float32>(rows.Length * width)

                rows
                |> Array.iteri (fun n i ->
                    Array.blit matrix.Values (i * width) values (n * width) width)

                {
                    Name = name
                    Features = values
                    Weights = rows |> Array.map (fun i -> weights[i])
                    Groups = rows |> Array.map (fun i -> simulated.Groups[i])
                }

            LabelledEvents.create policy width (List.map part samples))
