module Nsbi.Infer.Tests.WeightedKolmogorovTests

open NUnit.Framework
open Nsbi.Tests
open Nsbi.Kernels
open Nsbi.Infer
open Nsbi.Infer.Tests.Expect
open Nsbi.Infer.Tests.TwoSampleToys

// scipy.special.kolmogorov
[<TestCase(0.2, 0.999999999999495)>]
[<TestCase(0.25, 0.9999999731761899)>]
[<TestCase(0.3, 0.9999906941986655)>]
[<TestCase(0.5, 0.9639452436648751)>]
[<TestCase(0.8, 0.5441424115741981)>]
[<TestCase(1.0, 0.26999967167735456)>]
[<TestCase(1.5, 0.022217962616525127)>]
[<TestCase(2.0, 0.0006709252557796953)>]
[<TestCase(3.0, 3.045995948942526e-08)>]
let ``the distribution is that of Kolmogorov`` (lambda: float, expected: float) =
    Assert.That(WeightedKolmogorov.survival lambda, near 1e-13 expected)

[<Test>]
let ``nothing is beyond a distance of nothing`` () =
    Assert.That(WeightedKolmogorov.survival 0.0, same 1.0)
    Assert.That(WeightedKolmogorov.survival nan, Is.NaN)

[<TestCase(0.05, 40.0)>]
[<TestCase(1e-4, 2500.0)>]
let ``the critical distance is exceeded with its probability`` (p: float, size: float) =
    let distance = WeightedKolmogorov.critical p size
    let root = sqrt size
    let back = WeightedKolmogorov.survival ((root + 0.12 + 0.11 / root) * distance)
    Assert.That(back, near (1e-9 * p) p)

[<Property>]
let ``the distance is the largest of all`` (a: (byte * byte)[]) (b: (byte * byte)[]) =
    let part (events: (byte * byte)[]) =
        let events = Array.append [| 3uy, 1uy |] events

        events |> Array.map (fun (v, _) -> float (v % 11uy)),
        events |> Array.map (fun (_, w) -> float w + 0.5)

    let (first, u), (second, v) = part a, part b

    let at (values: float[]) (weights: float[]) x =
        Array.fold2 (fun sum value w -> if value <= x then sum + w else sum) 0.0 values weights
        / Array.sum weights

    let slow =
        Array.append first second
        |> Array.map (fun x -> abs (at first u x - at second v x))
        |> Array.max

    abs ((WeightedKolmogorov.test first u second v).Distance - slow) < 1e-12

let private sample (n: int) (index: int) (purpose: string) =
    let mutable random = RandomStream(5UL, purpose, uint64 index)
    let values, weights = Array.zeroCreate<float> n, Array.zeroCreate<float> n

    for i in 0 .. n - 1 do
        values[i] <- random.NextGaussian()
        weights[i] <- 0.7 + 0.6 * random.NextDouble()

    values, weights

[<Test>]
let ``p-values of one distribution are uniform`` () =
    [|
        for index in 1..400 do
            let a, u = sample 300 index "ks-first"
            let b, v = sample 500 index "ks-second"
            (WeightedKolmogorov.test a u b v).PValue
    |]
    |> shouldBeUniform
