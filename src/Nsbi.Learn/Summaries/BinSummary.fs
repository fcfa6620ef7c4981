namespace Nsbi.Learn.Summaries

open System
open System.Text.Json
open Nsbi.Kernels
open Nsbi.Learn
open Nsbi.Learn.Networks

/// <summary>A learned observable of K bins: each event goes into the bin of its largest logit. Immutable; may
/// be used from several threads at once, each with a team of its own.</summary>
[<Sealed>]
type BinSummary internal (network: Network, temperature: float, interest: string) =
    /// The network of K logits.
    member _.Network: Network = network
    /// K.
    member _.BinCount: int = network.OutputCount
    /// T of the softmax in training.
    member _.Temperature: float = temperature
    /// The parameter for whose error it was trained.
    member _.Interest: string = interest

    /// <summary>The bin of each event, from 0: the largest logit, the first of equal ones.</summary>
    /// <param name="team">the threads to run on</param>
    /// <param name="features">n x F, row-major</param>
    /// <returns>n bins; −1 where a feature is NaN</returns>
    /// <exception cref="T:System.ArgumentException">not whole rows</exception>
    member _.Bins(team: ThreadTeam, features: ReadOnlyMemory<float32>) : int[] =
        let logits = network.Logits(team, features)
        let k = network.OutputCount

        Array.init (logits.Length / k) (fun i ->
            let mutable best = 0

            for b in 1 .. k - 1 do
                if logits[i * k + b] > logits[i * k + best] then
                    best <- b

            if Single.IsNaN logits[i * k + best] then -1 else best)

    /// <summary>Weights added up in the bins.</summary>
    /// <param name="team">the threads to run on</param>
    /// <param name="features">n x F, row-major</param>
    /// <param name="weights">one per event: of a sample its yields, of a derivative its slopes</param>
    /// <returns>Σ_i w_i of each bin, K numbers; events with a NaN feature are in none</returns>
    member this.Counts
        (team: ThreadTeam, features: ReadOnlyMemory<float32>, weights: ReadOnlyMemory<float>)
        : float[] =
        let bins = this.Bins(team, features)

        if bins.Length <> weights.Length then
            invalidArg (nameof weights) $"{weights.Length} weights for {bins.Length} events."

        let counts = Array.zeroCreate<float> this.BinCount
        let weights = weights.Span

        for i in 0 .. bins.Length - 1 do
            if bins[i] >= 0 then
                counts[bins[i]] <- counts[bins[i]] + weights[i]

        counts

    /// A line for people.
    override this.ToString() : string =
        $"summary of {this.BinCount} bins for {interest}: {network}"

/// Summaries to bytes and back.
[<RequireQualifiedAccess>]
module BinSummary =
    [<Literal>]
    let private Format = "nsbi-bin-summary-1"

    /// <summary>The summary as a JSON file: equal summaries give equal bytes.</summary>
    let toBytes (summary: BinSummary) : byte[] =
        NetworkFile.bytesOf (fun writer ->
            writer.WriteString("format", Format)
            writer.WriteString("interest", summary.Interest)
            writer.WriteNumber("temperature", summary.Temperature)
            writer.WriteStartObject "network"
            Network.write writer summary.Network
            writer.WriteEndObject())

    /// <summary>The summary of a file's bytes.</summary>
    /// <param name="source">the file, as a fault should name it</param>
    /// <param name="bytes">what <c>toBytes</c> made</param>
    /// <returns>a fault if it is another file or damaged</returns>
    let ofBytes (source: string) (bytes: byte[]) : Result<BinSummary, Fault list> =
        NetworkFile.parse source Format bytes (fun (root: JsonElement) ->
            BinSummary(
                Network.read source (root.GetProperty "network"),
                root.GetProperty("temperature").GetDouble(),
                root.GetProperty("interest").GetString()
            ))
