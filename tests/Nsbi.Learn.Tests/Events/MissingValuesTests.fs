module Nsbi.Learn.Tests.MissingValuesTests

open NUnit.Framework
open Nsbi.Learn
open Nsbi.Learn.Events
open Nsbi.Learn.Tests.Scratch

let private features texts = good (Feature.parseAll texts)

/// Two features that lack their values together, one that lacks its own, one that is complete.
let private table =
    EventTable.ofColumns
        [
            "m", [| 2.0; -9.0; 4.0; 8.0; -9.0 |]
            "eta", [| 0.5; -9.0; -0.5; 1.5; -9.0 |]
            "pt", [| 1.0; 2.0; -9.0; 3.0; 4.0 |]
            "x", [| 1.0; 2.0; 3.0; 4.0; 5.0 |]
        ]
        (Some [| 1.0; 1.0; -2.0; 1.0; 1.0 |])

let private texts = [
    "x | missing(-9)"
    "m | missing(-9) | log"
    "pt | missing(-9) | standardise"
    "ratio = pt / eta | missing(-9)"
    "eta | missing(-9)"
]

let private fitted = lazy (good (FittedFeatures.fit (features texts) table))

[<Test>]
let ``a missing value becomes the mean of the present ones, and an indicator says so`` () =
    let matrix = good (FittedFeatures.apply fitted.Value table)

    equal [| "x"; "m"; "pt"; "ratio"; "eta"; "no m and 1 more"; "no pt"; "no ratio" |] matrix.Names

    equal (5, 8) (matrix.Rows, matrix.Columns)

    let column j =
        Array.init 5 (fun i -> float matrix.Values[i * 8 + j])
    // |w| of the events with m: 1, 2, 1.
    let mean = (log 2.0 + 2.0 * log 4.0 + log 8.0) / 4.0
    Assert.That(column 1, Is.EqualTo(box [| log 2.0; mean; log 4.0; log 8.0; mean |]).Within 1e-6)
    // Behind standardise the mean is 0.
    Assert.That((column 2)[2], Is.EqualTo(0.0).Within 1e-7)
    let struct (average, deviation) = struct (2.5, sqrt 1.25)
    Assert.That((column 2)[0], Is.EqualTo((1.0 - average) / deviation).Within 1e-6)
    // pt / eta needs both: of events 1 and 4 that is 2 and 2.
    Assert.That(column 3, Is.EqualTo(box [| 2.0; 2.0; 2.0; 2.0; 2.0 |]).Within 1e-6)
    Assert.That((column 4)[1], Is.EqualTo((0.5 - 1.0 + 1.5) / 4.0).Within 1e-7)
    equal [| 0.0; 1.0; 0.0; 0.0; 1.0 |] (column 5)
    equal [| 0.0; 0.0; 1.0; 0.0; 0.0 |] (column 6)
    equal [| 0.0; 1.0; 1.0; 0.0; 1.0 |] (column 7)

[<Test>]
let ``features that are complete have no indicator`` () =
    equal (Some(FittedMissing.Never -9.0)) fitted.Value.Features[0].Missing
    equal [ "no m and 1 more"; "no pt"; "no ratio" ] (FittedFeatures.indicators fitted.Value)

[<Test>]
let ``without a declared code the number is a number`` () =
    let fitted = good (FittedFeatures.fit (features [ "m"; "eta" ]) table)
    let matrix = good (FittedFeatures.apply fitted table)
    equal [| "m"; "eta" |] matrix.Names
    equal [| 2.0f; 0.5f; -9.0f; -9.0f |] matrix.Values[0..3]

[<Test>]
let ``a code for all features leaves alone what a feature says itself`` () =
    let own = features [ "m"; "eta | missing(-9)" ] |> List.map (Feature.missing -99.0)
    equal [ Some -99.0; Some -9.0 ] (own |> List.map _.Missing)

    Assert.That(
        argumentFault (fun () -> Feature.missing nan own.Head |> ignore),
        Does.Contain "stands for nothing"
    )

[<Test>]
let ``the transforms learn from the present values alone`` () =
    let fitted =
        good (FittedFeatures.fit (features [ "m | missing(-9) | minmax" ]) table)

    equal [ FittedTransform.MinMaxed(2.0, 8.0, 0.0, 1.0) ] fitted.Features[0].Transforms

[<Test>]
let ``the columns of histograms have NaN in place of the fill`` () =
    let matrix = good (FittedFeatures.apply fitted.Value table)
    let column = FittedFeatures.column 4 fitted.Value table matrix
    Assert.That(column, Is.EqualTo(box [| 0.5; nan; -0.5; 1.5; nan |]))

let private event m eta pt =
    EventTable.ofColumns [ "m", [| m |]; "eta", [| eta |]; "pt", [| pt |]; "x", [| 1.0 |] ] None

[<Test>]
let ``an event that lacks what none lacked before is a fault with its place`` () =
    let odd = EventTable.withColumn "x" [| -9.0 |] (event 1.0 2.0 3.0)
    let faults = FittedFeatures.apply fitted.Value odd |> sentences ""

    equal
        [
            "event table, event 1, column 'x': the feature is missing, as in no event it was "
            + "learned from; leave the feature out, or learn from events such as this one."
        ]
        faults

[<Test>]
let ``an event that lacks only some of what was missing together is a fault`` () =
    let faults = FittedFeatures.apply fitted.Value (event -9.0 2.0 3.0) |> sentences ""
    equal 1 faults.Length
    Assert.That(faults[0], Does.StartWith "event table, event 1, column 'eta': either this feature")
    equal 8 (good (FittedFeatures.apply fitted.Value (event -9.0 -9.0 3.0))).Columns

[<Test>]
let ``a feature that is missing everywhere is a fault`` () =
    let empty = EventTable.ofColumns [ "x", [| -9.0; -9.0 |] ] None

    let faults =
        FittedFeatures.fit (features [ "x | missing(-9) | standardise" ]) empty
        |> sentences ""

    equal
        [
            "event table, column 'x': the feature is missing in all events that have a weight; "
            + "leave it out."
        ]
        faults

[<Test>]
let ``missing values come back from JSON bit for bit, and older JSON has none`` () =
    let text = FittedFeaturesJson.toText fitted.Value
    equal fitted.Value (good (FittedFeaturesJson.ofText "net.json" text))

    let old = """[{ "name": "x", "expression": "x", "transforms": [] }]"""
    equal None (good (FittedFeaturesJson.ofText "net.json" old)).Features[0].Missing

[<Test>]
let ``broken missing values in JSON are named by path`` () =
    let feature missing =
        $"""{{ "name": "x", "expression": "x", "missing": {missing}, "transforms": [] }}"""

    let faults missing =
        FittedFeaturesJson.ofText "net.json" $"[{feature missing}]" |> sentences ""

    for missing, start in
        [
            """{ "fill": 1, "indicator": 0 }""", "$[0].missing.code: a number is missing"
            """{ "code": 1, "indicator": 0 }""", "$[0].missing.fill: a number is missing"
            """{ "code": 1, "fill": 0 }""", "$[0].missing.indicator: a number is missing"
            """{ "code": 1, "fill": 0, "indicator": 1 }""", "$: the indicators of missing values"
        ] do
        Assert.That(faults missing, Has.Some.StartsWith("net.json, " + start))

[<TestCase("a = x | missing(-999) | log")>]
[<TestCase("a = x / y | missing(1E+30)")>]
let ``a feature with a code is printed as it is read`` (text: string) =
    let feature = good1 (Feature.parse text)
    equal text (string feature)
    equal (Ok feature) (Feature.parse (string feature))

[<TestCase("x | log | missing(-999)", 11, "it stands before all else")>]
[<TestCase("x | missing", 5, "missing takes one number")>]
[<TestCase("x | missing(1, 2)", 5, "missing takes one number")>]
let ``a code that is written wrongly is shown where it stands`` text (at: int) (words: string) =
    match Feature.parse text with
    | Ok feature -> Assert.Fail(string feature)
    | Error fault ->
        Assert.That(string fault, Does.Contain $"character {at}:")
        Assert.That(string fault, Does.Contain words)

[<Test>]
let ``numbers that look like a code are suspected, and others are not`` () =
    let several (value: float) (others: float[]) =
        Array.append (Array.create 10 value) others

    let spread = Array.init 990 (fun i -> 20.0 + float i / 7.0)
    let counts = Array.init 990 (fun i -> float (i % 4))

    let table =
        EventTable.ofColumns
            [
                "nines", several -999.0 spread
                "far", several -1e30 spread
                "upper", several 99999.0 spread
                "zeros", several 0.0 spread
                "clipped", several 15.0 spread
                "count", several 0.0 counts
                "flag", several 1.0 (Array.zeroCreate 990)
                "single", Array.append [| -999.0 |] (Array.init 999 float)
                "outlier", Array.append [| 1e9 |] (Array.init 999 float)
                "inside", Array.init 1000 (fun i -> if i % 3 = 0 then 99.0 else float i)
            ]
            None

    let found = MissingValues.suspects ([ "not there" ] @ List.ofSeq table.Names) table
    equal [ "nines", -999.0; "far", -1e30; "upper", 99999.0 ] [ for s in found -> s.Column, s.Code ]

    equal 0.01 found.Head.Share

[<Test>]
let ``no column of the real samples is suspected but those of the HiggsML challenge`` () =
    let suspects file weight =
        let columns =
            if weight = "" then
                EventRequest.all
            else
                EventRequest.weightedBy weight EventRequest.all

        let table = good (EventFile.read columns (sharedData file))

        MissingValues.suspects (List.ofSeq table.Names) table
        |> List.map _.Code
        |> List.distinct

    equal [] (suspects "hzz4l/SMHiggsToZZTo4LTwoMuonsTwoElectronsSkim.csv.gz" "Weight")
    equal [] (suspects "hzz4l/ZZTo2e2muTwoMuonsTwoElectronsSkim.csv.gz" "Weight")

    let higgs =
        EventRequest.all
        |> EventRequest.weightedBy "KaggleWeight"
        |> EventRequest.comparing [ "Label", "s"; "KaggleSet", "t" ]

    let file = "higgsml/atlas-higgs-challenge-2014-v2.first22k.csv.gz"
    let table = good (EventFile.read higgs (sharedData file))
    let found = MissingValues.suspects (List.ofSeq table.Names) table
    equal [ -999.0 ] (found |> List.map _.Code |> List.distinct)
    equal 11 found.Length
