/// H → ττ in ATLAS simulation (HiggsML 2014): missing values, weights over orders of magnitude, two samples
/// in one file. Small runs here; the numbers of the whole analysis stand in the README.
module Nsbi.Infer.Tests.HiggsmlTests

open System.IO
open System.Text.Json.Nodes
open NUnit.Framework
open Nsbi.Learn.Events
open Nsbi.Infer
open Nsbi.Infer.Tests.Analyses
open Nsbi.Infer.Tests.Expect

let private data = sharedData "higgsml"

let private needData () =
    if not (Directory.Exists data) then
        Assert.Ignore "The HiggsML sample is not beside the repository, in shared/data/higgsml."

let private absolute = inFolder data

let private analysis () =
    json (example "higgsml")
    |> absolute "samples/0/file"
    |> absolute "samples/1/file"

/// Few events, short trainings: enough to see every part at work.
let private small () =
    analysis ()
    |> set "selection" "\"EventId < 112000\""
    |> set "networks/folds" "2"
    |> set "networks/members" "1"
    |> set "networks/epochs" "20"
    |> set "networks/hidden" "[32]"

let private execute (root: JsonNode) =
    needData ()
    use folder = new TemporaryFolder()
    let file = folder.Write("analysis.json", root.ToJsonString())
    Pipeline.run Pipeline.options file (folder.File "out") |> succeed

let private run = lazy (execute (small ()))

[<Test>]
let ``the samples are those of the label, with the full yields`` () =
    needData ()
    let events = analysis () |> parse |> succeed |> AnalysisEvents.read data |> succeed
    let simulated = events.Simulated

    let count k =
        simulated.Sample |> Array.filter ((=) k) |> Array.length

    Assert.That(simulated.Samples, same [| "s"; "b" |])
    Assert.That([ count 0; count 1 ], same [ 7815; 15071 ])
    Assert.That(simulated.Yields[0], near 1e-9 691.98861)
    Assert.That(simulated.Yields[1], near 1e-6 410999.847)
    // Σ KaggleWeight of the file's description; the effective number with another program.
    Assert.That(simulated.Events.SumOfWeights, near 1e-3 (64.60684 + 37463.261))

[<Test>]
let ``eleven features share three indicators`` () =
    needData ()
    let analysis = analysis () |> parse |> succeed
    let events = AnalysisEvents.read data analysis |> succeed

    let fitted =
        FittedFeatures.fit (AnalysisEvents.features analysis) events.Simulated.Events
        |> succeed

    Assert.That(FittedFeatures.indicators fitted |> List.length, same 3)

    let shares =
        FittedFeatures.missing fitted events.Simulated.Events
        |> List.map (fun mask ->
            Array.sumBy (fun lacks -> if lacks then 1.0 else 0.0) mask / 22886.0)
        |> List.filter (fun share -> share > 0.0)
        |> List.distinct

    // Counted with another program.
    Assert.That(shares |> List.map (fun s -> round (1e4 * s)), same [ 1521.0; 7077.0; 3979.0 ])

[<Test>]
let ``the mass alone has the significance and the error that another program finds`` () =
    needData ()
    let analysis = analysis () |> parse |> succeed
    let events = AnalysisEvents.read data analysis |> succeed

    let twin =
        (BinnedTwin.conventional Fit.settings analysis events false).Value |> succeed
    // tests/peers/higgsml.py; missing masses are left out of the bins by both.
    Assert.That(twin.Significance.Value, near 1e-4 1.7106)
    Assert.That(twin.Significance.Error, near 1e-4 0.0185)

[<Test>]
let ``a small run closes in every feature, missing entries in their own bin`` () =
    for ratio in run.Value.Ratios do
        let missing = ratio.Closures |> List.choose _.Missing
        Assert.That(missing.Length, Is.GreaterThanOrEqualTo 11)

        for shares in missing do
            let error = sqrt (shares.Target.Error ** 2.0 + shares.Reweighted.Error ** 2.0)

            Assert.That(shares.Reweighted.Value, near (5.0 * error) shares.Target.Value)

    Assert.That(run.Value.Warnings, Is.Empty)

[<Test>]
let ``the networks beat chance by far, with the weights of the events`` () =
    let pair = run.Value.Separation |> List.exactlyOne
    Assert.That(pair.Auc.Value, Is.GreaterThan 0.85)
    Assert.That(pair.Auc.Error, Is.InRange(0.001, 0.02))

[<Test>]
let ``without a declared code the run warns of it`` () =
    let run =
        small ()
        |> without "missing"
        |> set "features" """["PRI_jet_leading_pt", "PRI_tau_pt", "DER_mass_vis"]"""
        |> set "networks/epochs" "1"
        |> execute

    let warning = run.Warnings |> List.exactlyOne
    Assert.That(warning, Does.StartWith "-999 looks like a code for missing values")
    Assert.That(warning, Does.Contain "PRI_jet_leading_pt")
    Assert.That(warning, Does.Contain "\"missing\": -999")
