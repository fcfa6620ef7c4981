module Nsbi.Infer.Tests.SeparationTests

open NUnit.Framework
open Nsbi.Tests
open Nsbi.Kernels
open Nsbi.Infer
open Nsbi.Infer.Tests.Expect
open Nsbi.Infer.Tests.ExactModel

/// The definition: every pair of a signal and a background event.
let private pairs (scores: float[]) (s: float[]) (b: float[]) =
    let mutable sum = 0.0

    for i in 0 .. scores.Length - 1 do
        for j in 0 .. scores.Length - 1 do
            let right =
                if scores[i] > scores[j] then 1.0
                elif scores[i] = scores[j] then 0.5
                else 0.0

            sum <- sum + s[i] * b[j] * right

    sum / (Array.sum s * Array.sum b)

[<Property>]
let ``the area is the share of the pairs in the right order`` (events: (byte * byte * bool)[]) =
    let events = Array.append [| 1uy, 1uy, true; 2uy, 3uy, false |] events
    let scores = events |> Array.map (fun (score, _, _) -> float (score % 7uy))

    let weight wanted =
        events |> Array.map (fun (_, w, s) -> if s = wanted then float w else 0.0)

    let area = (Separation.auc scores (weight true) (weight false)).Value
    abs (area - pairs scores (weight true) (weight false)) < 1e-12

/// Signal N(1, 1) and background N(0, 1) with uneven weights: the area is Φ(1/√2).
let private sample (index: int) =
    let mutable random = RandomStream(11UL, "separation", uint64 index)

    let scores =
        Array.init 600 (fun i -> (if i < 300 then 1.0 else 0.0) + random.NextGaussian())

    let weights = Array.init 600 (fun i -> if i % 10 = 0 then 5.0 else 0.5)

    let part signal =
        weights |> Array.mapi (fun i w -> if (i < 300) = signal then w else 0.0)

    Separation.auc scores (part true) (part false)

[<Test>]
let ``the error is the scatter of samples`` () =
    let found = [ for index in 1..400 -> sample index ]
    let mean = found |> List.averageBy _.Value
    let scatter = sqrt (found |> List.averageBy (fun m -> (m.Value - mean) ** 2.0))
    Assert.That(mean, near 0.01 0.7602499389)
    let claimed = found |> List.averageBy _.Error
    // A standard deviation of 400 values is known to 3.5 %.
    Assert.That(claimed / scatter, near 0.12 1.0)

[<Test>]
let ``a model has one separation for each signal and each background`` () =
    let found = Separation.ofModel standard.Value
    let names = found |> List.map (fun pair -> pair.Signal, pair.Background)
    Assert.That(names, same [ "S", "NI"; "SBI", "NI"; "B", "NI" ])
    Assert.That(found.Head.Auc.Value, Is.InRange(0.6, 1.0))
