namespace Nsbi.Learn.Transport

open System
open System.Text.Json
open Nsbi.Learn.Networks

// Axes: feature a, condition c.

/// <summary>The coordinates in which potentials are convex.</summary>
/// <remarks>
/// u_a = (x_a − p_a)/s_a of the source, v_a = (y_a − q_a)/s_a of the target, with the same scales s: then
/// v = ∇ψ(u) is T_a(x) = q_a + s_a ∂_aψ(u) = q_a + s_a² ∂φ/∂x_a with φ(x) = ψ(u): a gradient in units of s, and
/// optimal for the cost Σ_a (y_a − x_a)²/s_a². The shifts add a linear term to φ, no more: they are free on each
/// side. With different scales on the two sides the map would be a gradient of no cost in x.
/// </remarks>
type TransportFrame = {
    /// <summary>p, the source's weighted mean.</summary>
    SourceShift: float[]
    /// <summary>q, the target's weighted mean.</summary>
    TargetShift: float[]
    /// <summary>s, above 0.</summary>
    Scale: float[]
    /// <summary>The source's weighted mean of the conditions.</summary>
    ConditionShift: float[]
    /// <summary>The source's standard deviation of the conditions; 1 where they do not vary.</summary>
    ConditionScale: float[]
}

[<RequireQualifiedAccess>]
module internal TransportFrame =
    let private deviations count (values: float[]) (weights: float[]) =
        let mean, variance = Array.zeroCreate<float> count, Array.zeroCreate<float> count
        let total = Array.sum weights

        for i in 0 .. weights.Length - 1 do
            for a in 0 .. count - 1 do
                mean[a] <- mean[a] + weights[i] * values[i * count + a]

        for a in 0 .. count - 1 do
            mean[a] <- mean[a] / total

        for i in 0 .. weights.Length - 1 do
            for a in 0 .. count - 1 do
                let d = values[i * count + a] - mean[a]
                variance[a] <- variance[a] + weights[i] * d * d

        mean, variance |> Array.map (fun v -> v / total)

    /// Below 1e-6 of the mean a spread is nothing but rounding.
    let private orOne (mean: float) (variance: float) =
        let deviation = Math.Sqrt variance

        if deviation > 1e-6 * abs mean && deviation > 1e-30 then
            deviation
        else
            1.0

    let fit (cost: TransportCost) (events: TransportEvents) : TransportFrame =
        let source, target = events.Source, events.Target
        let features, conditions = events.FeatureCount, events.ConditionCount
        let p, varianceP = deviations features source.Features source.Weights
        let q, varianceQ = deviations features target.Features target.Weights
        let pooled = Array.map2 (fun a b -> 0.5 * (a + b)) varianceP varianceQ

        let scale =
            match cost with
            | TransportCost.PerFeature ->
                Array.init features (fun a -> orOne (max (abs p[a]) (abs q[a])) pooled[a])
            | TransportCost.Euclidean ->
                Array.create features (orOne 0.0 (Array.sum pooled / float features))

        let z, varianceZ = deviations conditions source.Conditions source.Weights

        {
            SourceShift = p
            TargetShift = q
            Scale = scale
            ConditionShift = z
            ConditionScale = Array.map2 orOne z varianceZ
        }

    /// The Gaussian in scaled coordinates about the mean.
    let scaledMoments (frame: TransportFrame) (features: float[]) (weights: float[]) : Gaussian =
        let n = frame.Scale.Length
        let moments = GaussianTransport.moments n features weights

        {
            Mean = Array.zeroCreate n
            Covariance =
                Array2D.init n n (fun a b ->
                    let ridge = if a = b then 1e-6 else 0.0
                    moments.Covariance[a, b] / (frame.Scale[a] * frame.Scale[b]) + ridge)
        }

    let write (writer: Utf8JsonWriter) (frame: TransportFrame) : unit =
        let numbers (name: string) (values: float[]) =
            writer.WriteStartArray name
            values |> Array.iter writer.WriteNumberValue
            writer.WriteEndArray()

        numbers "sourceShift" frame.SourceShift
        numbers "targetShift" frame.TargetShift
        numbers "scale" frame.Scale
        numbers "conditionShift" frame.ConditionShift
        numbers "conditionScale" frame.ConditionScale

    let read (root: JsonElement) : TransportFrame =
        let numbers (name: string) = [|
            for value in root.GetProperty(name).EnumerateArray() -> value.GetDouble()
        |]

        {
            SourceShift = numbers "sourceShift"
            TargetShift = numbers "targetShift"
            Scale = numbers "scale"
            ConditionShift = numbers "conditionShift"
            ConditionScale = numbers "conditionScale"
        }
