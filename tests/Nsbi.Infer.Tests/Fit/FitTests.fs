module Nsbi.Infer.Tests.FitTests

open System
open System.Threading
open NUnit.Framework
open Nsbi.Tests
open Nsbi.Model
open Nsbi.Infer
open Nsbi.Infer.Tests.Expect
open Nsbi.Infer.Tests.InterferenceModel
open Nsbi.Infer.Tests.CountingModels

[<Property(MaxTest = 50)>]
let ``a counting experiment has its closed form`` (seed: int) =
    let n = float (1 + abs (seed % 200))
    let fit = Fit.run (counting -50.0 7.0 12.0 n)
    Assert.That(fit.Status, same Converged)
    Assert.That(fit["mu"].Value, near 1e-6 ((n - 12.0) / 7.0))
    Assert.That(fit["mu"].Error.Value, near 1e-6 (sqrt n / 7.0))
    Assert.That(fit.Correlation[0, 0], same 1.0)

[<Test>]
let ``a deficit ends at the bound, without an error, and says so`` () =
    let fit = Fit.run (counting 0.0 7.0 12.0 5.0)
    Assert.That(fit.Status, same (AtBoundary [ "mu" ]))
    Assert.That(fit.Status.Name, same "atBoundary")
    Assert.That(fit.Status.Advice, Does.Contain "mu")
    Assert.That(fit["mu"].Value, same 0.0)
    Assert.That(fit["mu"].Error, same None)
    Assert.That(fit["mu"].AtBound, same true)

[<Test>]
let ``the interference fit finds the truth and the second minimum near the boundary`` () =
    let fit = Fit.run (asimov 1.0)
    Assert.That(fit.Status, same Converged)
    Assert.That(fit["mu"].Value, near 1e-6 1.0)
    Assert.That(fit["mu"].Error.Value, near 1e-5 0.390034)
    Assert.That(fit.Minima.Length, same 2)
    let second = fit.Minima[1]

    // Independent quadrature: t = 2.434 at κ = .03; t(0) = 2.449.
    Assert.That(snd second.Values.Head, Is.InRange(0.0, 0.0015))
    Assert.That(second.TwiceNll - fit.TwiceNll, Is.InRange(2.42, 2.4489))
    Assert.That(string fit, Does.Contain "another minimum")

[<Property(MaxTest = 10)>]
let ``Asimov sets of the interference model close`` (seed: int) =
    let value = 0.3 + float (abs (seed % 500)) / 100.0
    let fit = Fit.run (asimov value)
    Assert.That(fit["mu"].Value, near 1e-5 value)

[<Test>]
let ``pyhf's numbers of t, q̃ and q0 are reproduced`` () =
    let t (observation: Observation) value =
        let fit = Fit.run observation
        let held = Fit.runWith (Fit.fix "mu" value Fit.settings) observation
        Assert.That(held.Status.Succeeded, same true)
        fit, held.TwiceNll - fit.TwiceNll

    let fit, tMu = t (uncorrelatedBackground -5.0 [ 51.0; 48.0 ]) 1.0
    Assert.That(tMu, near (6e-5 * 3.9549891) 3.9549891)
    Assert.That(fit["mu"].Value, near 1e-5 -0.06687)

    let bounded, qTilde = t (uncorrelatedBackground 0.0 [ 51.0; 48.0 ]) 1.0
    Assert.That(qTilde, near (6e-5 * 3.93824492) 3.93824492)
    Assert.That(bounded.Status, same (AtBoundary [ "mu" ]))

    let excess, q0 = t (uncorrelatedBackground 0.0 [ 60.0; 65.0 ]) 0.0
    Assert.That(q0, near (6e-5 * 2.98339447) 2.98339447)
    // pyhf's minimiser stopped at .9526; the gradient vanishes at .95243.
    Assert.That(excess["mu"].Value, near 3e-4 0.9526)

[<Test>]
let ``a fixed parameter stays and its constraint counts`` () =
    let observation = uncorrelatedBackground -5.0 [ 51.0; 48.0 ]
    let fit = Fit.runWith (Fit.fix "gamma 0" 1.2 Fit.settings) observation
    Assert.That(fit["gamma 0"].Value, same 1.2)
    Assert.That(fit["gamma 0"].IsFixed, same true)
    Assert.That(fit["gamma 0"].Error, same None)
    let theta = fit.Values
    Assert.That(fit.TwiceNll, near 1e-9 (Likelihood.twiceNll observation theta))
    Assert.That(fit.Covariance[0, 1], same 0.0)

[<Test>]
let ``a parameter that the model holds stays, and settings may move it`` () =
    let compiled =
        RatioTables.empty
        |> RatioTables.reference "SR" table
        |> Likelihood.compile (valid (Model.fix "mu" 2.0 InterferenceToy.model))
        |> ok

    let observation = (ok (Observation.asimov compiled [| 1.0 |])).Observation
    let fit = Fit.run observation
    Assert.That(fit["mu"].Value, near 1e-15 2.0)
    Assert.That(fit["mu"].IsFixed, same true)
    Assert.That(fit.TwiceNll, near 1e-9 (Likelihood.twiceNll observation [| 2.0 |]))

    let moved = Fit.runWith (Fit.fix "mu" 0.5 Fit.settings) observation
    Assert.That(moved["mu"].Value, near 1e-15 0.5)

[<Test>]
let ``covariance is 2H⁻¹ in the parameters themselves, squared ones too`` () =
    let observation = uncorrelatedBackground -5.0 [ 60.0; 65.0 ]
    let fit = Fit.run observation

    match Likelihood.evaluate observation fit.Values with
    | Infinite reason -> Assert.Fail(string reason)
    | Finite jet ->
        for k in 0..2 do
            for l in 0..2 do
                let product =
                    Seq.sum (seq { for m in 0..2 -> fit.Covariance[k, m] * jet.Hessian[m, l] })

                Assert.That(product, near 1e-7 (if k = l then 2.0 else 0.0))

    match Likelihood.evaluate (asimov 2.0) [| 2.0 |] with
    | Infinite reason -> Assert.Fail(string reason)
    | Finite jet ->
        let fit = Fit.run (asimov 2.0)
        Assert.That(fit["mu"].Error.Value, near 1e-6 (sqrt (2.0 / jet.Hessian[0, 0])))

[<Test>]
let ``a parameter that the data do not determine is not converged`` () =
    let mu = poi "mu" 1.0 0.0 10.0
    let free = parameter Nuisance "free" 1.0 0.1 10.0 Unconstrained

    let compiled = compileBins [ "C", [ Process.create "a" (mu * free) [ 10.0 ] ] ]

    let fit = Fit.run (ok (Observation.observed compiled [ "C", [ 20.0 ] ]))
    Assert.That(fit.Status.Name, same "notConverged")
    Assert.That(fit.Status.Advice, Does.Contain "fix or constrain")
    Assert.That(fit.Status.Succeeded, same false)

[<Test>]
let ``too few steps are not converged`` () =
    let few = {
        Fit.settings with
            StartsPerPoi = 0
            Search = {
                TrustRegion.settings with
                    MaxSteps = 1
            }
    }

    let fit = Fit.runWith few (counting -5.0 7.0 12.0 300.0)
    Assert.That(fit.Status.Name, same "notConverged")
    Assert.That(fit.Status.Advice, Does.Contain "steps")

[<Test>]
let ``negative weights are refused`` () =
    let weights = Array.init nodes.Length (fun i -> if i = 9 then -1.0 else 1.0)

    let observation =
        Observation.nothing
        |> Observation.withWeights "SR" TableKind.Reference weights
        |> Observation.create compiled
        |> ok

    let fit = Fit.run observation
    Assert.That(fit.Status.Name, same "invalidModel")
    Assert.That(fit.Status.Advice, Does.Contain "negative weights")
    Assert.That(Double.IsNaN fit.TwiceNll, same true)

[<Test>]
let ``a likelihood that is finite nowhere is an invalid model with the reason`` () =
    let mu = poi "mu" 1.0 0.0 10.0

    let compiled = compileBins [ "C", [ Process.create "a" (mu) [ 10.0; 0.0 ] ] ]

    let fit = Fit.run (ok (Observation.observed compiled [ "C", [ 20.0; 1.0 ] ]))
    Assert.That(fit.Status.Name, same "invalidModel")
    Assert.That(fit.Status.Advice, Does.Contain "bin 1")

[<Test>]
let ``a cancelled fit stops`` () =
    use source = new CancellationTokenSource()
    source.Cancel()

    let settings = {
        Fit.settings with
            Cancellation = source.Token
    }

    let run = Action(fun () -> Fit.runWith settings (asimov 1.0) |> ignore)
    Assert.Throws<OperationCanceledException> run |> ignore

[<Test>]
let ``fixing an unknown parameter is refused`` () =
    let unknown = Fit.fix "nu" 1.0 Fit.settings
    let run = Action(fun () -> Fit.runWith unknown (asimov 1.0) |> ignore)
    Assert.Throws<ArgumentException> run |> ignore

[<Test>]
let ``a team of threads gives the same fit`` () =
    use team = new Nsbi.Kernels.ThreadTeam(2)
    let shared = Fit.runWith { Fit.settings with Team = Some team } (asimov 1.3)
    let alone = Fit.run (asimov 1.3)
    Assert.That(shared.TwiceNll, same alone.TwiceNll)
    Assert.That(shared["mu"].Value, same alone["mu"].Value)

[<Test>]
let ``a fit prints as a table`` () =
    let text = string (Fit.run (uncorrelatedBackground 0.0 [ 60.0; 65.0 ]))

    for part in [ "converged"; "-2 ln L"; "parameter"; "mu"; "gamma 0"; "0.952431" ] do
        Assert.That(text, Does.Contain part)
