module Calibration.PlattCalibrationTests

open System
open NUnit.Framework
open Nsbi.Tests
open Nsbi.Learn
open Nsbi.Learn.Calibration
open Calibration.CalibrationExamples

let private fit sample =
    match PlattCalibration.fit sample with
    | Ok platt -> platt
    | Error faults -> invalidOp (Fault.render faults)

[<Test>]
let ``slope and offset are those of another program`` () =
    // calibration_reference.py
    let t = [ 0.2; 0.1; 0.5; 0.4; 0.3; 0.9; 0.7; 1.1; 0.6; 1.5 ]
    let q = [ 1.0; 0.8; 0.9; 0.5; 1.2; 0.6; 0.7; 0.2; 0.9; 0.3 ]
    let r = [ 0.1; 0.2; 0.3; 0.5; 0.6; 0.9; 1.3; 1.8; 2.2; 4.0 ]
    let platt = fit (sample (List.zip3 t q r))
    Assert.That(platt.Slope, Is.EqualTo(0.8276135064406543).Within 1e-12)
    Assert.That(platt.Offset, Is.EqualTo(0.1390314079361365).Within 1e-12)

[<Property>]
let ``a power and a factor are undone in the limit of many events`` (k: int) (l: int) =
    let a = 0.2 + 0.05 * float (abs k % 60)
    let b = 0.1 * float (l % 40)
    let spoiled x = exp (a * log (exact x) + b)
    let platt = fit (betaLimit 400 spoiled)

    abs (platt.Slope * a - 1.0) < 1e-9
    && [ 0.01; 0.3; 0.5; 0.9; 0.999 ]
       |> List.forall (fun x ->
           abs (log (PlattCalibration.apply platt (spoiled x) / exact x)) < 1e-8)

[<Test>]
let ``the mean over the reference is one`` () =
    for ratio in [ exact; (fun x -> exp (3.0 * x)); (fun x -> 1e-3 * exact x ** 0.2) ] do
        let platt = fit (betaSample 5UL 700 ratio)
        let x, isTarget = beta 5UL 700

        let mean =
            Array.map2
                (fun x isTarget ->
                    if isTarget then
                        0.0
                    else
                        PlattCalibration.apply platt (ratio x))
                x
                isTarget
            |> Array.sum
            |> fun sum -> sum / 700.0

        Assert.That(mean, Is.EqualTo(1.0).Within 1e-12)

[<Test>]
let ``the errors of slope and of calibrated ratios are the spread over samples`` () =
    let fits = [| for seed in 1UL .. 400UL -> fit (betaSample seed 800 exact) |]

    let rms pulls =
        pulls |> Array.averageBy (fun p -> p * p) |> sqrt

    let slope = fits |> Array.map (fun p -> (p.Slope - 1.0) / sqrt p.SlopeVariance)
    Assert.That(Array.average slope, Is.EqualTo(0.0).Within 0.2)
    Assert.That(rms slope, Is.EqualTo(1.0).Within 0.11)

    for x in [ 0.1; 0.5; 0.8; 0.95 ] do
        let pulls =
            fits
            |> Array.map (fun p ->
                log (PlattCalibration.apply p (exact x) / exact x)
                / PlattCalibration.logError p (exact x))

        Assert.That(rms pulls, Is.EqualTo(1.0).Within 0.13)

[<Test>]
let ``events in both classes have smaller errors than independent ones`` () =
    let apart = fit (betaSample 2UL 2000 exact)
    let shared = fit (betaLimit 4000 exact)
    Assert.That(shared.SlopeVariance, Is.LessThan apart.SlopeVariance)

[<Test>]
let ``ratios that are all equal become one`` () =
    let platt = fit (sample [ 1.0, 2.0, 0.7; 3.0, 1.0, 0.7 ])
    Assert.That(PlattCalibration.apply platt 0.7, Is.EqualTo(1.0).Within 1e-15)
    Assert.That(platt.Slope, Is.EqualTo 1.0)
    Assert.That(PlattCalibration.logError platt 0.7, Is.EqualTo 0.0)

[<Test>]
let ``classes that are completely apart are a fault`` () =
    match PlattCalibration.fit (sample [ 0.0, 1.0, 0.5; 0.0, 1.0, 0.6; 1.0, 0.0, 2.0 ]) with
    | Ok platt -> Assert.Fail $"slope {platt.Slope}"
    | Error faults -> Assert.That(Fault.render faults, Does.Contain "separate")

[<Test>]
let ``a ratio of zero is a fault of Platt's and of no other`` () =
    let rows = [ for i in 0..40 -> float (i % 3), 1.0, (if i < 12 then 0.0 else float i) ]

    match PlattCalibration.fit (sample rows) with
    | Ok platt -> Assert.Fail $"slope {platt.Slope}"
    | Error faults -> Assert.That(Fault.render faults, Does.Contain "zero")

    let steps = StepCalibration.isotonic (sample rows)
    Assert.That(StepCalibration.apply steps 0.0, Is.GreaterThan 0.0)
