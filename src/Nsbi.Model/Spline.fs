namespace Nsbi.Model

/// <summary>A tabulated function of one variable: the natural cubic spline through its knots, twice
/// continuously differentiable, and a straight line beyond the first and the last of them.</summary>
type Spline = private {
    Places: float[]
    Values: float[]
    /// The second derivatives at the knots; 0 at both ends.
    Curves: float[]
} with

    /// <summary>The knots (x, y), x ascending.</summary>
    member this.Knots: (float * float) list =
        List.zip (List.ofArray this.Places) (List.ofArray this.Values)

/// <summary>Making and evaluating splines.</summary>
[<RequireQualifiedAccess>]
module Spline =

    /// The second derivatives: h_{k−1} m_{k−1} + 2(h_{k−1} + h_k) m_k + h_k m_{k+1} = 6 (s_k − s_{k−1}) with the
    /// slopes s of the chords, by elimination.
    let private curves (x: float[]) (y: float[]) : float[] =
        let n = x.Length
        let h = Array.init (n - 1) (fun k -> x[k + 1] - x[k])
        let s = Array.init (n - 1) (fun k -> (y[k + 1] - y[k]) / h[k])
        let m, upper, right = Array.zeroCreate n, Array.zeroCreate n, Array.zeroCreate n

        for k in 1 .. n - 2 do
            let pivot = 2.0 * (h[k - 1] + h[k]) - h[k - 1] * upper[k - 1]
            upper[k] <- h[k] / pivot
            right[k] <- (6.0 * (s[k] - s[k - 1]) - h[k - 1] * right[k - 1]) / pivot

        for k in n - 2 .. -1 .. 1 do
            m[k] <- right[k] - upper[k] * m[k + 1]

        m

    /// <summary>The spline through these knots, or what is wrong with them: fewer than two, one that is not
    /// finite, places that do not ascend.</summary>
    let tryCreate (knots: (float * float) list) : Result<Spline, string> =
        let isFinite (x, y) =
            System.Double.IsFinite x && System.Double.IsFinite y

        if knots.Length < 2 then
            Error $"a spline has {knots.Length} knots: give two or more"
        elif not (List.forall isFinite knots) then
            Error "a knot of a spline is not a finite number"
        elif knots |> List.pairwise |> List.exists (fun ((a, _), (b, _)) -> a >= b) then
            Error "the knots of a spline do not ascend: give each place once, in order"
        else
            let x, y = knots |> List.toArray |> Array.unzip

            Ok {
                Places = x
                Values = y
                Curves = curves x y
            }

    /// <summary>The spline through these knots (x, y).</summary>
    /// <exception cref="T:System.ArgumentException">fewer than two, one that is not finite, or places that
    /// do not ascend</exception>
    let create (knots: (float * float) list) : Spline =
        match tryCreate knots with
        | Ok spline -> spline
        | Error what -> invalidArg (nameof knots) $"{what}."

    /// <summary>f(x), f′(x) and f″(x); NaN for NaN.</summary>
    let evaluate (spline: Spline) (x: float) : struct (float * float * float) =
        let places, values, m = spline.Places, spline.Values, spline.Curves
        let last = places.Length - 1

        /// On the piece k, with the cubic there.
        let cubic k x =
            let h = places[k + 1] - places[k]
            let b = (x - places[k]) / h
            let a = 1.0 - b
            let chord = (values[k + 1] - values[k]) / h

            let value =
                a * values[k]
                + b * values[k + 1]
                + (a * (a * a - 1.0) * m[k] + b * (b * b - 1.0) * m[k + 1]) * h * h / 6.0

            let first =
                chord + ((3.0 * b * b - 1.0) * m[k + 1] - (3.0 * a * a - 1.0) * m[k]) * h / 6.0

            struct (value, first, a * m[k] + b * m[k + 1])

        let line k at =
            let struct (_, slope, _) = cubic k places[at]
            struct (values[at] + slope * (x - places[at]), slope, 0.0)

        if System.Double.IsNaN x then
            struct (nan, nan, nan)
        elif x <= places[0] then
            line 0 0
        elif x >= places[last] then
            line (last - 1) last
        else
            let k = System.Array.FindLastIndex(places, fun place -> place <= x)
            cubic k x
