module Calibration.StepCalibrationTests

open System
open NUnit.Framework
open Nsbi.Tests
open Nsbi.Learn.Calibration
open Calibration.CalibrationExamples

let private valuesOn steps (rows: (float * float * float) list) =
    rows |> List.map (fun (_, _, r) -> StepCalibration.apply steps r)

/// The min-max formula: s_i = max_{a ≤ i} min_{b ≥ i} Σ_{a..b} t / Σ_{a..b} (t + q), of sorted events.
let private minMax (rows: (float * float * float) list) : float list =
    let total pick = rows |> List.sumBy pick
    let sumT, sumQ = total (fun (t, _, _) -> t), total (fun (_, q, _) -> q)

    let levels =
        rows
        |> List.groupBy (fun (_, _, r) -> r)
        |> List.sortBy fst
        |> List.map (fun (r, same) ->
            r,
            (same |> List.sumBy (fun (t, _, _) -> t)) / sumT,
            (same |> List.sumBy (fun (_, q, _) -> q)) / sumQ)
        |> List.toArray

    let mean a b =
        let part = levels[a..b]
        let t = part |> Array.sumBy (fun (_, t, _) -> t)
        t / (t + (part |> Array.sumBy (fun (_, _, q) -> q)))

    let last = levels.Length - 1

    let regressed =
        Array.init levels.Length (fun i ->
            [ for a in 0..i -> [ for b in i..last -> mean a b ] |> List.min ] |> List.max)

    rows
    |> List.map (fun (_, _, r) ->
        regressed[levels |> Array.findIndex (fun (level, _, _) -> level = r)])

[<Property>]
let ``isotonic steps are those of the min-max formula`` (seeds: uint32 list) =
    match rows seeds with
    | []
    | [ _ ] -> true
    | rows ->
        let steps = StepCalibration.isotonicWith 0.0 (sample rows)

        List.forall2
            (fun s r' -> abs (s - r' / (1.0 + r')) < 1e-12)
            (minMax rows)
            (valuesOn steps rows)

[<Test>]
let ``isotonic steps of a textbook example`` () =
    // The isotonic regression of these y is 2.75 on four and 22/3 on six; s = y/11.
    let y = [ 5.0; 3.0; 1.0; 2.0; 8.0; 10.0; 7.0; 9.0; 6.0; 4.0 ]
    let rows = y |> List.mapi (fun i y -> y, 11.0 - y, float (i + 1))
    let values = valuesOn (StepCalibration.isotonicWith 0.0 (sample rows)) rows
    let expected = List.replicate 4 (1.0 / 3.0) @ List.replicate 6 2.0

    for value, expected in List.zip values expected do
        Assert.That(value, Is.EqualTo(expected).Within 1e-14)

[<Test>]
let ``isotonic steps are those of a least-squares program`` () =
    // calibration_reference.py
    let t = [ 0.2; 0.1; 0.5; 0.4; 0.3; 0.9; 0.7; 1.1; 0.6; 1.5 ]
    let q = [ 1.0; 0.8; 0.9; 0.5; 1.2; 0.6; 0.7; 0.2; 0.9; 0.3 ]
    let r = [ 0.1; 0.2; 0.3; 0.5; 0.6; 0.9; 1.3; 1.8; 2.2; 4.0 ]
    let rows = List.zip3 t q r

    let expected = [
        0.18783069
        0.18783069
        0.52014652
        0.52014652
        0.52014652
        1.38705739
        1.38705739
        1.74170274
        1.74170274
        5.63492063
    ]

    let values = valuesOn (StepCalibration.isotonicWith 0.0 (sample rows)) rows

    for value, expected in List.zip values expected do
        Assert.That(value, Is.EqualTo(expected).Within 1e-8)

let private fits: (CalibrationSample -> StepCalibration) list = [
    StepCalibration.histogram 12 false
    StepCalibration.histogram 12 true
    StepCalibration.isotonic
]

[<Property>]
let ``steps do not know an increasing map of the ratio`` (seeds: uint32 list) =
    let rows = rows (seeds @ seeds @ seeds @ [ 1u; 2u ])
    let map r = 3.0 * r * r * r + 0.01
    let between = [ for k in -25 .. 25 -> exp (0.1 * float k) ]

    fits
    |> List.forall (fun fit ->
        let plain, cubed = fit (sample rows), fit (sample (mapped map rows))

        between @ (rows |> List.map (fun (_, _, r) -> r))
        |> List.forall (fun r ->
            StepCalibration.apply plain r = StepCalibration.apply cubed (map r)))

[<Property>]
let ``the mean over the reference is one and both ends are finite`` (seeds: uint32 list) =
    let rows =
        rows (seeds @ seeds @ seeds @ [ 1u; 2u ])
        // Events of one class alone at both ends.
        |> List.map (fun (t, q, r) -> (if r < 0.2 then 0.0 else t), (if r > 4.0 then 0.0 else q), r)

    let rows = (1.0, 1.0, 1.0) :: rows
    let total = rows |> List.sumBy (fun (_, q, _) -> q)

    fits
    |> List.forall (fun fit ->
        let steps = fit (sample rows)

        let mean =
            rows |> List.sumBy (fun (_, q, r) -> q / total * StepCalibration.apply steps r)

        abs (mean - 1.0) < 1e-12
        && steps.Ratios |> Array.forall (fun r -> r > 0.0 && Double.IsFinite r))

[<Property>]
let ``isotonic steps and those of a monotone histogram rise`` (seeds: uint32 list) =
    let rows = rows (seeds @ seeds @ seeds @ [ 1u; 2u ])

    [ StepCalibration.histogram 12 true; StepCalibration.isotonic ]
    |> List.forall (fun fit ->
        (fit (sample rows)).Ratios
        |> Array.pairwise
        |> Array.forall (fun (a, b) -> a < b))

[<Property>]
let ``the order of the events does not matter`` (seeds: uint32 list) =
    let rows = rows (seeds @ [ 1u; 2u ])
    let near (a: float) b = abs (a - b) <= 1e-12 * b
    // Blocks of equal ratio may be joined or not, which rounding decides; their values are the same.
    let a, b =
        StepCalibration.isotonic (sample rows), StepCalibration.isotonic (sample (List.rev rows))

    List.forall2 near (valuesOn a rows) (valuesOn b rows)

[<Test>]
let ``bins hold equal shares and at least ten events of each class`` () =
    let steps = StepCalibration.histogram 20 false (betaSample 1UL 2000 exact)
    Assert.That(steps.Ratios.Length, Is.EqualTo 20)

    for b in 0..19 do
        Assert.That(0.5 * (steps.Target[b] + steps.Reference[b]), Is.EqualTo(0.05).Within 6e-4)

    let few = StepCalibration.histogram 20 false (betaSample 1UL 60 exact)
    Assert.That(few.Ratios.Length, Is.LessThanOrEqualTo 6)
    Assert.That(few.Wished, Is.EqualTo 20)
    Assert.That(Array.min few.Target, Is.GreaterThanOrEqualTo(10.0 / 60.0 - 1e-12))
    Assert.That(Array.min few.Reference, Is.GreaterThanOrEqualTo(10.0 / 60.0 - 1e-12))

[<Test>]
let ``fewer than ten events of a class make one step`` () =
    for fit in fits do
        let steps = fit (betaSample 1UL 8 exact)
        Assert.That(steps.Ratios, Is.EqualTo<float[]> [| 1.0 |])
        Assert.That(StepCalibration.apply steps 5.0, Is.EqualTo 1.0)

[<Test>]
let ``a ratio that was right stays within the errors and a spoiled one is mended`` () =
    // Distorted beyond what a power repairs, yet increasing.
    let spoiled x =
        let r = exact x
        0.3 + 5.0 * r / (1.0 + r * r / (1.0 + r))

    let xs = [ for i in 4..16 -> 0.05 * float i ]

    for ratio in [ exact; spoiled ] do
        for fit in fits do
            let steps = fit (betaSample 3UL 40000 ratio)

            for x in xs do
                let found = StepCalibration.apply steps (ratio x)
                let error = StepCalibration.logError steps (ratio x)
                // Half a step is as wide as 1/24 of the events, 0.3 in ln r at the ends.
                Assert.That(log (found / exact x), Is.EqualTo(0.0).Within(4.0 * error + 0.35))

            let mean =
                xs
                |> List.averageBy (fun x -> log (StepCalibration.apply steps (ratio x) / exact x))

            Assert.That(mean, Is.EqualTo(0.0).Within 0.05)

[<Test>]
let ``errors of bins are the spread over samples`` () =
    // The edges of the first sample serve all.
    let first = StepCalibration.histogram 8 false (betaSample 0UL 2000 exact)

    let integral (power: int) x =
        // ∫ 12 x² (1 − x) and ∫ 12 x (1 − x)²
        if power = 2 then
            4.0 * x ** 3.0 - 3.0 * x ** 4.0
        else
            6.0 * x ** 2.0 - 8.0 * x ** 3.0 + 3.0 * x ** 4.0

    let ends =
        Array.concat [ [| 0.0 |]; first.From |> Array.map (fun r -> r / (1.0 + r)); [| 1.0 |] ]

    let truth =
        Array.init 8 (fun b ->
            let part power =
                integral power ends[b + 1] - integral power ends[b]

            log (part 2 / part 1))

    let bin r =
        first.From |> Array.filter (fun edge -> r >= edge) |> Array.length |> float

    let pulls = [|
        for seed in 1UL .. 150UL do
            let steps =
                StepCalibration.histogram 8 false (betaSample seed 2000 (exact >> bin >> (+) 1.0))
            // Each bin has one value of the ratio, and all of them are kept.
            if steps.Ratios.Length = 8 then
                for b in 0..7 do
                    (log steps.Ratios[b] - truth[b]) / steps.LogErrors[b]
    |]

    Assert.That(pulls.Length, Is.GreaterThan 400)
    let rms = pulls |> Array.averageBy (fun p -> p * p) |> sqrt
    Assert.That(rms, Is.EqualTo(1.0).Within 0.08)

[<Test>]
let ``a NaN stays one and misuse is refused`` () =
    let steps = StepCalibration.isotonic (betaSample 1UL 500 exact)
    Assert.That(StepCalibration.apply steps nan, Is.NaN)
    Assert.That(StepCalibration.logError steps nan, Is.NaN)

    let refused (rows: (float * float * float) list) =
        Assert.Throws<ArgumentException>(Action(fun () -> sample rows |> ignore))
        |> ignore

    refused [ 1.0, 1.0, nan; 1.0, 1.0, 1.0 ]
    refused [ 1.0, 1.0, -0.1; 1.0, 1.0, 1.0 ]
    refused [ 1.0, 1.0, infinity; 1.0, 1.0, 1.0 ]
    refused [ -1.0, 1.0, 1.0; 1.0, 1.0, 1.0 ]
    refused [ 0.0, 1.0, 1.0 ]
