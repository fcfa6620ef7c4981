namespace Nsbi.Learn.Posterior

open Nsbi.Learn.Autodiff
open Nsbi.Learn.Autodiff.Words
open Nsbi.Learn.Networks

/// <summary>Normalising flows as array programs: a Gaussian of full covariance, corrected by layers of
/// splines.</summary>
/// <remarks>
/// A bounded coordinate becomes its own probability under the Gaussian, u_i = Φ-share of [0, x_i] in [0, 1],
/// whose base density is uniform; an unbounded one its residual ε_i, whose base density is N(0, 1). Layers of
/// splines map both onto themselves: [0, 1] with free slopes at the ends, [−B, B] continued as the identity.
/// ln q = ln q_Gauss + Σ ln(slopes of the splines) + Σ_unbounded [ε_i² − z_i²]/2, z_i the last value of ε_i.
/// Source of the layers: Durkan et al., arXiv:1906.04032; autoregressive: Papamakarios et al.,
/// arXiv:1705.07057; coupling: Dinh et al., arXiv:1605.08803.
/// </remarks>
[<RequireQualifiedAccess>]
module internal FlowGraph =
    let private conditioner flow coordinates (weight: string -> Node) block (inputs: Node) =
        FlowLayout.shapes flow coordinates 1 block
        |> List.mapi (fun l _ ->
            weight (FlowLayout.nameOf block $"w{l}"), weight (FlowLayout.nameOf block $"b{l}"))
        |> fun layers -> NetworkGraph.logitsOf flow.Conditioner layers inputs

    /// What a network sees of a coordinate: centred on 0.
    let private seen (coordinate: Coordinate) (value: Node) =
        match coordinate with
        | Coordinate.Unit _ -> 2.0 * value - 1.0
        | Coordinate.Line _ -> value

    let private spline (flow: FlowSettings) (coordinate: Coordinate) (row: Node) (value: Node) =
        match coordinate with
        | Coordinate.Unit _ -> RationalQuadratic.ofNode true flow.Bins row value
        | Coordinate.Line _ ->
            let bound = flow.Bound
            let inside = bound - abs value
            let clipped = maximum (minimum value (constant bound)) (constant -bound)
            let share = (clipped + bound) / (2.0 * bound)
            let y, slope = RationalQuadratic.ofNode false flow.Bins row share
            select inside (2.0 * bound * y - bound) value, select inside slope (0.0 * slope)

    let private layer
        flow
        coordinates
        weight
        context
        (values: Node list, slopes: Node list)
        blocks
        =
        let change (changed: Map<int, Node>, slopes) (block: FlowBlock) =
            let given =
                block.Given |> List.map (fun i -> seen (Array.item i coordinates) values[i])

            let row = conditioner flow coordinates weight block (concat (context :: given))

            let one (start, changed, slopes) i =
                let coordinate = Array.item i coordinates
                let columns = RationalQuadratic.columns (FlowLayout.freeEnds coordinate) flow.Bins
                let value, slope = spline flow coordinate (slice start columns row) values[i]
                start + columns, Map.add i value changed, slope :: slopes

            let _, changed, slopes = List.fold one (0, changed, slopes) block.Changed
            changed, slopes

        let changed, slopes = List.fold change (Map.empty, slopes) blocks

        values
        |> List.mapi (fun i value -> Map.tryFind i changed |> Option.defaultValue value),
        slopes

    /// ln q(x|c), r x 1; context r x k, coordinates r x 1 each, layer the numbers of one full Gaussian.
    let logDensity
        (flow: FlowSettings)
        (layout: GaussianLayout)
        (weight: string -> Node)
        (context: Node)
        (gaussian: GaussianGraph.Layer)
        (xs: Node list)
        : Node =
        let coordinates: Coordinate[] = layout.Coordinates
        let standardised = GaussianGraph.standardise layout gaussian xs

        let first =
            standardised
            |> List.map (fun (one: GaussianGraph.Standardised) ->
                match one.Ends, one.LogInside with
                | Some(low, _), Some inside ->
                    let share = NormalIntegral.logIntervalOf low one.Residual - inside
                    exp (minimum share (constant 0.0))
                | _ -> one.Residual)

        let last, slopes =
            FlowLayout.layers flow coordinates.Length
            |> List.fold (layer flow coordinates weight context) (first, [])

        let change =
            List.zip first last
            |> List.indexed
            |> List.choose (fun (i, (epsilon, z)) ->
                match coordinates[i] with
                | Coordinate.Unit _ -> None
                | Coordinate.Line _ -> Some(0.5 * (square epsilon - square z)))

        let gaussians =
            standardised
            |> List.map (fun (one: GaussianGraph.Standardised) -> one.LogDensity)

        gaussians @ slopes @ change |> List.reduce (+)
