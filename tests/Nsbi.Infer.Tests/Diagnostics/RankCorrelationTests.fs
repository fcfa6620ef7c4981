module Nsbi.Infer.Tests.Diagnostics.RankCorrelationTests

open System
open NUnit.Framework
open Nsbi.Infer
open Nsbi.Kernels

[<Test>]
let ``a rising function has rank correlation one, a falling one minus one`` () =
    let x = Array.init 50 (fun i -> float ((i * 37) % 50))
    let rising = RankCorrelation.ofPairs x (Array.map exp x)
    let falling = RankCorrelation.ofPairs x (Array.map (fun v -> -v ** 3.0) x)
    Assert.That((rising.Value, rising.Error), Is.EqualTo((1.0, 0.0)))
    Assert.That((falling.Value, falling.Error), Is.EqualTo((-1.0, 0.0)))

[<Test>]
let ``equal values have their mean rank`` () =
    // scipy.stats.spearmanr([1, 2, 2, 3, 5, 4], [2, 1, 4, 4, 4, 3])
    let found =
        RankCorrelation.ofPairs [| 1.0; 2.0; 2.0; 3.0; 5.0; 4.0 |] [|
            2.0
            1.0
            4.0
            4.0
            4.0
            3.0
        |]

    Assert.That(found.Value, Is.EqualTo(0.5236349380886428).Within 1e-12)

[<Test>]
let ``the error is the spread of repeated samples`` () =
    let sample index =
        let mutable stream = RandomStream(3UL, "pairs", uint64 index)
        let x, y = Array.zeroCreate 200, Array.zeroCreate 200

        for i in 0..199 do
            x[i] <- stream.NextGaussian()
            y[i] <- x[i] + 0.5 * stream.NextGaussian()

        RankCorrelation.ofPairs x y

    let found = Array.init 600 sample
    let mean = found |> Array.averageBy _.Value
    let spread = sqrt (found |> Array.averageBy (fun m -> (m.Value - mean) ** 2.0))
    let stated = found |> Array.averageBy _.Error
    Assert.That(stated / spread, Is.EqualTo(1.0).Within 0.15)

[<Test>]
let ``what is no list of pairs is refused`` () =
    let refused x y =
        Assert.Throws<ArgumentException>(Action(fun () -> RankCorrelation.ofPairs x y |> ignore))
        |> ignore

    refused [| 1.0; 2.0; 3.0 |] [| 1.0; 2.0; 3.0 |]
    refused (Array.init 5 float) (Array.init 6 float)
