namespace Nsbi.Infer

open System

/// <summary>The functions of one variable that are polynomials between given points: a value is a
/// sum over the values at nodes, with weights (the basis) that depend on the place alone.</summary>
/// <remarks>Nodes of each piece are Chebyshev points of the second kind, which hold the ends of the
/// piece, so that pieces meet in value; slopes and curvatures meet as well as the polynomials
/// converge. Outside of the range a function goes on as its Taylor polynomial of second order.
/// Source: Trefethen, Approximation Theory and Approximation Practice, ch. 2 and 5.</remarks>
[<Sealed>]
type internal PiecewiseBasis(breaks: float[], degree: int) =

    let pieces = breaks.Length - 1

    let nodes =
        Array.init (pieces * degree + 1) (fun k ->
            let piece = min (k / degree) (pieces - 1)
            let at = float (k - piece * degree) / float degree
            let low, high = breaks[piece], breaks[piece + 1]

            // The ends exactly.
            if k % degree = 0 then
                breaks[k / degree]
            else
                0.5 * (low + high) - 0.5 * (high - low) * cos (Math.PI * at))

    // Lagrange's basis of each piece with its derivatives as matrices: ℓ'_j at the nodes.
    let differentiation =
        Array.init pieces (fun piece ->
            let x = Array.sub nodes (piece * degree) (degree + 1)

            let weight =
                Array.init (degree + 1) (fun j ->
                    let sign = if j % 2 = 0 then 1.0 else -1.0
                    if j = 0 || j = degree then 0.5 * sign else sign)

            let d =
                Array2D.init (degree + 1) (degree + 1) (fun i j ->
                    if i = j then 0.0 else weight[j] / weight[i] / (x[i] - x[j]))

            for i in 0..degree do
                d[i, i] <- -(Seq.sum (seq { for j in 0..degree -> d[i, j] }))

            x, weight, d)

    let basisAt (piece: int) (alpha: float) : float[] =
        let x, weight, _ = differentiation[piece]

        match Array.tryFindIndex (fun node -> node = alpha) x with
        | Some k -> Array.init (degree + 1) (fun j -> if j = k then 1.0 else 0.0)
        | None ->
            let terms = Array.map2 (fun w node -> w / (alpha - node)) weight x
            let total = Array.sum terms
            Array.map (fun t -> t / total) terms

    // Derivatives of the basis: the polynomials ℓ'_j are interpolated through the nodes as well.
    let derivative (piece: int) (basis: float[]) : float[] =
        let _, _, d = differentiation[piece]

        Array.init (degree + 1) (fun j ->
            let mutable sum = 0.0

            for i in 0..degree do
                sum <- sum + basis[i] * d[i, j]

            sum)

    let pieceOf (inside: float) =
        let mutable next = 0

        while next < breaks.Length && not (inside < breaks[next]) do
            next <- next + 1

        if next = breaks.Length then
            pieces - 1
        else
            max 0 (next - 1)

    let fillBasis (piece: int) (alpha: float) (into: float[]) =
        let x, weight, _ = differentiation[piece]
        let at = Array.IndexOf(x, alpha)

        if at >= 0 then
            Array.Clear into
            into[at] <- 1.0
        else
            let mutable total = 0.0

            for j in 0..degree do
                let term = weight[j] / (alpha - x[j])
                into[j] <- term
                total <- total + term

            for j in 0..degree do
                into[j] <- into[j] / total

    let fillDerivative (piece: int) (basis: float[]) (into: float[]) =
        let _, _, d = differentiation[piece]
        Array.Clear into

        for i in 0..degree do
            let b = basis[i]

            for j in 0..degree do
                into[j] <- into[j] + b * d[i, j]

    /// Where functions are given, in ascending order.
    member _.Nodes: float[] = nodes

    /// Number of nodes that a value is the sum over.
    member _.Width: int = degree + 1

    /// Number of pieces.
    member _.Pieces: int = pieces

    /// <summary>The place of the nodes of a piece among all.</summary>
    member _.First(piece: int) : int = piece * degree

    /// <summary>Of a function given at the nodes of a piece, its derivative at them.</summary>
    member _.Derivative(piece: int, values: float[]) : float[] =
        let _, _, d = differentiation[piece]

        Array.init (degree + 1) (fun i ->
            let mutable sum = 0.0

            for j in 0..degree do
                sum <- sum + d[i, j] * values[j]

            sum)

    /// <summary>Fills the weights of a piece's nodes in the value, at the place or at the end of the
    /// range that is nearest to it.</summary>
    /// <returns>the piece, and how far the place is beyond the range</returns>
    member _.FillInside(alpha: float, value: float[]) : struct (int * float) =
        let inside = Math.Clamp(alpha, breaks[0], breaks[pieces])
        let piece = pieceOf inside
        fillBasis piece inside value
        struct (piece, alpha - inside)

    /// <summary>As <c>At</c>, into arrays of the width.</summary>
    /// <returns>the piece</returns>
    member this.Fill(alpha: float, value: float[], first: float[], second: float[]) : int =
        let struct (piece, beyond) = this.FillInside(alpha, value)
        fillDerivative piece value first
        fillDerivative piece first second

        if beyond <> 0.0 then
            for j in 0..degree do
                value[j] <- value[j] + beyond * (first[j] + 0.5 * beyond * second[j])
                first[j] <- first[j] + beyond * second[j]

        piece

    /// <summary>The weights of the nodes first, first + 1, … in the value, the first and the second
    /// derivative at a place.</summary>
    member _.At(alpha: float) : struct (int * float[] * float[] * float[]) =
        let inside = Math.Clamp(alpha, breaks[0], breaks[pieces])

        let piece =
            match Array.tryFindIndex (fun x -> inside < x) breaks with
            | Some next -> max 0 (next - 1)
            | None -> pieces - 1

        let value = basisAt piece inside
        let first = derivative piece value
        let second = derivative piece first
        let beyond = alpha - inside

        if beyond = 0.0 then
            struct (piece * degree, value, first, second)
        else
            let extended =
                Array.map3 (fun v f s -> v + beyond * (f + 0.5 * beyond * s)) value first second

            let slope = Array.map2 (fun f s -> f + beyond * s) first second
            struct (piece * degree, extended, slope, second)
