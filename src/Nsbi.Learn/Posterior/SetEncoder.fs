namespace Nsbi.Learn.Posterior

open System
open Nsbi.Kernels
open Nsbi.Learn.Autodiff
open Nsbi.Learn.Autodiff.Words
open Nsbi.Learn.Networks

/// <summary>The per-event network of an embedding, ready to run on events in chunks, and the sums over them.
/// </summary>
/// <remarks>The network in float32, the sums in double precision, event after event: events that are added in
/// several portions give the same bits as in one. One call at a time.</remarks>
[<Sealed>]
type internal SetEncoder
    (team: ThreadTeam, embedding: SetEmbedding, scales: SetScales, values: Values) =
    let features = scales.Features.Shift.Length
    let columns = EmbeddingGraph.pooledColumns features embedding
    let capacity = 2048

    let plan =
        let weights = EmbeddingGraph.parameters features embedding
        let output = EmbeddingGraph.encode embedding weights (input "x" features)
        let plan = Plan.Compile(team, Precision.Single, capacity, [ output ])
        plan.SetParameters values
        plan

    let block = Array.zeroCreate<float32>(capacity * features)
    let table = Table.OfSingles([ "x", features ], block)
    let numbers = Array.init capacity id

    /// Number of sums.
    member _.Columns: int = columns

    /// Adds Σ_i w_i e(x_i) to the sums; events n x F, weights of length n or none.
    member _.Add
        (events: ReadOnlySpan<float32>, weights: ReadOnlySpan<float32>, sums: float[])
        : unit =
        let rows = events.Length / features

        for first in 0..capacity .. rows - 1 do
            let count = min capacity (rows - first)

            for i in 0 .. count - 1 do
                Standardisation.row
                    scales.Features
                    (events.Slice((first + i) * features, features))
                    (Span(block, i * features, features))

            plan.Run(table, ReadOnlySpan(numbers, 0, count))
            let outputs = plan.Output 0

            for i in 0 .. count - 1 do
                let weight = if weights.Length = 0 then 1.0 else float weights[first + i]

                for j in 0 .. columns - 1 do
                    sums[j] <- sums[j] + weight * outputs[i, j]

    interface IDisposable with
        member _.Dispose() = (plan :> IDisposable).Dispose()
