module Calibration.RatioCalibrationTests

open System
open System.Buffers
open System.Text.Json
open NUnit.Framework
open Nsbi.Learn
open Nsbi.Learn.Calibration
open Calibration.CalibrationExamples

let private methods = [
    CalibrationMethod.Histogram(15, false)
    CalibrationMethod.Isotonic
    CalibrationMethod.Platt
]

let private fit method sample =
    match RatioCalibration.fit method sample with
    | Ok calibration -> calibration
    | Error faults -> invalidOp (Fault.render faults)

let private text calibration =
    let buffer = ArrayBufferWriter<byte>()
    use writer = new Utf8JsonWriter(buffer)
    RatioCalibration.writeJson writer calibration
    writer.Flush()
    Text.Encoding.UTF8.GetString buffer.WrittenSpan

[<Test>]
let ``a calibration written and read again is the same`` () =
    for method in methods do
        let calibration = fit method (betaSample 1UL 900 exact)
        use document = JsonDocument.Parse(text calibration)
        let again = RatioCalibration.readJson document.RootElement
        Assert.That((again = calibration), Is.True)

[<Test>]
let ``a damaged calibration is refused`` () =
    let steps = text (fit CalibrationMethod.Isotonic (betaSample 1UL 900 exact))

    for broken in
        [
            steps.Replace("isotonic", "isotonisch")
            steps.Replace("\"from\":[", "\"from\":[0,")
            steps
                .Replace("\"from\":[", "\"from\":[1e300,")
                .Replace("\"target\":[", "\"target\":[0,")
        ] do
        use document = JsonDocument.Parse broken

        Assert.Throws<FormatException>(
            Action(fun () -> RatioCalibration.readJson document.RootElement |> ignore)
        )
        |> ignore

[<Test>]
let ``a calibrated ratio needs no other calibration`` () =
    // The second fit sees what the first made of the same events.
    for method in [ CalibrationMethod.Isotonic; CalibrationMethod.Platt ] do
        let x, isTarget = beta 4UL 3000
        let first = fit method (betaSample 4UL 3000 (fun x -> exact x ** 0.4))
        let once = RatioCalibration.apply first (x |> Array.map (fun x -> exact x ** 0.4))

        let again =
            Array.map2
                (fun r isTarget ->
                    (if isTarget then 1.0 else 0.0), (if isTarget then 0.0 else 1.0), r)
                once
                isTarget
            |> sample
            |> fit method

        let twice = RatioCalibration.apply again once

        for a, b in Array.zip once twice do
            Assert.That(b, Is.EqualTo(a).Within(1e-9 * a))

[<Test>]
let ``which calibrations are monotone`` () =
    let sample = betaSample 1UL 900 exact
    let falling = betaSample 1UL 900 (fun x -> 1.0 / exact x)
    Assert.That(RatioCalibration.isMonotone (fit CalibrationMethod.Isotonic falling), Is.True)
    Assert.That(RatioCalibration.isMonotone (fit CalibrationMethod.Platt sample), Is.True)
    Assert.That(RatioCalibration.isMonotone (fit CalibrationMethod.Platt falling), Is.False)

    let bins monotone data =
        RatioCalibration.isMonotone (fit (CalibrationMethod.Histogram(15, monotone)) data)

    Assert.That(bins false falling, Is.False)
    Assert.That(bins true falling, Is.True)

[<Test>]
let ``errors fall with the number of events`` () =
    for method in methods do
        let error n =
            RatioCalibration.logErrors (fit method (betaSample 1UL n exact)) [| exact 0.8 |]
            |> Array.head

        Assert.That(error 20000, Is.GreaterThan 0.0)
        Assert.That(error 20000, Is.LessThan(error 500))
