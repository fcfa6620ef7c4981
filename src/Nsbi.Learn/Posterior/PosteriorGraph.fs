namespace Nsbi.Learn.Posterior

open Nsbi.Learn.Autodiff
open Nsbi.Learn.Autodiff.Words

/// The program of a posterior: embedding and density head, from the rows of a <c>SetBuffer</c> to the loss.
[<RequireQualifiedAccess>]
module internal PosteriorGraph =
    /// What is trained.
    let parameters (features: int) (prior: Prior) (settings: PosteriorSettings) : Node list =
        let context = EmbeddingGraph.contextColumns features settings.Embedding

        EmbeddingGraph.parameters features settings.Embedding
        @ HeadGraph.parameters settings.Head prior context

    /// First values; the density is close to the prior for every set.
    let initialValues (features: int) (prior: Prior) (settings: PosteriorSettings) : Values =
        let context = EmbeddingGraph.contextColumns features settings.Embedding
        let head = HeadGraph.initialValues (settings.Seed + 2UL) settings.Head prior context

        EmbeddingGraph.initialValues settings.Seed features settings.Embedding
        |> Map.fold (fun values name value -> Map.add name value values) head

    /// −Σ_s u_s ln q(φ_s | set s) and Σ_s u_s, 1 x 1, of a batch of sets; weights: the arrays of parameters.
    let losses
        (features: int)
        (prior: Prior)
        (settings: PosteriorSettings)
        (scales: SetScales)
        (weights: Node list)
        : Node * Node =
        let embedding = settings.Embedding
        let sets = settings.BatchSize
        let group = sumGroups sets (input "set" 1)
        let w = input "w" 1
        let sums = group (w * EmbeddingGraph.encode embedding weights (input "x" features))
        let used = group (input "u" 1)

        let density =
            EmbeddingGraph.summarise embedding scales sums (group w)
            |> EmbeddingGraph.decode embedding weights
            |> fun context ->
                group (input "phi" prior.Count)
                |> HeadGraph.logDensity settings.Head prior weights context

        -(sumRows (used * density)), sumRows used
