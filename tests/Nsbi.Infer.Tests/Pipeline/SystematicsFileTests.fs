module Nsbi.Infer.Tests.SystematicsFileTests

open System.Text.Json.Nodes
open NUnit.Framework
open Nsbi.Model
open Nsbi.Learn
open Nsbi.Infer
open Nsbi.Infer.Tests.Analyses
open Nsbi.Infer.Tests.Expect
open Nsbi.Infer.Tests.SystematicAnalyses

/// What is broken, how, at which path the fault must be and what its sentence must say.
let private broken: (string * (JsonNode -> JsonNode) * string * string) list = [
    "unknown parameter",
    set "systematics/0/parameter" "\"jess\"",
    "$.systematics[0].parameter",
    "there is no such nuisance parameter ('jess')"
    "parameter of interest as a nuisance",
    set "systematics/0/parameter" "\"mu\"",
    "$.systematics[0].parameter",
    "no such nuisance parameter ('mu')"
    "nuisance that starts elsewhere",
    set "parameters/1/initial" "1",
    "$.systematics[0].parameter",
    "starts elsewhere ('1')"
    "unknown process",
    set "systematics/1/rates/NB" "[0.9, 1.1]",
    "$.systematics[1].rates.NB",
    "there is no such process ('NB')"
    "a rate of one number",
    set "systematics/1/rates/S" "[1.1]",
    "$.systematics[1].rates.S",
    "factors at -1 and at +1"
    "a rate that is not positive",
    set "systematics/1/rates/S" "[0, 1.1]",
    "$.systematics[1].rates.S",
    "not positive ('0')"
    "unknown key", set "systematics/0/kind" "3", "$.systematics[0].kind", "no key 'kind'"
    "unknown effect", set "systematics/0/effect" "\"half\"", "$.systematics[0].effect", "\"both\""
    "unknown code", set "systematics/0/code" "\"5\"", "$.systematics[0].code", "log4p"
    "one side without symmetrisation",
    without "systematics/0/samples/NI/down",
    "$.systematics[0].samples.NI",
    "it has no \"down\""
    "two sides with symmetrisation",
    set "systematics/0/symmetrised" "\"one-sided\"",
    "$.systematics[0].samples.NI",
    "leave one of them out"
    "varied sample from nowhere",
    without "systematics/0/samples/NI/up/toy",
    "$.systematics[0].samples.NI.up",
    "either \"file\" or \"toy\""
    "varied sample of an unknown process",
    set "systematics/0/samples/NI/up/process" "\"NJ\"",
    "$.systematics[0].samples.NI.up.process",
    "the toy has no such process"
    "weight that is no expression",
    set "systematics/2/weights/S/up" "\"1 +\"",
    "$.systematics[2].weights.S.up",
    "1 +"
    "weight with a transform",
    set "systematics/2/weights/S/up" "\"x | exp\"",
    "$.systematics[2].weights.S.up",
    "exp"
    "events that vary twice",
    set "systematics/2/parameter" "\"jes\""
    >> set "systematics/2/weights/NI" """{"up": "1"}""",
    "$.systematics",
    "more than once"
    "nothing at all",
    append "systematics" """{"parameter": "lumi"}""",
    "$.systematics[3]",
    "it does nothing"
    "folds of its own",
    set "systematics/0/networks" """{"folds": 3}""",
    "$.systematics[0].networks.folds",
    "cannot have their own"
    "unknown event rate", set "terms/3/eventRate" "\"free\"", "$.terms[3].eventRate", "renormalised"
]

let private brokenNames = broken |> List.map (fun (name, _, _, _) -> name)

[<TestCaseSource(nameof brokenNames)>]
let ``a broken systematic is answered by one sentence with its JSON path`` (name: string) =
    let _, change, path, words = broken |> List.find (fun (n, _, _, _) -> n = name)
    let faults = json systematics |> change |> parse |> faultsOf
    Assert.That(faults.Length, same 1, Fault.render faults)
    Assert.That(faults.Head.Path, same (Some path), string faults.Head)
    Assert.That(string faults.Head, Does.Contain words)

[<Test>]
let ``rates are factors and events are densities with their rates`` () =
    let analysis = json systematics |> parse |> succeed

    let signal = {
        Nominal = Map.ofList [ "S", [ 40.0 ]; "SBI", [ 68.0 ]; "B", [ 80.0 ]; "NI", [ 200.0 ] ]
        Varied =
            Map.ofList [
                "jes-NI",
                {
                    Up = [ 210.0 ]
                    Down = Some [ 196.0 ]
                }
                "eff-S", { Up = [ 44.0 ]; Down = None }
            ]
    }

    let modifiers name =
        AnalysisModel.write analysis signal None
        |> _.Channels
        |> List.collect Channel.processes
        |> List.find (fun p -> p.Name = name)
        |> _.Modifiers

    match modifiers "NI" with
    | [ NormSys(lumi, PolynomialExponential, 0.974, 1.026); NormSys(jes, _, low, high); EventSys v ] ->
        Assert.That((lumi.Name, jes.Name), same ("lumi", "jes"))
        Assert.That(low, near 1e-12 0.98)
        Assert.That(high, near 1e-12 1.05)
        Assert.That((v.Variation, v.Symmetrisation), same ("jes", None))
    | other -> Assert.Fail $"%A{other}"

    match modifiers "S" with
    | [ NormSys _; NormSys(eff, LogPolynomial, low, high); EventSys v ] ->
        Assert.That(eff.Name, same "eff")
        Assert.That(high, near 1e-12 1.1)
        Assert.That(low, near 1e-12 (1.0 / 1.1))
        Assert.That((v.Code, v.Symmetrisation), same (LogPolynomial, Some MirroredRatio))
    | other -> Assert.Fail $"%A{other}"

    Assert.That((modifiers "SBI").Length, same 1)

[<Test>]
let ``histograms vary as wholes, and an effect on shapes alone keeps their sum`` () =
    let region = {
        Nominal = Map.ofList [ for name in [ "S"; "SBI"; "B"; "NI" ] -> name, [ 10.0; 30.0 ] ]
        Varied =
            Map.ofList [
                "jes-NI",
                {
                    Up = [ 12.0; 32.0 ]
                    Down = Some [ 10.0; 20.0 ]
                }
                "eff-S", { Up = [ 10.0; 30.0 ]; Down = None }
            ]
    }

    let modifiers effect =
        let analysis =
            json systematics |> set "systematics/0/effect" effect |> parse |> succeed

        RegionYields.binned analysis region
        |> List.find (fun p -> p.Name = "NI")
        |> _.Modifiers
        |> List.last

    match modifiers "\"both\"" with
    | HistoSys(_, PolynomialLinear, low, high) ->
        Assert.That(low, same [ 10.0; 20.0 ])
        Assert.That(high, same [ 12.0; 32.0 ])
    | other -> Assert.Fail $"%A{other}"

    match modifiers "\"shape\"" with
    | HistoSys(_, _, low, high) ->
        Assert.That(List.sum low, near 1e-12 40.0)
        Assert.That(high.Head, near 1e-12 (12.0 / 1.1))
    | other -> Assert.Fail $"%A{other}"

    match modifiers "\"rate\"" with
    | NormSys(_, _, low, high) ->
        Assert.That(low, near 1e-12 0.75)
        Assert.That(high, near 1e-12 1.1)
    | other -> Assert.Fail $"%A{other}"

[<Test>]
let ``processes of one sample that vary alike share their networks`` () =
    let twice =
        json systematics
        |> append "terms" """{"name": "NI2", "sample": "NI", "scale": "0.1"}"""
        |> set
            "systematics/0/samples/NI2"
            ((at "systematics/0/samples/NI" (json systematics)).ToJsonString())

    // The name of a varied sample says where it stands, so that events of two entries are compared by
    // what they are.
    let plans = twice |> parse |> succeed |> VariationPlan.ofAnalysis
    Assert.That(plans |> List.map _.Processes, same [ [ "NI"; "NI2" ]; [ "S" ] ])
