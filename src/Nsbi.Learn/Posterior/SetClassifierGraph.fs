namespace Nsbi.Learn.Posterior

open Nsbi.Kernels
open Nsbi.Learn.Autodiff
open Nsbi.Learn.Autodiff.Words
open Nsbi.Learn.Networks

/// <summary>Shift and scale of a tested value.</summary>
[<Struct>]
type internal TestedScale = { Shift: float; Scale: float }

/// The program of a classifier of sets. F: features, P: tested values, S: sets.
[<RequireQualifiedAccess>]
module internal SetClassifierGraph =
    let private headInputs features tested (settings: SetClassifierSettings) =
        EmbeddingGraph.contextColumns features settings.Embedding + tested

    /// Arrays of the embedding, and of the network behind.
    let parameters
        (features: int)
        (tested: int)
        (settings: SetClassifierSettings)
        : Node list * (Node * Node) list =
        let widths = headInputs features tested settings :: settings.Head.Hidden @ [ 1 ]

        EmbeddingGraph.parameters features settings.Embedding,
        List.pairwise widths
        |> List.mapi (fun l (rows, columns) ->
            parameter $"head.w{l}" rows columns, parameter $"head.b{l}" 1 columns)

    /// First values; both answers are as probable for every set.
    let initialValues (features: int) (tested: int) (settings: SetClassifierSettings) : Values =
        let inputs = headInputs features tested settings

        let head =
            NetworkGraph.initialValues (settings.Seed + 2UL) settings.Head inputs 1
            |> NetworkGraph.startingAtOne Nsbi.Learn.Losses.OutputMap.Sigmoid settings.Head

        let embedding =
            EmbeddingGraph.initialValues settings.Seed features settings.Embedding

        Map.fold (fun values name value -> Map.add $"head.{name}" value values) embedding head

    /// The logit of "the tested value is right", S x 1, of sums over events, numbers of events and tested values.
    let logits
        (settings: SetClassifierSettings)
        (scales: SetScales)
        (testedScales: TestedScale list)
        (weights: Node list, head: (Node * Node) list)
        (sums: Node, count: Node, tested: Node)
        : Node =
        let shift = constantRow (testedScales |> List.map _.Shift)
        let scale = constantRow (testedScales |> List.map _.Scale)

        let context =
            EmbeddingGraph.summarise settings.Embedding scales sums count
            |> EmbeddingGraph.decode settings.Embedding weights

        NetworkGraph.logitsOf settings.Head head (concat [ context; (tested - shift) * scale ])

    /// The sum of the cross-entropies of a batch of sets, and their number, 1 x 1.
    let losses
        (features: int)
        (settings: SetClassifierSettings)
        (scales: SetScales)
        (testedScales: TestedScale list)
        (weights: Node list, head: (Node * Node) list)
        : Node * Node =
        let group = sumGroups settings.BatchSize (input "set" 1)
        let w = input "w" 1
        let encoded = EmbeddingGraph.encode settings.Embedding weights (input "x" features)
        let used = group (input "u" 1)
        let tested = testedScales.Length
        let pair = group (input "phi" (tested + 1))

        let logits =
            logits
                settings
                scales
                testedScales
                (weights, head)
                (group (w * encoded), group w, slice 0 tested pair)

        let label = column tested pair
        sumRows (used * binaryCrossEntropy label logits), sumRows used
