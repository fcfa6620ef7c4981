module Nsbi.Infer.Tests.Problems.OnOffToyTests

open System
open MathNet.Numerics.Integration
open NUnit.Framework
open Nsbi.Tests
open Nsbi.Infer
open Nsbi.Kernels

let private toy = OnOffToy.standard

let private sets (seed: uint64) mu nu count : float[][] =
    Array.init count (fun index ->
        let mutable stream = RandomStream(seed, "on/off", uint64 index)
        OnOffToy.draw toy mu nu &stream |> OnOffToy.ratios toy)

let private close tolerance (expected: float) (actual: float) =
    Assert.That(actual, Is.EqualTo(expected).Within(tolerance * max 1.0 (abs expected)))

/// Events and numbers of tests/peers/on_off.py.
let private few =
    [|
        yield! [| -9.5; -8.25; -7.5; -7.0; -6.75; -6.0; -5.5; -4.0; -3.5; -2.75; -2.0; -1.25 |]
        yield! [| -1.0; -0.5; -0.25; 0.0; 0.5; 0.75; 1.5; 2.25; 3.0; 4.5; 6.25 |]
    |]
    |> OnOffToy.ratios toy

[<Test>]
let ``best values, profiles and t are those of another program`` () =
    let best = OnOffToy.best toy few
    close 1e-7 0.6903543396439233 best.Mu
    close 1e-7 0.16096455557320016 best.Nu
    close 1e-12 -117.9011840125373 best.TwiceNll

    for mu, nu, t in
        [
            0.0, 0.23, 19.668450079796372
            0.3, 0.1725390897749067, 2.7597874846644004
            1.0, 0.15627535017311517, 0.9017632780980023
            3.0, 0.14298168393541202, 23.23330444931227
        ] do
        close 1e-7 nu (OnOffToy.profile toy few mu).Nu
        close 1e-10 t (OnOffToy.profileRatio toy few mu)

[<Test>]
let ``errors of many events are those of another program`` () =
    for mu, nu, expected in
        [
            5.0, 1.0, (0.7867306003501934, 0.10578019840817919, -0.14292753633157326)
            3.0, 0.5, (0.6029744514395888, 0.07507184486136417, -0.14045336674711403)
        ] do
        let struct (sigmaMu, sigmaNu, correlation) = OnOffToy.errors toy mu nu
        let a, b, c = expected
        close 1e-9 a sigmaMu
        close 1e-9 b sigmaNu
        close 1e-9 c correlation

[<Test>]
let ``the ratio of averages is another program's`` () =
    let hypotheses = {
        Nu = struct (0.05, 0.5)
        Delta = struct (0.2, 0.6)
    }

    close 1e-8 -0.19124977937011073 (OnOffAverage.logRatio toy hypotheses few 1.0)

[<Property(MaxTest = 100)>]
let ``nothing is better than the best, and nothing than the profile``
    (seed: uint16)
    (a: byte)
    (b: byte)
    =
    let mu, nu = float (a % 80uy) / 10.0, float (b % 20uy) / 10.0
    let ratios = (sets (uint64 seed) mu nu 1)[0]
    let best = OnOffToy.best toy ratios
    let profile = OnOffToy.profile toy ratios mu
    let at = OnOffToy.twiceNll toy ratios
    let slack = 1e-9 * (1.0 + abs best.TwiceNll)
    let around x = [ 0.0; 0.5 * x; 0.999 * x; 1.001 * x; 2.0 * x + 0.01 ]

    let isBest =
        List.allPairs (around best.Mu) (around best.Nu)
        |> List.forall (fun (m, n) -> at m n >= best.TwiceNll - slack)

    let isProfile =
        around profile.Nu |> List.forall (fun n -> at mu n >= profile.TwiceNll - slack)

    isBest && isProfile && profile.TwiceNll >= best.TwiceNll - slack

[<Test>]
let ``densities are normalised and 1/(1 + τ) of the background lies below 0`` () =
    for tau in [ 0.5; 1.0; 3.0 ] do
        let toy = { toy with Tau = tau }

        let integral f low high =
            Seq.init 60 (fun k -> low + (high - low) * float k / 60.0)
            |> Seq.sumBy (fun a ->
                GaussLegendreRule.Integrate(Func<_, _> f, a, a + (high - low) / 60.0, 16))

        close 1e-12 1.0 (integral OnOffToy.signalDensity -30.0 20.0)
        close 1e-12 1.0 (integral (OnOffToy.backgroundDensity toy) -40.0 40.0)
        close 1e-12 (1.0 / (1.0 + tau)) (integral (OnOffToy.backgroundDensity toy) -40.0 0.0)

        let ratio = OnOffToy.ratios toy [| -8.0; -1.0; 4.0 |]

        [ -8.0; -1.0; 4.0 ]
        |> List.iteri (fun i x ->
            let expected = OnOffToy.signalDensity x / OnOffToy.backgroundDensity toy x
            close 1e-12 1.0 (ratio[i] / expected))

[<Test>]
let ``numbers of events and best values scatter as they should`` () =
    let count = 3000
    let drawn = sets 3UL 5.0 1.0 count
    let mean = drawn |> Array.averageBy (fun r -> float r.Length)
    // Poisson of mean 150.
    Assert.That(mean, Is.EqualTo(150.0).Within(4.0 * sqrt (150.0 / float count)))
    let best = drawn |> Array.map (fun r -> (OnOffToy.best toy r).Mu)
    let average = Array.average best
    let spread = sqrt (best |> Array.averageBy (fun m -> (m - average) ** 2.0))
    let struct (sigma, _, _) = OnOffToy.errors toy 5.0 1.0
    Assert.That(average, Is.EqualTo(5.0).Within(4.0 * sigma / sqrt (float count) + 0.03))
    Assert.That(spread / sigma, Is.EqualTo(1.0).Within(4.0 / sqrt (2.0 * float count) + 0.02))

[<Test>]
let ``t at the truth is χ² of one degree of freedom, whatever the background`` () =
    for nu in [ 0.5; 1.0; 2.0 ] do
        let t = sets 4UL 5.0 nu 3000 |> Array.map (fun r -> OnOffToy.profileRatio toy r 5.0)

        for point in CoverageStudy.ofValues [ 0.6827; 0.95 ] None 5.0 t do
            let fraction = point.Asymptotic
            // Four standard errors, and a hundredth of the level for a finite number of events.
            let slack = 4.0 * fraction.Error + 0.01 * (1.0 - point.Level)
            Assert.That(fraction.Value, Is.EqualTo(point.Level).Within slack)

[<Test>]
let ``sets without events or signal are fitted`` () =
    let none = OnOffToy.best toy [||]
    Assert.That((none.Mu, none.Nu, none.TwiceNll), Is.EqualTo((0.0, 0.0, 0.0)))
    close 1e-14 20.0 (OnOffToy.profileRatio toy [||] 1.0)
    let right = OnOffToy.ratios toy [| 3.0; 4.0; 5.0 |]
    Assert.That((OnOffToy.best toy right).Mu, Is.EqualTo 0.0)
    close 1e-14 0.03 (OnOffToy.best toy right).Nu
    let left = OnOffToy.ratios toy [| -9.0; -10.0; -11.0 |]
    Assert.That((OnOffToy.best toy left).Nu, Is.EqualTo 0.0)
    close 1e-14 0.3 (OnOffToy.best toy left).Mu

[<Test>]
let ``rates that are none are refused`` () =
    for rate in [ -1.0; nan; infinity ] do
        Assert.Throws<ArgumentException>(
            Action(fun () -> OnOffToy.twiceNll toy few rate 1.0 |> ignore)
        )
        |> ignore
