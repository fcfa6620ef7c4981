module Nsbi.Infer.Tests.ToySamplerTests

open System
open NUnit.Framework
open MathNet.Numerics.Distributions
open Nsbi.Model
open Nsbi.Infer
open Nsbi.Infer.Tests.Expect
open Nsbi.Infer.Tests.InterferenceModel
open Nsbi.Infer.Tests.ToyModels

let private one: Coefficient = Constant 1.0

/// Five rows whose Asimov weights are 4 (0.1, 0.4, 0, 0.2, 0.3).
let private few =
    unbinnedModel [| 1.0; 4.0; 0.0; 2.0; 3.0 |] [ "B", one, 4.0, Array.create 5 1.0 ]

let private means = [| 0.4; 1.6; 0.0; 0.8; 1.2 |]

let private countsOf (method: ToyMethod) (seed: uint64) (toys: int) : float[][] =
    let sampler = ok (ToySampler.createWith method few [||])

    Array.init toys (fun k ->
        let counts = Array.zeroCreate<float> 5

        for row, n in events (sampler.Draw(seed, uint64 k)) do
            counts[row] <- n

        counts)

/// χ² of whole numbers against Poisson probabilities, all from 0 to last and what is above.
let private chi2 (mean: float) (last: int) (numbers: float[]) =
    let n = float numbers.Length

    let below =
        Seq.sum [
            for k in 0..last do
                let p = Poisson.PMF(mean, k)
                let found = numbers |> Seq.filter (fun x -> x = float k) |> Seq.length
                (float found - n * p) ** 2.0 / (n * p)
        ]

    let p = 1.0 - Poisson.CDF(mean, float last)
    let found = numbers |> Seq.filter (fun x -> x > float last) |> Seq.length
    below + (float found - n * p) ** 2.0 / (n * p)

[<Test>]
let ``both methods draw Poisson numbers of events, in all and of each row`` () =
    for method in [ Multinomial; PoissonPerEvent ] do
        let toys = countsOf method 11UL 20_000
        // p = 1e-4: 29.9 for 7, 20.5 for 4 degrees of freedom and so on
        Assert.That(toys |> Array.map Array.sum |> chi2 4.0 8, Is.LessThan 33.7, string method)

        for row in [ 0; 1; 3; 4 ] do
            let counts = toys |> Array.map (fun c -> c[row])
            Assert.That(chi2 means[row] 3 counts, Is.LessThan 23.5, $"{method} {row}")

        Assert.That(toys |> Array.sumBy (fun c -> c[2]), same 0.0)

[<Test>]
let ``the rows of a toy are independent in both methods`` () =
    for method in [ Multinomial; PoissonPerEvent ] do
        let toys = countsOf method 12UL 20_000

        for i, j in [ 0, 1; 1, 3; 3, 4 ] do
            let covariance =
                toys |> Array.averageBy (fun c -> (c[i] - means[i]) * (c[j] - means[j]))

            let error = sqrt (means[i] * means[j] / 20_000.0)
            Assert.That(covariance, near (4.0 * error) 0.0, $"{method} {i} {j}")

[<Test>]
let ``means over the events of a toy have the same distribution in both methods`` () =
    let mean (counts: float[]) =
        let total = Array.sum counts

        if total = 0.0 then
            0.0
        else
            (counts |> Seq.mapi (fun i n -> float i * n) |> Seq.sum) / total

    let a = countsOf Multinomial 13UL 4_000 |> Array.map mean |> Array.sort
    let b = countsOf PoissonPerEvent 14UL 4_000 |> Array.map mean |> Array.sort

    let below (x: float[]) v =
        float (x |> Seq.filter (fun y -> y <= v) |> Seq.length) / float x.Length

    let distance =
        Array.append a b
        |> Array.distinct
        |> Array.map (fun v -> abs (below a v - below b v))
        |> Array.max

    // Kolmogorov and Smirnov: p = 1e-4 at 2.2 √(2/4000), less for discrete numbers
    Assert.That(distance, Is.LessThan(2.2 * sqrt (2.0 / 4_000.0)))

[<Test>]
let ``toys of the interference toy have the events and the moments of its density`` () =
    let sampler = ok (ToySampler.create compiled [| 0.5 |])
    let n = 2_000
    let rule = InterferenceToy.quadrature 3001

    let integral f =
        Array.zip rule.Nodes rule.Widths
        |> Array.sumBy (fun (x, width) -> f x * width * InterferenceToy.rateDensity 0.5 x)

    let toys =
        Array.init n (fun k -> events (sampler.Draw(2UL, uint64 k)) |> List.toArray)

    for power in 0..3 do
        let f x = pown x power

        let sums =
            toys |> Array.map (Array.sumBy (fun (row, count) -> count * f nodes[row]))

        let mean, variance = moments sums
        // Σ f over a Poisson process: ∫ f D and ∫ f² D
        let expected, spread = integral f, integral (fun x -> f x * f x)
        let fourth = integral (fun x -> f x ** 4.0)
        Assert.That(mean, near (4.0 * sqrt (spread / float n)) expected, $"x^{power}")
        let error = sqrt ((2.0 * spread * spread + fourth) / float n)
        Assert.That(variance, near (4.0 * error) spread, $"variance of x^{power}")

[<Test>]
let ``a toy is a function of seed and index`` () =
    let sampler = ok (ToySampler.create compiled [| 1.0 |])
    let draw seed index = events (sampler.Draw(seed, index))
    Assert.That(draw 1UL 5UL, same (draw 1UL 5UL))
    Assert.That(draw 1UL 5UL <> draw 1UL 6UL)
    Assert.That(draw 1UL 5UL <> draw 2UL 5UL)

[<Test>]
let ``a toy is the observation with a weight for every row of the table`` () =
    let sampler = ok (ToySampler.create compiled [| 1.0 |])

    for k in 0UL .. 20UL do
        let toy = sampler.Draw(3UL, k)
        let weights = Array.zeroCreate<float> nodes.Length

        for row, n in events toy do
            weights[row] <- n

        let twin =
            Observation.nothing
            |> Observation.withWeights "SR" TableKind.Reference weights
            |> Observation.create compiled
            |> ok

        for mu in [ 0.0; 0.7; 3.0 ] do
            Assert.That(Likelihood.twiceNll toy [| mu |], same (Likelihood.twiceNll twin [| mu |]))

let private auxiliaries =
    CountingModels.compileBins [
        "C",
        [
            Process.create "s" (InterferenceModel.poi "s" 3.0 0.0 9.0) [ 2.0; 0.0 ]
            Process.create
                "b"
                (parameter Nuisance "g" 0.0 -5.0 5.0 (Gaussian(0.0, 0.5)) * 0.0
                 + parameter Nuisance "p" 1.0 0.0 5.0 (Constraint.Poisson(9.0, 10.0))
                 + parameter Nuisance "l" 1.0 0.1 5.0 (LogNormal(1.0, 0.2)) * 0.0)
                [ 100.0; 7.0 ]
        ]
    ]

[<Test>]
let ``global observables are drawn from their constraints and bins from their expectations`` () =
    let theta =
        auxiliaries.Index.Names
        |> List.map (fun name ->
            match name with
            | "s" -> 1.5
            | "g" -> 0.7
            | "p" -> 1.2
            | _ -> 2.0)
        |> List.toArray

    let sampler = ok (ToySampler.create auxiliaries theta)
    let n = 20_000
    let toys = Array.init n (fun k -> sampler.Draw(9UL, uint64 k))
    let globals = toys |> Array.map (fun toy -> Map.ofList toy.Globals)
    let bins = toys |> Array.map (fun toy -> (snd toy.Counts.Head))

    let expect (what: string) (values: float[]) mean variance =
        let m, v = moments values
        Assert.That(m, near (4.0 * sqrt (variance / float n)) mean, what)
        Assert.That(v, near (4.0 * variance * sqrt (2.3 / float n)) variance, what)

    expect "Gaussian" (globals |> Array.map (fun g -> g["g"])) 0.7 0.25
    expect "Poisson" (globals |> Array.map (fun g -> g["p"])) 12.0 12.0
    expect "log-normal" (globals |> Array.map (fun g -> log g["l"])) (log 2.0) 0.04
    expect "bin 0" (bins |> Array.map (fun b -> b[0])) 123.0 123.0
    expect "bin 1" (bins |> Array.map (fun b -> b[1])) 8.4 8.4
    Assert.That(globals |> Array.forall (fun g -> not (g.ContainsKey "s")))
    Assert.That(chi2 8.4 20 (bins |> Array.map (fun b -> b[1])), Is.LessThan 55.0)

[<Test>]
let ``a negative Asimov weight is refused with row and process`` () =
    let mu = InterferenceModel.poi "mu" 0.5 0.0 5.0

    let model =
        unbinnedModel (Array.create 4 1.0) [
            "S", mu, 10.0, [| 0.5; 0.5; 2.5; 0.5 |]
            "I", Constant -1.0, 4.0, [| 0.5; 3.0; 0.3; 0.2 |]
            "B", one, 4.0, [| 1.0; 1.0; 1.0; 1.0 |]
        ]

    ToySampler.create model [| 0.1 |]
    |> refused [ "'SR'"; "row 1"; "'I'"; "negative" ]

    Assert.That((ToySampler.create model [| 3.0 |]).IsOk)

[<Test>]
let ``every parameter that toys cannot be drawn at is a fault`` () =
    let found = sentences (ToySampler.create auxiliaries [| nan; 9.0; -1.0; 0.05 |])
    Assert.That(found.Length, same 4, String.Join("\n", found))

[<Test>]
let ``a bin with a negative expectation is refused`` () =
    let model =
        CountingModels.compileBins [
            "C",
            [
                Process.create "s" (InterferenceModel.poi "mu" 1.0 -9.0 9.0) [ 2.0; 1.0 ]
                Process.create "b" one [ 1.0; 8.0 ]
            ]
        ]

    ToySampler.create model [| -1.0 |] |> refused [ "'C'"; "bin 0"; "-1" ]

[<Test>]
let ``where nothing is expected there are no events, and the toy has a likelihood`` () =
    let mu = InterferenceModel.poi "mu" 0.0 0.0 5.0

    let model = unbinnedModel (Array.create 3 1.0) [ "S", mu, 10.0, Array.create 3 1.0 ]

    for method in [ Multinomial; PoissonPerEvent ] do
        let sampler = ok (ToySampler.createWith method model [| 0.0 |])
        let toy = sampler.Draw(1UL, 0UL)
        Assert.That(toy.TotalWeight "SR", same 0.0)
        Assert.That(Likelihood.twiceNll toy [| 1.0 |], near 1e-12 20.0)
        Assert.That(sampler.Validity.Passed)

[<Test>]
let ``the validity has the numbers of the weights`` () =
    let found = (ok (ToySampler.create few [||])).Validity.Channels.Head
    Assert.That(found.Expected, near 1e-12 4.0)
    Assert.That((found.Rows, found.LargestRow), same (4, 1))
    Assert.That(found.LargestWeight, near 1e-12 1.6)
    Assert.That(found.EffectiveSize, near 1e-12 (16.0 / (0.16 + 2.56 + 0.64 + 1.44)))

    let distinct = means |> Array.sumBy (fun w -> 1.0 - exp -w)
    Assert.That(found.RepeatedShare, near 1e-12 (1.0 - distinct / 4.0))

    let toys = countsOf Multinomial 15UL 20_000

    let repeats = toys |> Array.averageBy (Array.sumBy (fun n -> max 0.0 (n - 1.0)))

    Assert.That(repeats / 4.0, near 0.01 found.RepeatedShare)

[<Test>]
let ``a table that is too small fails its checks and a large one passes`` () =
    let validity n =
        let model =
            unbinnedModel (Array.create n 1.0) [ "B", one, 50.0, Array.create n 1.0 ]

        (ok (ToySampler.create model [||])).Validity

    Assert.That((validity 2_000).Passed)
    let failed = (validity 100).Checks |> List.filter (fun c -> not c.Passed)

    Assert.That(
        failed |> List.map _.Name,
        same [
            "toys of SR: largest weight"
            "toys of SR: effective size"
            "toys of SR: repeated draws"
        ]
    )

[<Test>]
let ``ratios that are not normalised on the table fail the check of their rescaling`` () =
    let model =
        unbinnedModel (Array.create 900 1.0) [ "B", one, 9.0, Array.create 900 1.1 ]

    let failed =
        (ok (ToySampler.create model [||])).Validity.Checks
        |> List.filter (fun c -> not c.Passed)

    Assert.That(failed |> List.map _.Name, same [ "toys of SR: rescaling" ])
    Assert.That(failed.Head.Value, near 1e-12 0.1)

[<Test>]
let ``weights as they are given are drawn as they are`` () =
    let weights = [| 0.5; 0.0; 2.0; 0.0; 1.0 |]

    let draw weights =
        ToySampler.ofWeights
            Multinomial
            few
            [||]
            (Map.ofList [ "SR", (TableKind.Observed, weights) ])

    let sampler = ok (draw weights)
    Assert.That(sampler.Expected, near 1e-12 3.5)

    let rows = [
        for k in 0UL .. 200UL do
            yield! events (sampler.Draw(1UL, k)) |> List.map fst
    ]

    Assert.That(rows |> List.distinct |> List.sort, same [ 0; 2; 4 ])
    draw [| 1.0; -1.0; 0.0; 0.0; 0.0 |] |> refused [ "row 1"; "negative" ]
    draw [| 1.0 |] |> refused [ "1 weights for 5 rows" ]
