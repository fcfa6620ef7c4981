module Nsbi.Infer.Tests.Sampling.NutsTests

open System
open System.Threading
open NUnit.Framework
open MathNet.Numerics.Distributions
open Nsbi.Infer
open Nsbi.Infer.Tests
open Nsbi.Infer.Tests.Sampling.SamplerToys
open Nsbi.Kernels

let private summarise settings density =
    Nuts.run settings density |> PosteriorSummary.compute

[<Test>]
let ``normals of very different widths are sampled right`` () =
    let widths = [| 1e-3; 1.0; 500.0 |]
    let summary = summarise Nuts.settings (normals widths)
    Array.iteri (fun k w -> agree 4.0 summary $"x{k}" 0.0 w) widths
    Assert.That(failed summary, Is.Empty)
    Assert.That(summary.Acceptance, Is.InRange(0.7, 0.95))

[<TestCase(false)>]
[<TestCase(true)>]
let ``strongly correlated normals are sampled right`` (dense: bool) =
    let settings = {
        Nuts.settings with
            Metric = (if dense then MetricForm.Dense else MetricForm.Diagonal)
    }

    let chains = Nuts.run settings (correlated 0.95)
    let summary = PosteriorSummary.compute chains
    agree 4.0 summary "x0" 3.0 1.0
    agree 4.0 summary "x1" -1.0 1.0
    Assert.That(failed summary, Is.Empty)

    let product = chains.Draws |> Array.averageBy (fun d -> (d[0] - 3.0) * (d[1] + 1.0))

    Assert.That(product, Expect.near 0.1 0.95)

[<Test>]
let ``a dense metric needs fewer gradients for a correlation`` () =
    let gradients metric =
        (summarise
            {
                Nuts.settings with
                    Metric = metric
                    Draws = 500
            }
            (correlated 0.99))
            .Gradients

    Assert.That(gradients MetricForm.Dense, Is.LessThan(gradients MetricForm.Diagonal / 2L))

[<Test>]
let ``fifty dimensions are sampled right`` () =
    let widths = Array.init 50 (fun k -> 10.0 ** (float (k % 5) - 2.0))
    let chains = Nuts.run Nuts.settings (normals widths)
    let summary = PosteriorSummary.compute chains
    Assert.That(failed summary, Is.Empty)

    // 100 pulls: χ² of the means, and none beyond 4.5.
    let pulls = [|
        for k in 0..49 do
            let p = summary[$"x{k}"]
            p.Mean / p.MeanError
            (p.Sd - widths[k]) / p.SdError
    |]

    Assert.That(pulls |> Array.map abs |> Array.max, Is.LessThan 4.5)
    let square = pulls |> Array.sumBy (fun p -> p * p)
    Assert.That(square, Is.InRange(50.0, 170.0))

    // The sum of squares is χ² of 50.
    let radius =
        chains.Draws
        |> Array.averageBy (fun d -> Array.map2 (fun x w -> (x / w) ** 2.0) d widths |> Array.sum)

    Assert.That(radius, Expect.near 1.0 50.0)

[<Test>]
let ``Neal's funnel is reported as divergent`` () =
    let funnel =
        LogDensity.ofFunction (names 10) (fun x g ->
            let v = x[0]
            let inverse = exp -v
            let mutable sum = 0.0

            for k in 1..9 do
                sum <- sum + x[k] * x[k]
                g[k] <- -x[k] * inverse

            g[0] <- -v / 9.0 - 4.5 + 0.5 * sum * inverse
            -v * v / 18.0 - 4.5 * v - 0.5 * sum * inverse)

    let summary = summarise Nuts.settings funnel
    Assert.That(summary.Divergences, Is.GreaterThan 0)
    Assert.That(failed summary, Does.Contain "divergences")
    Assert.That(string summary, Does.Contain "diverged")

/// p of Kolmogorov's test of thinned draws against a distribution function.
let private kolmogorov (chains: MarkovChains) (cdf: float -> float) =
    let shares = chains.Thinned 400 |> Array.map (fun d -> cdf d[0])
    (ExpectedCoverage.ofShares CoverageRegion.RandomPoints shares).PValue

[<Test>]
let ``a Gamma density above 0 is sampled exactly`` () =
    // Γ(3, rate 2): mean 1.5, sd √3/2.
    let density =
        LogDensity.bounded [ "x" ] [| 0.0 |] [| infinity |] (fun x g ->
            g[0] <- 2.0 / x[0] - 2.0
            2.0 * log x[0] - 2.0 * x[0])

    let chains = Nuts.run Nuts.settings density
    let summary = PosteriorSummary.compute chains
    agree 4.0 summary "x" 1.5 (sqrt 0.75)
    let p = summary["x"]
    // scipy.stats.gamma.ppf([.05, .16, .5, .84, .95], 3, scale=.5)
    let expected = [| 0.40884572; 0.68646708; 1.33703016; 2.31249387; 3.14789681 |]

    for k in 0..4 do
        let wanted = Gamma.InvCDF(3.0, 2.0, summary.Probabilities[k])
        Assert.That(wanted, Expect.near 1e-7 (expected[k]))
        Assert.That(p.Quantiles[k], Expect.near (4.0 * p.QuantileErrors[k]) wanted)

    Assert.That(kolmogorov chains (fun x -> Gamma.CDF(3.0, 2.0, x)), Is.GreaterThan 0.001)

[<TestCase(2.0, 5.0)>]
[<TestCase(0.5, 0.5)>]
let ``a Beta density between 0 and 1 is sampled exactly`` (a: float, b: float) =
    let density =
        LogDensity.bounded [ "x" ] [| 0.0 |] [| 1.0 |] (fun x g ->
            g[0] <- (a - 1.0) / x[0] - (b - 1.0) / (1.0 - x[0])
            (a - 1.0) * log x[0] + (b - 1.0) * log (1.0 - x[0]))

    let chains = Nuts.run Nuts.settings density
    let summary = PosteriorSummary.compute chains
    let mean = a / (a + b)
    agree 4.0 summary "x" mean (sqrt (mean * (1.0 - mean) / (a + b + 1.0)))
    Assert.That(kolmogorov chains (fun x -> Beta.CDF(a, b, x)), Is.GreaterThan 0.001)

[<Test>]
let ``the log density of draws is that of the parameters with bounds`` () =
    let density =
        LogDensity.bounded [ "x" ] [| 0.0 |] [| infinity |] (fun x g ->
            g[0] <- -1.0
            -x[0])

    let chains =
        Nuts.run
            {
                Nuts.settings with
                    Chains = 1
                    Draws = 50
            }
            density

    let chain = chains.Chains[0]

    for k in 0..49 do
        Assert.That(chain.LogDensities[k], Expect.near 1e-10 (-1.0 * chain.Draws[k][0]))

[<Test>]
let ``ten sets of the unknown bump agree with quadrature`` () =
    use team = new ThreadTeam(2)

    for set in 0..9 do
        let m = 0.2 * float set
        let x = UnknownBumpToy.sample 31UL (uint64 set) 0.2 m UnknownBumpToy.events
        let exact = UnknownBumpPosterior.compute UnknownBumpView.Event x

        let summary =
            summarise
                {
                    Nuts.settings with
                        Team = Some team
                        Seed = uint64 set
                        Draws = 500
                        Warmup = 500
                        // The bump's position has many local maxima far from the data's bump.
                        Start = NutsStart.Points [ [| 0.2; m |]; [| 0.3; m + 0.05 |] ]
                }
                (UnknownBumpToy.logPosterior UnknownBumpView.Event x)

        agree 4.0 summary "f" exact.FractionMean exact.FractionSd

[<Test>]
let ``draws are the same on any number of threads`` () =
    let run threads =
        use team = new ThreadTeam(threads)

        let settings = {
            Nuts.settings with
                Team = Some team
                Warmup = 100
                Draws = 50
                Seed = 5UL
        }

        (Nuts.run settings (correlated 0.5)).Draws

    let alone =
        (Nuts.run
            {
                Nuts.settings with
                    Warmup = 100
                    Draws = 50
                    Seed = 5UL
            }
            (correlated 0.5))
            .Draws

    Assert.That(run 1, Expect.same alone)
    Assert.That(run 3, Expect.same alone)

[<Test>]
let ``other seeds and other chains give other draws`` () =
    let run seed =
        Nuts.run
            {
                Nuts.settings with
                    Warmup = 50
                    Draws = 5
                    Seed = seed
            }
            (correlated 0.5)

    let a = run 1UL
    Assert.That((run 2UL).Draws, Is.Not.EqualTo(box a.Draws))
    Assert.That(a.Chains[0].Draws, Is.Not.EqualTo(box a.Chains[1].Draws))

/// λ ~ Γ(2, 1), n ~ Pois(5 λ): λ given n is Γ(2 + n, 6).
[<Test>]
let ``ranks of the sampler itself are uniform`` () =
    let prior (stream: RandomStream) =
        let mutable stream = stream
        [| -(log (stream.NextDouble()) + log (stream.NextDouble())) |]

    let simulator (phi: float[]) (stream: RandomStream) =
        let mutable stream = stream
        float (stream.NextPoisson(5.0 * phi[0]))

    let posterior (n: float) (stream: RandomStream) =
        let mutable stream = stream

        let density =
            LogDensity.bounded [ "rate" ] [| 0.0 |] [| infinity |] (fun x g ->
                g[0] <- (1.0 + n) / x[0] - 6.0
                (1.0 + n) * log x[0] - 6.0 * x[0])

        let chains =
            Nuts.run
                {
                    Nuts.settings with
                        Chains = 1
                        Warmup = 200
                        Draws = 380
                        Seed = uint64 (stream.NextUInt32())
                }
                density

        chains.Thinned 19

    let trials =
        PosteriorTrial.simulate (PosteriorTrial.settings 400) prior simulator posterior

    let test = RankTest.compute 10 1UL [ "rate" ] trials |> List.head
    Assert.That((RankTest.check 0.01 test).Passed, string test)
    Assert.That(abs (test.Mean.Pull 0.5), Is.LessThan 3.0)
    Assert.That(abs (test.Spread.Pull 1.0), Is.LessThan 3.0)

[<Test>]
let ``the metric is renewed after the published iterations`` () =
    Assert.That(WarmupWindows.plan 1000, Expect.same (75, [ 99; 149; 249; 449; 949 ]))
    Assert.That(WarmupWindows.plan 100, Expect.same (15, [ 89 ]))
    Assert.That(WarmupWindows.plan 10, Expect.same (10, List.empty<int>))

[<Test>]
let ``progress goes up to one and a cancelled run ends`` () =
    let told = ResizeArray<float>()

    let progress = {
        new IProgress<float> with
            member _.Report share = lock told (fun () -> told.Add share)
    }

    let settings = {
        Nuts.settings with
            Progress = progress
            Warmup = 50
            Draws = 50
    }

    Nuts.run settings (correlated 0.5) |> ignore
    Assert.That(told.Count, Is.GreaterThan 100)
    Assert.That(told[told.Count - 1], Expect.same 1.0)
    use source = new CancellationTokenSource()
    source.Cancel()

    let act () =
        Nuts.run
            {
                settings with
                    NutsSettings.Cancellation = source.Token
            }
            (correlated 0.5)
        |> ignore

    Assert.Throws<OperationCanceledException>(Action act) |> ignore

[<Test>]
let ``a density that is nowhere finite is told to need other starts`` () =
    let nowhere = LogDensity.ofFunction [ "x" ] (fun _ _ -> -infinity)

    let act () =
        Nuts.run Nuts.settings nowhere |> ignore

    let fault = Assert.Throws<InvalidOperationException>(Action act)
    Assert.That(fault.Message, Does.Contain "start")

[<Test>]
let ``settings out of their range are refused`` () =
    let refused settings =
        let act () =
            Nuts.run settings (correlated 0.1) |> ignore

        Assert.Throws<ArgumentException>(Action act) |> ignore

    refused { Nuts.settings with Chains = 0 }

    refused {
        Nuts.settings with
            TargetAcceptance = 1.0
    }

    refused { Nuts.settings with MaxDepth = 0 }

    refused {
        Nuts.settings with
            Start = NutsStart.Points [ [| 1.0 |] ]
    }
