namespace Nsbi.Infer

/// <summary>The little dense linear algebra that fits need, for symmetric n x n matrices with n of
/// tens: written out, so that the order of every sum is fixed.</summary>
[<RequireQualifiedAccess>]
module internal SymmetricMatrix =

    /// <summary>Lower triangle L of A = L·Lᵀ; none if a pivot is not above n·2⁻⁵² of its diagonal
    /// element, that is if A is not numerically positive definite.</summary>
    let cholesky (a: float[,]) : float[,] option =
        let n = Array2D.length1 a
        // Row by row in one array: indices of two dimensions would cost more than the arithmetic.
        let rows = Array.zeroCreate<float>(n * n)
        let mutable positive = true
        let mutable j = 0

        let reduced i j =
            let x, y = n * i, n * j
            let mutable sum = a[i, j]

            for k in 0 .. j - 1 do
                sum <- sum - rows[x + k] * rows[y + k]

            sum

        while positive && j < n do
            let pivot = reduced j j

            if not (pivot > float n * 2.3e-16 * abs a[j, j]) then
                positive <- false
            else
                let root = sqrt pivot
                rows[(n + 1) * j] <- root

                for i in j + 1 .. n - 1 do
                    rows[n * i + j] <- reduced i j / root

            j <- j + 1

        if positive then
            let l = Array2D.zeroCreate n n

            for i in 0 .. n - 1 do
                for k in 0..i do
                    l[i, k] <- rows[n * i + k]

            Some l
        else
            None

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
        let lower = Array.zeroCreate<float>(n * n)
        let upper = Array.zeroCreate<float>(n * n)

        for i in 0 .. n - 1 do
            for k in 0..i do
                lower[n * i + k] <- l[i, k]
                upper[n * k + i] <- l[i, k]

        // Columns of the inverse, one after the other: L y = e, Lᵀ x = y.
        let columns = Array.zeroCreate<float>(n * n)

        for c in 0 .. n - 1 do
            let at = n * c
            columns[at + c] <- 1.0

            for i in c .. n - 1 do
                let row = n * i
                let mutable sum = columns[at + i]

                for k in c .. i - 1 do
                    sum <- sum - lower[row + k] * columns[at + k]

                columns[at + i] <- sum / lower[row + i]

            for i in n - 1 .. -1 .. 0 do
                let row = n * i
                let mutable sum = columns[at + i]

                for k in i + 1 .. n - 1 do
                    sum <- sum - upper[row + k] * columns[at + k]

                columns[at + i] <- sum / upper[row + i]

        Array2D.init n n (fun i k -> 0.5 * (columns[n * k + i] + columns[n * i + k]))

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
