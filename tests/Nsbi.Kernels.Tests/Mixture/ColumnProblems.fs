/// Interpolants and random problems for the tests of interpolated columns.
module Nsbi.Kernels.Tests.ColumnProblems

open System
open Nsbi.Kernels

// Events i, processes c, columns k, parameters m.

let constant (k: float) =
    ExponentialSum(k, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0)

/// HistFactory code 0: 1 + α(r₊ − 1) for α ≥ 0, 1 − α(r₋ − 1) below.
let code0 (a: float) : ColumnForm =
    let side (k: float) (p: float) =
        if a >= 0.0 then
            ExponentialSum(k, p, 0.0, 0.0, 0.0, 0.0, 0.0)
        else
            ExponentialSum(k, 0.0, 0.0, 0.0, -p, 0.0, 0.0)

    if a >= 0.0 then
        ColumnForm.Sum(side (1.0 - a) a, side -1.0 1.0, constant 0.0)
    else
        ColumnForm.Sum(side (1.0 + a) a, side 1.0 1.0, constant 0.0)

/// HistFactory code 1: r₊^α for α ≥ 0, r₋^−α below.
let code1 (a: float) : ColumnForm =
    if a >= 0.0 then
        ColumnForm.Exponential(a, 0.0, 1.0, 0.0, 0.0, 0.0)
    else
        ColumnForm.Exponential(0.0, -a, 0.0, -1.0, 0.0, 0.0)

/// HistFactory code 4 with α₀ = 1: the polynomial 1 + Σ c_n αⁿ inside, with S_k, A_k = ½(U_k ± D_k),
/// U_k = u lnᵏu, D_k = d (−ln d)ᵏ.
let code4 (a: float) : ColumnForm =
    if abs a >= 1.0 then
        code1 a
    else
        // c_n as rows over (1, S0, A0, S1, A1, S2, A2).
        let rows = [|
            [| 0.0; 0.0; 15.0; -7.0; 0.0; 0.0; 1.0 |]
            [| -24.0; 24.0; 0.0; 0.0; -9.0; 1.0; 0.0 |]
            [| 0.0; 0.0; -5.0; 5.0; 0.0; 0.0; -1.0 |]
            [| 12.0; -12.0; 0.0; 0.0; 7.0; -1.0; 0.0 |]
            [| 0.0; 0.0; 3.0; -3.0; 0.0; 0.0; 1.0 |]
            [| -8.0; 8.0; 0.0; 0.0; -5.0; 1.0; 0.0 |]
        |]

        let scale = [| 8.0; 8.0; 4.0; 4.0; 8.0; 8.0 |]

        let sum (one: float) (power: int -> float) =
            let total column =
                Seq.sum (seq { for n in 1..6 -> rows[n - 1][column] / scale[n - 1] * power n })

            let s0, a0, s1, a1 = total 1, total 2, total 3, total 4
            let s2, a2 = total 5, total 6

            ExponentialSum(
                one + total 0,
                0.5 * (s0 + a0),
                0.5 * (s1 + a1),
                0.5 * (s2 + a2),
                0.5 * (s0 - a0),
                -0.5 * (s1 - a1),
                0.5 * (s2 - a2)
            )

        let power (n: int) =
            if n < 0 then 0.0 else Math.Pow(a, float n)

        ColumnForm.Sum(
            sum 1.0 power,
            sum 0.0 (fun n -> float n * power (n - 1)),
            sum 0.0 (fun n -> float (n * (n - 1)) * power (n - 2))
        )

/// The exponential of HistFactory code 4p of the logs: inside S α + A α²(15 − 10α² + 3α⁴) with
/// S = ½(U − D), A = (U + D)/16.
let positive (a: float) : ColumnForm =
    if abs a >= 1.0 then
        code1 a
    else
        let e = (15.0 * a * a - 10.0 * Math.Pow(a, 4.0) + 3.0 * Math.Pow(a, 6.0)) / 16.0
        let e1 = (30.0 * a - 40.0 * a * a * a + 18.0 * Math.Pow(a, 5.0)) / 16.0
        let e2 = (30.0 - 120.0 * a * a + 90.0 * Math.Pow(a, 4.0)) / 16.0
        ColumnForm.Exponential(0.5 * a + e, -0.5 * a + e, 0.5 + e1, -0.5 + e1, e2, e2)

let codes = [| code4; code0; code1; positive |]

type Problem = {
    Tiles: EventTiles
    Events: WeightedEvents
    Amplitudes: float[]
    Places: ColumnPlace[]
    /// Code of each column.
    Codes: int[]
    /// log r± of each column, by event.
    Up: float[][]
    Down: float[][]
    Beta: float[]
    X: float[]
}

let columns (precision: ColumnPrecision) (p: Problem) : InterpolatedColumns =
    let read k (up: float[]) (down: float[]) =
        p.Up[k].CopyTo(up, 0)
        p.Down[k].CopyTo(down, 0)

    InterpolatedColumns.Create(p.Places, p.X.Length, precision, ColumnReader read)

let formsAt (p: Problem) (beta: float[]) : ColumnForm[] =
    Array.map2
        (fun (place: ColumnPlace) code -> codes[code](beta[place.Parameter]))
        p.Places
        p.Codes

/// A random problem: each process has a random subset of the parameters, sometimes one twice; several
/// codes; log-ratios of the size given. A parameter has one code but several columns.
let random (seed: int) (n: int) (processes: int) (parameters: int) (size: float) : Problem =
    let mutable s = RandomStream(uint64 seed, "column problem")
    let x = Array.init n (fun _ -> s.NextGaussian())

    let ratios =
        Array.init processes (fun c ->
            Array.init n (fun i -> exp (0.3 * float c * x[i] + 0.2 * s.NextGaussian())))

    let places =
        [|
            for c in 0 .. processes - 1 do
                for m in 0 .. parameters - 1 do
                    match s.NextInt32 4 with
                    | 0 -> ()
                    | 1 ->
                        ColumnPlace(c, m)
                        ColumnPlace(c, m)
                    | _ -> ColumnPlace(c, m)
        |]
        |> Array.sortBy (fun place -> (place.Parameter * 7 + place.Process * 3) % 5)

    let logs () =
        Array.init places.Length (fun k ->
            let a, b = s.NextGaussian(), s.NextGaussian()
            Array.init n (fun i -> size * sin (a + x[i] * (1.0 + 0.2 * b) + float k)))

    let up, down = logs (), logs ()
    let tiles = EventTiles.Create ratios

    let weights =
        Array.init n (fun _ -> if s.NextInt32 5 = 0 then 0.0 else 2.0 * s.NextDouble())

    {
        Tiles = tiles
        Events = WeightedEvents.CreateWhole(tiles, ReadOnlySpan weights)
        // Signs of both kinds, D > 0.
        Amplitudes = Array.init processes (fun c -> if c = 1 then -0.4 else 5.0 + float c)
        Places = places
        Codes = Array.map (fun (p: ColumnPlace) -> p.Parameter % 4) places
        Up = up
        Down = down
        Beta = Array.init parameters (fun _ -> 3.2 * s.NextDouble() - 1.6)
        X = x
    }

let fastOf (p: Problem, columns, terms: IEventTerm[], order, team: ThreadTeam, exact: bool) =
    MixtureKernel.Evaluate(
        p.Events,
        ReadOnlySpan p.Amplitudes,
        columns,
        ReadOnlySpan(formsAt p p.Beta),
        terms,
        ReadOnlySpan p.Beta,
        order,
        team,
        exact
    )

let slowOf (p: Problem, columns, terms: IEventTerm[], order) =
    MixtureScalar.Evaluate(
        p.Events,
        ReadOnlySpan p.Amplitudes,
        columns,
        ReadOnlySpan(formsAt p p.Beta),
        terms,
        ReadOnlySpan p.Beta,
        order
    )

/// Largest difference, in units of the largest size in b (at least one).
let distance (a: float[]) (b: float[]) : float =
    let scale = Array.fold (fun m v -> max m (abs v)) 1.0 b

    if a.Length <> b.Length then
        infinity
    else
        Array.fold2
            (fun m u v ->
                let d = abs (u - v) / scale
                if d <= m then m else d)
            0.0
            a
            b
