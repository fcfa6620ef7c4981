module RandomStreamTests

open System
open NUnit.Framework
open Nsbi.Kernels

/// Known answers of the authors' own library (Random123, kat_vectors, philox4x32 10).
[<Test>]
let ``Philox reproduces the known answers of Random123`` () =
    let all = UInt32.MaxValue

    let cases = [
        (0u, 0u, 0u, 0u, 0u, 0u), (0x6627e8d5u, 0xe169c58du, 0xbc57ac4cu, 0x9b00dbd8u)
        (all, all, all, all, all, all), (0x408f276du, 0x41c83b0eu, 0xa20bc7c6u, 0x6d5451fdu)
        (0x243f6a88u, 0x85a308d3u, 0x13198a2eu, 0x03707344u, 0xa4093822u, 0x299f31d0u),
        (0xd16cfe09u, 0x94fdccebu, 0x5001e420u, 0x24126ea1u)
    ]

    for (c0, c1, c2, c3, k0, k1), expected in cases do
        let struct (x0, x1, x2, x3) = RandomStream.Block(c0, c1, c2, c3, k0, k1)
        Assert.That((x0, x1, x2, x3), Is.EqualTo expected)



let private moments (x: float[]) =
    let mean = Array.average x
    mean, x |> Array.averageBy (fun v -> (v - mean) ** 2.0)

[<Test>]
let ``uniform and Gaussian numbers have their mean and variance`` () =
    let n = 200_000
    let mutable stream = RandomStream(7UL, "moments", 0UL)
    let uniform = Array.zeroCreate n
    let gaussian = Array.zeroCreate n

    for i in 0 .. n - 1 do
        uniform[i] <- stream.NextDouble()
        gaussian[i] <- stream.NextGaussian()

    let mean, variance = moments uniform
    let error = 1.0 / sqrt (float n)
    Assert.That(mean, Is.EqualTo(0.5).Within(4.0 * error * sqrt (1.0 / 12.0)))
    Assert.That(variance, Is.EqualTo(1.0 / 12.0).Within(4.0 * error * sqrt (1.0 / 180.0)))
    Assert.That(Array.forall (fun u -> u > 0.0 && u < 1.0) uniform)
    let mean, variance = moments gaussian
    Assert.That(mean, Is.EqualTo(0.0).Within(4.0 * error))
    Assert.That(variance, Is.EqualTo(1.0).Within(4.0 * error * sqrt 2.0))

[<TestCase(0.0)>]
[<TestCase(0.3)>]
[<TestCase(9.9)>]
[<TestCase(10.1)>]
[<TestCase(350.0)>]
[<TestCase(1e7)>]
let ``Poisson numbers have mean and variance equal to the mean`` (mean: float) =
    let n = 50_000
    let mutable stream = RandomStream(11UL, "poisson", 0UL)
    let x = Array.zeroCreate n

    for i in 0 .. n - 1 do
        x[i] <- float (stream.NextPoisson mean)

    let m, v = moments x
    Assert.That(m, Is.EqualTo(mean).Within(4.5 * sqrt (mean / float n)))
    let errorOfVariance = sqrt ((2.0 * mean * mean + mean) / float n)
    Assert.That(v, Is.EqualTo(mean).Within(4.5 * errorOfVariance))

[<Test>]
let ``Poisson probabilities near the switch of methods agree with the formula`` () =
    let mean, n = 10.0, 400_000
    let mutable stream = RandomStream(3UL, "poisson", 1UL)
    let counts = Array.zeroCreate 60

    for _ in 1..n do
        let k = int (stream.NextPoisson mean)
        counts[k] <- counts[k] + 1

    let mutable p = exp -mean
    let mutable chi2 = 0.0

    for k in 0..25 do
        let expected = float n * p

        if k >= 1 then
            chi2 <- chi2 + (float counts[k] - expected) ** 2.0 / expected

        p <- p * mean / float (k + 1)

    // 25 degrees of freedom: 60 has p = 1e-4
    Assert.That(chi2, Is.LessThan 60.0)

[<Test>]
let ``streams differ by seed, purpose and index and repeat otherwise`` () =
    let first (seed: uint64) purpose (index: uint64) =
        let mutable s = RandomStream(seed, purpose, index)
        s.NextUInt32()

    let streams = [
        first 1UL "a" 0UL
        first 2UL "a" 0UL
        first 1UL "b" 0UL
        first 1UL "a" 1UL
        first 1UL "a" (1UL <<< 32)
        first (1UL <<< 32) "a" 0UL
    ]

    Assert.That(List.distinct streams, Has.Length.EqualTo streams.Length)
    Assert.That(first 1UL "a" 0UL, Is.EqualTo streams.Head)

[<Test>]
let ``integers below a bound are uniform and in range`` () =
    let n, bound = 90_000, 9
    let mutable stream = RandomStream(5UL, "integers", 0UL)
    let counts = Array.zeroCreate bound

    for _ in 1..n do
        let k = stream.NextInt32 bound
        counts[k] <- counts[k] + 1

    let expected = float n / float bound
    let chi2 = counts |> Array.sumBy (fun c -> (float c - expected) ** 2.0 / expected)
    Assert.That(chi2, Is.LessThan 32.0)

[<Test>]
let ``a shuffle is a permutation and places every item everywhere`` () =
    let mutable stream = RandomStream(5UL, "shuffle", 0UL)
    let counts = Array2D.zeroCreate 5 5

    for _ in 1..20_000 do
        let items = [| 0..4 |]
        stream.Shuffle(Span items)
        Assert.That((Array.sort items = [| 0..4 |]))

        items
        |> Array.iteri (fun place item -> counts[item, place] <- counts[item, place] + 1)

    let chi2 =
        counts
        |> Seq.cast<int>
        |> Seq.sumBy (fun c -> (float c - 4000.0) ** 2.0 / 4000.0)

    Assert.That(chi2, Is.LessThan 45.0)

[<Test>]
let ``a mean that is no mean is refused`` () =
    for mean in [ -1.0; nan; infinity ] do
        Assert.Throws<ArgumentOutOfRangeException>(
            Action(fun () ->
                let mutable s = RandomStream(1UL, "x", 0UL)
                s.NextPoisson mean |> ignore)
        )
        |> ignore
