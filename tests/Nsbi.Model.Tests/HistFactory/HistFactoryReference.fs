/// −2 ln L of binned models from HistFactory's formulas, one bin after the other: the slow twin of
/// the compiled likelihood. It shares no code with the model's interpolations and constraints.
module Nsbi.Tests.HistFactoryReference

open System
open MathNet.Numerics
open Nsbi.Model

/// Solves a square system by elimination with pivots.
let private solve (rows: float[][]) (right: float[]) : float[] =
    let n = right.Length
    let a = Array.init n (fun i -> Array.append rows[i] [| right[i] |])

    for k in 0 .. n - 1 do
        let pivot = [ k .. n - 1 ] |> List.maxBy (fun i -> abs (a[i][k]))
        let swapped = a[k]
        a[k] <- a[pivot]
        a[pivot] <- swapped

        for i in k + 1 .. n - 1 do
            let f = a[i][k] / a[k][k]

            for j in k..n do
                a[i][j] <- a[i][j] - f * a[k][j]

    let x = Array.zeroCreate n

    for k in n - 1 .. -1 .. 0 do
        let rest = Seq.sum (seq { for j in k + 1 .. n - 1 -> a[k][j] * x[j] })
        x[k] <- (a[k][n] - rest) / a[k][k]

    x

/// Code 4 between the factors at −1 and +1: powers outside, and inside 1 + Σ c_i α^i with the
/// value, the slope and the curvature of the powers at ±1.
let code4 (low: float) (high: float) (alpha: float) : float =
    if abs alpha >= 1.0 then
        (if alpha > 0.0 then high else low) ** abs alpha
    else
        let row order (x: float) = [|
            for i in 1..6 do
                let p = float i

                match order with
                | 0 -> x ** p
                | 1 -> p * x ** (p - 1.0)
                | _ -> p * (p - 1.0) * x ** (p - 2.0)
        |]

        let rows = [|
            for x in [ 1.0; -1.0 ] do
                yield! [| row 0 x; row 1 x; row 2 x |]
        |]

        let u, d = log high, log low

        let right = [| high - 1.0; high * u; high * u * u; low - 1.0; -low * d; low * d * d |]

        let c = solve rows right
        1.0 + Seq.sum (seq { for i in 1..6 -> c[i - 1] * alpha ** float i })

/// The increment of code 4p: lines outside of ±1, and inside the polynomial of PHYSICS §E1.
let code4p (nominal: float) (low: float) (high: float) (alpha: float) : float =
    let up, down = high - nominal, nominal - low

    if alpha > 1.0 then
        alpha * up
    elif alpha < -1.0 then
        alpha * down
    else
        let s, a = (up + down) / 2.0, (up - down) / 16.0
        alpha * (s + alpha * a * (15.0 - 10.0 * alpha ** 2.0 + 3.0 * alpha ** 4.0))

/// Bin b of a process: f(θ) · Π factors · (ν_b + Σ Δ_b).
let private bin (value: Parameter -> float) (p: Process) (b: int) : float =
    let delta m =
        match m with
        | HistoSys(alpha, PolynomialLinear, low, high) ->
            code4p p.Yields[b] low[b] high[b] (value alpha)
        | HistoSys _ -> invalidArg (nameof p) "only code 4p here"
        | _ -> 0.0

    let factor m =
        match m with
        | NormFactor p
        | Lumi p -> value p
        | NormSys(alpha, PolynomialExponential, low, high) -> code4 low high (value alpha)
        | NormSys _ -> invalidArg (nameof p) "only code 4 here"
        | StatError(gammas, _)
        | ShapeFactor gammas -> value gammas[b]
        | ShapeSys(gammas, _) -> gammas[b] |> Option.map value |> Option.defaultValue 1.0
        | _ -> 1.0

    let names =
        Coefficient.parameters p.Scale |> List.map _.Name |> ParameterIndex.OfNames

    let theta = Coefficient.parameters p.Scale |> List.map value |> List.toArray

    let scale = Coefficient.value names theta p.Scale
    let factors = p.Modifiers |> List.map factor |> List.fold (*) scale
    factors * (p.Yields[b] + List.sumBy delta p.Modifiers)

/// The expected counts of a binned channel.
let expected (value: string -> float) (channel: Channel) : float list =
    let processes = Channel.processes channel

    List.init processes.Head.Yields.Length (fun b ->
        processes |> List.sumBy (fun p -> bin (fun q -> value q.Name) p b))

/// −2 ln of a Poisson probability with its factorial; the count may be any number.
let private poisson (n: float) (nu: float) : float =
    2.0
    * (nu - (if n = 0.0 then 0.0 else n * log nu) + SpecialFunctions.GammaLn(n + 1.0))

let private term (value: float) (c: Constraint) : float =
    match c with
    | Unconstrained -> 0.0
    | Gaussian(a, sigma) -> ((a - value) / sigma) ** 2.0 + 2.0 * log sigma + log (2.0 * Math.PI)
    | Poisson(a, tau) -> poisson a (tau * value)
    | LogNormal(a, sigma) ->
        ((log a - log value) / sigma) ** 2.0
        + 2.0 * log (sigma * a)
        + log (2.0 * Math.PI)

/// −2 ln L of a model of binned channels with all constants: bins and constraints.
let twiceNll (model: Model) (counts: Map<string, float list>) (value: string -> float) : float =
    let bins =
        model.Channels
        |> List.sumBy (fun channel ->
            List.map2 poisson counts[Channel.name channel] (expected value channel)
            |> List.sum)

    let constraints =
        Model.parameters model |> List.sumBy (fun p -> term (value p.Name) p.Constraint)

    bins + constraints
