namespace Nsbi.Learn.Networks

open System
open Nsbi.Kernels
open Nsbi.Learn.Autodiff

/// Rows of a table that are one update, and what their loss counts for in the mean of an epoch.
[<Struct>]
type internal LoopBatch = {
    Table: Table
    Rows: ReadOnlyMemory<int>
    Weight: float
}

/// What a training loop runs over: the batches of an epoch, and the loss that is watched.
type internal ILoopFeed =
    inherit IDisposable
    /// Updates per epoch.
    abstract Steps: int
    /// Rows of the largest batch.
    abstract Capacity: int
    /// Sum of the weights of an epoch's batches.
    abstract Total: float
    /// Called before the first update of an epoch, counted from 0, and after a resumption within one: what
    /// follows is a function of that number alone.
    abstract Begin: epoch: int -> unit
    /// The batch of an update of the running epoch; good until the next call.
    abstract Batch: step: int -> LoopBatch
    /// The validation loss at these parameters.
    abstract Validate: parameters: Values -> float

/// The rows of one table in an order that is drawn anew in each epoch.
[<Sealed>]
type internal RowFeed
    (
        seed: uint64,
        batchSize: int,
        strata: int[],
        training: TrainingSet,
        beforeEpoch: int -> unit,
        losses: Plan,
        validate: Plan -> float
    ) =
    let steps = (training.Rows + batchSize - 1) / batchSize

    let bound step =
        int (int64 training.Rows * int64 step / int64 steps)

    let order = Array.zeroCreate<int> training.Rows

    interface ILoopFeed with
        member _.Steps: int = steps
        member _.Capacity: int = min training.Rows batchSize
        member _.Total: float = float training.Rows

        member _.Begin(epoch: int) : unit =
            beforeEpoch epoch
            let mutable stream = RandomStream(seed, "order of events", uint64 epoch)

            for i in 0 .. order.Length - 1 do
                order[i] <- i

            stream.Shuffle(Span order)
            Strata.spread strata order

        member _.Batch(step: int) : LoopBatch =
            let first = bound step
            let count = bound (step + 1) - first

            {
                Table = training.Table
                Rows = ReadOnlyMemory(order, first, count)
                Weight = float count
            }

        member _.Validate(parameters: Values) : float =
            losses.SetParameters parameters
            validate losses

    interface IDisposable with
        member _.Dispose() = (losses :> IDisposable).Dispose()
