module Calibration.CalibrationFileTests

open NUnit.Framework
open Nsbi.Infer
open Nsbi.Infer.Calibration
open Nsbi.Learn
open Nsbi.Learn.Networks
open Nsbi.Learn.Transport

let private read text =
    CalibrationFile.parse "calibration.json" text

let private plan text =
    match read text with
    | Ok plan -> plan
    | Error faults -> invalidOp (Fault.render faults)

let private faults text =
    match read text with
    | Ok _ -> ""
    | Error faults -> Fault.render faults

let private small =
    """{ "nsbi-calibration": 1, "name": "small",
         "source": { "file": "mc.csv", "weight": "w", "selection": "pt > 20" },
         "target": { "file": "data.csv" },
         "features": ["pt | log", "x = a / b"], "method": "reweighting" MORE }"""

let private withMore (more: string) = small.Replace("MORE", more)

[<Test>]
let ``a short plan has the standard for everything else`` () =
    let plan = plan (withMore "")
    Assert.That(plan.Source.Weight, Is.EqualTo(Some "w"))
    Assert.That(plan.Source.Source, Is.EqualTo(SampleFile "mc.csv"))
    Assert.That(plan.Features, Is.EqualTo<string list> [ "pt | log"; "x = a / b" ])
    Assert.That(plan.HeldOut, Is.EqualTo 0.5)
    Assert.That(plan.Seed, Is.EqualTo 1UL)
    Assert.That(plan.Negative, Is.EqualTo NegativePlan.Refuse)
    Assert.That(plan.Limits, Is.EqualTo CalibrationPlan.limits)
    Assert.That(plan.Output, Is.EqualTo CalibrationPlan.output)
    Assert.That(plan.Method, Is.EqualTo(CalibrationBy.Reweighting CalibrationPlan.networks))

[<Test>]
let ``what is given stands, and the rest of networks keeps the standard of calibrations`` () =
    let plan =
        withMore
            """, "seed": 7, "condition": ["eta"], "coordinates": "none", "heldOut": 0.3,
               "networks": { "epochs": 5 }, "derived": ["y = pt * x"], "test": { "epochs": 3 },
               "bins": [ { "of": "eta", "edges": [0, 1, 2] } ], "limits": { "area": 0.55 },
               "negativeWeights": { "method": "resample", "of": "pt", "bins": 7 },
               "output": { "file": "out.npz", "suffix": "_new", "keep": ["run"], "weight": "ww" }"""
        |> plan

    match plan.Method with
    | CalibrationBy.Reweighting settings ->
        let standard = CalibrationPlan.networks
        Assert.That(settings.Training.Epochs, Is.EqualTo 5)
        Assert.That(settings.Training.BatchSize, Is.EqualTo standard.Training.BatchSize)
        Assert.That(settings.Head, Is.EqualTo Head.Separate)
    | other -> Assert.Fail(string other)

    Assert.That(plan.Test.Epochs, Is.EqualTo 3)
    Assert.That(plan.Limits.Area, Is.EqualTo 0.55)
    Assert.That(plan.Limits.PValue, Is.EqualTo CalibrationPlan.limits.PValue)
    Assert.That(plan.Bins.Head.Edges, Is.EqualTo<float list> [ 0.0; 1.0; 2.0 ])

    Assert.That(
        plan.Negative,
        Is.EqualTo(NegativePlan.Replace(WeightReplacement.Resample, SignBy.Bins("pt", 7)))
    )

    Assert.That(plan.Output.Suffix, Is.EqualTo(Some "_new"))
    Assert.That(plan.Output.Keep, Is.EqualTo(Some [ "run" ]))

[<Test>]
let ``every fault is told at once, with its place`` () =
    let text =
        """{ "nsbi-calibration": 1, "name": "wrong",
             "source": { "toy": "flavourTaging", "process": "data", "events": 5 },
             "target": { "toy": "flavourTagging", "process": "mc", "events": 0, "yield": 2 },
             "features": ["pt | standardise", "x +"], "method": "reweighting",
             "selection": "pt >", "heldOut": 1.5, "derived": ["y = pt | log", "pt"],
             "bins": [ { "of": "pt", "edges": [2, 1] } ], "limits": { "area": 0.4 },
             "networks": { "epochs": 0, "epoch": 3 }, "output": { "file": "a/b.txt" }, "more": 1 }"""

    let found = faults text

    for part in
        [
            "$.source.toy"
            "$.target.process"
            "$.target.events"
            "$.target.yield"
            "$.features[0]"
            "$.features[1]"
            "$.selection"
            "$.heldOut"
            "$.derived[0]"
            "$.bins[0].edges"
            "$.limits.area"
            "$.networks"
            "$.output.file"
            "$.more"
            "did you mean"
        ] do
        Assert.That(found, Does.Contain part)

[<Test>]
let ``nothing to move, one name twice and another version are faults`` () =
    Assert.That(
        faults (small.Replace("MORE", "").Replace("\"pt | log\", \"x = a / b\"", "")),
        Does.Contain "nothing is to be moved"
    )

    Assert.That(
        faults (withMore """, "derived": ["x = 2 * a"]"""),
        Does.Contain "more than one quantity"
    )

    Assert.That(
        faults (withMore "" |> _.Replace("calibration\": 1", "calibration\": 9")),
        Does.Contain "reads version 1"
    )

    Assert.That(faults "{", Does.Contain "no JSON")
    Assert.That(faults "[]", Does.Contain "an object")

[<Test>]
let ``methods and texts that are no plan are refused with what there is`` () =
    let text = (withMore "").Replace("\"reweighting\"", "\"moving\"")
    Assert.That(faults text, Does.Contain "none of")
    let negative = withMore """, "negativeWeights": { "method": "drop" }"""
    Assert.That(faults negative, Does.Contain "$.negativeWeights.method")

[<Test>]
let ``each method has its own settings and no other's`` () =
    let by (method: string) (more: string) =
        (withMore more).Replace("\"reweighting\"", $"\"{method}\"")

    let transport =
        by
            "transport"
            """, "transport": { "epochs": 3, "members": 2, "matchBins": 5 }, "condition": ["z"]"""

    match (plan transport).Method with
    | CalibrationBy.Transport it ->
        Assert.That(it.Settings.Epochs, Is.EqualTo 3)
        Assert.That(it.Settings.Hidden, Is.EqualTo<int list> TransportSettings.standard.Hidden)
        Assert.That((it.Members, it.MatchBins), Is.EqualTo((2, 5)))
    | other -> Assert.Fail(string other)

    let method text = (plan text).Method
    Assert.That(method (by "monotone" ""), Is.EqualTo(CalibrationBy.Monotone 1))
    let binned = by "monotone" """, "condition": ["z"]"""
    Assert.That(method binned, Is.EqualTo(CalibrationBy.Monotone 10))
    Assert.That(faults (by "transport" """, "networks": {}"""), Does.Contain "$.networks")
    Assert.That(faults (by "monotone" """, "transport": {}"""), Does.Contain "$.transport")
    Assert.That(faults (withMore """, "monotone": {}"""), Does.Contain "$.monotone")
    let two = by "monotone" """, "condition": ["y", "z"]"""
    Assert.That(faults two, Does.Contain "bins of one condition")

    let unmatched =
        by "transport" """, "transport": { "matchBins": 5, "members": 0, "epoch": 1 }"""

    let found = faults unmatched
    Assert.That(found, Does.Contain "epoch")
    let unmatched = by "transport" """, "transport": { "matchBins": 5, "members": 0 }"""
    let found = faults unmatched
    Assert.That(found, Does.Contain "$.transport.matchBins")
    Assert.That(found, Does.Contain "$.transport.members")
