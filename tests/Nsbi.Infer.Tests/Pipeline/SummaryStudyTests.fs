module Nsbi.Infer.Tests.SummaryStudyTests

open System
open NUnit.Framework
open Nsbi.Learn.Events
open Nsbi.Learn.Networks
open Nsbi.Infer
open Nsbi.Infer.Tests.Analyses
open Nsbi.Infer.Tests.Expect

let private rule = InterferenceToy.quadrature 6001
let private mixture = InterferenceToy.reference

let private exactRatios (xs: float[]) =
    InterferenceToy.sampled
    |> List.map (fun p -> xs |> Array.map (InterferenceToy.ratio mixture p))
    |> List.toArray

/// The events of all samples with their weights, and the groups by their numbers.
let private simulated (samples: (float[] * float[]) list) : SimulatedEvents =
    let all pick = samples |> Seq.map pick |> Array.concat
    let x, w = all fst, all snd

    {
        Samples = [| "S"; "SBI"; "B"; "NI" |]
        Yields = InterferenceToy.sampled |> List.map InterferenceToy.expected |> List.toArray
        Events = EventTable.ofColumns [ "x", x ] (Some w)
        Sample = samples |> List.mapi (fun k (x, _) -> Array.create x.Length k) |> Array.concat
        Groups = Array.init x.Length uint64
    }

/// Random events of each sample.
let private drawn (seed: uint64) (events: int) =
    simulated [
        for p in InterferenceToy.sampled ->
            InterferenceToy.sample seed p events, Array.create events 1.0
    ]

/// The points of the quadrature with the densities as weights: infinitely many events.
let private limit =
    lazy
        (simulated [
            for p in InterferenceToy.sampled ->
                rule.Nodes,
                Array.map2 (fun x w -> w * InterferenceToy.density p x) rule.Nodes rule.Widths
        ])

/// The toy with ratios of some function of x; what is observed are the points of the quadrature.
let private learned (events: SimulatedEvents) (ratios: float[] -> float[][]) : LearnedModel =
    let analysis = json interference |> without "data" |> parse |> succeed

    LearnedModel.ofRatios
        analysis
        [| 0.25; 0.25; 0.25; 0.25 |]
        events
        (ratios (EventTable.values "x" events.Events))
        (Array.create events.Sample.Length Role.Check)
        (Some(EventTable.ofColumns [ "x", rule.Nodes ] None, ratios rule.Nodes))
        []
        None
    |> succeed

/// The exact expectation at μ = 1 as weights of the points.
let private truth =
    Array.map2 (fun x w -> w * InterferenceToy.rateDensity 1.0 x) rule.Nodes rule.Widths

/// The fitted μ of the unbinned ratios and its error.
let private unbinned (learned: LearnedModel) =
    let observation =
        Observation.create learned.Likelihood {
            Observation.nothing with
                Weights = Map.ofList [ "SR", (TableKind.Observed, truth) ]
        }
        |> succeed

    let fit = Fit.runWith Fit.settings observation
    fit["mu"].Value, Option.get fit["mu"].Error

/// The fitted μ of a summary, with its error, of the exact expectation.
let private summary (learned: LearnedModel) (plan: SummaryPlan) =
    let found = SummaryStudy.templates learned plan |> succeed

    let compiled =
        found.Compile learned.Simulated found.Bins None plan.SimulationErrors |> succeed

    let values =
        plan.Axes
        |> List.map (fun axis -> SummaryValues.make learned axis.Variable learned.ObservedRatios)
        |> List.toArray

    let counts = Array.zeroCreate<float>(SummaryBinning.count found.Binning)

    Array.iter2
        (fun b w -> counts[b] <- counts[b] + w)
        (SummaryBinning.binsOf found.Binning values)
        truth

    let observation =
        Observation.observed compiled [ "bins", Array.toList counts ] |> succeed

    let fit = Fit.runWith Fit.settings observation
    fit["mu"].Value, Option.get fit["mu"].Error

/// The error of the fitted μ from the finite simulation of the templates: that of the closure is of two
/// halves of them.
let private templateError (learned: LearnedModel) (plan: SummaryPlan) : float =
    let found = SummaryStudy.templates learned plan |> succeed
    0.5 * (SummaryStudy.closure learned found).Value.Value.Error

let private inBins variable bins errors = {
    SummaryPlan.standard with
        Axes = [
            {
                Variable = variable
                Bins = EqualContent bins
            }
        ]
        SimulationErrors = errors
}

/// ln r → 0.5 ln r + 0.3 sin 2x and more for one sample than for another, normalised again.
let private spoiled (xs: float[]) : float[][] =
    let raw (x: float) (c: int) =
        let r = InterferenceToy.ratio mixture InterferenceToy.sampled[c] x
        exp (0.5 * log r + 0.3 * sin (2.0 * x + float c))

    let norms =
        Array.init 4 (fun c ->
            Array.map2
                (fun x w -> w * InterferenceToy.mixtureDensity mixture x * raw x c)
                rule.Nodes
                rule.Widths
            |> Array.sum)

    Array.init 4 (fun c -> xs |> Array.map (fun x -> raw x c / norms[c]))

[<Test>]
let ``a spoiled network biases the unbinned fit and costs the summary precision alone`` () =
    let events = drawn 11UL 40000
    let exact, wrong = learned events exactRatios, learned events spoiled
    let found, error = unbinned exact
    Assert.That(found, near 0.001 1.0)
    Assert.That(error, near 0.002 0.390034)
    let biased, _ = unbinned wrong
    // More than a third of the statistical error, where none was made.
    Assert.That(abs (biased - 1.0), Is.GreaterThan 0.15)

    TestContext.Out.WriteLine $"unbinned: {biased}"

    for variable in [ TwoPointScore; LocalScore None; LogRatio("S", [ "B", 1.0; "NI", 0.1 ]) ] do
        let plan = inBins variable 20 ErrorPerSample
        let found, error = summary wrong plan
        let simulation = templateError wrong plan

        let limit, least =
            summary (learned limit.Value spoiled) (inBins variable 20 NoSimulationErrors)

        TestContext.Out.WriteLine
            $"{SummaryPlan.name variable}: {found} ± {error}, {simulation} of them simulation; {limit} ± {least}"

        // With infinitely many events there is no bias at all; with these, none beyond their error.
        Assert.That(limit, near 1e-6 1.0)
        Assert.That(simulation, Is.LessThan 0.06)
        Assert.That(found, near (4.0 * simulation) 1.0)
        Assert.That(least, Is.GreaterThan 0.390034)

    let _, perfect =
        summary (learned limit.Value exactRatios) (inBins (LocalScore None) 20 NoSimulationErrors)

    Assert.That(perfect, Is.InRange(0.390034, 0.41))

[<Test>]
let ``the conventional observable has the known t in 5, 10 and 20 bins`` () =
    // Bins of equal content at μ = 1 by quadrature.
    let model = learned limit.Value exactRatios

    for bins, t0, t3 in [ 5, 1.358, 21.64; 10, 2.163, 23.31; 20, 2.382, 23.70 ] do
        let plan = inBins (LogRatio("S", [ "B", 1.0; "NI", 0.1 ])) bins NoSimulationErrors
        let study = SummaryStudy.expect Fit.settings model plan |> succeed
        Assert.That(study.Bins, same bins)
        Assert.That(study.Expected.TNull, near 0.02 t0)
        let asimov = Observation.asimov study.Likelihood [| 1.0 |] |> succeed
        let fit = Fit.runWith Fit.settings asimov.Observation
        let scan = Profile.scan Fit.settings asimov.Observation fit "mu" [ 3.0 ]
        Assert.That(scan.Points.Head.T, near 0.06 t3)

[<Test>]
let ``the local score is the derivative of the log-density`` () =
    let model = learned limit.Value exactRatios
    let xs = [| -2.0; -0.5; 0.3; 1.4; 2.5 |]

    for at in [ 0.4; 1.0; 2.5 ] do
        let score = SummaryValues.make model (LocalScore(Some at)) (exactRatios xs)

        let expected =
            xs
            |> Array.map (fun x ->
                let log mu = log (InterferenceToy.rateDensity mu x)
                (log (at + 1e-5) - log (at - 1e-5)) / 2e-5)

        for a, b in Array.zip score expected do
            Assert.That(a, near 1e-7 b)

[<Test>]
let ``the factors of the simulation carry the spread of the templates`` () =
    for errors in [ ErrorPerSample ] do
        let plan = inBins (LocalScore None) 8 errors

        let fits = [
            for seed in 101UL .. 160UL -> summary (learned (drawn seed 2000) exactRatios) plan
        ]

        let values = fits |> List.map fst
        let mean = List.average values
        let spread = sqrt (List.sumBy (fun v -> (v - mean) ** 2.0) values / 59.0)

        let exact =
            summary
                (learned limit.Value exactRatios)
                (inBins (LocalScore None) 8 NoSimulationErrors)
            |> snd

        let added = fits |> List.averageBy (fun (_, e) -> e * e - exact * exact) |> sqrt
        TestContext.Out.WriteLine $"{errors}: {mean}, spread {spread}, added {added}"
        Assert.That(abs (mean - 1.0), Is.LessThan(4.0 * spread / sqrt 60.0))
        // A spread of 60 is known to 9 %.
        Assert.That(added / spread, Is.InRange(0.7, 1.4))

[<Test>]
let ``bins of several summaries tell more than one`` () =
    let model = learned limit.Value spoiled

    let axis variable bins = {
        Variable = variable
        Bins = EqualContent bins
    }

    let plan axes = {
        SummaryPlan.standard with
            Axes = axes
            SimulationErrors = NoSimulationErrors
    }

    let error axes = summary model (plan axes) |> snd
    let first = axis (LogRatio("S", [ "NI", 1.0 ])) 6
    let both = error [ first; axis (LogRatio("SBI", [ "NI", 1.0 ])) 6 ]
    Assert.That(both, Is.LessThan(error [ first ]))

[<Test>]
let ``the closure of halves is judged by its own error`` () =
    let pulls = [
        for seed in 1UL .. 60UL do
            let model = learned (drawn seed 1500) exactRatios

            let found =
                SummaryStudy.templates model (inBins TwoPointScore 8 ErrorPerSample) |> succeed

            let closure = (SummaryStudy.closure model found).Value
            (closure.Value.Value - closure.Truth) / closure.Value.Error
    ]

    let rms = sqrt (pulls |> List.averageBy (fun p -> p * p))
    Assert.That(rms, Is.InRange(0.7, 1.35))

[<Test>]
let ``few events make few bins, and one bin is a sentence`` () =
    let study =
        SummaryStudy.expect
            Fit.settings
            (learned (drawn 1UL 60) exactRatios)
            (inBins TwoPointScore 40 ErrorPerSample)
        |> succeed

    Assert.That(study.Bins, Is.InRange(2, 12))

    match
        SummaryStudy.expect
            Fit.settings
            (learned (drawn 1UL 12) exactRatios)
            (inBins TwoPointScore 40 ErrorPerSample)
    with
    | Error [ sentence ] -> Assert.That(sentence, Does.Contain "one bin")
    | other -> Assert.Fail $"%A{other}"
