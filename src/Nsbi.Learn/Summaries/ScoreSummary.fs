namespace Nsbi.Learn.Summaries

open System
open Nsbi.Kernels
open Nsbi.Learn.Networks

/// <summary>A learned observable between 0 and 1. Immutable; may be used from several threads at once, each
/// with a team of its own. Its network is saved by <c>Network.toBytes</c>.</summary>
/// <param name="network">a network of one logit</param>
[<Sealed>]
type ScoreSummary(network: Network) =
    do
        if network.OutputCount <> 1 then
            invalidArg (nameof network) $"A score is of one logit, not of {network.OutputCount}."

    /// The network of one logit.
    member _.Network: Network = network

    /// <summary>The score of each event, σ(logit).</summary>
    /// <param name="team">the threads to run on</param>
    /// <param name="features">n x F, row-major</param>
    /// <returns>n numbers in [0, 1]; NaN where a feature is NaN</returns>
    /// <exception cref="T:System.ArgumentException">not whole rows</exception>
    member _.Scores(team: ThreadTeam, features: ReadOnlyMemory<float32>) : float[] =
        network.Logits(team, features)
        |> Array.map (fun z -> 1.0 / (1.0 + Math.Exp(-(float z))))

    /// <summary>The bin of each event.</summary>
    /// <param name="team">the threads to run on</param>
    /// <param name="edges">inner edges, ascending: K − 1 of them make K bins; an edge belongs to the bin above
    /// </param>
    /// <param name="features">n x F, row-major</param>
    /// <returns>n bins from 0; −1 where a feature is NaN</returns>
    /// <exception cref="T:System.ArgumentException">edges that do not ascend, or not whole rows</exception>
    member this.Bins
        (team: ThreadTeam, edges: float list, features: ReadOnlyMemory<float32>)
        : int[] =
        if List.pairwise edges |> List.exists (fun (low, high) -> not (low < high)) then
            invalidArg (nameof edges) "Edges ascend."

        let edges = Array.ofList edges

        this.Scores(team, features)
        |> Array.map (fun score ->
            if Double.IsNaN score then
                -1
            else
                match Array.tryFindIndex (fun edge -> score < edge) edges with
                | Some bin -> bin
                | None -> edges.Length)

    /// A line for people.
    override _.ToString() : string = $"score of {network}"
