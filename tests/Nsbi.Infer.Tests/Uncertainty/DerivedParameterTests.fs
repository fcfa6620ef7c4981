module Nsbi.Infer.Tests.DerivedParameterTests

open NUnit.Framework
open Nsbi.Model
open Nsbi.Infer
open Nsbi.Infer.Tests.Expect
open Nsbi.Infer.Tests.InterferenceModel

let private on, off = poi "on" 1.0 0.0 10.0, poi "off" 1.0 0.0 10.0

let private model (off: Coefficient) =
    CountingModels.compileBins [
        "on", [ Process.create "s" on [ 100.0 ]; Process.create "b" (Constant 1.0) [ 50.0 ] ]
        "off", [ Process.create "s" off [ 80.0 ]; Process.create "b" (Constant 1.0) [ 20.0 ] ]
    ]

let private observe compiled (n: float) (m: float) =
    ok (Observation.observed compiled [ "on", [ n ]; "off", [ m ] ])

[<Test>]
let ``the error of a ratio of independent measurements is known`` () =
    let fit = Fit.run (observe (model off) 160.0 90.0)
    let ratio = DerivedParameter.ofFit "width" (off / on) fit
    // μ_on = 1.1 ± √160/100, μ_off = 0.875 ± √90/80.
    let relative = (160.0 / 1e4) / 1.21 + (90.0 / 6400.0) / (0.875 * 0.875)
    Assert.That(ratio.Value, near 1e-6 (0.875 / 1.1))
    Assert.That(ratio.Error.Value, near 1e-6 (0.875 / 1.1 * sqrt relative))

[<Test>]
let ``the parameter of an exact reparametrisation has the same error at the minimum`` () =
    let fit = Fit.run (observe (model off) 160.0 90.0)
    let ratio = DerivedParameter.ofFit "width" (off / on) fit
    let width = poi "width" 1.0 0.0 20.0
    let exact = Fit.run (observe (model (width * on)) 160.0 90.0)
    Assert.That(exact["width"].Value, near 1e-6 ratio.Value)
    Assert.That(exact["width"].Error.Value, near 1e-5 ratio.Error.Value)

[<Test>]
let ``at a bound there is no error, and the reason is named`` () =
    let fit = Fit.run (observe (model off) 160.0 10.0)
    let ratio = DerivedParameter.ofFit "width" (off / on) fit
    Assert.That(ratio.Value, same 0.0)
    Assert.That(ratio.Error, same None)
    Assert.That(ratio.Reason.Value, Does.Contain "off is at a bound")

[<Test>]
let ``held parameters are exact`` () =
    let settings = Fit.fix "on" 1.25 Fit.settings
    let fit = Fit.runWith settings (observe (model off) 160.0 90.0)
    let ratio = DerivedParameter.ofFit "width" (off / on) fit
    Assert.That(ratio.Error.Value, near 1e-6 (sqrt 90.0 / 80.0 / 1.25))
