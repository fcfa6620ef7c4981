namespace Nsbi.Learn.Networks

open System

/// <summary>Shift and scale of each feature before the first layer: x′_j = (x_j − shift_j)·scale_j.
/// </summary>
/// <remarks>Part of the network and fitted to its training events alone, so that an event that is held
/// out has no influence on the network by which it is judged.</remarks>
type Standardisation = {
    /// Weighted mean of each feature.
    Shift: float32[]
    /// One over the weighted standard deviation; 1 where a feature does not vary.
    Scale: float32[]
}

/// Fitting and applying shifts and scales.
[<RequireQualifiedAccess>]
module internal Standardisation =
    /// features: n x F, row-major; rows: which of them; weights: of these rows, ≥ 0.
    let fit (featureCount: int) (features: float32[]) (rows: int[]) (weights: float[]) =
        let total = Array.sum weights

        let moments =
            Array.init featureCount (fun j ->
                let mutable mean = 0.0

                for k in 0 .. rows.Length - 1 do
                    mean <- mean + weights[k] * float features[rows[k] * featureCount + j]

                mean <- mean / total
                let mutable variance = 0.0

                for k in 0 .. rows.Length - 1 do
                    let d = float features[rows[k] * featureCount + j] - mean
                    variance <- variance + weights[k] * d * d

                struct (mean, sqrt (variance / total)))

        // Below 1e-6 of the mean a spread is nothing but the rounding of float32.
        let scale (struct (mean: float, deviation: float)) =
            if deviation > 1e-6 * abs mean && deviation > 1e-30 then
                float32 (1.0 / deviation)
            else
                1.0f

        {
            Shift = moments |> Array.map (fun struct (mean, _) -> float32 mean)
            Scale = moments |> Array.map scale
        }

    /// Writes the standardised row behind position at of the target.
    let row (s: Standardisation) (source: ReadOnlySpan<float32>) (target: Span<float32>) : unit =
        for j in 0 .. source.Length - 1 do
            target[j] <- (source[j] - s.Shift[j]) * s.Scale[j]
