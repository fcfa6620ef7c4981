namespace Nsbi.Learn.Networks

open System
open System.Threading
open Nsbi.Kernels

/// <summary>Where a training stands.</summary>
type TrainingProgress = {
    /// The network's name, unique in an estimator.
    Network: string
    /// Its fold, from 0.
    Fold: int
    /// Its number in the ensemble, from 0.
    Member: int
    /// Epochs done.
    Epoch: int
    /// Epochs at most.
    Epochs: int
    /// Share of the running epoch that is done, in [0, 1).
    Fraction: float
    /// Training loss of the last epoch, NaN before its end.
    TrainLoss: float
    /// Validation loss after the last epoch, NaN before its end.
    ValidationLoss: float
    /// Least validation loss so far, NaN before the end of the first epoch.
    BestLoss: float
    /// True for the last report of this network.
    IsDone: bool
}

/// <summary>What a training needs of its surroundings; none of it has an influence on the result.
/// </summary>
type TrainingContext = {
    /// The threads to run on, not used by anything else meanwhile.
    Team: ThreadTeam
    /// Told about four times a second, and after every epoch.
    Progress: IProgress<TrainingProgress>
    /// Ends the training with an OperationCanceledException within one update.
    Cancellation: CancellationToken
    /// The last bytes given to <c>Save</c> by an interrupted run of the same training.
    Checkpoint: byte[] option
    /// Keeps the bytes from which the training can be resumed.
    Save: byte[] -> unit
    /// Time between two calls of <c>Save</c>.
    SaveEvery: TimeSpan
}

/// Making contexts.
[<RequireQualifiedAccess>]
module TrainingContext =
    let private silent = {
        new IProgress<TrainingProgress> with
            member _.Report _ = ()
    }

    /// <summary>Runs on a team without progress, cancellation or checkpoints.</summary>
    let plain (team: ThreadTeam) : TrainingContext = {
        Team = team
        Progress = silent
        Cancellation = CancellationToken.None
        Checkpoint = None
        Save = ignore
        SaveEvery = TimeSpan.MaxValue
    }
