namespace Nsbi.Infer

/// The difference per bin b of the target and of the reweighted reference, Δ_b = N_b − P_b, with its
/// covariance over samples k.
///
/// N_b = Σ_{i∈b} t_i and P_b = Σ_{i∈b} p_i with p = u r scaled to the total of t. In each sample Σ t and
/// Σ u are known, so event i of sample k has the influence
///   (t_i − p_i) 1(i∈b) − x_i N_kb + y_i P_kb + s_b h_i,
/// x_i and y_i its shares in Σ_k t and Σ_k u, h_i = p_i − y_i P_k and s_b = P_b/P, which stands for the
/// scaling. V is the sum of the squares. An event in both densities has one influence: errors know of
/// the overlap.
[<RequireQualifiedAccess>]
module internal StratifiedDifference =

    /// What does not depend on the bins.
    type Prepared = {
        Sample: int[]
        Samples: int
        Target: float[]
        Predicted: float[]
        X: float[]
        Y: float[]
        /// Σ p of each sample.
        Sums: float[]
        /// p_i − y_i P_k.
        Excess: float[]
        Total: float
    }

    let private shares (samples: int) (sample: int[]) (weights: float[]) =
        let sums = Array.zeroCreate<float> samples
        Array.iter2 (fun k w -> sums[k] <- sums[k] + w) sample weights
        Array.map2 (fun k w -> if sums[k] <> 0.0 then w / sums[k] else 0.0) sample weights

    let prepare (events: StratifiedSample) : Prepared =
        let samples = events.Samples
        let total = Array.sum events.Target
        let raw = events.Predicted
        let scale = total / Array.sum raw
        let predicted = raw |> Array.map (fun p -> p * scale)
        let y = shares samples events.Sample events.Reference
        let sums = Array.zeroCreate<float> samples
        Array.iter2 (fun k p -> sums[k] <- sums[k] + p) events.Sample predicted

        {
            Sample = events.Sample
            Samples = samples
            Target = events.Target
            Predicted = predicted
            X = shares samples events.Sample events.Target
            Y = y
            Sums = sums
            Excess = Array.map3 (fun k p y -> p - y * sums[k]) events.Sample predicted y
            Total = total
        }

    /// N_b, P_b and V; events outside [0, bins) are in no bin.
    let compute
        (bins: int)
        (binOf: int[])
        (events: Prepared)
        : float[] * float[] * float[,] =
        let samples = events.Samples

        let perBin () =
            Array.init samples (fun _ -> Array.zeroCreate<float> bins)

        let n, p = perBin (), perBin ()
        let zz, zx, zy, zh = perBin (), perBin (), perBin (), perBin ()
        let sum () = Array.zeroCreate<float> samples
        let xx, xy, yy, xh, yh, hh = sum (), sum (), sum (), sum (), sum (), sum ()

        for i in 0 .. binOf.Length - 1 do
            let k, b = events.Sample[i], binOf[i]
            let x, y, h = events.X[i], events.Y[i], events.Excess[i]
            xx[k] <- xx[k] + x * x
            xy[k] <- xy[k] + x * y
            yy[k] <- yy[k] + y * y
            xh[k] <- xh[k] + x * h
            yh[k] <- yh[k] + y * h
            hh[k] <- hh[k] + h * h

            if b >= 0 && b < bins then
                let z = events.Target[i] - events.Predicted[i]
                n[k][b] <- n[k][b] + events.Target[i]
                p[k][b] <- p[k][b] + events.Predicted[i]
                zz[k][b] <- zz[k][b] + z * z
                zx[k][b] <- zx[k][b] + z * x
                zy[k][b] <- zy[k][b] + z * y
                zh[k][b] <- zh[k][b] + z * h

        let over (parts: float[][]) =
            Array.init bins (fun b -> parts |> Array.sumBy (fun part -> part[b]))

        let found, predicted = over n, over p
        let s = predicted |> Array.map (fun p -> p / events.Total)
        let covariance = Array2D.zeroCreate<float> bins bins

        for k in 0 .. samples - 1 do
            let n, p, zz, zx, zy, zh = n[k], p[k], zz[k], zx[k], zy[k], zh[k]

            // Σ_i of base_b h_i, with the base influence (t − p)1 − x N + y P.
            let c =
                Array.init bins (fun b -> zh[b] - n[b] * xh[k] + p[b] * yh[k])

            for a in 0 .. bins - 1 do
                for b in 0..a do
                    let v =
                        (if a = b then zz[a] else 0.0) - zx[a] * n[b] - zx[b] * n[a]
                        + zy[a] * p[b]
                        + zy[b] * p[a]
                        + xx[k] * n[a] * n[b]
                        - xy[k] * (n[a] * p[b] + p[a] * n[b])
                        + yy[k] * p[a] * p[b]
                        + s[a] * c[b]
                        + s[b] * c[a]
                        + s[a] * s[b] * hh[k]

                    covariance[a, b] <- covariance[a, b] + v

                    if a <> b then
                        covariance[b, a] <- covariance[b, a] + v

        found, predicted, covariance

    /// Adds what the ratio may be off by, bin by bin.
    let allow (tolerance: float) (predicted: float[]) (covariance: float[,]) : unit =
        for b in 0 .. predicted.Length - 1 do
            let allowed = tolerance * predicted[b]
            covariance[b, b] <- covariance[b, b] + allowed * allowed
