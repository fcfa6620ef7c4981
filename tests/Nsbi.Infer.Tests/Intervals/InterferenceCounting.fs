/// A count with full destructive interference, n ~ Pois(40 μ − 2 √(40·80) √μ + 80 + 20): two values of μ
/// expect the same number of events. Everything about it is known by sums over n.
module Nsbi.Infer.Tests.InterferenceCounting

open System
open Nsbi.Model
open Nsbi.Infer
open Nsbi.Infer.Tests.CountingModels
open Nsbi.Infer.Tests.InterferenceModel

let mostMu = 8.0

/// ν(μ): 100 at 0, 20 at 2, 100 at 8.
let expected (mu: float) : float =
    (sqrt (40.0 * mu) - sqrt 80.0) ** 2.0 + 20.0

/// With a nuisance parameter on the background that does not interfere, where it has a width.
let compiled (width: float) : CompiledLikelihood =
    let mu = poi "mu" 1.0 0.0 mostMu
    let root = sqrt mu

    let scale =
        if width = 0.0 then
            Constant 1.0
        else
            parameter Nuisance "rate" 1.0 0.1 3.0 (Gaussian(1.0, width))

    compileBins [
        "C",
        [
            // The same in the basis S, interference, B.
            Process.create "S" mu [ 40.0 ]
            Process.create "I" root [ -2.0 * sqrt (40.0 * 80.0) ]
            Process.create "B" (Constant 1.0) [ 80.0 ]
            Process.create "NI" scale [ 20.0 ]
        ]
    ]

let observation (width: float) (n: float) : Observation =
    ok (Observation.observed (compiled width) [ "C", [ n ] ])

/// t_μ(n) = 2[ν − ν̂ − n ln(ν/ν̂)], ν̂ = n within what the model can expect.
let t (mu: float) (n: int) : float =
    let best = max 20.0 (min 100.0 (float n))
    let nu = expected mu

    let log x =
        if n = 0 then 0.0 else float n * Math.Log x

    max 0.0 (2.0 * (nu - best - log (nu / best)))

let private probability (nu: float) (n: int) =
    exp (float n * log nu - nu - MathNet.Numerics.SpecialFunctions.FactorialLn n)

/// P(t_μ < c − ε) and P(t_μ ≤ c + ε) under μ.
let below (mu: float) (c: float) : float * float =
    let sum (isIn: float -> bool) =
        Seq.sumBy (probability (expected mu)) (seq { 0..400 } |> Seq.filter (t mu >> isIn))

    sum (fun t -> t < c - 1e-6), sum (fun t -> t <= c + 1e-6)

/// The exact quantile of t_μ: the smallest value with a probability of α or more at or below it.
let quantile (alpha: float) (mu: float) : float =
    let ordered = [ 0..400 ] |> List.sortBy (t mu)

    let rec walk sum last counts =
        match counts with
        | [] -> last
        | n :: rest ->
            let sum = sum + probability (expected mu) n

            if sum >= alpha then t mu n else walk sum (t mu n) rest

    walk 0.0 0.0 ordered
