namespace Nsbi.Learn.Summaries

open Nsbi.Learn.Autodiff
open Nsbi.Learn.Autodiff.Words
open Nsbi.Learn.Networks

/// <summary>The loss of an inference-aware training as a graph. b: bin, j, k: parameter.</summary>
/// <remarks>
/// With s_b(x) = softmax_b(logits(x)/T) the expected counts are ν_b = Σ_i w_i s_b(x_i), their slopes
/// ∂ν_b/∂θ_j = Σ_i [∂w_i/∂θ_j s_b(x_i) + w_i Σ_f ∂s_b/∂x_f ∂x_if/∂θ_j], or of copies
/// Σ_i [w⁺_i s_b(x⁺_i) − w⁻_i s_b(x⁻_i)]/(θ⁺ − θ⁻). The loss is (I⁻¹)_kk of
/// <see cref="T:Nsbi.Learn.Summaries.CountInformation" />, its slow twin.
/// Inputs: "x"; "w", which is n w_i so that means over a batch are expected counts; "v", n ∂w_i/∂θ_j, P columns;
/// for parameter j "tj" tangents, or "uj", "dj" the features and "uwj", "dwj" n times the weights of copies.
/// Source: de Castro and Dorigo, arXiv:1806.04743, algorithm 1.
/// </remarks>
[<RequireQualifiedAccess>]
module internal InfernoLoss =

    /// Kept in every bin, as a share of all events: an empty bin tells nothing, and is no 0/0.
    let private least = 1e-9

    /// The soft bins of any rows x, batch x K.
    let bins (temperature: float) (logits: Node -> Node) (x: Node) : Node =
        exp (logSoftmax (logits x / temperature))

    /// Σ_i w_i s_b of a batch, K x 1.
    let private total (soft: Node) (weight: Node) : Node =
        matmulWith true false soft weight / rowCount

    /// Counts, K x 1, and their slopes, K x P, of a batch.
    let counts
        (features: int)
        (parameters: ResponseParameter list)
        (bins: Node -> Node)
        : Node * Node =
        let x = input "x" features
        let soft = bins x
        let weight = input "w" 1
        let block name j columns = input $"{name}{j}" columns

        let moved j (parameter: ResponseParameter) =
            match parameter.Displacement with
            | Displacement.Nowhere -> None
            | Displacement.Along _ -> Some(total (jvp soft [ x, block "t" j features ]) weight)
            | Displacement.Between copies ->
                let side features' weights =
                    total (bins (block features' j features)) (block weights j 1)

                Some((side "u" "uw" - side "d" "dw") / copies.Distance)

        let reweighted = total soft (input "v" parameters.Length)

        let slopes =
            parameters
            |> List.mapi (fun j parameter ->
                match moved j parameter with
                | Some slope -> column j reweighted + slope
                | None -> column j reweighted)
            |> concat

        total soft weight, slopes

    /// (I⁻¹)_kk, 1 x 1: what is left of parameter k when all others are eliminated.
    let variance (interest: int) (information: Node) : Node =
        let count = information.Shape.Columns
        let at row (column': Node) = column row (transpose column')

        let eliminate (a: Node) i =
            let pivot = column i a
            a - matmulWith false true pivot pivot / at i pivot

        [ 0 .. count - 1 ]
        |> List.filter (fun i -> i <> interest)
        |> List.fold eliminate information
        |> column interest
        |> at interest
        |> reciprocal

    /// The information matrix, P x P, of counts and slopes.
    let information (events: float) (widths: float option list) (counts: Node, slopes: Node) =
        let constraints =
            Array2D.init widths.Length widths.Length (fun j k ->
                match widths[j] with
                | Some width when j = k -> 1.0 / (width * width)
                | _ -> 0.0)

        matmulWith true false (slopes / (counts + least * events)) slopes
        + constantArray constraints

    /// The loss of a batch, 1 x 1.
    let loss (settings: InfernoSettings) (events: ResponseEvents) (layers: (Node * Node) list) =
        let parameters = events.Parameters
        let interest = parameters |> List.findIndex (fun p -> p.Name = settings.Interest)

        NetworkGraph.logitsOf settings.Training.Architecture layers
        |> bins settings.Temperature
        |> counts events.FeatureCount parameters
        |> information (Array.sum events.WeightArray) (parameters |> List.map _.Width)
        |> variance interest
