module Nsbi.Infer.Tests.LargeToyTests

open System
open NUnit.Framework
open Nsbi.Infer
open Nsbi.Infer.Tests.Expect
open Nsbi.Infer.Tests.InterferenceModel

/// Toys with ten nuisance parameters at μ = 1, all fitted with μ free and with μ = 1.
let private study (events: float) (reference: int) (toys: int) =
    let compiled = LargeToyModel.compile LikelihoodOptions.standard events 10 reference

    let sampler = ok (ToySampler.create compiled compiled.Model.Initial)
    let hypothesis: ToyHypothesis = { Parameter = "mu"; Value = 1.0 }
    let measurement = ToyFit.measurement Fit.settings (Some hypothesis) sampler.Theta
    let before = Environment.CpuUsage.TotalTime.TotalSeconds
    let fits = ToyEnsemble.run (ToyRun.ofToys toys) sampler measurement
    let seconds = Environment.CpuUsage.TotalTime.TotalSeconds - before

    let pulls =
        fits
        |> Array.filter (fun f -> f.Failure.IsNone && not f.AtBound[0])
        |> Array.map (fun f -> (f.Values[0] - 1.0) / f.Errors[0])

    let mean = Array.average pulls
    let width = sqrt (Array.averageBy (fun p -> (p - mean) ** 2.0) pulls)

    let share above =
        float (fits |> Array.filter (fun f -> f.Value > above) |> Array.length)
        / float toys

    TestContext.Out.WriteLine
        $"%.0f{2.0 * float toys / seconds} fits per processor second, \
          %.2f{Array.averageBy (fun (f: ToyFit) -> float f.Evaluations) fits} evaluations of free \
          fits, {fits |> Array.sumBy _.Retries} retries"

    TestContext.Out.WriteLine
        $"pull of mu: mean %.4f{mean}, width %.4f{width}; t above 1: %.4f{share 1.0}, above 3.841: \
          %.4f{share 3.841459}"

    for f in fits do
        match f.Failure with
        | Some reason -> TestContext.Out.WriteLine $"toy {f.Index}: {reason}"
        | None -> ()

    let n = float toys
    let spread p = 4.0 * sqrt (p * (1.0 - p) / n)
    Assert.That(fits |> Array.forall _.Failure.IsNone)
    Assert.That(mean, near (4.0 / sqrt n + 0.03) 0.0)
    Assert.That(width, near (4.0 / sqrt (2.0 * n) + 0.02) 1.0)
    // Wilks: one parameter, far from its bounds.
    Assert.That(share 1.0, near (spread 0.3173 + 0.01) 0.3173)
    Assert.That(share 3.841459, near (spread 0.05 + 0.005) 0.05)

[<Test>]
let ``toys with many nuisance parameters all fit, with unbiased results`` () =
    study 2_000.0 40_000 300

[<Test; Category("Study")>]
let ``ten thousand large toys all fit, with unbiased results`` () = study 10_000.0 100_000 10_000
