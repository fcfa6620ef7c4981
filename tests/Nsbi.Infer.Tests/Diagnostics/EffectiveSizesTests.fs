module Nsbi.Infer.Tests.EffectiveSizesTests

open NUnit.Framework
open Nsbi.Infer
open Nsbi.Infer.Tests.Expect
open Nsbi.Infer.Tests.TwoSampleToys

[<Test>]
let ``equal weights are worth their number`` () =
    let size = EffectiveSizes.ofWeights "S" [| 0.5; 0.5; 0.0; 0.5; 0.5 |]
    Assert.That(size.Events, same 4)
    Assert.That(size.Effective, near 1e-12 4.0)
    Assert.That(size.LargestShare, near 1e-12 0.25)

[<Test>]
let ``negative weights cost more than they weigh`` () =
    let size = EffectiveSizes.ofWeights "S" [| 1.0; 1.0; -1.0 |]
    Assert.That(size.Effective, near 1e-12 (1.0 / 3.0))
    Assert.That(size.LargestShare, near 1e-12 1.0)
    Assert.That((EffectiveSizes.ofWeights "S" [||]).Effective, same 0.0)

[<Test>]
let ``bins of the reweighted reference add up in weight, not in size`` () =
    let events = against [| 3.0; 2.0 |] exact (simulate 2000 1)

    let check, found =
        EffectiveSizes.reweighted CheckLimits.standard "mu = 2" 2.0 events

    Assert.That(found.Bins.Length, same 12)
    let weights = Array.map2 (*) events.Reference events.Ratio
    let direct = (Array.sum weights) ** 2.0 / (weights |> Array.sumBy (fun w -> w * w))
    Assert.That(found.Size.Effective, near 1e-9 direct)
    // In a narrow bin the ratio is one number, and only the uneven weights of the events remain.
    let uneven = 1.0 / (1.0 + 1.0 / 12.0)
    Assert.That(found.Bins[6], near 15.0 (uneven * 4000.0 / 12.0))
    Assert.That(check.Passed, Is.True)

[<Test>]
let ``few effective events fail`` () =
    let events = against [| 3.0; 2.0 |] exact (simulate 40 1)
    let check, _ = EffectiveSizes.reweighted CheckLimits.standard "mu = 2" 2.0 events
    Assert.That(check.Passed, Is.False)
    Assert.That(check.Finding, Does.Contain "at mu = 2")
