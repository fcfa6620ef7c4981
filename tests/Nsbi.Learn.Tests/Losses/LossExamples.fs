/// The losses that the tests go through, each with its outputs.
module Losses.LossExamples

open NUnit.Framework
open Nsbi.Learn.Losses

/// One of each kind, and powers on every side of those that are left out.
let losses: Loss list = [
    Loss.BinaryCrossEntropy
    Loss.MeanSquaredError
    Loss.MaximumLikelihood
    Loss.SquareRoot
    Loss.LinearQuadratic
    Loss.PowerMeanSquared -1.5
    Loss.PowerMeanSquared 1.6
    Loss.PowerMeanSquared 3.0
    Loss.PowerSquareRoot -1.3
    Loss.PowerSquareRoot 0.4
    Loss.PowerSquareRoot 2.5
]

/// Every loss with every output that it allows.
let pairs: TestCaseData list = [
    for loss in losses do
        for output in OutputMap.allowed loss -> TestCaseData(loss, output)
]

let cases: TestCaseData list = losses |> List.map (fun loss -> TestCaseData loss)

/// The point of an interval at which a function of one minimum is least, by halving intervals: knows
/// nothing of derivatives.
let minimiser (low: float) (high: float) (f: float -> float) : float =
    let golden = 0.5 * (sqrt 5.0 - 1.0)

    let rec search a b =
        if b - a < 1e-9 then
            0.5 * (a + b)
        else
            let c, d = b - golden * (b - a), a + golden * (b - a)
            if f c < f d then search a d else search c b

    search low high
