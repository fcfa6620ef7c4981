module Networks.NormalisationTests

open System
open NUnit.Framework
open Nsbi.Kernels
open Nsbi.Learn.Networks

let private mixture = [| 0.1; 0.2; 0.3; 0.4 |]

/// Softmax ratios of events whose logits are off, with the events' classes and weights.
let private example seed n =
    let mutable stream = RandomStream(seed, "normalisation test", 0UL)
    let classes = Array.init n (fun i -> i % 4)
    let weights = Array.init n (fun _ -> 0.5 + stream.NextDouble())
    let ratios = Array.init 4 (fun _ -> Array.zeroCreate<float> n)

    for i in 0 .. n - 1 do
        let s =
            Array.init 4 (fun c ->
                let aligned = if c = classes[i] then 1.5 else 0.0
                mixture[c] * exp (aligned + 0.3 * float c + stream.NextGaussian()))

        for c in 0..3 do
            ratios[c][i] <- s[c] / Array.sum s / mixture[c]

    classes, weights, ratios

let private meanOf (q: float[]) (ratio: float[]) =
    Array.fold2 (fun sum a b -> sum + a * b) 0.0 q ratio

[<Test>]
let ``reference weights give each class its share`` () =
    let classes, weights, _ = example 1UL 101
    let q = Normalisation.referenceWeights mixture classes weights

    for c in 0..3 do
        let share = Array.map2 (fun k w -> if k = c then w else 0.0) classes q |> Array.sum
        Assert.That(share, Is.EqualTo(mixture[c]).Within 1e-14)

[<Test>]
let ``a class of the reference without events is refused`` () =
    let thrown =
        Assert.Throws<ArgumentException>(
            Action(fun () ->
                Normalisation.referenceWeights mixture [| 0; 1; 2 |] [| 1.0; 1.0; 1.0 |]
                |> ignore)
        )

    Assert.That(thrown.Message, Does.Contain "class 3")

[<Test>]
let ``joint normalisation gives mean 1 for every class and keeps the identity`` () =
    let classes, weights, ratios = example 2UL 4000
    let q = Normalisation.referenceWeights mixture classes weights
    Assert.That(abs (meanOf q ratios[0] - 1.0), Is.GreaterThan 0.05)

    let normalised =
        Normalisation.apply mixture (Normalisation.joint mixture q ratios) ratios

    for c in 0..3 do
        Assert.That(meanOf q normalised[c], Is.EqualTo(1.0).Within 1e-10)

    for i in 0..3999 do
        let identity =
            Array.fold2 (fun sum w (r: float[]) -> sum + w * r[i]) 0.0 mixture normalised

        Assert.That(identity, Is.EqualTo(1.0).Within 1e-14)

[<Test>]
let ``joint normalisation by Newton agrees with iterative proportional fitting`` () =
    let classes, weights, ratios = example 3UL 500
    let q = Normalisation.referenceWeights mixture classes weights

    // Slow twin: b_c ← b_c − ln E[r′_c] until nothing changes.
    let mutable b = Array.zeroCreate 4

    for _ in 1..2000 do
        let now = Normalisation.apply mixture (Normalisation.Joint b) ratios
        b <- Array.map2 (fun bc r -> bc - log (meanOf q r)) b now

    match Normalisation.joint mixture q ratios with
    | Normalisation.Joint offsets ->
        for c in 1..3 do
            Assert.That(offsets[c] - offsets[0], Is.EqualTo(b[c] - b[0]).Within 1e-9)
    | other -> Assert.Fail $"{other}"

[<Test>]
let ``joint normalisation undoes offsets of any size`` () =
    let classes, weights, ratios = example 4UL 2000
    let q = Normalisation.referenceWeights mixture classes weights

    let wanted =
        Normalisation.apply mixture (Normalisation.joint mixture q ratios) ratios

    let shifted =
        Normalisation.apply mixture (Normalisation.Joint [| 8.0; -3.0; 0.0; -9.0 |]) ratios

    let found =
        Normalisation.apply mixture (Normalisation.joint mixture q shifted) shifted

    for c in 0..3 do
        for i in 0..1999 do
            Assert.That(found[c][i], Is.EqualTo(wanted[c][i]).Within 1e-8)

[<Test>]
let ``plain division gives mean 1`` () =
    let classes, weights, ratios = example 5UL 1000
    let q = Normalisation.referenceWeights mixture classes weights
    let normalised = Normalisation.apply mixture (Normalisation.divide q ratios) ratios

    for c in 0..3 do
        Assert.That(meanOf q normalised[c], Is.EqualTo(1.0).Within 1e-12)

[<Test>]
let ``the error of the mean describes its spread over samples`` () =
    let values = [|
        for s in 1UL .. 400UL do
            let classes, weights, ratios = example (100UL + s) 200
            Normalisation.mean mixture classes weights ratios[1]
    |]

    let average = values |> Array.averageBy _.Value
    let variance = values |> Array.sumBy (fun v -> (v.Value - average) ** 2.0 / 399.0)
    let claimed = values |> Array.averageBy (fun v -> v.Error * v.Error)
    // 400 samples know a variance to √(2/399) = 7 %.
    Assert.That(claimed / variance, Is.EqualTo(1.0).Within 0.22)
