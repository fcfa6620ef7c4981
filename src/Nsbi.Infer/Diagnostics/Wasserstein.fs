namespace Nsbi.Infer

open System

/// <summary>How far apart two distributions of one feature are.</summary>
type WassersteinDistance = {
    /// <summary>W₁ = ∫ |F(x) − G(x)| dx, in units of x.</summary>
    Value: float
    /// <summary>
    /// What chance alone gives on average: ∫ √(2/π) sd[F(x) − G(x)] dx, for two samples of the
    /// same distribution.
    /// </summary>
    Noise: float
}

/// <summary>The one-dimensional Wasserstein distance of weighted samples.</summary>
[<RequireQualifiedAccess>]
module Wasserstein =
    /// <summary>
    /// Chance gives more than this many times the mean noise in about one of 10⁴ cases; the 99.9 %
    /// quantile of the L₁ norm of a Brownian bridge is three times its mean.
    /// </summary>
    let noiseFactor: float = 3.5

    /// <summary>
    /// The distance of two samples given as two weights of the same events; each sample is
    /// normalised to one. Negative weights are allowed in sums that are positive.
    /// </summary>
    /// <param name="values">x_i, finite</param>
    /// <param name="first">weight of event i in the first sample</param>
    /// <param name="second">weight of event i in the second sample</param>
    let compute (values: float[]) (first: float[]) (second: float[]) : WassersteinDistance =
        WeightedQuantile.requireSameLength values first
        WeightedQuantile.requireSameLength values second
        let total1, total2 = Array.sum first, Array.sum second

        if total1 = 0.0 || total2 = 0.0 then
            invalidArg (nameof first) "The weights of a sample add up to nothing."

        let order = Array.init values.Length id
        Array.Sort(Array.copy values, order)
        let mutable xx = 0.0
        let mutable xy = 0.0
        let mutable yy = 0.0

        for i in 0 .. values.Length - 1 do
            let x, y = first[i] / total1, second[i] / total2
            xx <- xx + x * x
            xy <- xy + x * y
            yy <- yy + y * y

        let mutable distance = 0.0
        let mutable noise = 0.0
        let mutable f = 0.0
        let mutable g = 0.0
        let mutable zz = 0.0
        let mutable zx = 0.0
        let mutable zy = 0.0

        for k in 0 .. order.Length - 2 do
            let i = order[k]
            let x, y = first[i] / total1, second[i] / total2
            let z = x - y
            f <- f + x
            g <- g + y
            zz <- zz + z * z
            zx <- zx + z * x
            zy <- zy + z * y
            let gap = values[order[k + 1]] - values[i]

            if gap > 0.0 then
                // The same variance as one bin of BinnedDifference.
                let variance =
                    zz - 2.0 * zx * f + 2.0 * zy * g + xx * f * f - 2.0 * xy * f * g + yy * g * g

                distance <- distance + gap * abs (f - g)
                noise <- noise + gap * sqrt (max 0.0 variance)

        {
            Value = distance
            Noise = noise * sqrt (2.0 / Math.PI)
        }
