namespace Nsbi.Learn.Posterior

open Nsbi.Learn.Autodiff
open Nsbi.Learn.Autodiff.Words

/// The coordinate x of a parameter φ in which a head's density is written, from its prior alone.
[<RequireQualifiedAccess>]
type internal Coordinate =
    /// x = (φ − shift)/scale, or (ln φ − shift)/scale: every number.
    | Line of shift: float * scale: float * logarithm: bool
    /// x = (φ − low)/width: [0, 1].
    | Unit of low: float * width: float

/// Coordinates as numbers and as array programs.
[<RequireQualifiedAccess>]
module internal Coordinate =
    /// Priors with two bounds live on the unit interval, the others are standardised.
    let ofPrior (density: PriorDensity) : Coordinate =
        match density with
        | PriorDensity.Uniform(low, high)
        | PriorDensity.TruncatedNormal(_, _, low, high) -> Coordinate.Unit(low, high - low)
        | PriorDensity.Normal(mean, sd) -> Coordinate.Line(mean, sd, false)
        | PriorDensity.LogNormal(median, sd) -> Coordinate.Line(log median, sd, true)

    let all (prior: Prior) : Coordinate[] = [|
        for _, density in prior.Parameters -> ofPrior density
    |]

    /// The coordinate of a value.
    let into (coordinate: Coordinate) (value: float) : float =
        match coordinate with
        | Coordinate.Line(shift, scale, false) -> (value - shift) / scale
        | Coordinate.Line(shift, scale, true) -> (log value - shift) / scale
        | Coordinate.Unit(low, width) -> (value - low) / width

    /// The value of a coordinate.
    let back (coordinate: Coordinate) (x: float) : float =
        match coordinate with
        | Coordinate.Line(shift, scale, false) -> shift + scale * x
        | Coordinate.Line(shift, scale, true) -> exp (shift + scale * x)
        | Coordinate.Unit(low, width) -> low + width * min 1.0 (max 0.0 x)

    /// ln |dx/dφ| at a value.
    let logSlope (coordinate: Coordinate) (value: float) : float =
        match coordinate with
        | Coordinate.Line(_, scale, false) -> -(log scale)
        | Coordinate.Line(_, scale, true) -> -(log scale) - log value
        | Coordinate.Unit(_, width) -> -(log width)

    /// The coordinates of parameters, r x 1 each, and Σ_k ln |dx_k/dφ_k|, r x 1.
    let ofNode (coordinates: Coordinate[]) (phi: Node) : Node list * Node =
        let one k coordinate =
            let value = column k phi

            match coordinate with
            | Coordinate.Line(shift, scale, false) -> (value - shift) / scale, None
            | Coordinate.Line(shift, scale, true) ->
                let logarithm = log value
                (logarithm - shift) / scale, Some logarithm
            | Coordinate.Unit(low, width) ->
                let x = (value - low) / width
                minimum (maximum x (constant 0.0)) (constant 1.0), None

        let parts = coordinates |> Array.mapi one |> List.ofArray

        let constants =
            coordinates
            |> Array.sumBy (fun coordinate ->
                match coordinate with
                | Coordinate.Line(_, scale, _) -> -(log scale)
                | Coordinate.Unit(_, width) -> -(log width))

        let logarithms = parts |> List.choose snd

        let slope =
            match logarithms with
            | [] -> broadcastTo { phi.Shape with Columns = 1 } (constant constants)
            | _ -> constants - List.reduce (+) logarithms

        List.map fst parts, slope
