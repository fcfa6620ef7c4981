module Nsbi.Infer.Tests.DiscoverySignificanceTests

open System
open NUnit.Framework
open Nsbi.Model
open Nsbi.Infer
open Nsbi.Infer.Tests.CountingModels
open Nsbi.Infer.Tests.Expect
open Nsbi.Infer.Tests.InterferenceModel
open Nsbi.Infer.Tests.LimitModels

let private find observation signal =
    DiscoverySignificance.asymptotic Fit.settings observation "mu" signal

[<Test>]
let ``q0 of two bins has its published value`` () =
    let found = find (uncorrelatedBackground -5.0 [ 60.0; 65.0 ]) 1.0
    Assert.That(found.Q.Value, near 1e-9 (28.3353182357226 - 25.35192342475779))
    Assert.That(found.Q.Value, near 1e-5 2.9833948)
    Assert.That(found.Observed.Z, near 1e-9 (sqrt 2.98339481096481))
    // scipy.stats.norm.sf(√2.98339481096481)
    Assert.That(found.Observed.P, near 1e-9 0.0420613289)
    Assert.That(found.Warnings, same ([]: string list))

[<Test>]
let ``a deficit has no significance`` () =
    let found = find (uncorrelatedBackground -5.0 [ 51.0; 48.0 ]) 1.0
    Assert.That(found.Observed.Z, same 0.0)
    Assert.That(found.Observed.P, same 0.5)

[<Test>]
let ``the expected significance of a counting experiment is that of the formulae`` () =
    for s, b in [ 10.0, 100.0; 5.0, 3.0; 30.0, 1.0 ] do
        let found = find (counting 0.0 s b (b + 2.0)) 1.0
        Assert.That(found.Expected.Z, near 1e-8 (Asymptotics.countingSignificance s b))

        // Far tails are not rounded away.
        let p = NormalTail.upper (Asymptotics.countingSignificance s b)
        Assert.That(found.Expected.P, near (1e-7 * p) p)

        let three = find (counting 0.0 s b (b + 2.0)) 3.0
        Assert.That(three.Expected.Z, near 1e-8 (Asymptotics.countingSignificance (3.0 * s) b))

[<Test>]
let ``a background that is measured aside costs what the formula says`` () =
    // b = 100 ± 10 by a control measurement of (b/σ)² = 100 events; the observed counts are those
    // expected at μ = 1, so that the profiled background is the nominal one.
    let mu = poi "mu" 1.0 0.0 50.0
    let gamma = parameter Nuisance "gamma" 1.0 0.01 10.0 (Poisson(100.0, 100.0))

    let compiled =
        compileBins [
            "C",
            [
                Process.create "signal" mu [ 10.0 ]
                Process.create "background" gamma [ 100.0 ]
            ]
        ]

    let found = find (ok (Observation.observed compiled [ "C", [ 110.0 ] ])) 1.0
    let expected = Asymptotics.countingSignificanceWith 10.0 100.0 10.0
    Assert.That(found.Expected.Z, near 1e-8 expected)
    Assert.That(found.Expected.Z, near 1e-5 0.69019)
    Assert.That(found.Observed.Z, near 1e-8 expected)

[<Test>]
let ``unbinned and binned channels together are their finely binned version`` () =
    let exact, fine = find hybrid.Value 1.0, find (hybridInBins ()) 1.0
    Assert.That(exact.Observed.Z, near 2e-4 fine.Observed.Z)
    Assert.That(exact.Expected.Z, near 2e-4 fine.Expected.Z)
    Assert.That(exact.Observed.Z, Is.GreaterThan 1.0)

[<Test>]
let ``a square root is warned of, and the number is given`` () =
    let found = find (asimov 1.0) 1.0
    Assert.That(found.Warnings.Head, Does.Contain "square root of mu")
    // PHYSICS: t(0 | 1) = 2.448976.
    Assert.That(found.Observed.Z, near 1e-6 (sqrt 2.448976))
    Assert.That(found.Expected.Z, near 1e-6 (sqrt 2.448976))

[<Test>]
let ``data that the background cannot have made have an infinite significance, with a reason`` () =
    let found = find (counting 0.0 10.0 0.0 3.0) 1.0
    Assert.That(found.Observed.P, same 0.0)
    Assert.That(found.Observed.Z, same infinity)
    Assert.That(found.Observed.Reason.Value, Does.Contain "mu = 0 is impossible")

[<Test>]
let ``a signal outside of the bounds is refused`` () =
    Assert.Throws<ArgumentException>(
        Action(fun () -> find (counting 0.0 10.0 20.0 15.0) 51.0 |> ignore)
    )
    |> ignore
