namespace Nsbi.Infer

open System
open System.Threading
open Nsbi.Learn
open Nsbi.Learn.Networks

/// Where a pipeline stands.
type PipelineProgress =
    /// A stage begins.
    | Stage of sentence: string
    /// A network is being trained.
    | Training of TrainingProgress
    /// How far all networks of the stage are.
    | Trainings of TrainingList
    /// How far the pseudo-experiments of a stage are.
    | Toys of stage: string * progress: ToyProgress

/// <summary>How a pipeline is run.</summary>
[<NoComparison; ReferenceEquality>]
type PipelineOptions = {
    /// In place of the analysis's own seed.
    Seed: uint64 option
    /// Threads to share the work; results do not depend on them.
    Threads: int
    /// Look at the data of a blind analysis, once all its checks passed.
    Unblind: bool
    /// Told of stages, trainings and pseudo-experiments, from any thread.
    Progress: IProgress<PipelineProgress>
    /// Ends the run with an OperationCanceledException; run again, it continues.
    Cancellation: CancellationToken
}

/// <summary>Why a pipeline gave no result.</summary>
type PipelineFault =
    /// The input is wrong; every fault, a sentence each.
    | WrongInput of sentences: string list
    /// A stage did not succeed.
    | NotSuccessful of sentences: string list

/// What stages have in common.
[<RequireQualifiedAccess>]
module internal PipelineStage =

    let wrong result =
        result |> Result.mapError (fun faults -> WrongInput(Fault.sentences faults))

    /// What long stages are given.
    let context (options: PipelineOptions) (store: TaskStore) : PipelineContext = {
        Store = store
        Threads = options.Threads
        Training = {
            new IProgress<TrainingProgress> with
                member _.Report progress =
                    options.Progress.Report(Training progress)
        }
        Trainings = {
            new IProgress<TrainingList> with
                member _.Report progress =
                    options.Progress.Report(Trainings progress)
        }
        Cancellation = options.Cancellation
    }

    /// Says that a stage begins, unless the pipeline was cancelled.
    let begins (options: PipelineOptions) (sentence: string) : unit =
        options.Cancellation.ThrowIfCancellationRequested()
        options.Progress.Report(Stage sentence)
