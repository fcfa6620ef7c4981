/// Numbers of an independent implementation: tests/peers/effective_sample_size.py.
module Nsbi.Infer.Tests.Sampling.EffectiveSampleSizeTests

open System
open NUnit.Framework
open Nsbi.Infer
open Nsbi.Infer.Tests

let private autoregressive (m: int) (n: int) (phi: float) (shifts: float[]) : float[][] =
    let mutable s = 42L
    let chains = Array.init m (fun _ -> Array.zeroCreate n)

    for c in 0 .. m - 1 do
        let mutable x = 0.0

        for t in 0 .. n - 1 do
            let mutable e = -1.5

            for _ in 1..3 do
                s <- (1103515245L * s + 12345L) % 2147483648L
                e <- e + (float s + 0.5) / 2147483648.0

            x <- phi * x + e
            chains[c][t] <- x + shifts[c]

    chains

// ESS as it is, bulk, tail, of the mean; split R̂, ranked split R̂; errors of the mean, the standard deviation, the 5 %
// quantile and the median.
let private oracle = [
    TestCaseData(
        "slow",
        autoregressive 4 500 0.8 [| 0.0; 0.0; 0.0; 0.0 |],
        [|
            294.1182123
            301.6762593
            452.1706347
            300.4104758
            1.008314607
            1.008291003
            0.04524766468
            0.02252057602
            0.07900858282
            0.04323137284
        |]
    )
    TestCaseData(
        "alternating",
        autoregressive 4 500 -0.5 [| 0.0; 0.0; 0.0; 0.0 |],
        [|
            6602.059991
            6602.059991
            2094.630166
            6602.059991
            0.9982933931
            0.9985959868
            0.007296676452
            0.01082990775
            0.02960646616
            0.0118604671
        |]
    )
    TestCaseData(
        "apart",
        autoregressive 3 251 0.3 [| 0.0; 0.5; 0.0 |],
        [|
            9.446701292
            22.59564255
            152.0364088
            22.53805743
            1.099214777
            1.099122303
            0.1223462035
            0.01587818254
            0.06060933961
            0.1151707317
        |]
    )
    TestCaseData(
        "one",
        autoregressive 1 100 0.5 [| 0.0 |],
        [|
            26.42536396
            27.54729726
            36.20648382
            27.7055553
            0.9917176949
            0.9909689677
            0.1192396409
            0.0496900152
            0.09221588551
            0.1598909502
        |]
    )
]

[<TestCaseSource(nameof oracle)>]
let ``sizes, R̂ and errors are those of another program``
    (name: string, chains: float[][], expected: float[])
    =
    let found = [|
        EffectiveSampleSize.ofChains chains
        EffectiveSampleSize.bulk chains
        EffectiveSampleSize.tail chains
        EffectiveSampleSize.ofMean chains
        SplitRhat.classic chains
        SplitRhat.compute chains
        EffectiveSampleSize.errorOfMean chains
        EffectiveSampleSize.errorOfSd chains
        EffectiveSampleSize.errorOfQuantile 0.05 chains
        EffectiveSampleSize.errorOfQuantile 0.5 chains
    |]

    Array.iteri2
        (fun k (value: float) (wanted: float) ->
            Assert.That(value, Expect.near (1e-8 * wanted) wanted, $"{name}, number {k}"))
        found
        expected

[<Test>]
let ``a long autoregressive chain has the size of theory`` () =
    // S (1 − φ)/(1 + φ).
    let chains = autoregressive 4 20_000 0.5 (Array.zeroCreate 4)
    Assert.That(EffectiveSampleSize.bulk chains, Expect.near 2000.0 (80_000.0 / 3.0))

[<Test>]
let ``a monotone map changes neither bulk size nor tail size`` () =
    let chains = autoregressive 4 200 0.3 (Array.zeroCreate 4)
    let mapped = chains |> Array.map (Array.map (fun v -> exp (3.0 * v)))

    Assert.That(EffectiveSampleSize.bulk mapped, Expect.near 1e-9 (EffectiveSampleSize.bulk chains))

    Assert.That(EffectiveSampleSize.tail mapped, Expect.near 1e-9 (EffectiveSampleSize.tail chains))

[<Test>]
let ``chains of other widths are found by R̂ of distances alone`` () =
    let chains =
        autoregressive 4 500 0.0 (Array.zeroCreate 4)
        |> Array.mapi (fun c chain -> chain |> Array.map (fun v -> float (1 + 2 * c) * v))

    Assert.That(SplitRhat.classic chains, Is.LessThan 1.01)
    Assert.That(SplitRhat.compute chains, Is.GreaterThan 1.1)

[<Test>]
let ``values that are all the same or not finite have no size`` () =
    let same' = [| Array.create 10 1.0; Array.create 10 1.0 |]
    let broken = [| [| 1.0; nan; 2.0; 3.0; 4.0 |] |]

    for chains in [ same'; broken ] do
        Assert.That(Double.IsNaN(EffectiveSampleSize.bulk chains))
        Assert.That(Double.IsNaN(SplitRhat.compute chains))

[<Test>]
let ``chains that are too short are refused`` () =
    let act () =
        EffectiveSampleSize.bulk [| [| 1.0; 2.0 |] |] |> ignore

    Assert.Throws<ArgumentException>(Action act) |> ignore
