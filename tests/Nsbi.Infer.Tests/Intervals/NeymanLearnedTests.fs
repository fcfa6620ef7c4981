/// The Neyman construction of the interference toy with learned ratios, on toys from the true densities.
module Nsbi.Infer.Tests.NeymanLearnedTests

open System
open System.IO
open NUnit.Framework
open Nsbi.Kernels
open Nsbi.Learn.Networks
open Nsbi.Infer
open Nsbi.Infer.Tests.Analyses
open Nsbi.Infer.Tests.InterferenceBelt
open Nsbi.Infer.Tests.InterferenceModel

/// Nodes of the true density without the outermost 0.0005 events on either side, where no network can be
/// trained and nothing is ever observed, with their widths.
let private inner: (float * float)[] =
    let rule = InterferenceBelt.nodes

    let weight x width =
        width * InterferenceToy.rateDensity 1.0 x

    let weights = Array.map2 weight rule.Nodes rule.Widths
    let before = Array.scan (+) 0.0 weights
    let total = Array.sum weights

    [|
        for i in 0 .. weights.Length - 1 do
            if before[i] > 5e-4 && before[i] < total - 5e-4 then
                rule.Nodes[i], rule.Widths[i]
    |]

let private learned (seed: uint64) : CompiledLikelihood =
    use folder = new TemporaryFolder()
    let file = Path.Combine(repository, "examples", "interference", "analysis.json")

    let options = {
        Pipeline.options with
            Seed = Some seed
    }

    Pipeline.train options file folder.Path |> succeed |> ignore

    let estimator =
        EstimatorFile.ofBytes "networks.json" (File.ReadAllBytes(folder.File "networks.json"))
        |> succeed

    use team = new ThreadTeam(1)
    let x = inner |> Array.map (fst >> float32)
    let ratios = estimator.MeanOfFolds(team, ReadOnlyMemory x)

    // As on data: the ratios as the networks give them, none rescaled on this table.
    let table =
        RatioTable.unweighted inner.Length [
            for name, values in List.zip (Seq.toList estimator.ClassNames) (Array.toList ratios) ->
                name, RatioSource.Ratios values
        ]

    RatioTables.empty
    |> RatioTables.observed "SR" table
    |> Likelihood.compile (valid model)
    |> ok

[<Test; Category("Study")>]
let ``quantiles of learned ratios on toys of the true densities are those of exact ratios`` () =
    let toys = 5_000
    let compiled = learned 1UL

    for row in
        published
        |> List.filter (fun row -> List.contains row.Mu [ 0.0; 0.4; 1.0; 2.0 ]) do
        let weights =
            inner
            |> Array.map (fun (x, width) -> width * InterferenceToy.rateDensity row.Mu x)

        let sampler =
            Map.ofList [ "SR", (TableKind.Observed, weights) ]
            |> ToySampler.ofWeights Multinomial compiled [| row.Mu |]
            |> ok

        for name, found, error, expected, other in compare row (toysAt 1 1UL toys sampler row.Mu) do
            TestContext.Out.WriteLine(
                FormattableString.Invariant
                    $"{row.Mu} {name}: {found:F4} ± {error:F4}, exact {expected:F4} ± {other:F4}"
            )

            if name = "q68" || name = "q95" then
                let limit = max (0.08 * expected) (3.0 * sqrt (error * error + other * other))
                Assert.That(abs (found - expected), Is.LessThan limit, $"{name} at {row.Mu}")
