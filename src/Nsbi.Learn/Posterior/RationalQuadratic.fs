namespace Nsbi.Learn.Posterior

open System
open Nsbi.Learn.Autodiff
open Nsbi.Learn.Autodiff.Words

/// <summary>Monotone rational-quadratic splines of [0, 1] onto itself, as numbers (with the inverse) and as
/// array programs.</summary>
/// <remarks>
/// K bins; knots (x_k, y_k), slopes d_k > 0. Within a bin of width w and height h, with ξ = (x − x_k)/w and
/// s = h/w:
/// y = y_k + h [s ξ² + d_k ξ(1−ξ)] / [s + (d_k + d_{k+1} − 2s) ξ(1−ξ)],
/// y′ = s² [d_{k+1} ξ² + 2 s ξ(1−ξ) + d_k (1−ξ)²] / [s + (d_k + d_{k+1} − 2s) ξ(1−ξ)]².
/// From a row of free numbers: widths and heights 10⁻³ + (1 − 10⁻³K) softmax, slopes 10⁻³ + softplus, so that
/// a row of zeros is the identity. The slopes at both ends are free, or 1 where the spline goes on as the
/// identity outside. Source: Durkan et al., arXiv:1906.04032, eqs. 4 and 5, inverse eqs. 6 to 8.
/// </remarks>
[<RequireQualifiedAccess>]
module internal RationalQuadratic =
    let private least = 1e-3

    /// softplus(offset) = 1 − least
    let private offset = log (Math.Exp(1.0 - least) - 1.0)

    /// How many free numbers a spline has.
    let columns (freeEnds: bool) (bins: int) : int =
        if freeEnds then 3 * bins + 1 else 3 * bins - 1

    /// The knots of one spline, K + 1 each.
    type Knots = {
        X: float[]
        Y: float[]
        Slopes: float[]
    }

    let private cumulated (free: ReadOnlySpan<float>) =
        let sizes = free.ToArray()
        let top = Array.max sizes
        let powers = sizes |> Array.map (fun z -> exp (z - top))
        let total = Array.sum powers
        let scale = 1.0 - least * float sizes.Length

        powers
        |> Array.map (fun power -> least + scale * power / total)
        |> Array.scan (+) 0.0

    /// The knots of a row of free numbers: K widths, K heights, the slopes.
    let knots (freeEnds: bool) (bins: int) (row: ReadOnlySpan<float>) : Knots =
        let inner = row.Slice(2 * bins, columns freeEnds bins - 2 * bins).ToArray()

        let slopes =
            inner
            |> Array.map (fun z -> least + Interpreter.activate Activation.Softplus (z + offset))

        {
            X = cumulated (row.Slice(0, bins))
            Y = cumulated (row.Slice(bins, bins))
            Slopes =
                if freeEnds then
                    slopes
                else
                    Array.concat [ [| 1.0 |]; slopes; [| 1.0 |] ]
        }

    let private binOf (ends: float[]) (value: float) =
        let mutable k = ends.Length - 2

        while k > 0 && ends[k] >= value do
            k <- k - 1

        k

    /// The image of x in [0, 1] and ln y′ there.
    let forward (knots: Knots) (x: float) : struct (float * float) =
        let k = binOf knots.X x
        let width, height = knots.X[k + 1] - knots.X[k], knots.Y[k + 1] - knots.Y[k]
        let d0, d1 = knots.Slopes[k], knots.Slopes[k + 1]
        let s = height / width
        let xi = (x - knots.X[k]) / width
        let mixed = xi * (1.0 - xi)
        let below = s + (d0 + d1 - 2.0 * s) * mixed
        let y = knots.Y[k] + height * (s * xi * xi + d0 * mixed) / below
        let bracket = d1 * xi * xi + 2.0 * s * mixed + d0 * (1.0 - xi) * (1.0 - xi)
        struct (y, 2.0 * log s + log bracket - 2.0 * log below)

    /// The x in [0, 1] whose image is y.
    let inverse (knots: Knots) (y: float) : float =
        let k = binOf knots.Y y
        let width, height = knots.X[k + 1] - knots.X[k], knots.Y[k + 1] - knots.Y[k]
        let d0, d1 = knots.Slopes[k], knots.Slopes[k + 1]
        let s = height / width
        let above = y - knots.Y[k]
        let curved = above * (d0 + d1 - 2.0 * s)
        let a = curved + height * (s - d0)
        let b = height * d0 - curved
        let c = -s * above
        let xi = 2.0 * c / (-b - sqrt (max 0.0 (b * b - 4.0 * a * c)))
        knots.X[k] + width * xi

    let private cumulatedOf (bins: int) (free: Node) =
        let sizes = least + (1.0 - least * float bins) * exp (logSoftmax free)

        let sums =
            Array2D.init bins (bins + 1) (fun k j -> if k < j then 1.0 else 0.0)
            |> constantArray

        sizes, matmul sizes sums

    /// The image of x (r x 1, in [0, 1]) and ln y′, r x 1 each, of the splines of a row (r x columns).
    let ofNode (freeEnds: bool) (bins: int) (row: Node) (x: Node) : Node * Node =
        let widths, xs = cumulatedOf bins (slice 0 bins row)
        let heights, ys = cumulatedOf bins (slice bins bins row)
        let inner = slice (2 * bins) (columns freeEnds bins - 2 * bins) row
        let free = least + softplus (inner + offset)
        let one = fill { x.Shape with Columns = 1 } 1.0
        let slopes = if freeEnds then free else concat [ one; free; one ]

        // One column per bin: 1 in the bin of x.
        let beyond = step (x - slice 1 (bins - 1) xs)
        let zero = fill { x.Shape with Columns = 1 } 0.0
        let chosen = concat [ one; beyond ] - concat [ beyond; zero ]
        let pick (values: Node) = sumColumns (chosen * values)
        let width, height = pick widths, pick heights
        let x0, y0 = pick (slice 0 bins xs), pick (slice 0 bins ys)
        let d0, d1 = pick (slice 0 bins slopes), pick (slice 1 bins slopes)
        let s = height / width
        let xi = (x - x0) / width
        let mixed = xi * (1.0 - xi)
        let below = s + (d0 + d1 - 2.0 * s) * mixed
        let y = y0 + height * (s * square xi + d0 * mixed) / below
        let bracket = d1 * square xi + 2.0 * s * mixed + d0 * square (1.0 - xi)
        y, 2.0 * log s + log bracket - 2.0 * log below
