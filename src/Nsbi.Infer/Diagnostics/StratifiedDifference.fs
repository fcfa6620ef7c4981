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
///
/// Where the densities of the samples are known the sums over the events of sample k are replaced by what
/// is expected of them where the ratios are right, Σ_{i of k} v_i² g(x_i) → v̄_k Σ_j c_j r_k(x_j) g(x_j) over
/// all events j of the common reference: an error estimated from the events themselves follows their
/// chance, is too small where they are few, and makes false alarms of it.
[<RequireQualifiedAccess>]
module internal StratifiedDifference =

    /// What is expected of a sample.
    type ExpectedSample = {
        /// Its total in the target and in the reference.
        Target: float
        Reference: float
        /// v_i, its events' shares in it, and Σ v².
        Shares: float[]
        Mean: float
        /// Its density as shares of all events, Σ_j c_j = 1.
        Density: float[]
    }

    /// What does not depend on the bins.
    type Prepared = {
        Sample: int[]
        Samples: int
        Target: float[]
        Predicted: float[]
        X: float[]
        Y: float[]
        /// p_i − y_i P_k.
        Excess: float[]
        Total: float
        /// The ratio, scaled as the prediction.
        Ratio: float[]
        Expected: ExpectedSample[]
    }

    let private sums (samples: int) (sample: int[]) (weights: float[]) =
        let sums = Array.zeroCreate<float> samples
        Array.iter2 (fun k w -> sums[k] <- sums[k] + w) sample weights
        sums

    let private over (sums: float[]) (sample: int[]) (weights: float[]) =
        Array.map2 (fun k w -> if sums[k] <> 0.0 then w / sums[k] else 0.0) sample weights

    let private expected (events: StratifiedSample) (t: float[]) (u: float[]) x y =
        match events.Common with
        | None -> [||]
        | Some common ->
            Array.init t.Length (fun k ->
                let shares =
                    Array.map3
                        (fun own y x -> if own = k then (if u[k] <> 0.0 then y else x) else 0.0)
                        events.Sample
                        y
                        x

                let density = Array.map2 (*) common.Weights common.Ratios[k]
                let total = Array.sum density

                {
                    Target = t[k]
                    Reference = u[k]
                    Shares = shares
                    Mean = shares |> Array.sumBy (fun v -> v * v)
                    Density = density |> Array.map (fun c -> c / total)
                })

    let prepare (events: StratifiedSample) : Prepared =
        let samples = events.Samples
        let sums = sums samples events.Sample
        let total = Array.sum events.Target
        let raw = events.Predicted
        let scale = total / Array.sum raw
        let predicted = raw |> Array.map (fun p -> p * scale)
        let t, u, p = sums events.Target, sums events.Reference, sums predicted
        let x, y = over t events.Sample events.Target, over u events.Sample events.Reference

        {
            Sample = events.Sample
            Samples = samples
            Target = events.Target
            Predicted = predicted
            X = x
            Y = y
            Excess = Array.map3 (fun k own y -> own - y * p[k]) events.Sample predicted y
            Total = total
            Ratio = events.Ratio |> Array.map (fun r -> r * scale)
            Expected = expected events t u x y
        }

    let private perBin samples bins =
        Array.init samples (fun _ -> Array.zeroCreate<float> bins)

    /// Sums of one sample, from which its part of the covariance follows.
    type private Moments = {
        /// Influence without the bin's own event: Σ over the bin of what is known of the sample.
        Constant: float[]
        /// Σ m z², Σ m z and Σ m z h in the bin.
        ZZ: float[]
        Z: float[]
        ZH: float[]
        /// Σ m, Σ m h and Σ m h² over all events.
        M: float
        H: float
        HH: float
    }

    /// V_ab of influences z 1(b) + d_b + s_b h.
    let private add (s: float[]) (covariance: float[,]) (m: Moments) : unit =
        let d = m.Constant

        for a in 0 .. s.Length - 1 do
            for b in 0..a do
                let v =
                    (if a = b then m.ZZ[a] else 0.0)
                    + d[b] * m.Z[a]
                    + d[a] * m.Z[b]
                    + s[b] * m.ZH[a]
                    + s[a] * m.ZH[b]
                    + d[a] * d[b] * m.M
                    + (d[a] * s[b] + d[b] * s[a]) * m.H
                    + s[a] * s[b] * m.HH

                covariance[a, b] <- covariance[a, b] + v

                if a <> b then
                    covariance[b, a] <- covariance[b, a] + v

    /// v̄ of a sample in each bin: of its events there, and twenty more like all.
    let private meanShares (bins: int) (binOf: int[]) (sample: ExpectedSample) : float[] =
        let v, vv = Array.zeroCreate<float> bins, Array.zeroCreate<float> bins

        for i in 0 .. binOf.Length - 1 do
            let b = binOf[i]

            if b >= 0 && b < bins then
                v[b] <- v[b] + sample.Shares[i]
                vv[b] <- vv[b] + sample.Shares[i] * sample.Shares[i]

        let prior = 20.0 * sample.Mean
        Array.map2 (fun v vv -> (vv + prior * sample.Mean) / (v + prior)) v vv

    let private expectedMoments bins (binOf: int[]) (events: Prepared) (k: int) : Moments =
        let sample = events.Expected[k]
        let t, u = sample.Target, sample.Reference
        let shares = meanShares bins binOf sample
        let mean = Array.fold2 (fun sum c r -> sum + c * r) 0.0 sample.Density events.Ratio
        let q, qr = Array.zeroCreate<float> bins, Array.zeroCreate<float> bins

        let zz, z1, zh =
            Array.zeroCreate<float> bins, Array.zeroCreate<float> bins, Array.zeroCreate<float> bins

        let mutable m1, h1, hh = 0.0, 0.0, 0.0

        for j in 0 .. binOf.Length - 1 do
            let b, c, r = binOf[j], sample.Density[j], events.Ratio[j]
            let inside = b >= 0 && b < bins
            let m = c * (if inside then shares[b] else sample.Mean)
            let h = u * (r - mean)
            m1 <- m1 + m
            h1 <- h1 + m * h
            hh <- hh + m * h * h

            if inside then
                let z = t - u * r
                q[b] <- q[b] + c
                qr[b] <- qr[b] + c * r
                zz[b] <- zz[b] + m * z * z
                z1[b] <- z1[b] + m * z
                zh[b] <- zh[b] + m * z * h

        {
            Constant = Array.map2 (fun q qr -> u * qr - t * q) q qr
            ZZ = zz
            Z = z1
            ZH = zh
            M = m1
            H = h1
            HH = hh
        }

    /// From the events of the samples themselves.
    let private addObserved bins (binOf: int[]) (events: Prepared) (s: float[]) covariance =
        let samples = events.Samples
        let n, p = perBin samples bins, perBin samples bins

        for i in 0 .. binOf.Length - 1 do
            let k, b = events.Sample[i], binOf[i]

            if b >= 0 && b < bins then
                n[k][b] <- n[k][b] + events.Target[i]
                p[k][b] <- p[k][b] + events.Predicted[i]

        // Each event has its own constant, −x N + y P: two shares and two lists instead of one.
        let zz, zx, zy, zh =
            perBin samples bins, perBin samples bins, perBin samples bins, perBin samples bins

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
                zz[k][b] <- zz[k][b] + z * z
                zx[k][b] <- zx[k][b] + z * x
                zy[k][b] <- zy[k][b] + z * y
                zh[k][b] <- zh[k][b] + z * h

        for k in 0 .. samples - 1 do
            let n, p, zz, zx, zy, zh = n[k], p[k], zz[k], zx[k], zy[k], zh[k]

            // Σ_i of base_b h_i, with the base influence (t − p)1 − x N + y P.
            let c = Array.init bins (fun b -> zh[b] - n[b] * xh[k] + p[b] * yh[k])

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

                    let covariance: float[,] = covariance
                    covariance[a, b] <- covariance[a, b] + v

                    if a <> b then
                        covariance[b, a] <- covariance[b, a] + v

    /// N_b, P_b and V; events outside [0, bins) are in no bin.
    let compute (bins: int) (binOf: int[]) (events: Prepared) : float[] * float[] * float[,] =
        let found, predicted = Array.zeroCreate<float> bins, Array.zeroCreate<float> bins
        let size = Array.zeroCreate<float> bins

        for i in 0 .. binOf.Length - 1 do
            let b = binOf[i]

            if b >= 0 && b < bins then
                let t, p = events.Target[i], events.Predicted[i]
                size[b] <- size[b] + t * t + p * p
                found[b] <- found[b] + events.Target[i]
                predicted[b] <- predicted[b] + events.Predicted[i]

        let s = predicted |> Array.map (fun p -> p / events.Total)
        let covariance = Array2D.zeroCreate<float> bins bins

        if events.Expected.Length = 0 then
            addObserved bins binOf events s covariance
        else
            for k in 0 .. events.Samples - 1 do
                expectedMoments bins binOf events k |> add s covariance

        // All of a sample in one bin is known: what rounding leaves is no variance.
        for b in 0 .. bins - 1 do
            if not (covariance[b, b] > 1e-12 * size[b]) then
                for a in 0 .. bins - 1 do
                    covariance[a, b] <- 0.0
                    covariance[b, a] <- 0.0

        found, predicted, covariance

    /// What tells whether a bin has enough events: Σt, Σt², Σp, Σp², Σz², Σz⁴, expected of its events where
    /// the densities are known, so that the choice of bins does not follow their chance.
    let contents (bins: int) (binOf: int[]) (events: Prepared) : float[][] =
        let sums = Array.init 6 (fun _ -> Array.zeroCreate<float> bins)

        let add b values =
            values |> List.iteri (fun n (v: float) -> sums[n][b] <- sums[n][b] + v)

        if events.Expected.Length = 0 then
            for i in 0 .. binOf.Length - 1 do
                let t, p = events.Target[i], events.Predicted[i]
                let z = t - p

                if binOf[i] >= 0 && binOf[i] < bins then
                    add (binOf[i]) [ t; t * t; p; p * p; z * z; z * z * z * z ]
        else
            for sample in events.Expected do
                for j in 0 .. binOf.Length - 1 do
                    if binOf[j] >= 0 && binOf[j] < bins then
                        let c, v = sample.Density[j], sample.Mean
                        let t, p = sample.Target, sample.Reference * events.Ratio[j]
                        let z = t - p
                        let z2 = z * z

                        add (binOf[j]) [
                            c * t
                            c * v * t * t
                            c * p
                            c * v * p * p
                            c * v * z2
                            c * v * v * v * z2 * z2
                        ]

        sums

    /// At least 10 effective events in target and prediction, and 5 in the variance of their difference.
    let isEnough (sums: float[]) : bool =
        sums[1] > 0.0
        && sums[0] * sums[0] >= 10.0 * sums[1]
        && sums[3] > 0.0
        && sums[2] * sums[2] >= 10.0 * sums[3]
        && sums[4] * sums[4] >= 5.0 * sums[5]

    /// Puts neighbouring bins together until each has enough. Gives the group of each bin and the number
    /// of groups.
    let group (bins: int) (binOf: int[]) (events: Prepared) : int[] * int =
        let contents = contents bins binOf events
        let groups = Array.zeroCreate<int> bins
        let mutable current = 0
        let mutable sums = Array.zeroCreate<float> 6

        for b in 0 .. bins - 1 do
            if isEnough sums then
                current <- current + 1
                sums <- Array.zeroCreate<float> 6

            sums <- Array.mapi (fun n sum -> sum + contents[n].[b]) sums
            groups[b] <- current

        // What is left at the upper end joins the group before it.
        if not (isEnough sums) && current > 0 then
            groups |> Array.map (fun g -> min g (current - 1)), current
        else
            groups, current + 1

    /// Adds what the ratio may be off by, bin by bin.
    let allow (tolerance: float) (predicted: float[]) (covariance: float[,]) : unit =
        for b in 0 .. predicted.Length - 1 do
            let allowed = tolerance * predicted[b]
            covariance[b, b] <- covariance[b, b] + allowed * allowed
