namespace Nsbi.Learn.Posterior

open System
open MathNet.Numerics.Distributions

/// Moments and marginal distributions of mixtures of Gaussians where they are known in closed form: without
/// bounded parameters, or with independent ones.
[<RequireQualifiedAccess>]
module internal GaussianMoments =
    /// True where the other functions apply.
    let isClosed (head: DensityHead) (layout: GaussianLayout) : bool =
        match head with
        | DensityHead.Flow _ -> false
        | DensityHead.Gaussian _
        | DensityHead.Mixture _ ->
            layout.Covariance = Covariance.Diagonal
            || layout.Coordinates.Length = 1
            || layout.Coordinates |> Array.forall (fun c -> not c.IsUnit)

    /// Rows of the Cholesky factor of component k.
    let private factor (at: HeadEvaluation) k i =
        let s = exp (at.LogScales[k][i])
        Array.append (at.Slopes[k][i] |> Array.map (fun a -> s * a)) [| s |]

    /// Cov(x_i, x_j) of component k, without bounds.
    let private covariance (at: HeadEvaluation) k i j =
        let a, b = factor at k i, factor at k j
        let shorter = min a.Length b.Length

        match at.Layout.Covariance with
        | Covariance.Diagonal -> if i = j then a[0] * a[0] else 0.0
        | Covariance.Full -> Seq.init shorter (fun n -> a[n] * b[n]) |> Seq.sum

    /// Mean and variance of N(m, s²) cut to [0, 1].
    let private cut (m: float) (s: float) =
        let a, b = -m / s, (1.0 - m) / s
        let inside = NormalIntegral.logInterval a b
        let low = exp (NormalIntegral.logNormal a - inside)
        let high = exp (NormalIntegral.logNormal b - inside)
        let ratio = low - high
        m + s * ratio, s * s * max 0.0 (1.0 + a * low - b * high - ratio * ratio)

    /// Mean of φ_i and Cov(φ_i, φ_j) of component k.
    let private momentsOf (at: HeadEvaluation) k =
        let coordinates = at.Layout.Coordinates
        let p = coordinates.Length

        let cuts =
            Array.init p (fun i -> cut (at.Locations[k][i]) (exp (at.LogScales[k][i])))

        let mean i =
            match coordinates[i] with
            | Coordinate.Unit(low, width) -> low + width * fst cuts[i]
            | Coordinate.Line(shift, scale, false) -> shift + scale * at.Locations[k][i]
            | Coordinate.Line(shift, scale, true) ->
                let variance = scale * scale * covariance at k i i
                exp (shift + scale * at.Locations[k][i] + 0.5 * variance)

        let means = Array.init p mean

        let covariance i j =
            match coordinates[i], coordinates[j] with
            | Coordinate.Unit(_, width), Coordinate.Unit _ ->
                if i = j then width * width * snd cuts[i] else 0.0
            | Coordinate.Unit _, _
            | _, Coordinate.Unit _ -> 0.0
            | Coordinate.Line(_, s, logI), Coordinate.Line(_, t, logJ) ->
                let c = s * t * covariance at k i j

                match logI, logJ with
                | false, false -> c
                | true, false -> means[i] * c
                | false, true -> means[j] * c
                | true, true -> means[i] * means[j] * (Math.Exp c - 1.0)

        means, Array2D.init p p covariance

    /// Mean and covariance of φ.
    let moments (at: HeadEvaluation) : float[] * float[,] =
        let p = at.Layout.Coordinates.Length
        let weights = at.LogWeights |> Array.map exp
        let parts = Array.init weights.Length (momentsOf at)

        let mean =
            Array.init p (fun i ->
                Array.fold2 (fun sum w (m: float[], _) -> sum + w * m[i]) 0.0 weights parts)

        mean,
        Array2D.init p p (fun i j ->
            Array.fold2
                (fun sum w (m: float[], c: float[,]) ->
                    sum + w * (c[i, j] + (m[i] - mean[i]) * (m[j] - mean[j])))
                0.0
                weights
                parts)

    /// P(x_i ≤ x) in the coordinate.
    let cumulative (at: HeadEvaluation) (i: int) (x: float) : float =
        at.LogWeights
        |> Array.mapi (fun k logWeight ->
            let m = at.Locations[k][i]

            match at.Layout.Coordinates[i] with
            | Coordinate.Line _ ->
                let s = sqrt (covariance at k i i)
                exp (logWeight + NormalIntegral.logLower ((x - m) / s))
            | Coordinate.Unit _ ->
                let s = exp (at.LogScales[k][i])
                let low, high = -m / s, (1.0 - m) / s

                if x <= 0.0 then
                    0.0
                elif x >= 1.0 then
                    exp logWeight
                else
                    let inside = NormalIntegral.logInterval low high
                    exp (logWeight + NormalIntegral.logInterval low ((x - m) / s) - inside))
        |> Array.sum

    /// The x_i below which a share of the density lies, by bisection between the components' own.
    let quantile (at: HeadEvaluation) (i: int) (share: float) : float =
        let own =
            Array.init at.LogWeights.Length (fun k ->
                let m = at.Locations[k][i]

                match at.Layout.Coordinates[i] with
                | Coordinate.Line _ ->
                    m + sqrt (covariance at k i i) * Normal.InvCDF(0.0, 1.0, share)
                | Coordinate.Unit _ ->
                    let s = exp (at.LogScales[k][i])
                    m + s * NormalIntegral.quantile (-m / s) ((1.0 - m) / s) share)

        let mutable low, high = Array.min own, Array.max own

        if at.LogWeights.Length > 1 then
            for _ in 1..80 do
                let middle = 0.5 * (low + high)

                if cumulative at i middle < share then
                    low <- middle
                else
                    high <- middle

        0.5 * (low + high)
