/// Brute-force numbers: tests/peers/unknown_bump.py. Table: 250 sets at f = 0.2 by an independent
/// quadrature of 2306.12584's example.
module Nsbi.Infer.Tests.Problems.UnknownBumpPosteriorTests

open NUnit.Framework
open Nsbi.Infer
open Nsbi.Infer.Tests

let private small = [| -1.3; -0.7; -0.45; -0.2; 0.05; 0.1; 0.38; 0.41; 0.47; 0.55; 0.9; 1.6; 2.3 |]

let private brute = [
    TestCaseData(
        UnknownBumpView.Event,
        [|
            0.151411060
            0.122087726
            0.888671339
            1.390522147
            -0.128456959
            -19.470529941
        |]
    )
    TestCaseData(
        UnknownBumpView.NominalDiscriminant,
        [|
            0.224910987
            0.152291664
            1.006786580
            1.145650050
            0.001926834
            -12.628831449
        |]
    )
    TestCaseData(
        UnknownBumpView.AveragedDiscriminant,
        [|
            0.149480618
            0.122461860
            0.542975329
            1.646008518
            -0.185574120
            -12.448312157
        |]
    )
]

[<TestCaseSource(nameof brute)>]
let ``the moments are those of a brute-force sum`` (view: UnknownBumpView, expected: float[]) =
    let found = UnknownBumpPosterior.compute view small

    let values = [|
        found.FractionMean
        found.FractionSd
        found.PositionMean
        found.PositionSd
        found.Correlation
        found.LogEvidence
    |]

    Array.iter2 (fun a b -> Assert.That((a: float), Expect.near 2e-7 b)) values expected

[<Test>]
let ``a finer grid changes nothing`` () =
    let x = UnknownBumpToy.sample 8UL 1UL 0.2 1.0 100

    let finer = {
        UnknownBumpGrid.standard with
            FractionPoints = 96
            PositionStep = 0.005
    }

    for view in UnknownBumpToyTests.views do
        let a = UnknownBumpPosterior.compute view x
        let b = UnknownBumpPosterior.computeOn finer view x
        Assert.That(a.FractionMean, Expect.near 1e-9 b.FractionMean)
        Assert.That(a.FractionSd, Expect.near 1e-9 b.FractionSd)
        Assert.That(a.PositionSd, Expect.near 1e-8 b.PositionSd)
        Assert.That(a.LogEvidence, Expect.near 1e-8 b.LogEvidence)

[<Test>]
let ``a grid around the posterior of a large set gives its Fisher widths`` () =
    let f, m, n = 0.2, 1.0, 20_000
    let x = UnknownBumpToy.sample 9UL 2UL f m n
    let grid = UnknownBumpGrid.around (f, 0.03) (m, 0.02)
    let found = UnknownBumpPosterior.computeOn grid UnknownBumpView.Event x

    // Fisher's matrix of one event by the trapezoid rule.
    let mutable ff, fm, mm = 0.0, 0.0, 0.0

    for i in -8000 .. 8000 do
        let y = 0.001 * float i

        let normal mean width =
            exp (-0.5 * ((y - mean) / width) ** 2.0) / (width * 2.5066282746310002)

        let s, b = normal m 0.1, normal 0.0 1.0
        let p = f * s + (1.0 - f) * b
        let byF, byM = s - b, f * s * (y - m) / 0.01
        ff <- ff + 0.001 * byF * byF / p
        fm <- fm + 0.001 * byF * byM / p
        mm <- mm + 0.001 * byM * byM / p

    let determinant = ff * mm - fm * fm
    let sdF = sqrt (mm / determinant / float n)
    let sdM = sqrt (ff / determinant / float n)
    Assert.That(found.FractionSd, Expect.near (0.03 * sdF) sdF)
    Assert.That(found.PositionSd, Expect.near (0.03 * sdM) sdM)
    Assert.That(found.FractionMean, Expect.near (4.0 * sdF) f)

/// ⟨sd of f⟩ and RMSE of 250 sets, by view and position.
let private table = [
    0.0, [ 0.0570, 0.0627; 0.0588, 0.0622; 0.0699, 0.0775 ]
    0.5, [ 0.0549, 0.0568; 0.0600, 0.0626; 0.0637, 0.0670 ]
    1.0, [ 0.0501, 0.0501; 0.0517, 0.0514; 0.0542, 0.0555 ]
    1.5, [ 0.0453, 0.0447; 0.0597, 0.0647; 0.0469, 0.0467 ]
    2.0, [ 0.0427, 0.0463; 0.0590, 0.0665; 0.0433, 0.0468 ]
]

/// Both sides have errors of their number of sets: 3 standard errors of the difference.
let private compare (sets: int) (m: float) (views: (UnknownBumpView * (float * float)) list) =
    for view, (sd, rmse) in views do
        let found = [|
            for set in 0 .. sets - 1 do
                let x = UnknownBumpToy.sample 77UL (uint64 set) 0.2 m UnknownBumpToy.events
                UnknownBumpPosterior.compute view x
        |]

        let spread (values: float[]) =
            let mean = Array.average values
            mean, sqrt (values |> Array.averageBy (fun v -> (v - mean) * (v - mean)))

        let errors = sqrt (1.0 / float sets + 1.0 / 250.0)
        let meanSd, spreadSd = found |> Array.map _.FractionSd |> spread

        let meanSquare, spreadSquare =
            found |> Array.map (fun p -> (p.FractionMean - 0.2) ** 2.0) |> spread

        TestContext.Out.WriteLine
            $"m = {m} {view}: sd {meanSd:F4} (table {sd:F4}), RMSE {sqrt meanSquare:F4} (table {rmse:F4})"

        Assert.That(meanSd, Expect.near (3.0 * errors * spreadSd + 5e-5) sd)
        Assert.That(meanSquare, Expect.near (3.0 * errors * spreadSquare + 1e-5) (rmse * rmse))

[<Test>]
let ``thirty sets agree with the table of exact posteriors`` () =
    let _, values = table[3]
    compare 30 1.5 (List.zip UnknownBumpToyTests.views values)

[<Test; Category("Study")>]
let ``500 sets at five positions agree with the table of exact posteriors`` () =
    for m, values in table do
        compare 500 m (List.zip UnknownBumpToyTests.views values)
