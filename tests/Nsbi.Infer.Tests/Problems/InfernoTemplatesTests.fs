module Nsbi.Infer.Tests.Problems.InfernoTemplatesTests

open NUnit.Framework
open Nsbi.Infer
open Nsbi.Kernels
open Nsbi.Model

/// The fitted s and its error on the Asimov set of the best classifier's ten bins, and the error by formula.
let private fit (benchmark: InfernoBenchmark) =
    use team = new ThreadTeam(1)
    let events = InfernoToy.events team benchmark 31UL 100_000
    let bins = InfernoToy.classifierBins 10 events

    let asimov =
        InfernoTemplates.model benchmark events 10 bins
        |> Model.validate
        |> Result.bind (fun valid -> Likelihood.compile valid RatioTables.empty)
        |> Result.bind (fun compiled ->
            let at name = if name = "s" then 50.0 else 0.0
            Observation.asimov compiled (compiled.Index.Names |> Seq.map at |> Array.ofSeq))

    match asimov with
    | Ok asimov ->
        let fit = Fit.run asimov.Observation
        let s = fit.Parameters |> List.find (fun p -> p.Name = "s")
        s.Value, s.Error.Value, InfernoToy.binnedError benchmark events 10 bins
    | Error faults -> invalidOp $"{faults}"

// Templates at ±1 standard deviation are not the slopes at 0: with the wide constraints on r and λ their errors
// differ by one or two percent.
[<TestCase(0, 0.002)>]
[<TestCase(1, 0.01)>]
[<TestCase(2, 0.01)>]
[<TestCase(3, 0.03)>]
[<TestCase(4, 0.03)>]
let ``the template fit has the error that the information of the counts says``
    (index: int, tolerance: float)
    =
    let benchmark = InfernoToy.benchmarks[index]
    let value, error, expected = fit benchmark
    TestContext.Out.WriteLine $"{index}: {error:F4} {expected:F4}"
    Assert.That(value, Is.EqualTo(50.0).Within 1e-3)
    Assert.That(error, Is.EqualTo(expected).Within(tolerance * expected))
