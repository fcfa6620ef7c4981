namespace Nsbi.Infer

open System
open Nsbi.Learn.Posterior

/// <summary>Highest-density regions of two parameters of a posterior, as outlines.</summary>
/// <remarks>On a grid of 60 x 60 cells over the central 99.9 % of both parameters: the density itself where
/// there are two parameters, else 40 000 draws counted in the cells and smoothed. The region of mass α is that of
/// the cells of highest density that hold it; its outline is interpolated linearly between the centres of cells.
/// </remarks>
[<RequireQualifiedAccess>]
module internal PosteriorRegion =
    let private cells = 60

    type Grid = {
        X: float[]
        Y: float[]
        Density: float[,]
    }

    let private axis (density: ConditionalDensity) (i: int) =
        let low = (density.Quantile(i, 0.0005)).Value
        let high = (density.Quantile(i, 0.9995)).Value
        let width = if high > low then (high - low) / float cells else 1e-12
        Array.init cells (fun k -> low + (float k + 0.5) * width)

    /// [1 2 1]/4 along both axes, twice.
    let private smooth (density: float[,]) =
        let at (d: float[,]) i j =
            d[Math.Clamp(i, 0, cells - 1), Math.Clamp(j, 0, cells - 1)]

        let once (d: float[,]) =
            let along =
                Array2D.init cells cells (fun i j ->
                    0.25 * at d (i - 1) j + 0.5 * d[i, j] + 0.25 * at d (i + 1) j)

            Array2D.init cells cells (fun i j ->
                0.25 * at along i (j - 1) + 0.5 * along[i, j] + 0.25 * at along i (j + 1))

        once (once density)

    let grid (density: ConditionalDensity) (i: int) (j: int) : Grid =
        let x, y = axis density i, axis density j

        let values =
            if density.Prior.Count = 2 then
                let point a b =
                    if i < j then [| a; b |] else [| b; a |]

                Array2D.init cells cells (fun k l -> exp (density.LogDensity(point x[k] y[l])))
            else
                let counts = Array2D.zeroCreate<float> cells cells
                let draws = density.Sample(3UL, 40_000)
                let dx, dy = x[1] - x[0], y[1] - y[0]

                for n in 0 .. Array2D.length1 draws - 1 do
                    let k = int (Math.Floor((draws[n, i] - x[0]) / dx + 0.5))
                    let l = int (Math.Floor((draws[n, j] - y[0]) / dy + 0.5))

                    if k >= 0 && k < cells && l >= 0 && l < cells then
                        counts[k, l] <- counts[k, l] + 1.0

                smooth counts

        { X = x; Y = y; Density = values }

    /// The density at the edge of the region of a mass.
    let threshold (mass: float) (grid: Grid) : float =
        let sorted = grid.Density |> Seq.cast<float> |> Seq.sortDescending |> Array.ofSeq
        let wanted = mass * Array.sum sorted
        let mutable sum, k = 0.0, 0

        while k < sorted.Length - 1 && sum + sorted[k] < wanted do
            sum <- sum + sorted[k]
            k <- k + 1

        sorted[k]

    /// Pieces of the outline, two points each with a gap behind.
    let outline (level: float) (grid: Grid) : float[] * float[] =
        let xs, ys = ResizeArray<float>(), ResizeArray<float>()

        for k in 0 .. cells - 2 do
            for l in 0 .. cells - 2 do
                let corners = [| k, l; k + 1, l; k + 1, l + 1; k, l + 1 |]

                let crossings = [
                    for e in 0..3 do
                        let (a, b), (c, d) = corners[e], corners[(e + 1) % 4]
                        let u, v = grid.Density[a, b] - level, grid.Density[c, d] - level

                        if (u > 0.0) <> (v > 0.0) then
                            let t = u / (u - v)

                            grid.X[a] + t * (grid.X[c] - grid.X[a]),
                            grid.Y[b] + t * (grid.Y[d] - grid.Y[b])
                ]

                for pair in List.chunkBySize 2 crossings do
                    match pair with
                    | [ x0, y0; x1, y1 ] ->
                        xs.AddRange [ x0; x1; nan ]
                        ys.AddRange [ y0; y1; nan ]
                    | _ -> ()

        xs.ToArray(), ys.ToArray()
