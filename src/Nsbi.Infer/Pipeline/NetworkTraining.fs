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
    /// Ends the work with an OperationCanceledException.
    Cancellation: CancellationToken
}

/// <summary>Trains the networks of an estimator as durable tasks.</summary>
[<RequireQualifiedAccess>]
module NetworkTraining =

    let private saveEvery = TimeSpan.FromSeconds 2.0
    let private fileName = "network.json"

    let private runTask (context: PipelineContext) (prefix: string) (task: TrainingTask) threads =
        let spec = {
            Name = prefix + task.Name
            Seed = task.Seed
            Inputs = []
            Settings = task.Settings
        }

        let clock = Stopwatch.StartNew()

        let result =
            context.Store.Run(
                spec,
                fun store ->
                    use team = new ThreadTeam(threads)

                    let bytes =
                        task.Run {
                            Team = team
                            Progress = context.Training
                            Cancellation = context.Cancellation
                            Checkpoint = store.LoadCheckpoint()
                            Save = store.SaveCheckpoint
                            SaveEvery = saveEvery
                        }

                    [ fileName, bytes ]
            )

        let seconds = if result.Reused then 0.0 else clock.Elapsed.TotalSeconds
        task.Name, result.Read fileName, seconds

    /// <summary>Runs tasks side by side, one thread each, or one by one with all threads where there are
    /// fewer tasks than threads. The bytes do not depend on it.</summary>
    let private runAll (context: PipelineContext) prefix (tasks: TrainingTask list) =
        let tasks = List.toArray tasks
        let results = Array.zeroCreate<string * byte[] * float> tasks.Length

        if tasks.Length < context.Threads then
            for i in 0 .. tasks.Length - 1 do
                results[i] <- runTask context prefix tasks[i] context.Threads
        else
            use team = new ThreadTeam(context.Threads)
            team.For(tasks.Length, (fun i _ -> results[i] <- runTask context prefix tasks[i] 1))

        Array.toList results

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
            let trained = runAll context prefix tasks
            let preprocessing = FittedFeaturesJson.toText features
            use team = new ThreadTeam(context.Threads)

            EstimatorAssembly.ofNetworks team settings mixture events (Some preprocessing) [
                for name, bytes, _ in trained -> name, bytes
            ]
            |> Result.bind (fun estimator ->
                let networks =
                    trained
                    |> List.map (fun (name, bytes, seconds) ->
                        Network.ofBytes name bytes
                        |> Result.map (fun network -> {
                            Name = prefix + name
                            Loss = network.History.BestLoss
                            Seconds = seconds
                            Network = network
                        }))

                let faults =
                    networks
                    |> List.collect (fun result ->
                        match result with
                        | Ok _ -> []
                        | Error faults -> faults)

                if faults.IsEmpty then
                    Ok(estimator, List.choose Result.toOption networks)
                else
                    Error faults))

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
