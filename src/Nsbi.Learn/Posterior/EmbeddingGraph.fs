namespace Nsbi.Learn.Posterior

open System
open Nsbi.Kernels
open Nsbi.Learn.Autodiff
open Nsbi.Learn.Autodiff.Words
open Nsbi.Learn.Networks

/// The programs of an embedding. F: features, D: pooled columns, S: sets.
[<RequireQualifiedAccess>]
module internal EmbeddingGraph =
    /// Inputs of the per-event network.
    let encoderInputs (features: int) (embedding: SetEmbedding) : int =
        features * (1 + 2 * embedding.Waves)

    /// Columns that are summed over events.
    let pooledColumns (features: int) (embedding: SetEmbedding) : int =
        embedding.Width + (if embedding.Skip then features else 0)

    /// Inputs of the decoder: what was pooled, and the number of events.
    let decoderInputs (features: int) (embedding: SetEmbedding) : int =
        let pooled = pooledColumns features embedding

        match embedding.Pooling with
        | Pooling.SumAndMean -> 2 * pooled + 1
        | _ -> pooled + 1

    /// Columns of the summary of a set.
    let contextColumns (features: int) (embedding: SetEmbedding) : int =
        let inputs = decoderInputs features embedding

        match List.tryLast embedding.Decoder.Hidden with
        | None -> inputs
        | Some width when embedding.Skip -> width + inputs
        | Some width -> width

    let private arrays (prefix: string) (widths: int list) : Node list =
        List.pairwise widths
        |> List.mapi (fun l (rows, columns) -> [
            parameter $"{prefix}.w{l}" rows columns
            parameter $"{prefix}.b{l}" 1 columns
        ])
        |> List.concat

    /// What is trained.
    let parameters (features: int) (embedding: SetEmbedding) : Node list =
        arrays
            "encoder"
            (encoderInputs features embedding :: embedding.Encoder.Hidden
             @ [ embedding.Width ])
        @ arrays "decoder" (decoderInputs features embedding :: embedding.Decoder.Hidden)

    /// The layers of one of the networks, among all arrays.
    let private layers (prefix: string) (weights: Node list) : (Node * Node) list =
        let isOf (node: Node) =
            match node.Operation with
            | Operation.Parameter name -> name.StartsWith(prefix + ".", StringComparison.Ordinal)
            | _ -> false

        weights
        |> List.filter isOf
        |> List.chunkBySize 2
        |> List.map (fun pair -> pair[0], pair[1])

    /// Of standardised events x, any rows x F: what is summed over events, rows x D; weights: the arrays of
    /// parameters.
    let encode (embedding: SetEmbedding) (weights: Node list) (x: Node) : Node =
        let inputs =
            concat [
                x
                for k in 0 .. embedding.Waves - 1 do
                    sin (0.5 * float (1 <<< k) * x)
                    cos (0.5 * float (1 <<< k) * x)
            ]

        let outputs =
            NetworkGraph.logitsOf embedding.Encoder (layers "encoder" weights) inputs

        if embedding.Skip then concat [ outputs; x ] else outputs

    /// Of sums over events, r x D, and the numbers of events, r x 1: inputs of the decoder.
    let summarise (embedding: SetEmbedding) (scales: SetScales) (sums: Node) (count: Node) : Node =
        let perSet () = sums / scales.MeanEvents
        // A set without events has sums of 0, and so has its mean.
        let perEvent () = sums / maximum count (constant 1e-30)

        concat [
            match embedding.Pooling with
            | Pooling.Sum -> perSet ()
            | Pooling.Mean -> perEvent ()
            | Pooling.SumAndMean ->
                perSet ()
                perEvent ()
            (log (count + 1.0) - scales.LogShift) * scales.LogScale
        ]

    /// Of inputs of the decoder: the summary on which the density is conditioned.
    let decode (embedding: SetEmbedding) (weights: Node list) (pooled: Node) : Node =
        match layers "decoder" weights with
        | [] -> pooled
        | layers ->
            let hidden =
                layers
                |> List.fold (fun x (w, b) -> dense embedding.Decoder.Activation w b x) pooled

            if embedding.Skip then concat [ hidden; pooled ] else hidden

    /// Weights as in every network; the first layer's biases put the units' steps where the events are.
    let initialValues (seed: uint64) (features: int) (embedding: SetEmbedding) : Values =
        let named prefix values =
            values
            |> Map.toList
            |> List.map (fun (name, value) -> $"{prefix}.{name}", value)

        let encoder =
            let inputs = encoderInputs features embedding

            let values =
                NetworkGraph.initialValues seed embedding.Encoder inputs embedding.Width

            if embedding.Encoder.Hidden.IsEmpty then
                values
            else
                let w = values["w0"]
                let mutable stream = RandomStream(seed, "first steps", 0UL)
                let b = Array2D.zeroCreate 1 (Array2D.length2 w)

                for j in 0 .. Array2D.length2 w - 1 do
                    for i in 0 .. features - 1 do
                        b[0, j] <- b[0, j] - w[i, j] * stream.NextGaussian()

                    b[0, j] <- float (float32 b[0, j])

                Map.add "b0" b values

        let decoder =
            match List.rev embedding.Decoder.Hidden with
            | [] -> Map.empty
            | last :: before ->
                // The last hidden layer is drawn like the others, not like an output.
                let inputs = decoderInputs features embedding

                let hidden = {
                    embedding.Decoder with
                        Hidden = List.rev (last :: before)
                }

                NetworkGraph.initialValues (seed + 1UL) hidden inputs 1
                |> Map.remove $"w{hidden.Hidden.Length}"
                |> Map.remove $"b{hidden.Hidden.Length}"

        Map.ofList (named "encoder" encoder @ named "decoder" decoder)
