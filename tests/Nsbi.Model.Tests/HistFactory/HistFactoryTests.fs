module Nsbi.Model.Tests.HistFactory.HistFactoryTests

open System
open NUnit.Framework
open Nsbi.Model
open Nsbi.Model.HistFactory
open Nsbi.Model.Tests
open Nsbi.Model.Tests.HistFactory
open Nsbi.Tests

let private read (json: string) : Document =
    match DocumentJson.read json with
    | Ok document -> document
    | Error faults -> failwith (faults |> List.map string |> String.concat "\n")

let private modelOf (measurement: string option) (json: string) : DocumentModel =
    match HistFactory.model measurement (read json) with
    | Ok found -> found
    | Error faults -> failwith (faults |> List.map string |> String.concat "\n")

let private writeBack (found: DocumentModel) : string =
    match HistFactory.document found.Rest (Map.ofList found.Counts) found.Model with
    | Ok document -> DocumentJson.write document
    | Error faults -> failwith (faults |> List.map string |> String.concat "\n")

let private parameter (found: DocumentModel) (name: string) : Parameter =
    Model.parameters found.Model |> List.find (fun p -> p.Name = name)

[<TestCase null>]
[<TestCase "main">]
[<TestCase "other">]
let ``a document comes back from its model`` (measurement: string) =
    modelOf (Option.ofObj measurement) Documents.all
    |> writeBack
    |> Documents.assertEqual Documents.all

[<Test>]
let ``every published workspace comes back from its model, by way of our own JSON`` () =
    for name in Documents.names do
        let json = Documents.published name
        let found = modelOf None json

        match Model.validate found.Model with
        | Ok _ -> ()
        | Error faults -> Assert.Fail(faults |> List.map string |> String.concat "\n")

        match ModelJson.read (ModelJson.write found.Model) with
        | Error faults -> Assert.Fail(string faults.Head)
        | Ok again ->
            Assert.That((again = found.Model), name)
            Documents.assertEqual json (writeBack { found with Model = again })

[<Test>]
let ``parameters have the defaults of pyhf and the settings of the measurement`` () =
    let main = modelOf None Documents.all

    let declared name role initial lower upper term isFixed =
        Check.equal
            {
                Name = name
                Role = role
                Initial = initial
                Lower = lower
                Upper = upper
                Constraint = term
                Fixed = isFixed
            }
            (parameter main name)

    declared "mu" PointOfInterest 1.0 -5.0 10.0 Unconstrained false
    declared "lumi" Nuisance 1.0 0.9 1.1 (Gaussian(1.0, 0.02)) false
    declared "jes" Nuisance 0.0 -5.0 5.0 (Gaussian(0.0, 1.0)) false
    declared "uncorr[0]" Nuisance 1.0 1e-10 10.0 (Poisson(210.0, 200.0)) false
    declared "free[2]" Nuisance 1.0 0.0 10.0 Unconstrained false
    // √(0.3² + 0²)/(11 + 52.5), and √(0.4² + 1.2²)/(12 + 50).
    declared "stat[1]" Nuisance 1.01 1e-10 10.0 (Gaussian(1.0, 0.3 / 63.5)) true
    declared "stat[0]" Nuisance 1.0 1e-10 10.0 (Gaussian(1.0, sqrt 1.6 / 62.0)) true

    let other = modelOf (Some "other") Documents.all
    Check.equal PointOfInterest (parameter other "jes").Role
    Check.equal (Gaussian(2.0, 0.1)) (parameter other "lumi").Constraint
    Check.equal (Poisson(2500.0 / 9.0, 2500.0 / 9.0)) (parameter other "uncorr[0]").Constraint
    Check.equal false (parameter other "stat[0]").Fixed

/// One channel of two bins, its samples and the settings given.
let private small (samples: string) (poi: string) (settings: string) =
    $$$"""{"channels": [{"name": "c", "samples": [{{{samples}}}]}],
    "observations": [{"name": "c", "data": [51, 48]}],
    "measurements": [{"name": "m", "config": {"poi": "{{{poi}}}", "parameters": [{{{settings}}}]}}],
    "version": "1.0.0"}"""

let private sample name data modifiers =
    $$$"""{"name": "{{{name}}}", "data": {{{data}}}, "modifiers": [{{{modifiers}}}]}"""

let private modifier name kind data =
    $$$"""{"name": "{{{name}}}", "type": "{{{kind}}}", "data": {{{data}}} }"""

[<Test>]
let ``a bin without yield or uncertainty has a held factor`` () =
    let json kind =
        small (sample "a" "[0.0, 4.0]" (modifier "g" kind "[1.0, 0.5]")) "" ""

    let shape = modelOf None (json "shapesys")
    Check.equal (Poisson(1.0, 1.0)) (parameter shape "g[0]").Constraint
    Check.equal [ true; false ] (Model.parameters shape.Model |> List.map _.Fixed)
    Check.equal (Poisson(64.0, 64.0)) (parameter shape "g[1]").Constraint
    let stat = modelOf None (json "staterror")
    Check.equal (Gaussian(1.0, 1.0)) (parameter stat "g[0]").Constraint
    Check.equal [ true; false ] (Model.parameters stat.Model |> List.map _.Fixed)
    Check.equal (Gaussian(1.0, 0.125)) (parameter stat "g[1]").Constraint

[<Test>]
let ``a staterror over channels is numbered in the order of their names`` () =
    let channel name data errors =
        $$$"""{"name": "{{{name}}}", "samples": [{{{sample "a" data (modifier "g" "staterror" errors)}}}]}"""

    let json =
        $$$"""{"channels": [{{{channel "b" "[10, 20]" "[1, 1]"}}}, {{{channel "a" "[40]" "[2]"}}}],
        "observations": [{"name": "b", "data": [1, 2]}, {"name": "a", "data": [3]}],
        "measurements": [{"name": "m", "config": {"poi": "", "parameters": []}}],
        "version": "1.0.0"}"""

    let found = modelOf None json

    Check.equal
        [
            "g[1]", Gaussian(1.0, 0.1)
            "g[2]", Gaussian(1.0, 0.05)
            "g[0]", Gaussian(1.0, 0.05)
        ]
        (Model.parameters found.Model |> List.map (fun p -> p.Name, p.Constraint))

    Documents.assertEqual json (writeBack found)

/// pyhf's example of three parameters (PHYSICS.md §E2).
let private example =
    small
        (sample "signal" "[12.0, 11.0]" (modifier "mu" "normfactor" "null")
         + ", "
         + sample "background" "[50.0, 52.0]" (modifier "b" "shapesys" "[3.0, 7.0]"))
        "mu"
        ""

[<Test>]
let ``the example of pyhf has its three parameters`` () =
    let found = modelOf None example

    Check.equal
        [
            "mu", Unconstrained
            "b[0]", Poisson(2500.0 / 9.0, 2500.0 / 9.0)
            "b[1]", Poisson(2704.0 / 49.0, 2704.0 / 49.0)
        ]
        (Model.parameters found.Model |> List.map (fun p -> p.Name, p.Constraint))

    // histfactory_reference.py
    let value = fun (_: string) -> 1.0
    let counts = Map.ofList found.Counts
    Check.close 1e-11 30.77525434631491 (HistFactoryReference.twiceNll found.Model counts value)

/// −2 ln L and the sum of the expected bins from histfactory_reference.py, at the initial values and
/// at its shifted point.
let private numbers =
    [
        "all", 24.9534372085, 260.135, 44.96443298749, 263.426990546
        "AGC_cms_opendata_ttbar_workspace",
        511.293385255,
        80130.1865971,
        2462.035593375,
        91964.39677671
        "ATLAS-SUSY-2018-04_SRcombined",
        224.5936383628,
        1299.735045834,
        233.5554425598,
        1212.200599113
        "ATLAS-SUSY-2019-08_full_C1N2_Wh_hbb_700_250",
        231.0207900126,
        2244.667359557,
        259.7598932321,
        2250.625652388
        "pyhf-tutorial_bkg_only", 86.07086140155, 2180.94054546, 91.42668858592, 2181.639896312
    ]
    |> List.map (fun (name: string, a: float, b: float, c: float, d: float) ->
        TestCaseData(name, a, b, c, d))

[<TestCaseSource(nameof numbers)>]
let ``a model gives the likelihood of an independent program``
    (name: string)
    (nominal: float)
    (nominalRate: float)
    (shifted: float)
    (shiftedRate: float)
    =
    let json =
        if name = "all" then
            Documents.all
        else
            Documents.published name

    let found = modelOf None json
    let parameters = Model.parameters found.Model

    let order =
        parameters
        |> List.map _.Name
        |> List.sortWith (fun a b -> String.CompareOrdinal(a, b))
        |> List.mapi (fun k name -> name, float k)
        |> Map.ofList

    let point (shift: float) =
        parameters
        |> List.map (fun p ->
            let size = if p.Constraint = Gaussian(0.0, 1.0) then 0.5 else 0.02
            p.Name, p.Initial + shift * size * sin order[p.Name])
        |> Map.ofList

    for shift, value, rate in [ 0.0, nominal, nominalRate; 1.0, shifted, shiftedRate ] do
        let theta = point shift
        let at name = theta[name]

        let expected =
            found.Model.Channels
            |> List.collect (HistFactoryReference.expected at)
            |> List.sum

        Check.close 1e-11 rate expected

        HistFactoryReference.twiceNll found.Model (Map.ofList found.Counts) at
        |> Check.close 1e-11 value

let private faults (result: Result<'a, ModelError list>) : string =
    match result with
    | Ok _ -> failwith "There is no fault."
    | Error faults -> faults |> List.map string |> String.concat "\n"

let private mu = modifier "mu" "normfactor" "null"
let private one = sample "a" "[1, 1]"

let private refused = [
    TestCaseData(
        small
            (one mu
             + ", "
             + sample "b" "[1, 1]" (modifier "mu" "normsys" "{\"lo\":1,\"hi\":1}"))
            ""
            "",
        [
            "channel 'c', sample 'b', normsys 'mu': the name is that of a normfactor in channel 'c'"
        ]
    )
    TestCaseData(
        small
            (one (modifier "g" "shapesys" "[1, 1]")
             + ", "
             + sample "b" "[1, 1]" (modifier "g" "shapesys" "[1, 1]"))
            ""
            "",
        [
            "sample 'b', shapesys 'g': the same shapesys stands in channel 'c', sample 'a'"
        ]
    )
    TestCaseData(
        small (one (modifier "lumi" "lumi" "null")) "" "{\"name\": \"lumi\", \"inits\": [1]}",
        [
            "$.measurements[0].config.parameters: nothing is said of bounds, auxdata, sigmas of 'lumi'"
        ]
    )
    TestCaseData(
        small (one (modifier "g" "staterror" "[1, 1]")) "g" "",
        [ "'g' is a staterror of 2 components" ]
    )
    TestCaseData(
        small
            (one (mu + ", " + modifier "g" "staterror" "[1, 1]"))
            "mu"
            """{"name": "mu", "auxdata": [1], "inits": [1, 2]}, {"name": "g", "inits": [1]}""",
        [
            "$.measurements[0].config.parameters[0].auxdata: 'mu' is a normfactor, which takes no auxdata"
            "$.measurements[0].config.parameters[0].inits: 'mu' has 1 components, and there are 2"
            "$.measurements[0].config.parameters[1].inits: 'g' has 2 components, and there are 1"
        ]
    )
    TestCaseData(
        small
            (one (modifier "g[0]" "normfactor" "null" + ", " + modifier "g" "shapefactor" "null"))
            ""
            "",
        [
            "parameter 'g[0]': it is a component of the normfactor 'g[0]' and the shapefactor 'g'"
        ]
    )
]

[<TestCaseSource(nameof refused)>]
let ``what pyhf refuses is refused with its place`` (json: string) (parts: string list) =
    read json |> HistFactory.model None |> faults |> Check.contains parts

[<Test>]
let ``without its signal a workspace has nothing of interest, and keeps the name`` () =
    let json = small (one mu) "nu" ""
    let found = modelOf None json
    Check.equal [ Nuisance ] (Model.parameters found.Model |> List.map _.Role)
    Documents.assertEqual json (writeBack found)

[<Test>]
let ``an unknown measurement is refused with those there are`` () =
    read Documents.all
    |> HistFactory.model (Some "mian")
    |> faults
    |> Check.contains [ "there is no measurement 'mian'; there are: main, other" ]

[<Test>]
let ``a change of the model becomes a setting and nothing else changes`` () =
    let found = modelOf None example

    let changed = {
        found with
            Model = found.Model |> Model.fix "b[0]" 1.25 |> Model.fix "b[1]" 1.0
    }

    let settings = (read (writeBack changed)).Measurements.Head.Parameters

    Check.equal
        [
            {
                ParameterSettings.none "b" with
                    Inits = Some [ 1.25; 1.0 ]
                    Fixed = Some true
            }
        ]
        settings

    match
        HistFactory.document found.Rest (Map.ofList found.Counts) (Model.fix "b[0]" 1.0 found.Model)
    with
    | Ok _ -> Assert.Fail "One component cannot be held."
    | Error faults ->
        Check.contains [ "parameter 'b': some of its components are held" ] (string faults.Head)
