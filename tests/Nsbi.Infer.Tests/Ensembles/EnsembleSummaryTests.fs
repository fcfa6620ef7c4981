module Nsbi.Infer.Tests.EnsembleSummaryTests

open System
open NUnit.Framework
open MathNet.Numerics.Statistics
open Nsbi.Infer
open Nsbi.Kernels
open Nsbi.Learn.Ensembles
open Nsbi.Infer.Tests.Expect

/// θ_jm = σ_X/√N z_j + σ_ε e_jm, the average over m of each j.
let private drawn (plan: EnsemblePlan) (data: float) (noise: float) (seed: uint64) =
    let mutable random = RandomStream(seed, "summary", 0UL)

    let members = [|
        for _ in 1 .. plan.Replicas ->
            let shared = if plan.IsNested then data * random.NextGaussian() else 0.0

            [|
                for _ in 1 .. plan.Members ->
                    let own =
                        if plan.Inner = Inner.Bootstraps then
                            data * random.NextGaussian()
                        else
                            0.0

                    shared + own + noise * random.NextGaussian()
            |]
    |]

    {
        Plan = plan
        Members = members
        Averages = members |> Array.map Array.average
    }

let private within (errors: float) (expected: float) (found: Nsbi.Learn.Networks.Measured) =
    Assert.That(found.Value, Is.EqualTo(expected).Within(errors * found.Error))

[<Test>]
let ``nested seeds give the uncertainty of one estimator, of the average, and the noise of training``
    ()
    =
    let plan = EnsemblePlan.Nested(400, 4, Inner.Seeds)
    let summary = drawn plan 1.0 0.6 1UL |> EnsembleSummary.make 1UL
    within 3.0 (sqrt 1.36) summary.Sigma
    within 3.0 0.6 summary.Training.Value
    Assert.That(summary.HasSimulation)

    let byLetter =
        summary.Estimates |> List.map (fun e -> e.Method.Letter, e) |> Map.ofList

    Assert.That(Map.keys byLetter |> List.ofSeq, same [ "a"; "b"; "d" ])
    within 3.0 (sqrt 1.36) byLetter["a"].Sigma
    within 3.0 1.0 byLetter["b"].Sigma
    within 3.0 (sqrt 1.09) byLetter["d"].Sigma
    Assert.That(byLetter["d"].Trainings, same 1600)

[<Test>]
let ``bootstraps give the ensemble variance, and the double bootstrap fails its self-check`` () =
    let values = drawn (EnsemblePlan.Bootstraps 64) 1.0 0.1 2UL
    let summary = EnsembleSummary.make 1UL values
    let sigma = ArrayStatistics.StandardDeviation values.Members[0]
    Assert.That(summary.Sigma.Value, Is.EqualTo(sigma).Within 1e-12)
    Assert.That(summary.Estimates |> List.map _.Method.Letter, same [ "a" ])
    within 4.0 (sigma / 8.0) summary.DoubleBootstrap.Value
    Assert.That(summary.Training, same None)

    match summary.SelfChecks with
    | [ check ] ->
        Assert.That(check.Name, Does.Contain "the double bootstrap")
        Assert.That(check.Passed, Is.False, check.Finding)
    | other -> Assert.Fail $"%A{other}"

[<Test>]
let ``nested bootstraps give the average's uncertainty and keep it with more members`` () =
    let plan = EnsemblePlan.Nested(100, 8, Inner.Bootstraps)
    let summary = drawn plan 1.0 0.5 3UL |> EnsembleSummary.make 1UL
    within 3.0 (sqrt (1.0 + 1.0 / 8.0 + 0.25 / 8.0)) summary.Sigma
    Assert.That(summary.Estimates |> List.map _.Method.Letter, same [ "c" ])

    let nested =
        summary.SelfChecks
        |> List.find (fun c -> c.Name.Contains "the nested bootstrap")

    Assert.That(nested.Passed, nested.Finding)

[<Test>]
let ``members on the same data tell the noise of training and nothing else`` () =
    let summary = drawn (EnsemblePlan.Seeds 200) 1.0 0.3 4UL |> EnsembleSummary.make 1UL
    Assert.That(summary.HasSimulation, Is.False)
    within 3.0 0.3 summary.Sigma
    within 3.0 0.3 summary.Training.Value
    Assert.That(summary.Estimates, Is.Empty)
    Assert.That(summary.DoubleBootstrap, same None)

[<Test>]
let ``fits that failed are counted and left out with their replica`` () =
    let plan = EnsemblePlan.Nested(6, 2, Inner.Seeds)
    let whole = drawn plan 1.0 0.6 5UL
    let broken = drawn plan 1.0 0.6 5UL
    broken.Members[2].[1] <- nan
    broken.Averages[4] <- nan
    let kept = [| 0; 1; 3; 5 |]

    let without = {
        whole with
            Members = kept |> Array.map (fun j -> whole.Members[j])
            Averages = kept |> Array.map (fun j -> whole.Averages[j])
    }

    let found, expected =
        EnsembleSummary.make 1UL broken, EnsembleSummary.make 1UL without

    Assert.That(found.Failed, same 2)
    Assert.That(found.Sigma, same expected.Sigma)
    Assert.That(found.Training, same expected.Training)

[<Test>]
let ``where nothing is left the uncertainty is unknown`` () =
    let plan = EnsemblePlan.Nested(3, 1, Inner.Seeds)

    let summary =
        EnsembleSummary.make 1UL {
            Plan = plan
            Members = Array.init 3 (fun _ -> [| nan |])
            Averages = Array.create 3 nan
        }

    Assert.That(Double.IsNaN summary.Sigma.Value)
    Assert.That(summary.Failed, same 6)
    Assert.That(summary.SelfChecks, Is.Empty)
