module Nsbi.Infer.Tests.SampleQuantileTests

open System
open FsCheck.FSharp
open NUnit.Framework
open Nsbi.Kernels
open Nsbi.Infer
open Nsbi.Infer.Tests.Expect
open Nsbi.Tests

let private exponential (index: int) (n: int) : float[] =
    let mutable stream = RandomStream(5UL, "quantiles", uint64 index)
    let values = Array.zeroCreate n

    for i in 0 .. n - 1 do
        values[i] <- -log(1.0 - stream.NextDouble())

    values

[<Test>]
let ``the rank is that of alpha (n + 1), rounded up`` () =
    let sample = [| for k in 1..99 -> float k |]
    Assert.That((SampleQuantile.ofSorted sample 0.95).Value, same 95.0)
    Assert.That((SampleQuantile.ofSorted sample 0.951).Value, same 96.0)
    Assert.That((SampleQuantile.ofSorted sample 0.001).Value, same 1.0)
    Assert.That((SampleQuantile.ofSorted sample 0.999).Value, same infinity)
    Assert.That((SampleQuantile.ofSorted sample 0.999).Upper, same infinity)

[<Property>]
let ``a value is at or below the quantile where its p-value is above 1 - alpha`` () =
    let cases =
        gen {
            let! n = Gen.choose (1, 60)
            let! values = Gen.listOfLength n (Gen.choose (0, 20) |> Gen.map float)
            let! observed = Gen.choose (-1, 21) |> Gen.map float
            let! alpha = Gen.choose (1, 99) |> Gen.map (fun k -> 0.01 * float k)
            return values, observed, alpha
        }

    Prop.forAll (Arb.fromGen cases) (fun (values, observed, alpha) ->
        let quantile = (SampleQuantile.ofValues [ alpha ] values).Head
        let p = ToyPValue.ofToys values observed
        (observed <= quantile.Value) = (p.Value > 1.0 - alpha + 1e-9))

[<Test>]
let ``the errors are the spread of the quantiles of many samples`` () =
    // An exponential law: quantile −ln(1 − α), error √(α/(n (1 − α))).
    let n, samples = 1000, 600

    for alpha in [ 0.05; 0.6827; 0.95 ] do
        let found = [
            for k in 1..samples -> (SampleQuantile.ofValues [ alpha ] (exponential k n)).Head
        ]

        let exact = -log(1.0 - alpha)
        let error = sqrt (alpha / (float n * (1.0 - alpha)))
        let mean = found |> List.averageBy _.Value

        let spread = sqrt (found |> List.averageBy (fun q -> (q.Value - mean) ** 2.0))

        let precision = 1.0 / sqrt (2.0 * float samples)
        Assert.That(mean, near (error * 0.2) exact, $"mean at {alpha}")
        Assert.That(spread / error, near (4.0 * precision) 1.0, $"spread at {alpha}")
        let stated = found |> List.averageBy _.Error
        Assert.That(stated / error, near 0.1 1.0, $"stated error at {alpha}")

        let covered =
            found |> Fraction.ofSeq (fun q -> q.Lower <= exact && exact <= q.Upper)

        // Whole ranks, outwards: a few percent more than 68.27 %.
        Assert.That(covered.Value, Is.InRange(0.62, 0.80), $"coverage at {alpha}")

[<Test>]
let ``an atom has its value, and failed toys do not count`` () =
    let values = Seq.append (Seq.replicate 60 0.0) (Seq.replicate 40 1.0)

    let found =
        SampleQuantile.ofValues [ 0.5; 0.8 ] (Seq.append values (Seq.replicate 50 nan))

    Assert.That(found |> List.map _.Value, same [ 0.0; 1.0 ])

[<Test>]
let ``no sample and no probability are refused`` () =
    Assert.Throws<ArgumentException>(Action(fun () -> SampleQuantile.ofSorted [||] 0.5 |> ignore))
    |> ignore

    Assert.Throws<ArgumentException>(
        Action(fun () -> SampleQuantile.ofSorted [| 1.0 |] 1.0 |> ignore)
    )
    |> ignore
