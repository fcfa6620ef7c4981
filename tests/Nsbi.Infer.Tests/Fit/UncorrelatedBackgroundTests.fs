/// pyhf's model of two bins with uncorrelated background uncertainties, written in the words. The
/// numbers are those of uncorrelated_background.py (40 digits); pyhf's own stop short of the minimum.
module Nsbi.Infer.Tests.UncorrelatedBackgroundTests

open NUnit.Framework
open Nsbi.Model
open Nsbi.Infer
open Nsbi.Infer.Tests.Expect
open Nsbi.Infer.Tests.InterferenceModel

let private observation (counts: float list) : Observation =
    let mu = Words.poi "mu" |> Words.from 1.0 |> Words.between -5.0 10.0

    let compiled =
        RatioTables.empty
        |> Likelihood.compile (
            valid (
                Words.model "uncorrelated background" [
                    Words.binned "C" [
                        Words.processOf "signal" [
                            Words.scaledBy mu
                            Words.binYields [ 12.0; 11.0 ]
                        ]
                        Words.processOf "background" [
                            Words.binYields [ 50.0; 52.0 ]
                            Words.shapeSys "uncorrelated" [ 3.0; 7.0 ]
                        ]
                    ]
                ]
            )
        )
        |> ok

    ok (Observation.observed compiled [ "C", counts ])

let private deficit = [ 51.0; 48.0 ]
let private excess = [ 60.0; 65.0 ]

[<Test>]
let ``−2 ln L has all constants`` () =
    for counts, point, expected in
        [
            deficit, [| 1.0; 1.0; 1.0 |], 30.77525434631472
            deficit, [| 0.0; 1.0; 1.0 |], 25.13815181701328
            deficit, [| 0.7; 0.9; 1.2 |], 37.68379816706872
            excess, [| 1.0; 1.0; 1.0 |], 25.39474260514458
            excess, [| 0.0; 1.0; 1.0 |], 30.15393917449174
            excess, [| 0.7; 0.9; 1.2 |], 31.36031762925314
        ] do
        Assert.That(Likelihood.twiceNll (observation counts) point, near 1e-11 expected)

[<Test>]
let ``fits find the exact minima`` () =
    for counts, held, values, expected in
        [
            deficit,
            None,
            [ -0.066870019915327; 1.0055743651093; 0.9693130264757 ],
            24.96719090406928
            deficit, Some 0.0, [ 0.0; 1.0030508474576; 0.96268088347296 ], 24.98393520034109
            deficit, Some 1.0, [ 1.0; 0.97224657576243; 0.87553583531233 ], 28.92218013371657
            excess, None, [ 0.95243068779654; 0.99634956038477; 1.0213710455289 ], 25.35192342475779
            excess, Some 0.0, [ 0.0; 1.0305084745763; 1.1212871287129 ], 28.3353182357226
            excess, Some 1.0, [ 1.0; 0.99493393729698; 1.016854360319 ], 25.358877985461
        ] do
        let settings =
            match held with
            | Some mu -> Fit.fix "mu" mu Fit.settings
            | None -> Fit.settings

        let fit = Fit.runWith settings (observation counts)
        Assert.That(fit.Status, same Converged)
        Assert.That(fit.TwiceNll, near 1e-10 expected)

        for found, value in List.zip (List.ofArray fit.Values) values do
            Assert.That(found, near 1e-6 value)

[<Test>]
let ``the factors are named as in pyhf`` () =
    let names = (observation deficit).Globals |> List.map fst
    Assert.That(names, same [ "uncorrelated[0]"; "uncorrelated[1]" ])
