namespace Nsbi.Learn.Transport

open System

// Axes: a, b components.

/// Eigenvalues and functions of symmetric matrices, in a fixed order of additions.
[<RequireQualifiedAccess>]
module internal SymmetricRoot =
    let private rotate (m: float[,]) (v: float[,]) p q =
        let n = Array2D.length1 m
        let theta = (m[q, q] - m[p, p]) / (2.0 * m[p, q])

        let t =
            (if theta >= 0.0 then 1.0 else -1.0)
            / (abs theta + Math.Sqrt(theta * theta + 1.0))

        let c = 1.0 / Math.Sqrt(t * t + 1.0)
        let s = t * c

        for k in 0 .. n - 1 do
            let a, b = m[k, p], m[k, q]
            m[k, p] <- c * a - s * b
            m[k, q] <- s * a + c * b

        for k in 0 .. n - 1 do
            let a, b = m[p, k], m[q, k]
            m[p, k] <- c * a - s * b
            m[q, k] <- s * a + c * b

        for k in 0 .. n - 1 do
            let a, b = v[k, p], v[k, q]
            v[k, p] <- c * a - s * b
            v[k, q] <- s * a + c * b

    /// Eigenvalues, in no order, and eigenvectors as columns: cyclic Jacobi rotations (Golub and Van Loan,
    /// Matrix Computations, §8.5).
    let eigen (matrix: float[,]) : struct (float[] * float[,]) =
        let n = Array2D.length1 matrix
        let m = Array2D.init n n (fun a b -> 0.5 * (matrix[a, b] + matrix[b, a]))
        let v = Array2D.init n n (fun a b -> if a = b then 1.0 else 0.0)

        let off () =
            let mutable sum = 0.0

            for a in 0 .. n - 1 do
                for b in 0 .. n - 1 do
                    if a <> b then
                        sum <- sum + m[a, b] * m[a, b]

            sum

        let all = Seq.cast<float> m |> Seq.sumBy (fun x -> x * x)
        let mutable sweeps = 0

        while sweeps < 60 && off () > 1e-30 * all do
            for p in 0 .. n - 2 do
                for q in p + 1 .. n - 1 do
                    if abs m[p, q] > 1e-18 * Math.Sqrt all then
                        rotate m v p q

            sweeps <- sweeps + 1

        struct (Array.init n (fun a -> m[a, a]), v)

    /// V f(Λ) Vᵀ.
    let apply (f: float -> float) (matrix: float[,]) : float[,] =
        let struct (values, v) = eigen matrix
        let n = values.Length
        let scaled = values |> Array.map f

        Array2D.init n n (fun a b ->
            let mutable sum = 0.0

            for k in 0 .. n - 1 do
                sum <- sum + v[a, k] * scaled[k] * v[b, k]

            sum)

    let multiply (x: float[,]) (y: float[,]) : float[,] =
        Array2D.init (Array2D.length1 x) (Array2D.length2 y) (fun a b ->
            let mutable sum = 0.0

            for k in 0 .. Array2D.length2 x - 1 do
                sum <- sum + x[a, k] * y[k, b]

            sum)

    /// The lower triangle L of L Lᵀ = M, or None where M is not positive definite.
    let cholesky (matrix: float[,]) : float[,] option =
        let n = Array2D.length1 matrix
        let l = Array2D.zeroCreate n n
        let mutable positive = true

        for a in 0 .. n - 1 do
            for b in 0..a do
                if positive then
                    let mutable sum = matrix[a, b]

                    for k in 0 .. b - 1 do
                        sum <- sum - l[a, k] * l[b, k]

                    if a <> b then l[a, b] <- sum / l[b, b]
                    elif sum > 0.0 then l[a, a] <- Math.Sqrt sum
                    else positive <- false

        if positive then Some l else None

    /// x of L Lᵀ x = b.
    let solve (l: float[,]) (b: float[]) : float[] =
        let n = b.Length
        let x = Array.copy b

        for a in 0 .. n - 1 do
            for k in 0 .. a - 1 do
                x[a] <- x[a] - l[a, k] * x[k]

            x[a] <- x[a] / l[a, a]

        for a in n - 1 .. -1 .. 0 do
            for k in a + 1 .. n - 1 do
                x[a] <- x[a] - l[k, a] * x[k]

            x[a] <- x[a] / l[a, a]

        x
