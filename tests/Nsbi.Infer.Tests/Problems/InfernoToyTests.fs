module Nsbi.Infer.Tests.Problems.InfernoToyTests

open System
open NUnit.Framework
open Nsbi.Infer
open Nsbi.Kernels
open Nsbi.Learn
open Nsbi.Learn.Networks
open Nsbi.Learn.Summaries
open Nsbi.Model

let private near (tolerance: float) (expected: float) (actual: float) =
    Assert.That(actual, Is.EqualTo(expected).Within tolerance)

let private valueOf result =
    match result with
    | Ok value -> value
    | Error faults -> invalidOp (Fault.render faults)

let private simulate benchmark seed n =
    use team = new ThreadTeam(1)
    InfernoToy.events team benchmark seed n

[<TestCase(0, 14.7046)>]
[<TestCase(1, 15.5026)>]
[<TestCase(2, 15.6344)>]
[<TestCase(3, 15.6051)>]
[<TestCase(4, 16.8770)>]
let ``the error that the events allow is the known one`` (benchmark: int, error: float) =
    near 1e-4 error (InfernoToy.exactError InfernoToy.benchmarks[benchmark])

// The published row, which has Monte Carlo errors of its own, and ours: 2·10⁵ events of each sample.
[<TestCase(0, 14.99, 14.97)>]
[<TestCase(1, 19.3, 19.12)>]
[<TestCase(2, 24.7, 24.93)>]
[<TestCase(3, 22.2, 22.13)>]
[<TestCase(4, 28.0, 27.98)>]
let ``the best classifier in ten bins has the known error``
    (benchmark: int, known: float, published: float)
    =
    let benchmark = InfernoToy.benchmarks[benchmark]
    let events = simulate benchmark 21UL 200_000

    let error =
        InfernoToy.binnedError benchmark events 10 (InfernoToy.classifierBins 10 events)

    near (0.015 * known) known error
    near (0.02 * published) published error

[<Test>]
let ``bins of the simulated events themselves come near the exact error`` () =
    // Many bins in the ratio and in both features with an effect lose little.
    let benchmark = InfernoBenchmark.FreeShift
    let events = simulate benchmark 5UL 200_000
    let x = events.Features.ToArray()

    let cell low high count value =
        Math.Clamp(int ((value - low) / (high - low) * count), 0, int count - 1)

    let bin =
        Array.init events.Count (fun i ->
            let at j = float x[3 * i + j]
            let p = InfernoToy.signalProbability (at 0) (at 1) (at 2)
            cell 0.0 1.0 20.0 p * 20 + cell -3.0 7.0 20.0 (at 0))

    let error = InfernoToy.binnedError benchmark events 400 bin
    Assert.That(error, Is.InRange(15.3, 16.0))

[<Test>]
let ``moving events and weighting them by the score are the same response`` () =
    // d/dr and d/dλ of the mean of a smooth function of background events, in both ways.
    let events = simulate InfernoBenchmark.KnownShapesAndYield 3UL 100_000
    let x = events.Features.ToArray()
    let n = events.Count / 2
    let g (x0: float) (x2: float) = Math.Tanh x0 + exp -x2
    let slope0 (x0: float) = 1.0 - Math.Tanh x0 ** 2.0

    let tangents j =
        match events.Parameters[j].Displacement with
        | Displacement.Along tangents -> tangents
        | _ -> invalidOp "no tangents"

    let mean f = Array.averageBy f [| n .. 2 * n - 1 |]
    let x0 i = float x[3 * i]
    let x2 i = float x[3 * i + 2]
    let r, lambda = tangents 1, tangents 2
    let moved = mean (fun i -> slope0 (x0 i) * float r[3 * i])
    near 0.01 (mean (fun i -> g (x0 i) (x2 i) * (x0 i - 2.0) / 5.0)) moved
    let moved = mean (fun i -> -exp(-(x2 i)) * float lambda[3 * i + 2])
    near 0.01 (mean (fun i -> g (x0 i) (x2 i) * (1.0 / 3.0 - x2 i))) moved
    near 1e-9 1.0 (Array.sum events.Parameters[3].WeightSlopes[n..])
    near 1e-9 1.0 (Array.sum events.Parameters[0].WeightSlopes[.. n - 1])

let private train benchmark n batch epochs =
    use team = new ThreadTeam(2)
    let settings = InfernoSettings.standard "s"

    let settings = {
        settings with
            Training = {
                settings.Training with
                    BatchSize = batch
                    Epochs = epochs
            }
    }

    InfernoToy.events team benchmark 1UL n
    |> InfernoTraining.train (TrainingContext.plain team) settings
    |> valueOf

/// The error of s with hard bins of events that the summary has not seen.
let private hardBins benchmark (summary: BinSummary) (n: int) =
    use team = new ThreadTeam(2)
    let events = InfernoToy.events team benchmark 99UL n
    events, summary.Bins(team, events.Features)

[<Test>]
let ``an inference-aware summary keeps what the classifier loses`` () =
    let benchmark = InfernoBenchmark.FreeShift
    let summary = train benchmark 20_000 1024 12
    let events, bins = hardBins benchmark summary 100_000
    let error = InfernoToy.binnedError benchmark events 10 bins
    // 19.3 with the best classifier, 15.5 with the events themselves.
    Assert.That(error, Is.InRange(15.5, 17.8))

    // The same number from the fit of the template model to its Asimov set.
    let fit =
        InfernoTemplates.model benchmark events 10 bins
        |> Model.validate
        |> Result.bind (fun valid -> Likelihood.compile valid RatioTables.empty)
        |> Result.bind (fun compiled ->
            let start =
                compiled.Index.Names |> Seq.map (fun name -> if name = "s" then 50.0 else 0.0)

            Observation.asimov compiled (Array.ofSeq start))
        |> Result.map (fun asimov -> Fit.run asimov.Observation)

    match fit with
    | Ok fit ->
        let s = fit.Parameters |> List.find (fun p -> p.Name = "s")
        near 1e-3 50.0 s.Value
        near (0.01 * error) error s.Error.Value
    | Error faults -> Assert.Fail $"{faults}"

/// A classifier of 4·10⁴ or more events in ten equal bins.
let private classifierError benchmark n epochs =
    use team = new ThreadTeam(2)
    let events = InfernoToy.events team benchmark 1UL n

    let part c = {
        ClassEvents.Name = events.SampleNames[c]
        Features = events.Features.Slice(3 * n * c, 3 * n).ToArray()
        Weights = Array.create n 1.0
        Groups = Array.init n (fun i -> uint64 (n * c + i))
    }

    // Without strength, a decorrelated training is that of a classifier.
    let sample c = {
        Events = part c
        Nuisances = Array.zeroCreate n
    }

    let settings = DecorrelatedSettings.standard 0.0

    let settings = {
        settings with
            Training = {
                settings.Training with
                    Epochs = epochs
            }
    }

    let score =
        DecorrelatedEvents.create 3 1 (sample 0) (sample 1)
        |> Result.bind (DecorrelatedTraining.train (TrainingContext.plain team) settings)
        |> valueOf

    let test = InfernoToy.events team benchmark 99UL 300_000
    let edges = [ for k in 1..9 -> 0.1 * float k ]
    InfernoToy.binnedError benchmark test 10 (score.Bins(team, edges, test.Features))

// The published rows: neural classifier in ten bins, and inference-aware ("matched").
[<TestCase(0, 14.99, 15.51)>]
[<TestCase(1, 18.94, 16.79)>]
[<TestCase(2, 23.94, 16.95)>]
[<TestCase(3, 21.54, 16.89)>]
[<TestCase(4, 26.71, 18.68)>]
[<Category("Study")>]
let ``the published table of classifiers and summaries is reached``
    (index: int, classifier: float, inferno: float)
    =
    let benchmark = InfernoToy.benchmarks[index]
    let summary = train benchmark 100_000 2048 40
    let events, bins = hardBins benchmark summary 300_000
    let found = InfernoToy.binnedError benchmark events 10 bins
    let ofClassifier = classifierError benchmark 100_000 20
    let exact = InfernoToy.exactError benchmark

    TestContext.Out.WriteLine
        $"{index}: exact {exact:F3}, summary {found:F3}, classifier {ofClassifier:F3}"

    Assert.That(found, Is.InRange(exact * 0.998, inferno * 1.01))

    // The published neural classifier is trained otherwise; the best one is at +5 % of it.
    near (0.08 * classifier) classifier ofClassifier

    if index > 0 then
        Assert.That(found, Is.LessThan(0.95 * ofClassifier))
