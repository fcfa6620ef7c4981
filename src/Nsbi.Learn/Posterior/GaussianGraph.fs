namespace Nsbi.Learn.Posterior

open System
open Nsbi.Learn.Autodiff
open Nsbi.Learn.Autodiff.Words

/// <summary>Mixtures of Gaussians, each bounded coordinate truncated to [0, 1] given the ones before it,
/// as array programs of a row of numbers (<c>GaussianLayout</c>).</summary>
/// <remarks>
/// r: row, K: component, one column each. With ε_i = (x_i − m_i)/s_i − Σ_{j&lt;i} a_ij ε_j,
/// ln q_k(x) = Σ_i [ln φ(ε_i) − ln s_i − ln Z_i], Z_i = 1 for an unbounded coordinate and
/// Φ(ε_i + (1 − x_i)/s_i) − Φ(ε_i − x_i/s_i), the probability of [0, 1], for a bounded one: without bounds
/// the Gaussian N(m, L Lᵀ), with bounds normalised on the support exactly.
/// </remarks>
[<RequireQualifiedAccess>]
module internal GaussianGraph =
    /// The numbers of each coordinate, r x K.
    type Layer = {
        Logits: Node option
        Locations: Node list
        LogScales: Node list
        /// a_ij, r x K, of the j before i.
        Slopes: Node list list
    }

    /// The numbers of a row, r x columns.
    let ofRow (layout: GaussianLayout) (row: Node) : Layer =
        let count = layout.Components
        let block index = slice (index * count) count row
        let coordinates = [ 0 .. layout.Coordinates.Length - 1 ]

        let logScale i =
            let struct (low, high) = GaussianLayout.bounds layout.Coordinates[i]
            let below = high - softplus (high - block (GaussianLayout.scale layout i))
            low + softplus (below - low)

        {
            Logits = if count > 1 then Some(block 0) else None
            Locations = coordinates |> List.map (GaussianLayout.location layout >> block)
            LogScales = coordinates |> List.map logScale
            Slopes =
                coordinates
                |> List.map (fun i ->
                    GaussianLayout.before layout i
                    |> List.map (GaussianLayout.slope layout i >> block))
        }

    /// What one coordinate of a component has become.
    type Standardised = {
        /// ε_i
        Residual: Node
        /// ln φ(ε_i) − ln s_i − ln Z_i
        LogDensity: Node
        /// The ends of the support in the units of ε_i, of a bounded coordinate.
        Ends: (Node * Node) option
        /// ln Z_i, of a bounded coordinate.
        LogInside: Node option
    }

    /// Every coordinate standardised, r x K each, from coordinates of r x 1.
    let standardise (layout: GaussianLayout) (layer: Layer) (xs: Node list) : Standardised list =
        let one (found: Standardised list) (i: int, x: Node) =
            let inverse = exp (-layer.LogScales[i])

            let shift =
                List.map2
                    (fun (slope: Node) (earlier: Standardised) -> slope * earlier.Residual)
                    layer.Slopes[i]
                    (List.truncate layer.Slopes[i].Length found)

            let residual = List.fold (-) ((x - layer.Locations[i]) * inverse) shift

            let free =
                -0.5 * square residual - layer.LogScales[i] - 0.5 * Math.Log(2.0 * Math.PI)

            let ends =
                match layout.Coordinates[i] with
                | Coordinate.Line _ -> None
                | Coordinate.Unit _ -> Some(residual - x * inverse, residual + (1.0 - x) * inverse)

            let inside =
                ends |> Option.map (fun (low, high) -> NormalIntegral.logIntervalOf low high)

            found
            @ [
                {
                    Residual = residual
                    LogDensity = inside |> Option.fold (-) free
                    Ends = ends
                    LogInside = inside
                }
            ]

        List.fold one [] (List.indexed xs)

    /// ln q(x) of the mixture, r x 1.
    let logDensity (layout: GaussianLayout) (row: Node) (xs: Node list) : Node =
        let layer = ofRow layout row

        let components =
            standardise layout layer xs |> List.map _.LogDensity |> List.reduce (+)

        match layer.Logits with
        | None -> components
        | Some logits -> logSumExp (logSoftmax logits + components)
