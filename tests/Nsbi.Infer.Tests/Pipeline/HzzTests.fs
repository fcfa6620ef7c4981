/// H → ZZ → 4ℓ in CMS open data: the example's analysis has to pass its checks and gain on the conventional
/// one; a network trained naively has to fail them.
module Nsbi.Infer.Tests.HzzTests

open System.IO
open System.Text.Json.Nodes
open NUnit.Framework
open Nsbi.Infer
open Nsbi.Infer.Tests.Analyses
open Nsbi.Infer.Tests.Expect

let private data = sharedData "hzz4l"

let private needData () =
    if not (Directory.Exists data) then
        Assert.Ignore "The CMS open data are not beside the repository, in shared/data/hzz4l."

let private absolute = inFolder data

/// The example's analysis, with absolute paths of its files.
let private analysis () =
    json (example "hzz4l")
    |> absolute "samples/0/file"
    |> absolute "samples/1/file"
    |> absolute "data/file"

let private execute unblind (root: JsonNode) =
    needData ()
    use folder = new TemporaryFolder()
    let file = folder.Write("analysis.json", root.ToJsonString())

    let options = {
        Pipeline.options with
            Unblind = unblind
    }

    Pipeline.run options file (folder.File "out") |> succeed

let private run = lazy (execute true (analysis ()))

let private check (name: string) (run: RunResult) =
    run.Checks |> List.find (fun check -> check.Name = name)

let private study (run: RunResult) = run.Expected.Value

[<Test>]
let ``the example passes all its checks`` () =
    Assert.That(run.Value.Passed, Is.True, findings run.Value)
    Assert.That(run.Value.Checks.Length, Is.GreaterThan 15)

[<Test>]
let ``the expected significance exceeds that of the conventional analysis by more than its error``
    ()
    =
    let expected = (study run.Value).Significance
    Assert.That(expected.Error, Is.InRange(0.005, 0.1))
    Assert.That(expected.Value - 1.78, Is.GreaterThan expected.Error)

[<Test>]
let ``luminosity, ZZ and leptons add little to the statistical error`` () =
    let split = (study run.Value).Measurement.Split.Value
    Assert.That(split.Statistical, Is.InRange(0.70, 0.76))
    Assert.That(split.Systematic, Is.InRange(0.04, 0.15))
    let learned = run.Value.Variations |> List.filter (fun v -> v.Parameter = "leptons")
    Assert.That(learned.Length, same 4)

    for v in learned do
        Assert.That(abs (v.Rate.Value - 1.0), Is.InRange(0.04, 0.06), v.Process)
        // The truth is a function of Z2_mass that moves the density by less than 3 %.
        Assert.That(v.Size, Is.LessThan 0.03, v.Process)
        Assert.That(v.Error, Is.InRange(1e-4, 0.03), v.Process)

[<Test>]
let ``the fit to cross-fitted simulation finds the truth`` () =
    let study = study run.Value
    let mu = study.Measurement.Fit["mu"].Value
    Assert.That(study.Truth, same 1.0)
    Assert.That(abs (mu - 1.0), Is.LessThan 0.10)
    Assert.That(study.ErrorOfFit, Is.InRange(0.005, 0.04))
    Assert.That(abs (mu - 1.0), Is.LessThan(2.0 * study.ErrorOfFit))

[<Test>]
let ``the binned score is as sensitive as the unbinned ratios`` () =
    let unbinned = (study run.Value).Significance
    let binned = run.Value.Score.Value.Expected.Significance
    Assert.That(abs (binned - unbinned.Value), Is.LessThan unbinned.Error)

[<Test>]
let ``the ratios are normalised to 3 % under the reference`` () =
    for name in [ "S"; "B" ] do
        let check = check $"normalisation of {name}" run.Value
        Assert.That(abs (check.Value - 1.0), Is.LessThan 0.03, check.Finding)
        Assert.That(check.Error, Is.InRange(1e-4, 0.03))

[<Test>]
let ``the implied ratio of signal to background is one over the background`` () =
    let check' = check "implied ratio of S to B" run.Value
    Assert.That(abs (check'.Value - 1.0), Is.LessThan(3.0 * check'.Error), check'.Finding)
    // A standard error with a meaning: enough events carry it.
    let carried = check "effective events of the implied ratio of S to B" run.Value
    Assert.That(carried.Value, Is.GreaterThan 100.0)
    Assert.That(check'.Error, Is.LessThan 0.1)

[<Test>]
let ``the conventional analysis has the known significances`` () =
    needData ()
    let analysis = analysis () |> without "systematics" |> parse |> succeed
    let events = AnalysisEvents.read "." analysis |> succeed

    let twin =
        (BinnedTwin.conventional Fit.settings analysis events true).Value |> succeed

    Assert.That(twin.Edges.Length, same 26)
    Assert.That(twin.Expected.Significance, near 0.005 1.776)
    Assert.That(twin.Observed.Value.Significance, near 0.005 2.330)
    // Nuisance parameters take a little of it.
    let varied = run.Value.Conventional.Value.Expected.Significance
    Assert.That(varied, Is.InRange(1.74, 1.775))

[<Test>]
let ``the observed result has an interval around its best fit`` () =
    let observed = run.Value.Observed.Value
    let mu = observed.Fit["mu"].Value
    let interval = observed.Interval68.Intervals |> List.exactlyOne
    Assert.That(interval.Lower, Is.LessThan mu)
    Assert.That(interval.Upper, Is.GreaterThan mu)
    Assert.That(observed.Significance, Is.InRange(1.5, 4.0))
    Assert.That(run.Value.BlindReason.IsNone)

/// Everything that may overfit: many raw features, a deep network, small batches, a constant rate, no decay,
/// no early stopping, no folds, no ensemble.
let private naive =
    set
        "features"
        """[
        "Higgs_mass", "Z1_mass", "Z2_mass",
        "c0 = theta_star | cos", "c1 = theta1 | cos", "c2 = theta2 | cos",
        "cphi = Phi | cos", "sphi = Phi | sin", "cphi1 = Phi1 | cos", "sphi1 = Phi1 | sin",
        "lpt = Higgs_pt | log", "lpt1 = Z1_pt | log", "lpt2 = Z2_pt | log"
    ]"""
    >> set "diagnostics" """{ "c2st": false }"""
    >> set
        "networks"
        """{
        "head": "softmax", "hidden": [64, 64, 64, 64], "activation": "silu", "optimiser": "adam",
        "weightDecay": 0, "learningRate": 0.001, "schedule": {"kind": "constant"}, "batchSize": 256,
        "epochs": 40, "keep": "last", "folds": 1, "members": 1
    }"""

let private failed (run: RunResult) =
    run.Checks |> List.filter (_.Passed >> not) |> List.map _.Name

let private print (run: RunResult) =
    let z = (study run).Significance
    let binned = run.Score.Value.Expected.Significance
    TestContext.Out.WriteLine $"expected significance {z} unbinned, {binned} binned"
    TestContext.Out.WriteLine(findings run)

[<TestCase(1)>]
[<TestCase(2)>]
let ``a network trained naively fails the checks`` (seed: int) =
    let run = execute false (analysis () |> naive |> set "seed" (string seed))
    print run
    Assert.That(run.Passed, Is.False)

    // Few background events carry the mean of r_S/r_B, and the significance is not in the bins of the score.
    Assert.That(
        failed run,
        Is.SupersetOf [
            "effective events of the implied ratio of S to B"
            "significance of the binned score"
        ]
    )

    let binned = run.Score.Value.Expected.Significance
    Assert.That((study run).Significance.Value, Is.GreaterThan(1.5 * binned))
    Assert.That(run.BlindReason.Value, Does.Contain "some checks failed")
    Assert.That(run.Observed.IsNone, "data of a failed blind analysis stay closed")

[<Test>]
let ``a network trained naively against next to the background alone fails the checks`` () =
    let run =
        analysis ()
        |> naive
        |> set "networks/head" "\"separate\""
        |> set "reference" """{"S": 0.001, "B": 0.999}"""
        |> execute false

    print run
    Assert.That(run.Passed, Is.False)
    // One event of background counts like hundreds.
    Assert.That(failed run, Is.SupersetOf [ "largest event of S"; "effective events of S" ])
