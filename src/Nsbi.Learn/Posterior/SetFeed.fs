namespace Nsbi.Learn.Posterior

open System
open Nsbi.Kernels
open Nsbi.Learn.Autodiff
open Nsbi.Learn.Networks

/// Room for the events of a batch of sets as the rows of a table: "x" standardised features, "set" the number of
/// the set in the batch, "w" the event's weight, and on the first row of each set "phi", its parameters, and "u": 1,
/// or 0 where a set fills up a short batch. A set without events has one row of weight 0.
[<Sealed>]
type internal SetBuffer
    (team: ThreadTeam, features: int, parameters: int, sets: int, most: int, scales: SetScales) =
    let capacity = sets * max 1 most
    let width = features + 3 + parameters
    let data = Array.zeroCreate<float32>(capacity * width)
    let blocks = [ "x", features; "set", 1; "w", 1; "u", 1; "phi", parameters ]
    let table = Table.OfSingles(blocks, data)
    let numbers = Array.init capacity id
    let drawn = Array.zeroCreate<EventSet> sets
    let first = Array.zeroCreate<int>(sets + 1)

    let write (used: int) (set: int) =
        let source = drawn[set]
        let count = source.Features.Length / features

        for row in first[set] .. first[set + 1] - 1 do
            let at = row * width
            let i = row - first[set]

            if i < count then
                Standardisation.row
                    scales.Features
                    (ReadOnlySpan(source.Features, i * features, features))
                    (Span(data, at, features))
            else
                Array.fill data at features 0f

            data[at + features] <- float32 set

            data[at + features + 1] <-
                if i >= count then 0f
                elif source.Weights.Length = 0 then 1f
                else float32 source.Weights[i]

            let isFirst = i = 0
            data[at + features + 2] <- if isFirst && set < used then 1f else 0f

            for k in 0 .. parameters - 1 do
                data[at + features + 3 + k] <- if isFirst then float32 source.Parameters[k] else 0f

    member _.Capacity: int = capacity

    /// Fills the table with 1 ≤ count ≤ S sets; the others are without events, at parameters that are possible.
    member _.Fill(count: int, draw: int -> EventSet) : LoopBatch =
        team.For(count, fun set _ -> drawn[set] <- draw set)

        for set in count .. sets - 1 do
            drawn[set] <- {
                drawn[0] with
                    Features = [||]
                    Weights = [||]
            }

        for set in 0 .. sets - 1 do
            let rows = max 1 (drawn[set].Features.Length / features)
            first[set + 1] <- first[set] + rows

        team.For(sets, fun set _ -> write count set)

        {
            Table = table
            Rows = ReadOnlyMemory(numbers, 0, first[sets])
            Weight = float count
        }

/// Batches of sets, drawn when they are needed.
[<Sealed>]
type internal SetFeed(source: ISetSource, batchSize: int, buffer: SetBuffer, losses: Plan) =
    let steps = (source.Sets + batchSize - 1) / batchSize

    let bound step =
        int (int64 source.Sets * int64 step / int64 steps)

    let mutable epoch = 0

    interface ILoopFeed with
        member _.Steps: int = steps
        member _.Capacity: int = buffer.Capacity
        member _.Total: float = float source.Sets

        member _.Begin(number: int) : unit =
            epoch <- number
            source.Begin number

        member _.Batch(step: int) : LoopBatch =
            let first = bound step
            buffer.Fill(bound (step + 1) - first, fun set -> source.Draw(epoch, first + set))

        member _.Validate(parameters: Values) : float =
            let sets = source.Validation
            losses.SetParameters parameters
            let mutable sum = 0.0

            for first in 0..batchSize .. sets.Length - 1 do
                let count = min batchSize (sets.Length - first)
                let batch = buffer.Fill(count, fun set -> sets[first + set])
                losses.Run(batch.Table, batch.Rows.Span)
                sum <- sum + (losses.Output 0)[0, 0]

            sum / float sets.Length

    interface IDisposable with
        member _.Dispose() = (losses :> IDisposable).Dispose()
