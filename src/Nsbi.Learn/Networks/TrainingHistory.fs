namespace Nsbi.Learn.Networks

/// <summary>What happened in one pass over the training events.</summary>
type EpochRecord = {
    /// From 1.
    Epoch: int
    /// Mean loss of the batches, each before its update, with dropout; nats per unit weight.
    TrainLoss: float
    /// Loss on the validation events after the pass, without dropout; nats per unit weight.
    ValidationLoss: float
    /// The learning rate of the last update.
    LearningRate: float
}

/// <summary>How a training ended.</summary>
[<RequireQualifiedAccess>]
type TrainingEnding =
    /// All epochs were run.
    | Completed
    /// The validation loss had no new minimum for longer than the patience.
    | StoppedEarly
    /// A loss was not a finite number: lower the learning rate, look at the features' tails. The
    /// weights are those of the best epoch before.
    | Diverged

/// <summary>The course of a training.</summary>
type TrainingHistory = {
    /// The epochs in their order.
    Epochs: EpochRecord list
    /// The epoch whose weights were kept; 0 if these are the first weights.
    BestEpoch: int
    /// How it ended.
    Ending: TrainingEnding
} with

    /// The least validation loss; NaN without an epoch.
    member this.BestLoss: float =
        this.Epochs
        |> List.tryFind (fun record -> record.Epoch = this.BestEpoch)
        |> Option.map _.ValidationLoss
        |> Option.defaultValue nan
