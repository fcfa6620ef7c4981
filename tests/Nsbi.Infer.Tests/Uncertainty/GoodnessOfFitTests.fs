module Nsbi.Infer.Tests.GoodnessOfFitTests

open System
open NUnit.Framework
open Nsbi.Model
open Nsbi.Infer
open Nsbi.Infer.Tests.Expect
open Nsbi.Infer.Tests.InterferenceModel
open Nsbi.Infer.Tests.RankingModels

[<Test>]
let ``the saturated test is that of an independent program`` () =
    let observation = search.Value
    let test = (SaturatedTest.run observation (Fit.run observation)).Value
    Assert.That(test.Value, near 1e-6 1.27433024)
    Assert.That(test.DegreesOfFreedom, same 3)
    Assert.That(test.PValue.Value, near 1e-6 0.73523745)

[<TestCase(1, 100.0, 1.52397060483e-23)>]
[<TestCase(7, 3.5, 0.83522548261)>]
[<TestCase(250, 310.0, 0.00580652831643)>]
[<TestCase(3, 60.0, 5.87823072791e-13)>]
let ``the probability of a chi-square is known far out`` (degrees: int, q: float, p: float) =
    Assert.That(SaturatedTest.survival degrees q, near (1e-9 * p) p)

[<Test>]
let ``a model that fits every bin has q = 0 and nothing to test`` () =
    let observation = CountingModels.counting 0.0 10.0 50.0 63.0
    let test = (SaturatedTest.run observation (Fit.run observation)).Value
    Assert.That(test.Value, near 1e-9 0.0)
    Assert.That(test.DegreesOfFreedom, same 0)
    Assert.That(test.PValue, same None)

[<Test>]
let ``an empty bin counts twice its expectation`` () =
    let observation = CountingModels.counting 0.0 10.0 5.0 0.0
    let test = (SaturatedTest.run observation (Fit.run observation)).Value
    Assert.That(test.Value, near 1e-9 10.0)

let private run toys = ToyRun.ofToys toys

let private goodness toys observation features =
    GoodnessOfFit.run (run toys) Fit.settings observation (Fit.run observation) features
    |> ok

[<Test>]
let ``toys of many counts give the asymptotic p-value`` () =
    let observation = CountingModels.uncorrelatedBackground 0.0 [ 51.0; 68.0 ]
    let found = goodness 2000 observation []
    let asymptotic = found.Saturated.Value.PValue.Value
    let test = found.Tests |> List.exactlyOne
    Assert.That(test.Name, same "saturated model")
    Assert.That(found.Failed, same 0)
    // Monte Carlo error 1 %, and the counts are whole numbers.
    Assert.That(test.PValue.Value.Value, near 0.05 asymptotic)

/// Reference nodes and these observed events.
let private withData (xs: float[]) : CompiledLikelihood * FitFeature =
    let observed =
        RatioTable.unweighted
            xs.Length
            (InterferenceToy.sampled
             |> List.map (fun proc ->
                 InterferenceToy.name proc,
                 Ratios(xs |> Array.map (InterferenceToy.ratio InterferenceToy.reference proc))))

    let compiled =
        RatioTables.empty
        |> RatioTables.reference "SR" table
        |> RatioTables.observed "SR" observed
        |> Likelihood.compile (valid InterferenceToy.model)
        |> ok

    compiled, FitFeature.create "x" "SR" nodes xs

let private events shift =
    Array.append
        (InterferenceToy.sample 11UL Total 68)
        (InterferenceToy.sample 11UL NonInterfering 200 |> Array.map (fun x -> x + shift))

[<Test>]
let ``data of the model pass, and data of another fail in the feature but not in −2 ln L alone``
    ()
    =
    let compiled, feature = withData (events 0.0)
    let good = goodness 100 (ok (Observation.observed compiled [])) [ feature ]

    for test in good.Tests do
        Assert.That(test.PValue.Value.Value, Is.GreaterThan 0.02, test.Name)

    let other, shifted = withData (events 0.7)
    let bad = goodness 100 (ok (Observation.observed other [])) [ shifted ]

    let p (name: string) =
        (bad.Tests |> List.find (fun t -> t.Name.StartsWith name)).PValue.Value.Value

    Assert.That(p "Kolmogorov", Is.LessThan 0.03)
    Assert.That(p "χ²", Is.LessThan 0.03)

[<Test>]
let ``the log ratio of the best separated processes is a feature`` () =
    let compiled, _ = withData (events 0.0)
    let feature = FitFeature.ofRatios compiled |> List.exactlyOne
    Assert.That(feature.Name, same "ln p(S)/p(NI) in SR")
    let xs = events 0.0

    for i in 0..50..200 do
        let exact =
            log (
                InterferenceToy.density Signal xs[i]
                / InterferenceToy.density NonInterfering xs[i]
            )

        Assert.That(feature.Values[TableKind.Observed][i], near 1e-9 exact)

    let at = nodes.Length / 2

    let exact =
        log (
            InterferenceToy.density Signal nodes[at]
            / InterferenceToy.density NonInterfering nodes[at]
        )

    Assert.That(feature.Values[TableKind.Reference][at], near 1e-6 exact)

[<Test>]
let ``the distance is that of its definition`` () =
    let xs = events 0.0
    let compiled, feature = withData xs
    let observation = ok (Observation.observed compiled [])

    let found =
        FeatureDistance(compiled, feature, 10).Kolmogorov(observation, [| 1.0 |])

    // F of the model by its quadrature, at and just below each event.
    let total = InterferenceToy.rate 1.0
    let rule = InterferenceToy.quadrature 3001

    let cdf below x =
        Seq.zip rule.Nodes rule.Widths
        |> Seq.filter (fun (node, _) -> if below then node < x else node <= x)
        |> Seq.sumBy (fun (node, width) -> width * InterferenceToy.rateDensity 1.0 node / total)

    let sorted = Array.sort xs
    let n = float xs.Length

    let largest =
        sorted
        |> Array.mapi (fun k x ->
            max (abs (float (k + 1) / n - cdf false x)) (abs (float k / n - cdf true x)))
        |> Array.max

    // The nodes are steps of 1e-3 of the model's distribution.
    Assert.That(found, near (0.003 * sqrt n) (sqrt n * largest))

[<Test>]
let ``results do not depend on the number of threads`` () =
    let compiled, feature = withData (events 0.0)
    let observation = ok (Observation.observed compiled [])
    let fit = Fit.run observation

    let values threads =
        let found =
            GoodnessOfFit.run { run 20 with Threads = threads } Fit.settings observation fit [
                feature
            ]
            |> ok

        found.Tests |> List.map (fun t -> t.Value, t.PValue.Value.Above.Count)

    Assert.That(values 3, same (values 1))

[<Test>]
let ``values for another number of rows are refused`` () =
    let compiled, _ = withData (events 0.0)
    let observation = ok (Observation.observed compiled [])
    let wrong = FitFeature.create "x" "SR" nodes [| 1.0 |]

    Assert.Throws<ArgumentException>(Action(fun () -> goodness 1 observation [ wrong ] |> ignore))
    |> ignore
