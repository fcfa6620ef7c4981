namespace Nsbi.Infer

open System
open Nsbi.Kernels
open Nsbi.Learn.Autodiff
open Nsbi.Learn.Autodiff.Words

/// <summary>A family of functions f(x; p) of the events of one channel, as a graph.</summary>
[<NoComparison; ReferenceEquality>]
type internal RatioShape = {
    /// The mean of each feature, and its standard deviation.
    Centre: float[]
    Scale: float[]
    /// Numbers of each event that the graph is given.
    Inputs: int
    /// These numbers of standardised events, row by row.
    Prepare: float[][] -> float[]
    /// p.
    Parameters: int
    /// <summary>f of the inputs (batch x Inputs) and p (1 x Parameters).</summary>
    Graph: Node -> Node -> Node
    /// Whether f is p·inputs.
    IsLinear: bool
    /// λ of the term ½ λ |p|² in the loss.
    Ridge: float
    /// Bounds of |p|.
    Bounds: float[]
    /// Starts of the search.
    Starts: float[] list
    /// Steps of each search.
    Steps: int
}

/// <summary>Families of functions.</summary>
[<RequireQualifiedAccess>]
module internal RatioShape =

    /// Mean and deviation of each feature, those of a constant 1.
    let private moments (xs: float[][]) (weights: float[]) =
        let total = Array.sum weights

        Array.init xs[0].Length (fun j ->
            let mean = Array.fold2 (fun s (x: float[]) w -> s + w * x[j]) 0.0 xs weights / total

            let variance =
                Array.fold2 (fun s (x: float[]) w -> s + w * (x[j] - mean) ** 2.0) 0.0 xs weights
                / total

            let deviation = sqrt variance
            mean, (if deviation > 1e-12 * abs mean then deviation else 1.0))
        |> Array.unzip

    let private standardised (centre: float[]) (scale: float[]) (x: float[]) =
        Array.mapi (fun j v -> (v - centre[j]) / scale[j]) x

    let private ofKernels (family: KernelFamily) centre scale (xs: float[][]) : RatioShape =
        let basis = KernelBasis.fit family xs
        let count = basis.Count

        {
            Centre = centre
            Scale = scale
            Inputs = count
            Prepare = KernelBasis.evaluate basis
            Parameters = count
            Graph = fun z p -> matmulWith false true z p
            IsLinear = true
            Ridge = 1.0 / (family.Prior * family.Prior)
            Bounds = Array.create count infinity
            Starts = [ Array.zeroCreate count ]
            Steps = 200
        }

    /// Layers of sigmoid units, the last of one linear unit. p: the weights of each layer, unit by unit of
    /// the layer before, then its biases.
    let private ofNetwork (family: ClippedFamily) (seed: uint64) centre scale inputs : RatioShape =
        let sizes = inputs :: family.Hidden @ [ 1 ]
        let layers = List.pairwise sizes
        let starts = layers |> List.scan (fun at (a, b) -> at + (a + 1) * b) 0
        let count = List.last starts
        let isWeight = Array.zeroCreate<bool> count

        for (a, b), at in List.zip layers (List.truncate layers.Length starts) do
            Array.fill isWeight at (a * b) true

        let layer (p: Node) (x: Node) ((a, b), at) =
            let biases = slice (at + a * b) b p

            // One row of weights for each unit of the layer before.
            (biases, [ 0 .. a - 1 ])
            ||> List.fold (fun sum k -> sum + column k x * slice (at + k * b) b p)

        let graph (x: Node) (p: Node) =
            let placed = List.zip layers (List.truncate layers.Length starts)

            let hidden =
                (x, List.truncate (layers.Length - 1) placed)
                ||> List.fold (fun x place -> sigmoid (layer p x place))

            layer p hidden (List.last placed)

        // Glorot's uniform weights, biases of zero; as published.
        let start k =
            let mutable stream = RandomStream(seed, "start of a clipped network", uint64 k)
            let p = Array.zeroCreate<float> count

            for (a, b), at in List.zip layers (List.truncate layers.Length starts) do
                let most = sqrt (6.0 / float (a + b))

                for j in at .. at + a * b - 1 do
                    p[j] <- most * (2.0 * stream.NextDouble() - 1.0)

            p

        {
            Centre = centre
            Scale = scale
            Inputs = inputs
            Prepare = Array.concat
            Parameters = count
            Graph = graph
            IsLinear = false
            Ridge = 0.0
            Bounds = isWeight |> Array.map (fun w -> if w then family.Clip else infinity)
            Starts = [ for k in 0 .. family.Starts - 1 -> start k ]
            Steps = family.Steps
        }

    /// <summary>A family on the features of a sample.</summary>
    /// <param name="settings">the family</param>
    /// <param name="seed">of the starts of networks</param>
    /// <param name="xs">events, [i][j]</param>
    /// <param name="weights">their weights, of a sum above zero</param>
    let fit
        (settings: LearnedGoodnessSettings)
        (seed: uint64)
        (xs: float[][])
        (weights: float[])
        : RatioShape =
        let centre, scale = moments xs weights

        match settings.Family with
        | GoodnessFamily.Kernels family ->
            xs |> Array.map (standardised centre scale) |> ofKernels family centre scale
        | GoodnessFamily.Network family -> ofNetwork family seed centre scale xs[0].Length

    /// <summary>The inputs of events, row by row.</summary>
    let inputs (shape: RatioShape) (xs: float[][]) : float[] =
        xs |> Array.map (standardised shape.Centre shape.Scale) |> shape.Prepare
