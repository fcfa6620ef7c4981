namespace Nsbi.Infer

/// <summary>Eigenvalues and eigenvectors of symmetric matrices: Householder's reduction to
/// tridiagonal form, and the QL algorithm with implicit shifts.</summary>
/// <remarks>Sources: Bowdler, Martin, Reinsch and Wilkinson, Numer. Math. 11 (1968) 293; Golub and
/// Van Loan, Matrix Computations, §8.3. Vectors are rows here, so that the inner loops run along
/// memory.</remarks>
[<RequireQualifiedAccess>]
module internal SymmetricEigen =

    /// The reduction of step i of the rows of a, with the row i itself in d.
    let private reflect (a: float[][]) (d: float[]) (e: float[]) (i: int) (scale: float) : float =
        let mutable h = 0.0

        for k in 0 .. i - 1 do
            d[k] <- d[k] / scale
            h <- h + d[k] * d[k]

        let f = d[i - 1]
        let g = if f > 0.0 then -(sqrt h) else sqrt h
        e[i] <- scale * g
        h <- h - f * g
        d[i - 1] <- f - g
        System.Array.Clear(e, 0, i)

        for j in 0 .. i - 1 do
            let f, row = d[j], a[j]
            a[i][j] <- f
            let mutable g = e[j] + row[j] * f

            for k in j + 1 .. i - 1 do
                g <- g + row[k] * d[k]
                e[k] <- e[k] + row[k] * f

            e[j] <- g

        let mutable sum = 0.0

        for j in 0 .. i - 1 do
            e[j] <- e[j] / h
            sum <- sum + e[j] * d[j]

        let half = sum / (h + h)

        for j in 0 .. i - 1 do
            e[j] <- e[j] - half * d[j]

        for j in 0 .. i - 1 do
            let f, g, row = d[j], e[j], a[j]

            for k in j .. i - 1 do
                row[k] <- row[k] - (f * e[k] + g * d[k])

            d[j] <- row[i - 1]
            row[i] <- 0.0

        h

    /// Diagonal into d, off-diagonal into e; the rows of a become the transformation.
    let private tridiagonal (a: float[][]) (d: float[]) (e: float[]) : unit =
        let n = d.Length

        for j in 0 .. n - 1 do
            d[j] <- a[j][n - 1]

        for i in n - 1 .. -1 .. 1 do
            let mutable scale = 0.0

            for k in 0 .. i - 1 do
                scale <- scale + abs d[k]

            if scale = 0.0 then
                e[i] <- d[i - 1]

                for j in 0 .. i - 1 do
                    d[j] <- a[j][i - 1]
                    a[j][i] <- 0.0
                    a[i][j] <- 0.0

                d[i] <- 0.0
            else
                d[i] <- reflect a d e i scale

        for i in 0 .. n - 2 do
            let next = a[i + 1]
            a[i][n - 1] <- a[i][i]
            a[i][i] <- 1.0
            let h = d[i + 1]

            if h <> 0.0 then
                for k in 0..i do
                    d[k] <- next[k] / h

                for j in 0..i do
                    let row = a[j]
                    let mutable g = 0.0

                    for k in 0..i do
                        g <- g + next[k] * row[k]

                    for k in 0..i do
                        row[k] <- row[k] - g * d[k]

            System.Array.Clear(next, 0, i + 1)

        for j in 0 .. n - 1 do
            d[j] <- a[j][n - 1]
            a[j][n - 1] <- 0.0

        a[n - 1][n - 1] <- 1.0
        e[0] <- 0.0

    /// One QL sweep over the block from l to m; gives the change of all later diagonal elements.
    let private sweep (a: float[][]) (d: float[]) (e: float[]) (l: int) (m: int) : float =
        let g = d[l]
        let p = (d[l + 1] - g) / (2.0 * e[l])
        let r = sqrt (p * p + 1.0)
        let r = if p < 0.0 then -r else r
        d[l] <- e[l] / (p + r)
        d[l + 1] <- e[l] * (p + r)
        let next = d[l + 1]
        let shift = g - d[l]

        for i in l + 2 .. d.Length - 1 do
            d[i] <- d[i] - shift

        let mutable p = d[m]
        let mutable c, c2, c3 = 1.0, 1.0, 1.0
        let mutable s, s2 = 0.0, 0.0
        let offDiagonal = e[l + 1]

        for i in m - 1 .. -1 .. l do
            c3 <- c2
            c2 <- c
            s2 <- s
            let g, h = c * e[i], c * p
            let r = sqrt (p * p + e[i] * e[i])
            e[i + 1] <- s * r
            s <- e[i] / r
            c <- p / r
            p <- c * d[i] - s * g
            d[i + 1] <- h + s * (c * g + s * d[i])
            let x, y = a[i], a[i + 1]

            for k in 0 .. d.Length - 1 do
                let h = y[k]
                y[k] <- s * x[k] + c * h
                x[k] <- c * x[k] - s * h

        p <- -s * s2 * c3 * offDiagonal * e[l] / next
        e[l] <- s * p
        d[l] <- c * p
        shift

    let private diagonalise (a: float[][]) (d: float[]) (e: float[]) : unit =
        let n = d.Length
        System.Array.Copy(e, 1, e, 0, n - 1)
        e[n - 1] <- 0.0
        let mutable shift = 0.0
        let mutable size = 0.0

        for l in 0 .. n - 1 do
            size <- max size (abs d[l] + abs e[l])
            let limit = 2.3e-16 * size
            let mutable m = l

            while m < n - 1 && not (abs e[m] <= limit) do
                m <- m + 1

            let mutable count = 0

            while m > l && abs e[l] > limit && count < 100 do
                shift <- shift + sweep a d e l m
                count <- count + 1

            d[l] <- d[l] + shift
            e[l] <- 0.0

    /// <summary>Eigenvalues, and eigenvectors as columns; in no particular order.</summary>
    let find (matrix: float[,]) : float[] * float[,] =
        let n = Array2D.length1 matrix

        if n = 0 then
            [||], Array2D.zeroCreate 0 0
        else
            let rows = Array.init n (fun i -> Array.init n (fun k -> matrix[k, i]))
            let d = Array.zeroCreate n
            let e = Array.zeroCreate n
            tridiagonal rows d e
            diagonalise rows d e
            d, Array2D.init n n (fun i k -> rows[k][i])
