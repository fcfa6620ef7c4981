namespace Nsbi.Infer

/// <summary>The little dense linear algebra that fits need, for symmetric n x n matrices with n of
/// tens: written out, so that the order of every sum is fixed.</summary>
[<RequireQualifiedAccess>]
module internal SymmetricMatrix =

    /// <summary>Lower triangle L of A = L·Lᵀ; none if a pivot is not above n·2⁻⁵² of its diagonal
    /// element, that is if A is not numerically positive definite.</summary>
    let cholesky (a: float[,]) : float[,] option =
        let n = Array2D.length1 a
        let l = Array2D.zeroCreate n n
        let mutable positive = true
        let mutable j = 0

        while positive && j < n do
            let mutable pivot = a[j, j]

            for k in 0 .. j - 1 do
                pivot <- pivot - l[j, k] * l[j, k]

            if not (pivot > float n * 2.3e-16 * abs a[j, j]) then
                positive <- false
            else
                l[j, j] <- sqrt pivot

                for i in j + 1 .. n - 1 do
                    let mutable sum = a[i, j]

                    for k in 0 .. j - 1 do
                        sum <- sum - l[i, k] * l[j, k]

                    l[i, j] <- sum / l[j, j]

            j <- j + 1

        if positive then Some l else None

    /// <summary>The x with L·Lᵀ x = b.</summary>
    let solve (l: float[,]) (b: float[]) : float[] =
        let n = b.Length
        let x = Array.copy b

        for i in 0 .. n - 1 do
            for k in 0 .. i - 1 do
                x[i] <- x[i] - l[i, k] * x[k]

            x[i] <- x[i] / l[i, i]

        for i in n - 1 .. -1 .. 0 do
            for k in i + 1 .. n - 1 do
                x[i] <- x[i] - l[k, i] * x[k]

            x[i] <- x[i] / l[i, i]

        x

    /// <summary>The x with L x = b.</summary>
    let forward (l: float[,]) (b: float[]) : float[] =
        let x = Array.copy b

        for i in 0 .. b.Length - 1 do
            for k in 0 .. i - 1 do
                x[i] <- x[i] - l[i, k] * x[k]

            x[i] <- x[i] / l[i, i]

        x

    /// <summary>The inverse of L·Lᵀ.</summary>
    let inverse (l: float[,]) : float[,] =
        let n = Array2D.length1 l

        let columns =
            Array.init n (fun k -> solve l (Array.init n (fun i -> if i = k then 1.0 else 0.0)))

        Array2D.init n n (fun i k -> 0.5 * (columns[k][i] + columns[i][k]))

    /// <summary>g·p + ½ pᵀ A p.</summary>
    let quadratic (g: float[]) (a: float[,]) (p: float[]) : float =
        let n = p.Length
        let mutable sum = 0.0

        for i in 0 .. n - 1 do
            let mutable row = 0.0

            for k in 0 .. n - 1 do
                row <- row + a[i, k] * p[k]

            sum <- sum + p[i] * (g[i] + 0.5 * row)

        sum
