module Nsbi.Infer.Tests.CalibratedWeightsTests

open NUnit.Framework
open Nsbi.Kernels
open Nsbi.Tests
open Nsbi.Infer
open Nsbi.Infer.Tests.Expect

/// Events with two variations of one parameter, and weights some of which are zero.
let private block (seed: int) (events: int) : EventBlock =
    let column scale =
        let mutable stream = RandomStream(uint64 (abs seed), $"column {scale}")
        Array.init events (fun _ -> scale * stream.NextGaussian())

    let mutable stream = RandomStream(uint64 (abs seed), "weights")

    {
        Weights = Array.init events (fun i -> if i % 7 = 3 then 0.0 else stream.NextDouble() + 0.1)
        Interpolants = [
            for scale in [ 0.2; 0.07 ] do
                {
                    Parameter = 0
                    Code = Nsbi.Model.PolynomialExponential
                    LogUp = column scale
                    LogDown = column (0.9 * scale)
                }
        ]
    }

let private take rows (block: EventBlock) : EventBlock =
    let pick (values: float[]) = rows |> Array.map (fun i -> values[i])

    {
        Weights = pick block.Weights
        Interpolants =
            block.Interpolants
            |> List.map (fun g -> {
                g with
                    LogUp = pick g.LogUp
                    LogDown = pick g.LogDown
            })
    }

let private mean (block: EventBlock) (weights: float[]) (f: float -> float -> float) =
    let side pick i =
        block.Interpolants |> List.sumBy (fun g -> (pick g: float[])[i]) |> exp

    let values =
        Array.init weights.Length (fun i -> f (side _.LogUp i) (side _.LogDown i))

    Array.sum (Array.map2 (*) weights values) / Array.sum weights

[<Property(MaxTest = 30)>]
let ``drawn events get the first and second moments of the table`` (seed: int) =
    let table = block seed 1500
    let drawn = take (EventSample.rows 1500 150) table
    let halves = [ take [| 0..699 |] table; take [| 700..1499 |] table ]
    let weights = CalibratedWeights.fit halves drawn

    for f in
        [
            fun u _ -> u
            fun _ d -> d
            fun u _ -> u * u
            fun _ d -> d * d
        ] do
        let wanted = mean table table.Weights f
        Assert.That(mean drawn weights f, near 1e-10 wanted)
        Assert.That(abs (mean drawn drawn.Weights f - wanted), Is.GreaterThan 1e-7)

    Assert.That(Array.sum weights, near 1e-10 (Array.sum drawn.Weights))

[<Test>]
let ``variations that do nothing leave the weights as they are`` () =
    let still = {
        block 1 100 with
            Interpolants = [
                {
                    Parameter = 0
                    Code = Nsbi.Model.PolynomialExponential
                    LogUp = Array.zeroCreate 100
                    LogDown = Array.zeroCreate 100
                }
            ]
    }

    let drawn = take [| 0..2..99 |] still
    Assert.That(CalibratedWeights.fit [ still ] drawn, Is.EqualTo<float[]> drawn.Weights)
