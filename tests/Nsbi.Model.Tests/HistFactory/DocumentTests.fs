module Nsbi.Model.Tests.HistFactory.DocumentTests

open NUnit.Framework
open Nsbi.Model.HistFactory
open Nsbi.Model.Tests
open Nsbi.Model.Tests.HistFactory

let private read (json: string) : Document =
    match DocumentJson.read json with
    | Ok document -> document
    | Error faults -> failwith (faults |> List.map string |> String.concat "\n")

[<Test>]
let ``a document that holds everything comes back equal in structure`` () =
    Documents.assertEqual Documents.all (DocumentJson.write (read Documents.all))

[<Test>]
let ``what is read is what stands there`` () =
    let document = read Documents.all
    Check.equal [ "SR"; "CR" ] (document.Channels |> List.map _.Name)
    let signal = document.Channels.Head.Samples.Head
    Check.equal [ 12.0; 11.0 ] signal.Data

    Check.equal
        [
            "mu", "normfactor"
            "lumi", "lumi"
            "jes", "histosys"
            "jes", "normsys"
            "stat", "staterror"
        ]
        (signal.Modifiers |> List.map (fun m -> m.Name, m.Data.Type))

    Check.equal
        (ModifierData.NormSys(0.9, 1.05, [ { Key = "note"; Json = "[1, {}]" } ]))
        signal.Modifiers[3].Data

    let settings = document.Measurements.Head.Parameters
    Check.equal (Some [ -5.0, 10.0 ]) settings[1].Bounds
    Check.equal (Some [ 200.0; 50.0 ]) settings[2].Factors
    Check.equal (Some true) settings[3].Fixed

    Check.equal
        {
            ParameterSettings.none "elsewhere" with
                Inits = Some [ 3.0 ]
        }
        settings[4]

let private names = Documents.names

let private faults (json: string) : string =
    match DocumentJson.read json with
    | Ok _ -> failwith "It was read."
    | Error faults -> faults |> List.map string |> String.concat "\n"

let private broken = [
    TestCaseData("{\"channels\": [,]}", [ "line 1, column 15" ])
    TestCaseData("[]", [ "$: a list stands where an object should" ])
    TestCaseData(
        "{\"channels\": [], \"versoin\": 1}",
        [
            "$.versoin: there is no key 'versoin'"
            "'observations' is missing"
            "'measurements' is missing"
            "'version' is missing"
            "$.channels: the list is empty"
        ]
    )
    TestCaseData(
        Documents.all.Replace("normfactor", "normfact").Replace("1.0.0", "0.9"),
        [
            "$.channels[0].samples[0].modifiers[0].type: \"normfact\" is none of"
            "$.version: \"0.9\" is none of"
        ]
    )
    TestCaseData(
        Documents.all.Replace("[12.0, 11]", "[12.0]").Replace("[1.2, 0.0]", "[1.2, -1, 0]"),
        [
            "$.channels[0].samples[0].modifiers[2].data.lo_data: it has 2 numbers"
            "$.channels[0].samples[1].data: it has 2 numbers, and its channel has 1 bins"
            "$.channels[0].samples[1].modifiers[1].data: it has 3 numbers"
            "$.channels[0].samples[1].modifiers[1].data[1]: an uncertainty is negative"
            "$.observations[1].data: it has 2 numbers"
        ]
    )
    TestCaseData(
        Documents.all
            .Replace("\"name\": \"flat\"", "\"name\": \"bkg\"")
            .Replace("\"name\": \"unused\"", "\"name\": \"SR\"")
            .Replace("\"name\": \"other\"", "\"name\": \"main\"")
            .Replace("\"name\": \"elsewhere\"", "\"name\": \"mu\""),
        [
            "$.channels[1].samples[1]: the sample 'bkg' stands at $.channels[1].samples[0]"
            "$.observations[2]: the observation 'SR' stands at $.observations[1]"
            "$.measurements[1]: the measurement 'main' stands at $.measurements[0]"
            "$.measurements[0].config.parameters[4]: the parameter 'mu'"
        ]
    )
    TestCaseData(
        Documents.all.Replace(
            "\"name\": \"lumi\", \"type\": \"lumi\"",
            "\"name\": \"l\", \"type\": \"lumi\""
        ),
        [ "a modifier of type lumi is named \"l\"" ]
    )
    TestCaseData(
        Documents.all.Replace("{ \"name\": \"CR\", \"data\": [103, 0, 29] },", ""),
        [ "$.channels[1]: there is no observation of the channel 'CR'" ]
    )
    TestCaseData(
        Documents.all
            .Replace("[[-5, 10.0]]", "[[-5]]")
            .Replace("\"inits\": [3]", "\"inits\": [\"3\"]"),
        [
            "bounds[0]: 1 numbers stand where"
            "inits[0]: the text \"3\" stands where a number"
        ]
    )
]

[<TestCaseSource(nameof broken)>]
let ``every fault is named with its place`` (json: string) (parts: string list) =
    Check.contains parts (faults json)

[<TestCaseSource(nameof names)>]
let ``every published workspace comes back equal in structure`` (name: string) =
    let json = Documents.published name
    Documents.assertEqual json (DocumentJson.write (read json))
