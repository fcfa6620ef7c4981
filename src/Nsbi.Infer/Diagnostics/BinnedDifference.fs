namespace Nsbi.Infer

open System
open MathNet.Numerics

/// <summary>A χ² with what is needed to judge it.</summary>
type ChiSquare = {
    /// <summary>Dᵀ V⁻¹ D.</summary>
    Value: float
    /// <summary>Rank of V.</summary>
    DegreesOfFreedom: int
    /// <summary>Probability of a larger value where the difference is chance.</summary>
    PValue: float
}

/// The difference per bin of two self-normalised weighted samples and its covariance.
///
/// Event i has the weights x_i and y_i in the two samples (each adding up to one) and contributes
/// f_i and g_i to its bin: D_b = F_b − G_b with F_b = Σ_{i∈b} f_i, G_b = Σ_{i∈b} g_i. The event's
/// influence on D_b is (f_i − g_i)·1(i∈b) − x_i F_b + y_i G_b, and V is the sum of its squares.
[<RequireQualifiedAccess>]
module internal BinnedDifference =
    type Parts = {
        X: float[]
        Y: float[]
        F: float[]
        G: float[]
    }

    /// Contributions F_b, G_b and the covariance V; events outside [0, bins) are in no bin.
    let compute (bins: int) (binOf: int[]) (parts: Parts) : float[] * float[] * float[,] =
        let f, g = Array.zeroCreate<float> bins, Array.zeroCreate<float> bins

        let zz, zx, zy =
            Array.zeroCreate<float> bins, Array.zeroCreate<float> bins, Array.zeroCreate<float> bins

        let mutable xx = 0.0
        let mutable xy = 0.0
        let mutable yy = 0.0

        for i in 0 .. binOf.Length - 1 do
            let b = binOf[i]
            let x, y = parts.X[i], parts.Y[i]
            xx <- xx + x * x
            xy <- xy + x * y
            yy <- yy + y * y

            if b >= 0 && b < bins then
                let z = parts.F[i] - parts.G[i]
                f[b] <- f[b] + parts.F[i]
                g[b] <- g[b] + parts.G[i]
                zz[b] <- zz[b] + z * z
                zx[b] <- zx[b] + z * x
                zy[b] <- zy[b] + z * y

        let covariance =
            Array2D.init bins bins (fun a b ->
                (if a = b then zz[a] else 0.0) - zx[a] * f[b] - zx[b] * f[a]
                + zy[a] * g[b]
                + zy[b] * g[a]
                + xx * f[a] * f[b]
                - xy * (f[a] * g[b] + g[a] * f[b])
                + yy * g[a] * g[b])

        f, g, covariance

    /// Cholesky by rows; directions without variance are left out and lower the rank.
    let chiSquare (difference: float[]) (covariance: float[,]) : ChiSquare =
        let n = difference.Length
        let root = Array2D.zeroCreate<float> n n
        let solved = Array.zeroCreate<float> n
        let mutable rank = 0
        let mutable value = 0.0

        for a in 0 .. n - 1 do
            let mutable rest = difference[a]

            for b in 0..a do
                let mutable sum = covariance[a, b]

                for k in 0 .. b - 1 do
                    sum <- sum - root[a, k] * root[b, k]

                if b < a then
                    root[a, b] <- if root[b, b] > 0.0 then sum / root[b, b] else 0.0
                    rest <- rest - root[a, b] * solved[b]
                elif sum > 1e-9 * covariance[a, a] then
                    root[a, a] <- sqrt sum
                    solved[a] <- rest / root[a, a]
                    value <- value + solved[a] * solved[a]
                    rank <- rank + 1

        {
            Value = value
            DegreesOfFreedom = rank
            PValue =
                if Double.IsNaN value then
                    nan
                elif rank = 0 then
                    1.0
                else
                    SpecialFunctions.GammaUpperRegularized(0.5 * float rank, 0.5 * value)
        }

    /// Puts neighbouring bins together until each has `least` effective entries of both samples.
    /// Gives the group of each bin and the number of groups.
    let group (least: float) (x: WeightedHistogram) (y: WeightedHistogram) : int[] * int =
        let bins = x.Contents.Length
        let groups = Array.zeroCreate<int> bins
        let enough (w: float) (w2: float) = w2 > 0.0 && w * w / w2 >= least
        let mutable current = 0
        let mutable sums = struct (0.0, 0.0, 0.0, 0.0)
        let mutable full = false

        for b in 0 .. bins - 1 do
            if full then
                current <- current + 1
                sums <- struct (0.0, 0.0, 0.0, 0.0)

            let struct (xw, xv, yw, yv) = sums
            let xw, xv = xw + x.Contents[b], xv + x.Variances[b]
            let yw, yv = yw + y.Contents[b], yv + y.Variances[b]
            sums <- struct (xw, xv, yw, yv)
            groups[b] <- current
            full <- enough xw xv && enough yw yv

        // What is left at the upper end joins the group before it.
        if not full && current > 0 then
            for b in 0 .. bins - 1 do
                groups[b] <- min groups[b] (current - 1)

            groups, current
        else
            groups, current + 1
