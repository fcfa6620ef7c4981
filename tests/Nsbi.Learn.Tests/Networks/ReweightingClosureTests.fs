module Networks.ReweightingClosureTests

open NUnit.Framework
open Nsbi.Kernels
open Nsbi.Learn.Networks
open Networks.TrainingExamples

let private draw (first: uint64) (mean: float) (n: int) =
    (gaussian "closure" first mean 1.0 n).Features |> Array.map float

let private weights (n: int) (first: uint64) =
    let mutable stream = RandomStream(2UL, "weights", first)
    Array.init n (fun _ -> 0.5 + stream.NextDouble())

[<Test>]
let ``chi-square has its mean and spread where the ratio is right, weights or not`` () =
    let trials = 200

    let found =
        Array.init trials (fun trial ->
            let first = uint64 (trial * 1_000_000)
            let reference, sample = draw first 0.0 3000, draw (first + 500_000UL) 0.4 2000
            let w = weights 3000 first
            let r = reference |> Array.map (fun x -> exp (0.4 * x - 0.08))
            let reweighted = Array.map2 (*) w r

            ReweightingClosure.measure
                "x"
                10
                reference
                reweighted
                sample
                (weights 2000 (first + 1UL)))

    let mean = found |> Array.averageBy _.ChiSquare
    TestContext.Out.WriteLine $"{mean}"
    // 9 ± √(18/200) = 0.3.
    Assert.That(mean, Is.EqualTo(9.0).Within 1.2)
    Assert.That(found |> Array.forall (fun record -> record.Degrees = 9), Is.True)
    let low = found |> Array.filter (fun record -> record.PValue < 0.1) |> Array.length
    Assert.That(low, Is.InRange(8, 36))

[<Test>]
let ``a ratio that is wrong shows`` () =
    let reference, sample = draw 0UL 0.0 3000, draw 500_000UL 0.4 2000
    let ones = Array.create 3000 1.0

    let record =
        ReweightingClosure.measure "x" 10 reference ones sample (Array.create 2000 1.0)

    Assert.That(record.PValue, Is.LessThan 1e-10)

[<Test>]
let ``repeated values share a bin, and one value has no degree of freedom`` () =
    let values = Array.init 100 (fun i -> float (i % 2))
    let ones = Array.create 100 1.0
    let record = ReweightingClosure.measure "x" 10 values ones values ones
    Assert.That(record.Degrees, Is.EqualTo 1)
    Assert.That(record.ChiSquare, Is.EqualTo 0.0)
    let same = Array.create 100 3.0
    let record = ReweightingClosure.measure "x" 10 same ones same ones
    Assert.That(record.Degrees, Is.EqualTo 0)
    Assert.That(record.PValue, Is.NaN)

[<Test>]
let ``a closure by hand`` () =
    // Edges at the median: bins {0, 1} and {2, 3} of the sample, {0} and {5, 6, 7} of the reference.
    let record =
        ReweightingClosure.measure "x" 2 [| 0.0; 5.0; 6.0; 7.0 |] [| 1.0; 1.0; 1.0; 1.0 |] [|
            0.0
            1.0
            2.0
            3.0
        |] [| 1.0; 1.0; 1.0; 1.0 |]
    // (1/4 − 1/2)²/(1/16 + 2/16) + (3/4 − 1/2)²/(3/16 + 2/16).
    Assert.That(record.ChiSquare, Is.EqualTo(1.0 / 3.0 + 1.0 / 5.0).Within 1e-12)
    Assert.That(record.Degrees, Is.EqualTo 1)
