module Calibration.MovedFeatureTests

open NUnit.Framework
open Nsbi.Infer.Calibration
open Nsbi.Learn
open Nsbi.Learn.Events

let private feature coordinates text =
    match MovedFeature.parse coordinates text with
    | Ok feature -> feature
    | Error fault -> invalidOp (string fault)

let private refusal text =
    match MovedFeature.parse CalibrationCoordinates.Plain text with
    | Ok _ -> ""
    | Error fault -> string fault

[<TestCase("pt", 3.5, 3.5)>]
[<TestCase("pt | log", 2.0, 0.69314718055994531)>]
[<TestCase("pt | log1p", 2.0, 1.0986122886681098)>]
[<TestCase("pt | sqrt", 9.0, 3.0)>]
[<TestCase("pt | sqrt | log", 9.0, 1.0986122886681098)>]
let ``steps lead to the coordinate and back`` (text: string, value: float, expected: float) =
    let it = feature CalibrationCoordinates.Plain text
    Assert.That(MovedFeature.coordinate it value, Is.EqualTo(expected).Within 1e-12)
    Assert.That(MovedFeature.value it expected, Is.EqualTo(value).Within 1e-12)

[<Test>]
let ``logits are the last step`` () =
    let it = feature CalibrationCoordinates.Logits "p"
    Assert.That(MovedFeature.coordinate it 0.2, Is.EqualTo(log 0.25).Within 1e-12)
    Assert.That(MovedFeature.value it (log 0.25), Is.EqualTo(0.2).Within 1e-12)

[<Test>]
let ``a quantity keeps its column, an expression gets one of its name`` () =
    Assert.That((feature CalibrationCoordinates.Plain "a = pt | log").Column, Is.EqualTo "pt")
    Assert.That((feature CalibrationCoordinates.Plain "a = pt / 2").Column, Is.EqualTo "a")

[<Test>]
let ``steps that cannot be undone are refused`` () =
    Assert.That(refusal "pt | standardise", Does.Contain "cannot be undone")
    Assert.That(refusal "pt | clip(0, 1)", Does.Contain "cannot be undone")
    Assert.That(refusal "pt | missing(-999)", Does.Contain "missing value cannot be moved")

[<Test>]
let ``an event without a coordinate is named`` () =
    let it = feature CalibrationCoordinates.Logits "p"
    let table = EventTable.ofColumns [ "p", [| 0.5; 1.0; 0.1; -2.0 |] ] None

    match MovedFeature.evaluate it table with
    | Ok _ -> Assert.Fail "accepted"
    | Error faults ->
        Assert.That(Fault.total faults, Is.EqualTo 2)
        Assert.That(Fault.render faults, Does.Contain "event 2")
