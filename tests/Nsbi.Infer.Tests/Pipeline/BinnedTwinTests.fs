module Nsbi.Infer.Tests.BinnedTwinTests

open NUnit.Framework
open Nsbi.Kernels
open Nsbi.Learn.Events
open Nsbi.Infer
open Nsbi.Infer.Tests.Analyses
open Nsbi.Infer.Tests.Expect
open Nsbi.Infer.Tests.ExactModel

let private rule = InterferenceToy.quadrature 24_001

/// √t(0) of the Asimov set at μ = 1 in bins of an observable, by quadrature and the definition
/// t(μ) = 2 Σ_b [ν_b(μ) − n_b + n_b ln(n_b/ν_b(μ))].
let private significance (edges: float[]) (observable: float -> float) : float =
    let bins = edges.Length - 1

    let inBins mu =
        let sums = Array.zeroCreate<float> bins

        for x, width in Array.zip rule.Nodes rule.Widths do
            let b = WeightedHistogram.binOf edges (observable x)

            if b >= 0 && b < bins then
                sums[b] <- sums[b] + width * InterferenceToy.rateDensity mu x

        sums

    Array.map2 (fun n nu -> 2.0 * (nu - n + n * log (n / nu))) (inBins 1.0) (inBins 0.0)
    |> Array.sum
    |> sqrt

let private study =
    lazy ((SimulationStudy.make Fit.settings standard.Value).Value |> succeed)

[<Test>]
let ``the binned score has the significance of its bins`` () =
    let twin = BinnedTwin.score Fit.settings standard.Value 20 |> succeed
    let z = twin.Expected.Significance
    let error = study.Value.Significance.Error
    Assert.That(twin.Edges.Length, same 21)
    // Beyond the outermost simulated events the score goes on.
    let inner = twin.Edges[1..19]
    let edges = Array.concat [ [| -infinity |]; inner; [| infinity |] ]

    let exact =
        significance edges (fun x ->
            InterferenceToy.rateDensity 0.0 x / InterferenceToy.rateDensity 1.0 x)

    Assert.That(exact, Is.LessThan(sqrt 2.448976), "binning loses")
    Assert.That(exact, Is.GreaterThan(0.9 * sqrt 2.448976), "but not much")
    Assert.That(z, near (3.0 * error) exact)

[<Test>]
let ``the error of its significance is that of a bootstrap of the events`` () =
    let learned = standard.Value
    let x = EventTable.values "x" learned.Simulated.Events
    let edges = WeightedHistogram.equalWidth 8 -2.0 2.5

    let twin simulated =
        BinnedTwin.make Fit.settings learned.Analysis simulated None "x" edges x [] None
        |> succeed

    let replicas = 150

    let values = [
        for index in 1UL .. uint64 replicas do
            let mutable stream = RandomStream(9UL, "bootstrap of events", index)

            let drawn =
                EventTable.weights learned.Simulated.Events
                |> Array.map (fun w -> w * float (stream.NextPoisson 1.0))

            let events = EventTable.withWeights drawn learned.Simulated.Events

            (twin {
                learned.Simulated with
                    Events = events
            })
                .Significance.Value
    ]

    let mean = List.average values

    let deviation =
        sqrt (List.sumBy (fun z -> (z - mean) ** 2.0) values / float (replicas - 1))

    let tolerance = 3.5 / sqrt (2.0 * float (replicas - 1))
    Assert.That((twin learned.Simulated).Significance.Error / deviation, near tolerance 1.0)

[<Test>]
let ``bins that few events of the null value fill are joined`` () =
    let learned = standard.Value
    let twin = BinnedTwin.score Fit.settings learned 2000 |> succeed
    Assert.That(twin.Edges.Length, Is.InRange(200, 1990))
    let at mu = LearnedModel.values learned [| mu |]
    let score = Array.map2 (/) (at 0.0) (at 1.0)
    let weights = (LearnedModel.simulationWeights learned [| 0.0 |]).Value
    let filled = WeightedHistogram.fill twin.Edges score weights

    for w, w2 in Array.zip filled.Contents filled.Variances do
        Assert.That(w * w / w2, Is.GreaterThanOrEqualTo 9.999)

[<Test>]
let ``fewer bins lose more`` () =
    let of' bins =
        (BinnedTwin.score Fit.settings standard.Value bins |> succeed).Expected.Significance

    Assert.That(of' 2, Is.LessThan(of' 20))

[<Test>]
let ``the conventional analysis closes on its own expectation and sees the data on demand`` () =
    let learned =
        exact (
            set "conventional" """{"observable": "x", "edges": {"from": -4, "to": 5, "bins": 18}}"""
        )

    let events = AnalysisEvents.read "." learned.Analysis |> succeed

    let conventional observe =
        (BinnedTwin.conventional Fit.settings learned.Analysis events observe).Value
        |> succeed

    let blind = conventional false
    Assert.That(blind.Observed.IsNone)
    Assert.That(blind.Expected.Fit["mu"].Value, near 1e-6 1.0)
    Assert.That(blind.Edges.Length, same 19)
    let exact = significance blind.Edges id
    Assert.That(blind.Expected.Significance, near (3.0 * study.Value.Significance.Error) exact)
    let open' = conventional true
    let mu = open'.Observed.Value.Fit["mu"]
    Assert.That(mu.Value, Is.InRange(0.0, 3.0))
    Assert.That(mu.Value, Is.Not.EqualTo(blind.Expected.Fit["mu"].Value))

[<Test>]
let ``an analysis without a conventional one has none`` () =
    let analysis = standard.Value.Analysis
    let events = AnalysisEvents.read "." analysis |> succeed
    Assert.That((BinnedTwin.conventional Fit.settings analysis events true).IsNone)
