/// Models of the size and the awkwardness of published ones.
module Nsbi.Infer.Tests.LargeModelTests

open System
open NUnit.Framework
open Nsbi.Model
open Nsbi.Infer
open Nsbi.Infer.Tests.Expect
open Nsbi.Infer.Tests.InterferenceModel
open Nsbi.Infer.Tests.BinnedModels
open Nsbi.Infer.Tests.CountingModels

/// Six channels of four bins, eight processes, 130 parameters of which most act on most processes.
let private large: CompiledLikelihood =
    let stream = Random 7

    let uniform low high =
        low + (high - low) * stream.NextDouble()

    let mu = poi "mu" 1.0 -5.0 10.0
    let top = poi "top" 1.0 0.0 5.0

    let alphas =
        Array.init 104 (fun k -> nuisance $"a{k}" -5.0 5.0 (Gaussian(0.0, 1.0)))

    let channel c =
        let stat = BinUncertainty.statError $"stat{c}" [ 0.1; 0.1; 0.1; 0.1 ]

        let proc p =
            let scale =
                if p = 0 then mu
                elif p = 1 then top
                else Constant 1.0

            let yields = List.init 4 (fun _ -> uniform 1.0 40.0)

            let systematic alpha =
                if stream.Next 2 = 0 then
                    NormSys(alpha, PolynomialExponential, uniform 0.93 1.0, uniform 1.0 1.07)
                else
                    let side low high =
                        yields |> List.map (fun y -> y * uniform low high)

                    HistoSys(alpha, PolynomialLinear, side 0.9 1.05, side 0.95 1.1)

            {
                Process.create $"p{p}" scale yields with
                    Modifiers = [
                        StatError(stat, yields |> List.map (fun y -> 0.05 * y))
                        for alpha in alphas do
                            if stream.Next 3 > 0 then
                                systematic alpha
                    ]
            }

        $"C{c}", BinUncertainty.complete (List.init 8 proc)

    compileBins (List.init 6 channel)

[<Test>]
let ``a model of 130 parameters closes on its Asimov set, and its errors shrink the constraints``
    ()
    =
    Assert.That(large.Index.Count, same 130)
    let observation = (ok (Observation.asimov large large.Model.Initial)).Observation

    let moved =
        large.Model.Initial |> Array.mapi (fun k x -> if k < 2 then x + 0.4 else x)

    let fit = Fit.run observation
    Assert.That(fit.Status, same Converged)

    for p, initial in List.zip fit.Parameters (List.ofArray large.Model.Initial) do
        Assert.That(p.Value, near 1e-6 initial)
        Assert.That(p.Error.Value, Is.GreaterThan 0.0)

        if p.Name.StartsWith "a" then
            Assert.That(p.Error.Value, Is.LessThan(1.0 + 1e-9))

    // From a displaced truth.
    let other = (ok (Observation.asimov large moved)).Observation
    let fit = Fit.run other
    Assert.That(fit.Status, same Converged)

    for found, truth in Array.zip fit.Values moved do
        Assert.That(found, near 1e-4 truth)

    Assert.That(fit.Evaluations, Is.LessThan 40)

[<Test>]
let ``models without interference are fitted from one start`` () =
    let observation = (ok (Observation.asimov large large.Model.Initial)).Observation
    let once = Fit.runWith { Fit.settings with StartsPerPoi = 0 } observation
    Assert.That((Fit.run observation).Evaluations, same once.Evaluations)
    let scale = poi "mu" 1.0 0.0 10.0

    let curved = compileBins [ "C", [ Process.create "s" (scale * scale) [ 9.0 ] ] ]

    Assert.That(FitPoints.starts Fit.settings curved [| 0 |] |> List.length, same 6)

[<Test>]
let ``where the one start is impossible the others are tried`` () =
    let mu = poi "mu" -4.0 -5.0 10.0

    let compiled =
        compileBins [
            "C", [ Process.create "s" mu [ 10.0 ]; Process.create "b" (Constant 1.0) [ 20.0 ] ]
        ]

    let fit = Fit.run (ok (Observation.observed compiled [ "C", [ 35.0 ] ]))
    Assert.That(fit.Status, same Converged)
    Assert.That(fit["mu"].Value, near 1e-6 1.5)

[<Test>]
let ``parameters that nothing measures are named`` () =
    let mu = poi "mu" 1.0 0.0 10.0
    let unmeasured = BinUncertainty.free "shape" 2

    let compiled =
        compileBins [
            "C",
            [
                Process.create "s" mu [ 10.0; 5.0 ]
                {
                    Process.create "empty" (Constant 1.0) [ 4.0; 0.0 ] with
                        Modifiers = [ ShapeFactor unmeasured ]
                }
            ]
        ]

    let fit = Fit.run (ok (Observation.observed compiled [ "C", [ 16.0; 7.0 ] ]))
    Assert.That(fit.Status.Name, same "notConverged")
    Assert.That(fit.Status.Advice, Does.Contain "along 'shape[1]': fix or constrain")

[<Test>]
let ``parameters that only their product determines are named together`` () =
    let mu = poi "mu" 1.0 0.1 10.0
    let free = parameter Nuisance "free" 1.0 0.1 10.0 Unconstrained
    let well = parameter Nuisance "well" 1.0 0.1 10.0 (Gaussian(1.0, 0.1))

    let compiled =
        compileBins [ "C", [ Process.create "a" (mu * free * well) [ 10.0 ] ] ]

    let fit = Fit.run (ok (Observation.observed compiled [ "C", [ 20.0 ] ]))
    Assert.That(fit.Status.Advice, Does.Contain "along 'mu', 'free': fix or constrain")
