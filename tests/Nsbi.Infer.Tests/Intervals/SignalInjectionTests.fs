module Nsbi.Infer.Tests.SignalInjectionTests

open System
open NUnit.Framework
open Nsbi.Model
open Nsbi.Infer
open Nsbi.Infer.Tests.CountingModels
open Nsbi.Infer.Tests.Expect
open Nsbi.Infer.Tests.InterferenceModel

/// 400 μ over 100 background events with a rate known to 5 %, in two bins.
let private compiled =
    let mu = poi "mu" 1.0 -1.0 5.0
    let rate = parameter Nuisance "rate" 1.0 0.2 2.0 (Gaussian(1.0, 0.05))

    compileBins [
        "C",
        [
            Process.create "signal" mu [ 300.0; 100.0 ]
            Process.create "background" rate [ 300.0; 900.0 ]
        ]
    ]

let private fits (change: ToyFit -> ToyFit) (values: float list) =
    values
    |> List.map (fun mu ->
        let theta = [| 1.0; 1.0 |]
        theta[compiled.Index["mu"]] <- mu
        let sampler = ToySampler.create compiled theta |> ok

        let run = {
            ToyRun.ofToys 200 with
                Seed = uint64 (100.0 * mu)
                Threads = 2
        }

        theta,
        ToyFit.measurement Fit.settings None theta
        |> ToyEnsemble.run run sampler
        |> Array.map change)

let private failed (study: SignalInjection) =
    study.Checks |> List.filter (fun c -> not c.Passed) |> List.map _.Name

let private values = [ 0.5; 1.0; 1.5; 2.0 ]
let private place = compiled.Index["mu"]

let private moved (f: float -> float) (fit: ToyFit) = {
    fit with
        Values = fit.Values |> Array.mapi (fun k v -> if k = place then f v else v)
}

[<Test>]
let ``a right model gives back what was injected, with right errors`` () =
    let study = SignalInjection.ofFits compiled "mu" (fits id values)
    Assert.That(failed study, Is.Empty)
    Assert.That(study.Slope.Value, near (4.0 * study.Slope.Error) 1.0)
    Assert.That(study.Slope.Error, Is.InRange(0.001, 0.05))
    Assert.That(study.Points |> List.map _.Truth, same values)

    for point in study.Points do
        Assert.That(point.Toys, same 200)
        Assert.That(point.PullWidth.Value, near (4.0 * point.PullWidth.Error) 1.0)
        Assert.That(point.PullWidth.Error, Is.InRange(0.02, 0.1))
        Assert.That(point.PullMean.Value, near (4.0 * point.PullMean.Error) 0.0)

    let rate = List.exactlyOne study.Nuisances
    Assert.That(rate.Name, same "rate")
    Assert.That(rate.PullWidth.Value, near 0.15 1.0)

[<Test>]
let ``slope, offset and curvature are found`` () =
    let study f =
        SignalInjection.ofFits compiled "mu" (fits (moved f) values)

    let tilted = study (fun v -> 0.9 * v + 0.1)
    Assert.That(tilted.Slope.Value, near (4.0 * tilted.Slope.Error) 0.9)
    Assert.That(tilted.Offset.Value, near (4.0 * tilted.Offset.Error) 0.1)
    Assert.That(failed tilted, Does.Contain "injection of mu: slope")
    Assert.That(failed tilted, Does.Contain "injection of mu: offset")
    let bent = study (fun v -> v + 0.2 * (v - 1.25) ** 2.0)
    Assert.That(failed bent, Does.Contain "injection of mu: linearity")

[<Test>]
let ``a parameter that the fit claims to know too well is named`` () =
    let confident (fit: ToyFit) = {
        fit with
            Errors = fit.Errors |> Array.map (fun e -> 0.6 * e)
    }

    let study = SignalInjection.ofFits compiled "mu" (fits confident values)
    Assert.That(failed study, Does.Contain "over-constrained: rate")

[<Test>]
let ``failed toys are counted and left out`` () =
    let sometimes (fit: ToyFit) =
        if fit.Index % 10 = 0 then
            {
                moved (fun _ -> nan) fit with
                    Failure = Some "no"
            }
        else
            fit

    let study = SignalInjection.ofFits compiled "mu" (fits sometimes [ 0.5; 2.0 ])
    Assert.That(study.Points |> List.map _.Failed, same [ 20; 20 ])
    Assert.That(study.Points |> List.map _.Toys, same [ 180; 180 ])
    Assert.That(Double.IsNaN study.Linearity, same true)

[<Test>]
let ``a study draws and fits its own toys, the same for any number of threads`` () =
    let study threads =
        let work =
            ToyWork.ofRun Fit.settings {
                ToyRun.ofToys 30 with
                    Seed = 2UL
                    Threads = threads
            }

        [ [| 1.0; 1.0 |]; [| 2.0; 2.0 |] ]
        |> List.map (fun theta ->
            theta[1 - place] <- 1.0
            ToySampler.create compiled theta |> ok)
        |> SignalInjection.run work "mu"

    let one = study 1
    Assert.That(one.Points |> List.map _.Truth, same [ 1.0; 2.0 ])
    Assert.That((study 3).Points, same one.Points)
    Assert.That(one.Slope.Value, near (4.0 * one.Slope.Error) 1.0)

[<Test>]
let ``one value is no study`` () =
    Assert.Throws<ArgumentException>(
        Action(fun () -> SignalInjection.ofFits compiled "mu" (fits id [ 1.0 ]) |> ignore)
    )
    |> ignore
