module Nsbi.Infer.Tests.SimulationStudyTests

open NUnit.Framework
open Nsbi.Kernels
open Nsbi.Learn.Events
open Nsbi.Infer
open Nsbi.Infer.Tests.Analyses
open Nsbi.Infer.Tests.Expect
open Nsbi.Infer.Tests.ExactModel

let private study =
    lazy ((SimulationStudy.make Fit.settings standard.Value).Value |> succeed)

[<Test>]
let ``exact ratios find the truth within the error of the simulation`` () =
    let fit = study.Value.Measurement.Fit
    Assert.That(study.Value.Truth, same 1.0)
    Assert.That(study.Value.ErrorOfFit, Is.InRange(0.01, 0.2))
    Assert.That(abs (fit["mu"].Value - 1.0), Is.LessThan(3.0 * study.Value.ErrorOfFit))
    // The exact significance is √2.448976.
    let z = study.Value.Significance
    Assert.That(abs (z.Value - sqrt 2.448976), Is.LessThan(3.0 * z.Error))

[<Test>]
let ``the weights are the expected numbers of events at the nominal point`` () =
    let simulated = standard.Value.Simulated
    let sums = Array.zeroCreate<float> 4
    Array.iter2 (fun k w -> sums[k] <- sums[k] + w) simulated.Sample study.Value.Weights
    Assert.That(sums[0], near 1e-12 0.0, "μ − √μ of S")
    Assert.That(sums[1], near 1e-8 68.32304584)
    Assert.That(sums[2], near 1e-12 0.0, "1 − √μ of B")
    Assert.That(sums[3], near 1e-9 200.0)

/// The weights of the study with a Poisson number of copies of each event and the same sum per sample.
let private replica (index: uint64) : float[] =
    let weights = study.Value.Weights
    let sample = standard.Value.Simulated.Sample
    let before, after = Array.zeroCreate<float> 4, Array.zeroCreate<float> 4
    let drawn = Array.zeroCreate<float> weights.Length
    let mutable stream = RandomStream(7UL, "bootstrap of events", index)

    for i in 0 .. weights.Length - 1 do
        drawn[i] <- weights[i] * float (stream.NextPoisson 1.0)
        before[sample[i]] <- before[sample[i]] + weights[i]
        after[sample[i]] <- after[sample[i]] + drawn[i]

    Array.map2 (fun k w -> if after[k] > 0.0 then w * before[k] / after[k] else 0.0) sample drawn

[<Test>]
let ``the errors are those of a bootstrap of the events`` () =
    let replicas = 200

    let results = [
        for index in 1UL .. uint64 replicas do
            let observation = LearnedModel.ofSimulation standard.Value [| 1.0 |] (replica index)

            let fit = Fit.runWith Fit.settings observation
            let scan = Profile.scan Fit.settings observation fit "mu" [ 0.0 ]
            scan.Best["mu"].Value, sqrt scan.Points.Head.T
    ]

    let deviation (values: float list) =
        let mean = List.average values
        sqrt (List.sumBy (fun x -> (x - mean) ** 2.0) values / float (values.Length - 1))

    // A standard deviation of 200 values is known to 5 %; allowed are 3.5 such errors.
    let tolerance = 3.5 / sqrt (2.0 * float (replicas - 1))
    let fit = deviation (results |> List.map fst)
    let significance = deviation (results |> List.map snd)
    Assert.That(study.Value.ErrorOfFit / fit, near tolerance 1.0)
    Assert.That(study.Value.Significance.Error / significance, near tolerance 1.0)

/// The same model with other weights of its events.
let private reweighted (index: uint64) : LearnedModel =
    let simulated = standard.Value.Simulated
    let mutable stream = RandomStream(8UL, "bootstrap of events", index)

    let drawn =
        EventTable.weights simulated.Events
        |> Array.map (fun w -> w * float (stream.NextPoisson 1.0))

    {
        standard.Value with
            Simulated = {
                simulated with
                    Events = EventTable.withWeights drawn simulated.Events
            }
    }

[<Test>]
let ``one step and the sum of the logs have the errors of a bootstrap`` () =
    let replicas = 400

    let results = [
        for index in 1UL .. uint64 replicas do
            let learned = reweighted index
            let weights = (LearnedModel.simulationWeights learned [| 1.0 |]).Value
            let step = SimulationStudy.oneStep learned weights 0
            let sum = (SimulationStudy.sumOfLogs learned weights 0).Value
            step.Value, sum.Value
    ]

    let deviation (values: float list) =
        let mean = List.average values
        sqrt (List.sumBy (fun x -> (x - mean) ** 2.0) values / float (values.Length - 1))

    let tolerance = 3.5 / sqrt (2.0 * float (replicas - 1))
    let step = deviation (results |> List.map fst)
    let sum = deviation (results |> List.map snd)
    Assert.That(study.Value.OneStep.Error / step, near tolerance 1.0)
    Assert.That(study.Value.SumOfLogs.Value.Error / sum, near tolerance 1.0)

[<Test>]
let ``the sum of the logs has the significance of its definition`` () =
    let rule = InterferenceToy.quadrature 24_001

    let integral f =
        Array.zip rule.Nodes rule.Widths |> Array.sumBy (fun (x, width) -> width * f x)

    let rate = InterferenceToy.rateDensity
    let t x = log (rate 1.0 x / rate 0.0 x)

    let exact =
        integral (fun x -> (rate 1.0 x - rate 0.0 x) * t x)
        / sqrt (integral (fun x -> rate 0.0 x * t x * t x))

    let found = study.Value.SumOfLogs.Value
    Assert.That(found.Value, near (3.0 * found.Error) exact)
    Assert.That(found.Error, Is.InRange(0.001, 0.2))

[<Test>]
let ``one step from the truth is where the fit is`` () =
    let step = study.Value.OneStep
    let fit = study.Value.Measurement.Fit["mu"].Value
    Assert.That(step.Value, near (0.2 * step.Error + 0.01) fit)
    Assert.That(step.Error, near (0.1 * step.Error) study.Value.ErrorOfFit)

[<Test>]
let ``closure is that of one step where the fit ended at a bound`` () =
    let atBound = {
        study.Value with
            ErrorOfFit = nan
            OneStep = { Value = 1.05; Error = 0.1 }
    }

    let checks = AnalysisChecks.closure CheckLimits.standard "mu" atBound
    Assert.That(checks |> List.map _.Passed, same [ true; true ])
    Assert.That(checks[0].Value, near 1e-12 0.5)
    Assert.That(checks[1].Value, same 1.05)
    Assert.That(checks[1].Finding, Does.Contain "ended at a bound")

[<Test>]
let ``where a coefficient is negative the samples are no Asimov set`` () =
    let beyond = exact (set "parameters/0/initial" "4")
    Assert.That((SimulationStudy.make Fit.settings beyond).IsNone)
