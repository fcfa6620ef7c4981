namespace Nsbi.Learn.Posterior

open System
open Nsbi.Kernels
open Nsbi.Learn.Autodiff

/// <summary>Where the numbers of a mixture of K Gaussians in p coordinates stand in the row that a linear
/// layer makes of the context, K columns each: logits of the components (K > 1 only), p locations m_i, p
/// log-scales before their soft bounds, and the slopes a_ij, j &lt; i, of the Cholesky factor.</summary>
/// <remarks>i, j: coordinate. Component k is x = m + L ε with L_ii = s_i, L_ij = s_i a_ij.</remarks>
type internal GaussianLayout = {
    Components: int
    Covariance: Covariance
    Coordinates: Coordinate[]
}

[<RequireQualifiedAccess>]
module internal GaussianLayout =
    let private first (layout: GaussianLayout) = if layout.Components > 1 then 1 else 0

    /// The block of K columns with m_i.
    let location (layout: GaussianLayout) (i: int) : int = first layout + i

    /// The block of K columns with the unbounded ln s_i.
    let scale (layout: GaussianLayout) (i: int) : int =
        first layout + layout.Coordinates.Length + i

    /// The block of K columns with a_ij.
    let slope (layout: GaussianLayout) (i: int) (j: int) : int =
        first layout + 2 * layout.Coordinates.Length + i * (i - 1) / 2 + j

    /// The coordinates j on which coordinate i depends.
    let before (layout: GaussianLayout) (i: int) : int list =
        match layout.Covariance with
        | Covariance.Diagonal -> []
        | Covariance.Full -> [ 0 .. i - 1 ]

    /// The width of the row.
    let columns (layout: GaussianLayout) : int =
        layout.Components * slope layout layout.Coordinates.Length 0
        |> fun full ->
            match layout.Covariance with
            | Covariance.Full -> full
            | Covariance.Diagonal ->
                layout.Components * (first layout + 2 * layout.Coordinates.Length)

    /// The soft bounds of ln s: a Gaussian far wider than the unit interval would be a difference of
    /// equal numbers in float32.
    let bounds (coordinate: Coordinate) : struct (float * float) =
        match coordinate with
        | Coordinate.Line _ -> struct (-12.0, 4.0)
        | Coordinate.Unit _ -> struct (-12.0, 1.1)

    let private softplus x = max x 0.0 + log (1.0 + exp (-(abs x)))
    let private inverseSoftplus y = y + log (-(Math.Exp -y) + 1.0)

    /// ln s = low + softplus(high − softplus(high − raw) − low): raw itself, well inside the bounds.
    let logScale (coordinate: Coordinate) (raw: float) : float =
        let struct (low, high) = bounds coordinate
        low + softplus (high - softplus (high - raw) - low)

    /// The number that <c>logScale</c> turns into this ln s.
    let rawScale (coordinate: Coordinate) (logScale: float) : float =
        let struct (low, high) = bounds coordinate
        high - inverseSoftplus (high - (low + inverseSoftplus (logScale - low)))

    /// The row that makes the mixture close to the prior whatever the context: one Gaussian is a normal,
    /// truncated normal or log-normal prior itself and within 9 % of a uniform one; several are spread
    /// over the prior's quantiles, in another order for each parameter.
    let initialRow (seed: uint64) (prior: Prior) (layout: GaussianLayout) : float[] =
        let count = layout.Components
        let row = Array.zeroCreate<float>(columns layout)
        let densities = prior.Parameters |> List.map snd |> Array.ofList

        for i in 0 .. densities.Length - 1 do
            let coordinate = layout.Coordinates[i]
            let ranks = Array.init count id
            let mutable stream = RandomStream(seed, "mixture of a density head", uint64 i)
            stream.Shuffle(Span ranks)

            let centre, width =
                match densities[i] with
                | PriorDensity.TruncatedNormal(mean, sd, low, high) ->
                    (mean - low) / (high - low), min 2.0 (max 0.02 (sd / (high - low)))
                | PriorDensity.Uniform _ -> 0.5, 1.0
                | PriorDensity.Normal _
                | PriorDensity.LogNormal _ -> 0.0, 1.0

            let narrower = if count = 1 then 1.0 else 0.5

            for k in 0 .. count - 1 do
                let share = (float ranks[k] + 0.5) / float count
                let value = PriorDensity.quantile densities[i] share

                row[location layout i * count + k] <-
                    if count = 1 then
                        centre
                    else
                        Coordinate.into coordinate value

                row[scale layout i * count + k] <- rawScale coordinate (log (narrower * width))

        row
