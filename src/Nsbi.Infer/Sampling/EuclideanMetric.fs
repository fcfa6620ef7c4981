namespace Nsbi.Infer

open Nsbi.Kernels

/// <summary>What the sampler learns of the posterior's form during its warm-up.</summary>
[<RequireQualifiedAccess>]
type MetricForm =
    /// <summary>One variance per coordinate.</summary>
    | Diagonal
    /// <summary>The whole covariance: for strongly correlated parameters, up to some hundreds.</summary>
    | Dense

/// <summary>The inverse of the mass matrix, an estimate of the posterior's covariance.</summary>
[<NoComparison; ReferenceEquality>]
type internal EuclideanMetric =
    | DiagonalMetric of variances: float[]
    /// With the Cholesky factor L of the covariance.
    | DenseMetric of covariance: float[,] * factor: float[,]

[<RequireQualifiedAccess>]
module internal EuclideanMetric =

    let unit (form: MetricForm) (n: int) : EuclideanMetric =
        match form with
        | MetricForm.Diagonal -> DiagonalMetric(Array.create n 1.0)
        | MetricForm.Dense ->
            let one = Array2D.init n n (fun i k -> if i = k then 1.0 else 0.0)
            DenseMetric(one, one)

    /// Standard deviations.
    let scales (metric: EuclideanMetric) : float[] =
        match metric with
        | DiagonalMetric variances -> variances |> Array.map sqrt
        | DenseMetric(covariance, _) ->
            Array.init (Array2D.length1 covariance) (fun k -> sqrt covariance[k, k])

    /// M⁻¹ p.
    let velocity (metric: EuclideanMetric) (p: float[]) : float[] =
        match metric with
        | DiagonalMetric variances -> Array.map2 (*) variances p
        | DenseMetric(covariance, _) ->
            let n = p.Length
            let v = Array.zeroCreate n

            for i in 0 .. n - 1 do
                let mutable sum = 0.0

                for k in 0 .. n - 1 do
                    sum <- sum + covariance[i, k] * p[k]

                v[i] <- sum

            v

    /// p ~ N(0, M): L⁻ᵀ z for the covariance M⁻¹ = L Lᵀ.
    let momentum (stream: byref<RandomStream>) (metric: EuclideanMetric) (n: int) : float[] =
        let z = Array.zeroCreate n

        for k in 0 .. n - 1 do
            z[k] <- stream.NextGaussian()

        match metric with
        | DiagonalMetric variances -> Array.map2 (fun v z -> z / sqrt v) variances z
        | DenseMetric(_, factor) ->
            for i = n - 1 downto 0 do
                let mutable sum = z[i]

                for k in i + 1 .. n - 1 do
                    sum <- sum - factor[k, i] * z[k]

                z[i] <- sum / factor[i, i]

            z

/// Mean and covariance of points as they come (Welford), for a metric.
[<Sealed>]
type internal MetricEstimate(form: MetricForm, n: int) =
    let mean = Array.zeroCreate<float> n

    let squares = Array2D.zeroCreate<float> n (if form = MetricForm.Dense then n else 1)

    let mutable count = 0

    member _.Add(point: float[]) : unit =
        count <- count + 1
        let before = Array.map2 (-) point mean

        for k in 0 .. n - 1 do
            mean[k] <- mean[k] + before[k] / float count

        for i in 0 .. n - 1 do
            match form with
            | MetricForm.Diagonal ->
                squares[i, 0] <- squares[i, 0] + before[i] * (point[i] - mean[i])
            | MetricForm.Dense ->
                for k in 0..i do
                    squares[i, k] <- squares[i, k] + before[i] * (point[k] - mean[k])

    member _.Count: int = count

    /// The covariance, drawn towards 10⁻³: n/(n + 5) C + 10⁻³ 5/(n + 5). None where it is no covariance.
    member _.Metric: EuclideanMetric option =
        let m = float count
        let share = m / (m + 5.0)
        let little = 1e-3 * 5.0 / (m + 5.0)

        match form with
        | MetricForm.Diagonal ->
            Array.init n (fun i -> share * squares[i, 0] / (m - 1.0) + little)
            |> DiagonalMetric
            |> Some
        | MetricForm.Dense ->
            let covariance =
                Array2D.init n n (fun i k ->
                    let value = share * squares[max i k, min i k] / (m - 1.0)
                    if i = k then value + little else value)

            SymmetricMatrix.cholesky covariance
            |> Option.map (fun factor -> DenseMetric(covariance, factor))
