/// The uncertainty from a finite training sample, with networks: what the nested bootstrap of one sample
/// says, against the spread over samples that were simulated independently.
module Nsbi.Infer.Tests.LearnedEnsembleTests

open System
open MathNet.Numerics.Statistics
open NUnit.Framework
open Nsbi.Kernels
open Nsbi.Learn.Ensembles
open Nsbi.Infer
open Nsbi.Infer.Tests.Expect
open Nsbi.Infer.Tests.InterferenceEnsemble

type private Size = {
    /// Training events of each process.
    Events: int
    Epochs: int
    /// M.
    Members: int
    /// J.
    Replicas: int
    /// Independently simulated training samples.
    Samples: int
    /// Networks of the double bootstrap.
    Bootstraps: int
    /// K.
    Resamples: int
}

type private Found = {
    /// σ(μ̂) over the independent samples.
    Truth: float
    /// The variance between trainings on the same events, S.
    Training: float
    Nested: McStatEstimate
    /// σ(μ̂) over resamples of the ensemble of bootstraps.
    Double: float
    /// The ensemble variance of the same bootstraps.
    Ensemble: McStatEstimate
    NestedCheck: Check
    DoubleCheck: Check
}

let private deviation (x: float[]) = ArrayStatistics.StandardDeviation x

let private study (size: Size) : Found =
    let settings = settings size.Epochs

    let independent =
        Array.init size.Samples (fun s ->
            let own = {
                settings with
                    Seed = 1000UL + uint64 s
            }

            let values =
                train (EnsemblePlan.Seeds size.Members) own (sample (uint64 s) size.Events)

            values.Members[0] |> Array.map bestFit, bestFit values.Averages[0])

    // What an experiment has: one training sample.
    let events = sample 0UL size.Events

    let nested =
        train (EnsemblePlan.Nested(size.Replicas, size.Members, Inner.Seeds)) settings events

    let bootstraps =
        (train (EnsemblePlan.Bootstraps size.Bootstraps) settings events).Members[0]

    let fits = bootstraps |> Array.map bestFit
    let mutable random = RandomStream(5UL, "double bootstrap of ratios")

    let resampled =
        Array.init size.Resamples (fun _ ->
            Array.init size.Bootstraps (fun _ -> bootstraps[random.NextInt32 size.Bootstraps])
            |> mean
            |> bestFit)

    let nestedScaling =
        EnsembleSelfCheck.scaling 1 1 size.Members (fun subset ->
            nested.Members
            |> Array.map (fun members ->
                subset |> Array.map (fun m -> members[m]) |> mean |> bestFit)
            |> deviation)

    {
        Truth = independent |> Array.map snd |> deviation
        Training = independent |> Array.averageBy (fst >> ArrayStatistics.Variance)
        Nested =
            nested.Averages
            |> Array.map bestFit
            |> McStatEstimators.nestedSeeds size.Members
        Double = deviation resampled
        Ensemble = McStatEstimators.ensembleVariance fits
        NestedCheck = EnsembleSelfCheck.run "σ(μ) by the nested bootstrap" nestedScaling
        DoubleCheck =
            EnsembleSelfCheck.scalingOfDoubleBootstrap fits
            |> EnsembleSelfCheck.run "σ(μ) by the double bootstrap"
    }

let private agrees (size: Size) (found: Found) =
    let line (text: FormattableString) =
        TestContext.Out.WriteLine(FormattableString.Invariant text)

    line
        $"{size.Samples} samples {found.Truth:F4}, noise of a mean {sqrt (found.Training / float size.Members):F4}"

    line $"{found.Nested}, {found.Ensemble}, double bootstrap {found.Double:F4}"
    line $"{found.NestedCheck.Finding} {found.DoubleCheck.Finding}"

    // The regime: what the finite sample causes is more than five times the noise of the average.
    let noise = found.Training / float size.Members
    Assert.That(found.Truth * found.Truth - noise, Is.GreaterThan(5.0 * noise))

    let share n = 0.5 / float (n - 1)
    let error = 2.0 * sqrt (share size.Samples + share size.Replicas)
    let ratio = found.Nested.Sigma.Value / found.Truth
    Assert.That(ratio, Is.GreaterThan(1.0 - error))
    Assert.That(ratio, Is.LessThan(max 1.25 (1.0 + error)))
    // The double bootstrap is too small by more than that, and by about √M.
    Assert.That(found.Double / found.Truth, Is.LessThan(1.0 - error))

    Assert.That(
        found.Double * sqrt (float size.Bootstraps) / found.Ensemble.Sigma.Value,
        near 0.25 1.0
    )

    Assert.That(found.NestedCheck.Passed, Is.True)
    Assert.That(found.DoubleCheck.Passed, Is.False)

[<Test>]
let ``the nested bootstrap is of the size of the spread, the double bootstrap is not`` () =
    let size = {
        Events = 20000
        Epochs = 6
        Members = 3
        Replicas = 12
        Samples = 12
        Bootstraps = 12
        Resamples = 60
    }

    study size |> agrees size

[<Test; Category("Study")>]
let ``the nested bootstrap agrees with forty training samples, the double bootstrap does not`` () =
    let size = {
        Events = 20000
        Epochs = 6
        Members = 3
        Replicas = 40
        Samples = 40
        Bootstraps = 16
        Resamples = 300
    }

    study size |> agrees size

[<Test>]
let ``exact ratios give the true parameter`` () =
    InterferenceToy.sampled
    |> List.map (fun proc ->
        nodes |> Array.map (InterferenceToy.ratio InterferenceToy.reference proc))
    |> List.toArray
    |> bestFit
    |> fun mu -> Assert.That(mu, near 0.005 1.0)
