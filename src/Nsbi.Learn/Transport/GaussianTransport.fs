namespace Nsbi.Learn.Transport

open System

// Axes: event i, component a, b.

/// <summary>A normal distribution of n components.</summary>
type Gaussian = {
    /// <summary>m, length n.</summary>
    Mean: float[]
    /// <summary>S, n x n, symmetric and positive definite.</summary>
    Covariance: float[,]
}

/// <summary>The optimal transport of one normal distribution to another: T(x) = m₂ + A (x − m₁).</summary>
type GaussianMap = {
    /// <summary>m₁.</summary>
    SourceMean: float[]
    /// <summary>m₂.</summary>
    TargetMean: float[]
    /// <summary>A = S₁^−½ (S₁^½ S₂ S₁^½)^½ S₁^−½, symmetric and positive definite.</summary>
    Matrix: float[,]
    /// <summary>W₂² = |m₁ − m₂|² + tr(S₁ + S₂ − 2 (S₁^½ S₂ S₁^½)^½), in squared units of the features.
    /// </summary>
    SquaredDistance: float
} with

    /// <summary>T of events.</summary>
    /// <param name="features">events x n, row-major</param>
    /// <returns>events x n, row-major</returns>
    /// <exception cref="T:System.ArgumentException">not whole rows</exception>
    member this.Apply(features: ReadOnlySpan<float>) : float[] =
        let n = this.SourceMean.Length

        if features.Length % n <> 0 then
            invalidArg (nameof features) $"{features.Length} numbers are not whole rows of {n}."

        let result = Array.zeroCreate<float> features.Length

        for first in 0..n .. features.Length - n do
            for a in 0 .. n - 1 do
                let mutable sum = this.TargetMean[a]

                for b in 0 .. n - 1 do
                    sum <- sum + this.Matrix[a, b] * (features[first + b] - this.SourceMean[b])

                result[first + a] <- sum

        result

/// <summary>Optimal transport between normal distributions in closed form, for the cost |x − y|².</summary>
/// <remarks>Source: Dowson and Landau, J. Multivariate Anal. 12 (1982) 450; Knott and Smith, J. Optim. Theory
/// Appl. 43 (1984) 39; Peyré and Cuturi, arXiv:1803.00567, remark 2.31.</remarks>
[<RequireQualifiedAccess>]
module GaussianTransport =
    let private faults (name: string) (gaussian: Gaussian) =
        let n = gaussian.Mean.Length
        let s = gaussian.Covariance

        if n = 0 || Array2D.length1 s <> n || Array2D.length2 s <> n then
            invalidArg name $"A mean of {n} components needs a covariance of {n} x {n}."

        if SymmetricRoot.cholesky s |> Option.isNone then
            invalidArg name "A covariance must be positive definite."

    /// <summary>The map and its cost.</summary>
    /// <param name="source">N(m₁, S₁)</param>
    /// <param name="target">N(m₂, S₂), of as many components</param>
    /// <exception cref="T:System.ArgumentException">a covariance is not positive definite, or numbers of
    /// components differ</exception>
    let between (source: Gaussian) (target: Gaussian) : GaussianMap =
        faults (nameof source) source
        faults (nameof target) target

        if source.Mean.Length <> target.Mean.Length then
            invalidArg
                (nameof target)
                $"{source.Mean.Length} components cannot be moved onto {target.Mean.Length}."

        let (.*) = SymmetricRoot.multiply
        let root x = Math.Sqrt(max 0.0 x)
        let s1 = SymmetricRoot.apply root source.Covariance

        let inverse = SymmetricRoot.apply (fun x -> 1.0 / Math.Sqrt x) source.Covariance

        let middle = SymmetricRoot.apply root (s1 .* target.Covariance .* s1)
        let a = inverse .* middle .* inverse
        let n = source.Mean.Length

        let shift =
            Seq.zip source.Mean target.Mean |> Seq.sumBy (fun (p, q) -> (p - q) * (p - q))

        let trace =
            Seq.init n (fun k ->
                source.Covariance[k, k] + target.Covariance[k, k] - 2.0 * middle[k, k])
            |> Seq.sum

        {
            SourceMean = Array.copy source.Mean
            TargetMean = Array.copy target.Mean
            Matrix = Array2D.init n n (fun i k -> 0.5 * (a[i, k] + a[k, i]))
            SquaredDistance = shift + trace
        }

    /// <summary>Weighted mean and covariance Σ w (x − m)(x − m)ᵀ/Σ w of events.</summary>
    /// <param name="components">n</param>
    /// <param name="features">events x n, row-major</param>
    /// <param name="weights">w_i ≥ 0, of a sum above zero</param>
    /// <exception cref="T:System.ArgumentException">not whole rows, or another number of weights</exception>
    let moments (components: int) (features: float[]) (weights: float[]) : Gaussian =
        if features.Length <> components * weights.Length then
            invalidArg
                (nameof features)
                $"{features.Length} numbers are not {weights.Length} rows of {components}."

        let total = Array.sum weights
        let mean = Array.zeroCreate<float> components

        for i in 0 .. weights.Length - 1 do
            for a in 0 .. components - 1 do
                mean[a] <- mean[a] + weights[i] * features[i * components + a]

        for a in 0 .. components - 1 do
            mean[a] <- mean[a] / total

        let covariance = Array2D.zeroCreate<float> components components
        let d = Array.zeroCreate<float> components

        for i in 0 .. weights.Length - 1 do
            for a in 0 .. components - 1 do
                d[a] <- features[i * components + a] - mean[a]

            for a in 0 .. components - 1 do
                let wd = weights[i] * d[a]

                for b in 0..a do
                    covariance[a, b] <- covariance[a, b] + wd * d[b]

        for a in 0 .. components - 1 do
            for b in 0..a do
                covariance[a, b] <- covariance[a, b] / total
                covariance[b, a] <- covariance[a, b]

        { Mean = mean; Covariance = covariance }
