namespace Nsbi.Model

open System.Numerics

/// A matrix of exact fractions with one denominator: terms x samples.
type internal ExactMatrix = {
    Numerators: Dyadic[,]
    Denominator: Dyadic
}

/// <summary>The left inverse of least variance, (VᵀSV)⁻¹VᵀS, without rounding: what is rounded is
/// only what is read.</summary>
[<RequireQualifiedAccess>]
module internal ExactInverse =

    /// Adjugate and determinant of a matrix of integers by elimination without fractions (Bareiss,
    /// Math. Comp. 22 (1968) 565); none if it is singular.
    let private adjugate (matrix: BigInteger[,]) : (BigInteger[,] * BigInteger) option =
        let n = Array2D.length1 matrix

        let a =
            Array2D.init n (2 * n) (fun i j ->
                if j < n then matrix[i, j]
                elif j - n = i then BigInteger.One
                else BigInteger.Zero)

        let swap i k =
            for j in 0 .. 2 * n - 1 do
                let kept = a[i, j]
                a[i, j] <- -a[k, j]
                a[k, j] <- kept

        let rec eliminate k (previous: BigInteger) =
            if k = n then
                Some previous
            else
                match seq { k .. n - 1 } |> Seq.tryFind (fun i -> not a[i, k].IsZero) with
                | None -> None
                | Some found ->
                    if found <> k then
                        swap k found

                    for i in 0 .. n - 1 do
                        if i <> k then
                            let factor = a[i, k]

                            for j in 0 .. 2 * n - 1 do
                                a[i, j] <- (a[k, k] * a[i, j] - factor * a[k, j]) / previous

                    eliminate (k + 1) a[k, k]

        eliminate 0 BigInteger.One
        |> Option.map (fun determinant -> Array2D.init n n (fun i j -> a[i, n + j]), determinant)

    /// A matrix as integers times one power of two.
    let private integers (matrix: Dyadic[,]) : BigInteger[,] * int =
        let low =
            Seq.cast<Dyadic> matrix
            |> Seq.filter (fun x -> not x.Mantissa.IsZero)
            |> Seq.map _.Exponent
            |> Seq.fold min 0

        let whole (x: Dyadic) =
            if x.Mantissa.IsZero then
                x.Mantissa
            else
                x.Mantissa <<< (x.Exponent - low)

        Array2D.map whole matrix, low

    /// <summary>(VᵀSV)⁻¹VᵀS, which is V⁻¹ for a square V.</summary>
    /// <param name="v">samples x terms</param>
    /// <param name="weights">the diagonal of S: the inverse variance of each sample</param>
    /// <returns>terms x samples; none if the samples do not determine the terms</returns>
    let compute (v: Dyadic[,]) (weights: float[]) : ExactMatrix option =
        let samples, terms = Array2D.length1 v, Array2D.length2 v
        let s = weights |> Array.map Dyadic.ofFloat
        let weighted = Array2D.init terms samples (fun j k -> Dyadic.multiply s[k] v[k, j])

        let times rows columns inner (a: int -> int -> Dyadic) (b: int -> int -> Dyadic) =
            Array2D.init rows columns (fun i j ->
                Seq.init inner (fun k -> Dyadic.multiply (a i k) (b k j)) |> Dyadic.sum)

        let at (m: Dyadic[,]) i j = m[i, j]
        let square, power = times terms terms samples (at weighted) (at v) |> integers

        adjugate square
        |> Option.map (fun (adjugate, determinant) ->
            let inverse i j = {
                Mantissa = adjugate[i, j]
                Exponent = 0
            }

            {
                Numerators = times terms samples terms inverse (at weighted)
                Denominator = {
                    Mantissa = determinant
                    Exponent = power
                }
            })

    /// The entries, each rounded once.
    let toFloats (matrix: ExactMatrix) : float[,] =
        matrix.Numerators |> Array2D.map (fun x -> Dyadic.ratio x matrix.Denominator)
