namespace Nsbi.Learn.Networks

open System
open Nsbi.Kernels
open Nsbi.Learn.Autodiff
open Nsbi.Learn.Autodiff.Words
open Nsbi.Learn.Losses

/// The programs of a classifier: logits, losses, first weights. Inputs: "x" (standardised features);
/// for one logit "y" (label in [0, 1]) and "w" (weight), for K logits "t" (weight in each class).
[<RequireQualifiedAccess>]
module internal NetworkGraph =
    let private widths (architecture: Architecture) inputs outputs =
        List.pairwise (inputs :: architecture.Hidden @ [ outputs ])

    /// W_l and b_l of the layers from the input to the output.
    let parameters (architecture: Architecture) (inputs: int) (outputs: int) : (Node * Node) list =
        widths architecture inputs outputs
        |> List.mapi (fun l (rows, columns) ->
            parameter $"w{l}" rows columns, parameter $"b{l}" 1 columns)

    /// The logits of any rows x, batch x outputs.
    let logitsOf (architecture: Architecture) (layers: (Node * Node) list) (x: Node) : Node =
        let last = layers.Length - 1

        let layer (x: Node) (l: int, (w: Node, b: Node)) =
            if l = last then
                dense Activation.Identity w b x
            else
                dense architecture.Activation w b x |> dropout $"d{l}" architecture.Dropout

        List.fold layer x (List.indexed layers)

    /// The logits of the input "x", batch x outputs.
    let logits (architecture: Architecture) (inputs: int) (layers: (Node * Node) list) : Node =
        logitsOf architecture layers (input "x" inputs)

    /// The weighted loss of each row, batch x 1; of several logits the cross-entropy.
    let rowLoss (loss: Loss) (output: OutputMap) (outputs: int) (logits: Node) : Node =
        if outputs = 1 then
            input "w" 1 * LogitLoss.ofRows loss output (input "y" 1) logits
        else
            crossEntropy (input "t" outputs) logits

    /// Weights N(0, g/fan-in), biases 0: g = 2 behind which a rectifier-like activation follows (He et
    /// al., arXiv:1502.01852), else 1.
    let initialValues
        (seed: uint64)
        (architecture: Architecture)
        (inputs: int)
        (outputs: int)
        : Values =
        let gain last =
            match architecture.Activation with
            | _ when last -> 1.0
            | Activation.Tanh
            | Activation.Sigmoid -> 1.0
            | _ -> 2.0

        widths architecture inputs outputs
        |> List.mapi (fun l (rows, columns) ->
            let sigma = sqrt (gain (l = architecture.Hidden.Length) / float rows)
            let mutable stream = RandomStream(seed, "weights", uint64 l)
            let values = Array2D.zeroCreate<float> rows columns

            for i in 0 .. rows - 1 do
                for j in 0 .. columns - 1 do
                    values[i, j] <- float (float32 (sigma * stream.NextGaussian()))

            [ $"w{l}", values; $"b{l}", Array2D.zeroCreate 1 columns ])
        |> List.concat
        |> Map.ofList

    /// The same values with weights of zero in the output layer: the training starts at r = 1 for every
    /// event, not at a random function that it would have to unlearn where the densities hardly differ.
    let startingAtOne (output: OutputMap) (architecture: Architecture) (values: Values) : Values =
        let last = architecture.Hidden.Length
        let rows = Array2D.length1 values[$"w{last}"]
        let columns = Array2D.length2 values[$"w{last}"]

        values
        |> Map.add $"w{last}" (Array2D.zeroCreate rows columns)
        |> Map.add $"b{last}" (Array2D.create 1 columns (LogitLoss.logitOfOne output))
