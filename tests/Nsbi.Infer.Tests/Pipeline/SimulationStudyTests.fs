module Nsbi.Infer.Tests.SimulationStudyTests

open NUnit.Framework
open Nsbi.Kernels
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

[<Test>]
let ``where a coefficient is negative the samples are no Asimov set`` () =
    let beyond = exact (set "parameters/0/initial" "4")
    Assert.That((SimulationStudy.make Fit.settings beyond).IsNone)
