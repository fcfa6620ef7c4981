module Nsbi.Infer.Tests.Posterior.ExpectedCoverageTests

open System
open NUnit.Framework
open Nsbi.Infer
open Nsbi.Infer.Tests

let private both (seed: uint64) trials = [
    ExpectedCoverage.randomPoints seed trials
    ExpectedCoverage.highestDensity seed trials
]

[<Test>]
let ``p-values of exact posteriors are uniform`` () =
    let found = [|
        for seed in 1UL .. 120UL -> both seed (ExactTrials.make (100UL + seed) 150 19 1.0 0.0)
    |]

    for k in 0..1 do
        let pValues = found |> Array.map (fun list -> list[k].PValue)
        Assert.That(ExactTrials.uniformity pValues, Is.GreaterThan 0.01)

[<Test>]
let ``exact posteriors cover as their credibility says`` () =
    for coverage in both 1UL (ExactTrials.make 7UL 3000 49 1.0 0.0) do
        Assert.That((ExpectedCoverage.check 0.01 coverage).Passed)
        Assert.That(abs (coverage.Excess.Pull 0.0), Is.LessThan 3.0)

        for k in 0 .. coverage.Levels.Length - 1 do
            let pull = (coverage.Coverage[k] - coverage.Levels[k]) / coverage.Errors[k]
            Assert.That(abs pull, Is.LessThan 4.0)

[<Test>]
let ``a posterior that is a fifth too narrow fails`` () =
    for coverage in both 1UL (ExactTrials.make 8UL 1500 49 0.8 0.0) do
        Assert.That((ExpectedCoverage.check 0.001 coverage).Passed, Is.False)

[<Test>]
let ``regions of highest density of narrow posteriors cover too little`` () =
    let trials = ExactTrials.make 9UL 2000 199 0.8 0.0
    let coverage = ExpectedCoverage.highestDensity 1UL trials
    // P(χ²₃ ≤ 0.64 q) where q is the median of χ²₃, 2.36597: scipy.stats.chi2.cdf(1.514224, 3).
    let k = coverage.Levels |> Array.findIndex (fun a -> abs (a - 0.5) < 1e-9)
    Assert.That(coverage.Coverage[k], Expect.near (4.0 * coverage.Errors[k]) 0.321)
    Assert.That(coverage.Excess.Value, Is.LessThan 0.0)

[<Test>]
let ``a shifted posterior fails`` () =
    let region (shift: float) k =
        (both 1UL (ExactTrials.make 10UL 1500 49 1.0 shift))[k]

    // Random points lie on all sides of a posterior: a shift looks like narrowness to them.
    Assert.That((ExpectedCoverage.check 0.001 (region 1.2 0)).Passed, Is.False)
    Assert.That((ExpectedCoverage.check 0.001 (region 0.5 1)).Passed, Is.False)

[<Test>]
let ``the band is that of the binomial`` () =
    // scipy.stats.binom.ppf([.025, .975], 200, .3) and (…, .05)
    let coverage =
        Array.init 200 (fun i -> (float i + 0.5) / 200.0)
        |> ExpectedCoverage.ofShares CoverageRegion.RandomPoints

    let at (level: float) =
        let k = coverage.Levels |> Array.findIndex (fun a -> abs (a - level) < 1e-9)
        200.0 * coverage.Lower[k], 200.0 * coverage.Upper[k]

    let lower, upper = at 0.3
    Assert.That(lower, Expect.near 1e-9 48.0)
    Assert.That(upper, Expect.near 1e-9 73.0)
    let lower, upper = at 0.05
    Assert.That(lower, Expect.near 1e-9 4.0)
    Assert.That(upper, Expect.near 1e-9 16.0)

[<Test>]
let ``even shares have the least distance`` () =
    let coverage =
        Array.init 20 (fun i -> (float i + 0.5) / 20.0)
        |> ExpectedCoverage.ofShares CoverageRegion.HighestDensity

    Assert.That(coverage.Distance, Expect.near 1e-12 0.025)
    Assert.That(coverage.Excess.Value, Expect.near 1e-12 0.0)
    Assert.That(string coverage, Does.Contain "highest density")

[<Test>]
let ``trials without densities have no regions of highest density`` () =
    let trials = [| PosteriorTrial.ofDraws [| 1.0 |] [| [| 0.5 |] |] |]

    let act () =
        ExpectedCoverage.highestDensity 1UL trials |> ignore

    Assert.Throws<ArgumentException>(Action act) |> ignore
