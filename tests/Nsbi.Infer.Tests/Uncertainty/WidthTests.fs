/// The width of a resonance, Γ/Γ_SM = μ_off/μ_on, as a parameter of an exactly reparametrised model;
/// the numbers are those of width_reference.py.
module Nsbi.Infer.Tests.WidthTests

open System
open NUnit.Framework
open Nsbi.Model
open Nsbi.Model.Words
open Nsbi.Infer
open Nsbi.Infer.Tests.Expect
open Nsbi.Infer.Tests.InterferenceModel

let private off, on =
    Words.poi "mu_off" |> between 0.0 8.0, Words.poi "mu_on" |> between 0.0 5.0

let private width = Words.poi "width" |> between 0.0 8.0
let private lumi, theory = nuisance "lumi", nuisance "theory"

/// Off-shell events with interference, an on-shell count, and an off-shell histogram.
let private channels =
    let s, sbi, b = interference off
    let rate = normSys lumi (0.98, 1.02)

    model "width" [
        unbinned "off" (reference "mixture") [
            processOf "S" [ scaledBy s; yields 40.0; rate ]
            processOf "SBI" [ scaledBy sbi; yields (InterferenceToy.expected Total); rate ]
            processOf "B" [ scaledBy b; yields 80.0; rate ]
            processOf "NI" [ yields 200.0; rate; normSys theory (0.93, 1.08) ]
        ]
        counting "on" [
            processOf "S" [ normFactor on; yields 100.0; rate ]
            processOf "B" [ yields 60.0; rate ]
        ]
        binned "off, other decay" [
            processOf "S" [ scaledBy s; binYields [ 4.0; 8.0; 12.0 ]; rate ]
            processOf "SBI" [ scaledBy sbi; binYields [ 30.0; 22.0; 14.0 ]; rate ]
            processOf "B" [ scaledBy b; binYields [ 32.0; 20.0; 9.0 ]; rate ]
        ]
    ]

/// The same in Γ and μ_on.
let private inWidth = channels |> Model.substitute "mu_off" (width * on)

let private observe (model: Model) : Observation =
    let compile m =
        RatioTables.empty
        |> RatioTables.reference "off" table
        |> Likelihood.compile (valid m)
        |> ok

    let compiled = compile channels
    let theta = compiled.Model.Initial
    theta[compiled.Index["mu_off"]] <- 0.9

    // Asimov weights of the unbinned channel, and counts.
    let asimov = (ok (Observation.asimov compiled theta)).Observation

    let weights =
        let whole = Array.zeroCreate table.Weights.Length
        let events = asimov.Events[0].Events.Weights.ToArray()
        Assert.That(events.Length, same whole.Length)
        Array.blit events 0 whole 0 whole.Length
        whole

    Observation.nothing
    |> Observation.withWeights "off" TableKind.Reference weights
    |> fun data -> {
        data with
            Counts = Map.ofList [ "on", [ 171.0 ]; "off, other decay", [ 31.0; 20.0; 15.0 ] ]
    }
    |> Observation.create (compile model)
    |> ok

let private observation = lazy (observe inWidth)
let private best = lazy (Fit.run observation.Value)

[<Test>]
let ``the width is a parameter of the model, smooth in its square root`` () =
    let compiled = observation.Value.Owner
    Assert.That(List.sort compiled.Index.Names, same [ "lumi"; "mu_on"; "theory"; "width" ])
    Assert.That(List.sort compiled.Model.InnerCoordinates.Squared, same [ "mu_on"; "width" ])

[<Test>]
let ``its best fit is that of an independent program`` () =
    let best = best.Value
    Assert.That(best["width"].Value, near 3e-5 0.869991)
    Assert.That(best["mu_on"].Value, near 3e-5 1.110073)
    Assert.That(best["theory"].Value, near 1e-4 -0.017092)

[<Test>]
let ``its profile is that of an independent program`` () =
    let values = [ 0.0; 0.1; 0.3; 0.5; 1.5; 2.0 ]
    let known = [ 4.918301; 6.753931; 4.632760; 2.029291; 4.227802; 11.029410 ]
    let scan = Profile.scan Fit.settings observation.Value best.Value "width" values

    for point, expected in List.zip scan.Points known do
        Assert.That(point.T, near 2e-5 expected)

[<TestCase(1.0, 0.6088879, 1.1551180)>]
[<TestCase(3.841458820694124, 0.3565620, 1.4662495)>]
let ``its intervals are those of an independent program`` (level: float, lower, upper) =
    let found = Intervals.find Fit.settings observation.Value best.Value "width" level
    let interval = List.exactlyOne found.Intervals
    Assert.That(interval.Lower, near 2e-5 lower)
    Assert.That(interval.Upper, near 2e-5 upper)

[<Test>]
let ``interference gives it a second piece at a higher level`` () =
    let found = Intervals.find Fit.settings observation.Value best.Value "width" 5.5
    Assert.That(found.Intervals.Length, same 2)
    Assert.That(found.Intervals.Head.LowerAtBound, same true)

[<Test>]
let ``the ratio of the other parametrisation agrees, with its error to first order`` () =
    let plain = Fit.run (observe channels)
    let ratio = DerivedParameter.ofFit "width" (off / on) plain
    Assert.That(ratio.Value, near 1e-6 best.Value["width"].Value)
    Assert.That(ratio.Error.Value, near 1e-5 best.Value["width"].Error.Value)
    Assert.That(plain.TwiceNll, near 1e-7 best.Value.TwiceNll)

[<Test>]
let ``toys and Asimov sets are those of the width`` () =
    let compiled = observation.Value.Owner
    let theta = compiled.Model.Initial
    theta[compiled.Index["width"]] <- 1.7
    theta[compiled.Index["mu_on"]] <- 1.2
    let asimov = (ok (Observation.asimov compiled theta)).Observation
    let fit = Fit.run asimov
    Assert.That(fit["width"].Value, near 1e-6 1.7)
    Assert.That(fit["mu_on"].Value, near 1e-6 1.2)
    Assert.That(Map.ofList asimov.Counts |> Map.find "on" |> List.exactlyOne, near 1e-9 180.0)
