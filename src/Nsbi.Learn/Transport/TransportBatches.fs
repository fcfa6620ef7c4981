namespace Nsbi.Learn.Transport

open System
open Nsbi.Kernels

// Axes: event i of a sample, draw k of a pass.

/// The events of one sample in the order in which batches take them: pass after pass, each of as many draws
/// as there are events, event i either ⌊n w_i/Σw⌋ or one more times (systematic sampling), then shuffled. With
/// equal weights a pass is a permutation. A function of (seed, pass) alone, so that any draw can be found again.
/// Draws by weight rather than weights in the loss: a batch then has B events that count, whatever the spread of
/// the weights, and no gradient is ruled by the one heavy event in it.
[<Sealed>]
type internal WeightedPasses(seed: uint64, purpose: string, weights: float[]) =
    let n = weights.Length

    let cumulative =
        let total = Array.sum weights
        let sums = Array.scan (fun sum w -> sum + w / total) 0.0 weights
        sums |> Array.map (fun sum -> sum / sums[n])

    let order = Array.zeroCreate<int> n
    let mutable drawn = -1L

    let draw (pass: int64) =
        if pass <> drawn then
            drawn <- pass
            let mutable stream = RandomStream(seed, purpose, uint64 pass)
            let offset = stream.NextDouble()
            let mutable i = 0

            for k in 0 .. n - 1 do
                let wanted = (float k + offset) / float n

                while i < n - 1 && cumulative[i + 1] <= wanted do
                    i <- i + 1

                order[k] <- i

            stream.Shuffle(Span order)

    /// The event of draw k of all draws.
    member _.Event(k: int64) : int =
        draw (k / int64 n)
        order[int (k % int64 n)]

/// Rows of batches in scaled coordinates: x and zx of a source event, y and zy of a target event, drawn
/// independently of each other.
[<Sealed>]
type internal TransportBatches
    (seed: uint64, purpose: string, batch: int, frame: TransportFrame, events: TransportEvents) =
    let features, conditions = events.FeatureCount, events.ConditionCount
    let width = 2 * (features + conditions)
    let data = Array.zeroCreate<float32>(batch * width)
    let source = WeightedPasses(seed, purpose + ", source", events.Source.Weights)
    let target = WeightedPasses(seed, purpose + ", target", events.Target.Weights)

    let table =
        let blocks = [
            "x", features
            "y", features
            if conditions > 0 then
                "zx", conditions
                "zy", conditions
        ]

        Nsbi.Learn.Autodiff.Table.OfSingles(blocks, data)

    let copy (values: float[]) count i (shift: float[]) (scale: float[]) at =
        for a in 0 .. count - 1 do
            data[at + a] <- float32 ((values[i * count + a] - shift[a]) / scale[a])

    /// Σ |u|² + |v|² over the rows.
    member _.SumOfSquares: float =
        let mutable sum = 0.0

        for row in 0 .. batch - 1 do
            for a in row * width .. row * width + 2 * features - 1 do
                sum <- sum + float data[a] * float data[a]

        sum

    /// What <c>Fill</c> fills.
    member _.Table: Nsbi.Learn.Autodiff.Table = table

    /// Puts batch number t in the table.
    member _.Fill(t: int64) : unit =
        for row in 0 .. batch - 1 do
            let k = t * int64 batch + int64 row
            let i, j = source.Event k, target.Event k
            let at = row * width
            copy events.Source.Features features i frame.SourceShift frame.Scale at
            copy events.Target.Features features j frame.TargetShift frame.Scale (at + features)

            if conditions > 0 then
                let at = at + 2 * features
                let shift, scale = frame.ConditionShift, frame.ConditionScale
                copy events.Source.Conditions conditions i shift scale at
                copy events.Target.Conditions conditions j shift scale (at + conditions)
