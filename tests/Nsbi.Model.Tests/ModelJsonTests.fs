module Nsbi.Model.Tests.ModelJsonTests

open NUnit.Framework
open Nsbi.Tests
open Nsbi.Model
open Nsbi.Model.Words

[<Property(Arbitrary = [| typeof<Arbitrary> |], MaxTest = 300)>]
let ``reading what was written gives the same model`` (written: Model) =
    // Equality of floats takes 0 and −0 for the same: the text must agree too.
    let json = ModelJson.write written

    match ModelJson.read json with
    | Ok again -> again = written && ModelJson.write again = json
    | Error faults -> failwith (faults |> List.map string |> String.concat "\n")

[<Test>]
let ``the file is short and readable`` () =
    let mu = poi "mu" |> above 0.0
    let k = nuisance "k"

    let written =
        model "H→ZZ" [
            unbinned "SR" (reference "ref") [
                processOf "S" [ scaledBy (mu - sqrt mu); yields 40.5 ]
                processOf "B" [ scaledBy k; yields 80.0 ]
            ]
            counting "CR" [ processOf "B" [ yields 3.0 ] ]
        ]

    let expected =
        """{"nsbi-model":2,"name":"H→ZZ","parameters":[
        {"name":"mu","role":"poi","initial":1,"lower":0},
        {"name":"k","role":"nuisance","initial":0,
         "constraint":{"type":"gaussian","observed":0,"sigma":1}}],
        "channels":[{"name":"SR","type":"unbinned","reference":"ref","processes":[
        {"name":"S","scale":"mu-sqrt(mu)","yields":[40.5]},
        {"name":"B","scale":"k","yields":[80]}]},
        {"name":"CR","type":"binned","processes":[{"name":"B","yields":[3]}]}]}"""

    let squeeze (text: string) = text.Replace(" ", "").Replace("\n", "")
    Check.equal (squeeze expected) (squeeze (ModelJson.write written))
    Check.equal (Ok written) (ModelJson.read expected)

/// A file around one parameter and one process.
let private file parameter proc =
    $"""{{"nsbi-model": 1, "name": "m",
    "parameters": [{{"name": "mu", "role": "poi", "initial": 1}}{parameter}],
    "channels": [{{"name": "c", "type": "binned",
        "processes": [{{"name": "s", "yields": [1], "scale": "mu"}}{proc}]}}]}}"""

let private broken = [
    TestCaseData("{\n  \"nsbi-model\": 1\n  \"name\"", [ "line 3, column 3" ])
    TestCaseData("[]", [ "$: a list stands where an object should" ])
    TestCaseData("{}", [ "'nsbi-model'"; "'name'"; "'parameters'"; "'channels'" ])
    TestCaseData(file "" """, {"name": "b", "yeilds": [1]}""", [ "yeilds"; "'yields' is missing" ])
    TestCaseData(
        file "" """, {"name": "b", "yields": [1, "2", null]}""",
        [ "$.channels[0].processes[1].yields[1]: the text \"2\""; "yields[2]: null" ]
    )
    TestCaseData(file "" """, {"name": "b", "yields": [1e999]}""", [ "1e999"; "double" ])
    TestCaseData(
        file "" """, {"name": "b", "yields": [1], "scale": "kappa - jes"}""",
        [ "processes[1].scale: 'kappa' is"; "'jes' is" ]
    )
    TestCaseData(
        file "" """, {"name": "b", "yields": [1], "scale": "mu +"}""",
        [ "processes[1].scale: column 5" ]
    )
    TestCaseData(
        file """, {"name": "n", "role": "nuisanse", "initial": 0}""" "",
        [
            "$.parameters[1].role: \"nuisanse\" is none of \"poi\", \"nuisance\""
            "nothing depends"
        ]
    )
    TestCaseData(
        file """, {"name": "mu", "role": "poi", "initial": 2}""" "",
        [ "$.parameters[1]: the parameter 'mu' is declared twice" ]
    )
    TestCaseData(
        file """, {"name": "n", "role": "poi", "initial": 2, "constraint": {"type": "flat"}}""" "",
        [ "$.parameters[1].constraint.type"; "\"flat\"" ]
    )
    TestCaseData(
        file
            """, {"name": "n", "role": "poi", "initial": 2, "constraint": {"type": "poisson"}}"""
            "",
        [ "'observed' is missing"; "'tau' is missing" ]
    )
    TestCaseData(
        file """, {"name": "n", "role": "poi", "initial": 2, "initial": 3, "fixed": 1}""" "",
        [
            "'initial' occurs 2 times"
            "$.parameters[1].fixed: 1 stands where true or false"
        ]
    )
    TestCaseData(
        """{"nsbi-model": 99, "name": 5, "parameters": [], "channels": [
        {"name": "c", "type": "unbinned", "processes": []},
        {"name": "c", "type": "binned", "reference": "r", "processes": []}]}""",
        [
            "$.nsbi-model: the schema version is 99"
            "$.name: 5"
            "$.channels[0]: the key 'reference' is missing"
            "$.channels[1].reference"
        ]
    )
]

[<TestCaseSource(nameof broken)>]
let ``every fault of a file is reported with its place`` (json: string, parts: string list) =
    match ModelJson.read json with
    | Ok _ -> Assert.Fail "was accepted"
    | Error faults -> faults |> List.map string |> String.concat "\n" |> Check.contains parts

[<Test>]
let ``a parameter that cannot be read is not reported again where it is used`` () =
    let json =
        file
            """, {"name": "n", "role": "nuisance", "initial": "0"}"""
            """, {"name": "b", "yields": [1], "scale": "n"}"""

    match ModelJson.read json with
    | Ok _ -> Assert.Fail "was accepted"
    | Error faults -> Check.equal 1 faults.Length

[<Test>]
let ``what JSON has no word for is refused`` () =
    let twice =
        model "m" [
            counting "a" [ processOf "s" [ scaledBy (poi "mu"); yields 1.0 ] ]
            counting "b" [ processOf "s" [ scaledBy (nuisance "mu"); yields 1.0 ] ]
        ]

    let infinite = model "m" [ counting "a" [ processOf "s" [ yields infinity ] ] ]

    for written in [ twice; infinite ] do
        let write = System.Action(fun () -> ModelJson.write written |> ignore)
        Assert.Throws<System.ArgumentException> write |> ignore
