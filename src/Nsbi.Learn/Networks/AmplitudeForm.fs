namespace Nsbi.Learn.Networks

open System
open MathNet.Numerics.LinearAlgebra

/// <summary>Quadratic forms Q of terms u, as lower triangles l with Q = l lᵀ: m(m + 1)/2 numbers in the
/// order (0,0), (1,0), (1,1), (2,0), … whatever they are, uᵀQu ≥ 0.</summary>
[<RequireQualifiedAccess>]
module internal AmplitudeForm =

    /// Row and column of each number of a triangle of m terms.
    let places (m: int) : (int * int)[] = [|
        for i in 0 .. m - 1 do
            for j in 0..i -> i, j
    |]

    /// A_j, numbers x points, with (l A_j)_b = Σ_i l_ij u_bi √s_b.
    let projections (points: float[][]) (scales: float[]) : float[,][] =
        let m = points[0].Length
        let places = places m

        Array.init m (fun j ->
            Array2D.init places.Length points.Length (fun k b ->
                let i, column = places[k]
                if column = j then points[b][i] * sqrt scales[b] else 0.0))

    /// Σ_j (Σ_i l_ij v_i)² of the triangle that begins at a place.
    let value (places: (int * int)[]) (triangles: float32[]) (start: int) (v: float[]) : float =
        let sums = Array.zeroCreate<float> v.Length

        for k in 0 .. places.Length - 1 do
            let i, j = places[k]
            sums[j] <- sums[j] + float triangles[start + k] * v[i]

        let mutable total = 0.0

        for x in sums do
            total <- total + x * x

        total

    /// Weighted mean of l lᵀ over events, m x m.
    let mean (m: int) (triangles: float32[]) (weights: float[]) : float[,] =
        let places = places m
        let size = places.Length
        let sum = Array2D.zeroCreate m m

        for e in 0 .. weights.Length - 1 do
            let l = Array2D.zeroCreate<float> m m
            places |> Array.iteri (fun k (i, j) -> l[i, j] <- float triangles[e * size + k])

            for a in 0 .. m - 1 do
                for b in 0 .. m - 1 do
                    let mutable product = 0.0

                    for j in 0 .. min a b do
                        product <- product + l[a, j] * l[b, j]

                    sum[a, b] <- sum[a, b] + weights[e] * product

        let total = Array.sum weights
        Array2D.map (fun x -> x / total) sum

    /// The form with these values at the points, by least squares of relative deviations; none if the
    /// points do not determine it or it is not positive definite.
    let ofValues (points: float[][]) (values: float[]) : float[,] option =
        let m = points[0].Length
        let places = places m

        let design =
            Matrix<float>
                .Build.Dense(
                    points.Length,
                    places.Length,
                    fun b k ->
                        let i, j = places[k]
                        let product = points[b][i] * points[b][j] / values[b]
                        if i = j then product else 2.0 * product
                )

        if points.Length < places.Length || not (design.ConditionNumber() < 1e8) then
            None
        else
            let numbers = design.QR().Solve(Vector<float>.Build.Dense(points.Length, 1.0))

            let form = Array2D.zeroCreate m m

            places
            |> Array.iteri (fun k (i, j) ->
                form[i, j] <- numbers[k]
                form[j, i] <- numbers[k])

            let least =
                (Matrix<float>.Build.DenseOfArray form).Evd(Symmetricity.Symmetric).EigenValues
                |> Seq.map _.Real
                |> Seq.min

            if least > 0.0 then Some form else None

    /// T with T from Tᵀ = target, for positive definite forms: l → T l has the target as its mean.
    let correction (from: float[,]) (target: float[,]) : float[,] =
        let factor (q: float[,]) =
            (Matrix<float>.Build.DenseOfArray q).Cholesky().Factor

        (factor target * (factor from).Inverse()).ToArray()
