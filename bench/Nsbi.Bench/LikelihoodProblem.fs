namespace Nsbi.Bench

open System
open System.Threading.Tasks
open Nsbi.Kernels

// Events i, processes c, nuisance parameters m.

/// A mixture of processes on two features, uniform on [−1, 1]², with a column for each nuisance
/// parameter on each process; every column's mean factor is 1 on its process.
type LikelihoodProblem = {
    Events: WeightedEvents
    Places: ColumnPlace[]
    Amplitudes: float[]
    Nuisances: int
    /// Fills log r± of a column.
    Read: ColumnReader
}

[<RequireQualifiedAccess>]
module LikelihoodProblem =

    let processes = 4

    let private ratio c x y =
        exp (
            if c = 0 then
                0.8 * x + 0.3 * y
            else
                0.3 * sin (float c * x + y)
        )

    /// log r₊ and log r₋ before their means are taken out; up to a tenth.
    let private logs (size: float[]) c m x y =
        let phase = x * float (1 + m % 7) + y * float (m / 7)
        let up = size[m] * sin (1.3 * float m + float c + Math.PI * phase)
        struct (up, -up * (0.8 + 0.4 * cos (float m + y)))

    let private inParallel (n: int) (body: int -> unit) =
        let block = 8192

        Parallel.For(
            0,
            (n + block - 1) / block,
            fun b ->
                for i in b * block .. min n ((b + 1) * block) - 1 do
                    body i
        )
        |> ignore

    /// A problem of n events and so many nuisance parameters.
    let make (n: int) (nuisances: int) : LikelihoodProblem =
        let mutable s = RandomStream(3UL, "likelihood benchmark")
        let size = Array.init nuisances (fun _ -> 0.08 * (0.2 + s.NextDouble()))
        let x = Array.init n (fun _ -> 2.0 * s.NextDouble() - 1.0)
        let y = Array.init n (fun _ -> 2.0 * s.NextDouble() - 1.0)

        // Means over a grid of 60 x 60.
        let grid = [|
            for i in 0..59 do
                for k in 0..59 do
                    struct ((float i + 0.5) / 30.0 - 1.0, (float k + 0.5) / 30.0 - 1.0)
        |]

        let mean f =
            grid |> Array.averageBy (fun (struct (x, y)) -> f x y)

        let norm = Array.init processes (fun c -> mean (ratio c))

        let place k = k / nuisances, k % nuisances

        let means =
            Array.init (processes * nuisances) (fun k ->
                let c, m = place k

                let mean pick =
                    log (mean (fun x y -> ratio c x y * exp (pick (logs size c m x y))) / norm[c])

                let up (struct (u, _)) = u
                let down (struct (_, d)) = d
                struct (mean up, mean down))

        let read k (up: float[]) (down: float[]) =
            let c, m = place k
            let struct (meanUp, meanDown) = means[k]

            inParallel n (fun i ->
                let struct (u, d) = logs size c m x[i] y[i]
                up[i] <- u - meanUp
                down[i] <- d - meanDown)

        let ratios =
            Array.init processes (fun c -> Array.init n (fun i -> ratio c x[i] y[i] / norm[c]))

        {
            Events =
                WeightedEvents.Create(EventTiles.Create ratios, ReadOnlySpan(Array.create n 1.0))
            Places =
                Array.init means.Length (fun k ->
                    let c, m = place k
                    ColumnPlace(c, m))
            Amplitudes = Array.init processes (fun c -> float n * (if c = 0 then 0.1 else 0.3))
            Nuisances = nuisances
            Read = ColumnReader read
        }

    /// HistFactory code 4 with α₀ = 1.
    let code4 (a: float) : ColumnForm =
        if a >= 1.0 then
            ColumnForm.Exponential(a, 0.0, 1.0, 0.0, 0.0, 0.0)
        elif a <= -1.0 then
            ColumnForm.Exponential(0.0, -a, 0.0, -1.0, 0.0, 0.0)
        else
            // Polynomials of HistFactory, CERN-OPEN-2012-016, over ½(u ± d), ½(u ln u ± d ln d), …
            let a2 = a * a
            let a3, a4 = a2 * a, a2 * a2
            let a5, a6 = a4 * a, a4 * a2

            let sum one (e: float[]) (o: float[]) =
                ExponentialSum(
                    one - e[0],
                    0.5 * (e[0] + o[0]),
                    0.5 * (e[1] + o[1]),
                    0.5 * (e[2] + o[2]),
                    0.5 * (e[0] - o[0]),
                    0.5 * (e[1] - o[1]),
                    0.5 * (e[2] - o[2])
                )

            let even p2 p4 p6 = [|
                3.0 * p2 - 3.0 * p4 + p6
                (-9.0 * p2 + 14.0 * p4 - 5.0 * p6) / 8.0
                (p2 - 2.0 * p4 + p6) / 8.0
            |]

            let odd p1 p3 p5 = [|
                (15.0 * p1 - 10.0 * p3 + 3.0 * p5) / 8.0
                (-7.0 * p1 + 10.0 * p3 - 3.0 * p5) / 8.0
                (p1 - 2.0 * p3 + p5) / 8.0
            |]

            ColumnForm.Sum(
                sum 1.0 (even a2 a4 a6) (odd a a3 a5),
                sum 0.0 (even (2.0 * a) (4.0 * a3) (6.0 * a5)) (odd 1.0 (3.0 * a2) (5.0 * a4)),
                sum 0.0 (even 2.0 (12.0 * a2) (30.0 * a4)) (odd 0.0 (6.0 * a) (20.0 * a3))
            )
