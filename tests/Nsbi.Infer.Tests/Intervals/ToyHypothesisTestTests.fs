module Nsbi.Infer.Tests.ToyHypothesisTestTests

open System
open MathNet.Numerics.Distributions
open NUnit.Framework
open Nsbi.Infer
open Nsbi.Infer.Tests.CountingModels
open Nsbi.Infer.Tests.Expect
open Nsbi.Infer.Tests.InterferenceModel

let private work toys seed =
    ToyWork.ofRun Fit.settings {
        ToyRun.ofToys toys with
            Seed = seed
            Threads = 2
    }

let private bounded = TestStatistic.UpperLimitBounded

/// Poisson tail P(n ≤ k).
let private cdf (mean: float) (k: int) = Poisson.CDF(mean, float k)

[<Test>]
let ``for a count CLs is the ratio of Poisson probabilities`` () =
    // q̃ falls with n: q̃ ≥ observed is n ≤ observed.
    let s, b, n = 6.0, 12.0, 14

    let found =
        ToyHypothesisTest.cls (work 4000 3UL) bounded (counting 0.0 s b (float n)) "mu" 1.0
        |> ok

    let clsb, clb = cdf (s + b) n, cdf b n
    let cls = found.Cls
    Assert.That(cls.Clsb.Value, near (4.0 * cls.Clsb.Error) clsb)
    Assert.That(cls.Clb.Value, near (4.0 * cls.Clb.Error) clb)
    Assert.That(cls.Cls.Value, near (4.0 * cls.Cls.Error) (clsb / clb))
    Assert.That(cls.Cls.Error / (clsb / clb), Is.InRange(0.01, 0.2))
    Assert.That(found.Checks |> List.forall _.Passed, same true)

    // Expected: at the quantiles of n under the background, which −2σ has lowest.
    let quantile (p: float) =
        Seq.initInfinite id |> Seq.find (fun k -> cdf b k >= p)

    for k, expected in List.zip ToyCls.sigmas cls.Expected do
        let n = quantile (Normal.CDF(0.0, 1.0, k))
        // Above s + b counts q̃ is 0, which all toys reach.
        let at n =
            if float n >= s + b then 1.0 else cdf (s + b) n / cdf b n

        let exact, one = at n, at (n + 1)
        // A count is a step: the noise may take the next one.
        let step = abs (one - exact)
        Assert.That(expected.Value, near (5.0 * expected.Error + step) exact, $"at {k}")

    let values = cls.Expected |> List.map _.Value
    Assert.That(values, same (List.sort values))

[<Test>]
let ``CLs by toys is the asymptotic one for many counts`` () =
    // pyhf's uncorrelated background with the counts ten times as large would be better; with these
    // the toys differ from 0.0525 by a few percent of it only.
    let data = uncorrelatedBackground 0.0 [ 51.0; 48.0 ]
    let found = ToyHypothesisTest.cls (work 3000 7UL) bounded data "mu" 1.0 |> ok
    Assert.That(found.Observed.Value, near 1e-5 3.9382449)
    Assert.That(found.Cls.Cls.Value, near (0.008 + 3.0 * found.Cls.Cls.Error) 0.05251553)

[<Test>]
let ``results do not depend on threads`` () =
    let data = uncorrelatedBackground 0.0 [ 51.0; 48.0 ]

    let at threads =
        let work = work 50 7UL
        let run = { work.Run with Threads = threads }
        (ToyHypothesisTest.cls { work with Run = run } bounded data "mu" 1.0 |> ok).Cls

    Assert.That(at 3, same (at 1))

[<Test>]
let ``the discovery of a count has the Poisson probability`` () =
    let s, b, n = 10.0, 12.0, 20

    let found =
        ToyHypothesisTest.discovery (work 4000 5UL) (counting 0.0 s b (float n)) "mu" 1.0
        |> ok

    let p = 1.0 - cdf b (n - 1)
    Assert.That(found.P.Value, near (4.0 * found.P.Error) p)
    Assert.That(found.Z.Value, near (4.0 * found.Z.Error) (-Normal.InvCDF(0.0, 1.0, p)))
    // The median of 22 expected counts is 22.
    let expected = 1.0 - cdf b 21
    Assert.That(found.ExpectedP.Value, near (5.0 * found.ExpectedP.Error) expected)
    Assert.That(found.IsBound, same false)

[<Test>]
let ``a discovery beyond all toys is a bound`` () =
    let found =
        ToyHypothesisTest.discovery (work 200 5UL) (counting 0.0 10.0 12.0 60.0) "mu" 1.0
        |> ok

    Assert.That(found.IsBound, same true)
    Assert.That(found.P.Value, near 1e-12 (1.0 / 201.0))

[<Test>]
let ``the upper limit of a count is where the Poisson CLs is 5 percent`` () =
    let s, b, n = 10.0, 5.0, 4
    let data = counting 0.0 s b (float n)
    let found = ToyUpperLimit.find (work 2000 11UL) bounded 0.95 data "mu" |> ok

    let exact n =
        let mutable low, high = 0.0, 10.0

        for _ in 1..60 do
            let mu = 0.5 * (low + high)

            if cdf (mu * s + b) n / cdf b n > 0.05 then
                low <- mu
            else
                high <- mu

        low

    Assert.That(found.Observed.Error, Is.InRange(0.001, 0.1))
    Assert.That(found.Observed.Value, near (4.0 * found.Observed.Error + 0.01) (exact n))
    let median = found.Expected[2]
    // The median count of the background is 5.
    Assert.That(median.Value, near (4.0 * median.Error + 0.01) (exact 5))
    let values = found.Expected |> List.map _.Value
    Assert.That(values, same (List.sort values))
    Assert.That(found.Points.Length, Is.LessThan 20)

[<Test>]
let ``where nothing is excluded up to the bound the limit is infinite`` () =
    // The parameter ends at 50, where 0.5 events are expected.
    let data = counting 0.0 0.01 5.0 5.0
    let found = ToyUpperLimit.find (work 200 11UL) bounded 0.95 data "mu" |> ok
    Assert.That(found.Observed.Value, same infinity)

[<Test>]
let ``a sample of q values alone gives CLs with its errors`` () =
    let signal = [ for k in 1..999 -> float k ]
    let background = [ for k in 1..999 -> 3.0 * float k ]
    let cls = ToyCls.ofValues 1.0 900.0 signal background
    Assert.That(cls.Clsb.Value, near 1e-12 0.101)
    Assert.That(cls.Clb.Value, near 1e-12 0.701)
    Assert.That(cls.Cls.Value, near 1e-12 (0.101 / 0.701))

    let relative =
        sqrt (0.101 * 0.899 / 999.0) / 0.101, sqrt (0.701 * 0.299 / 999.0) / 0.701

    let error = cls.Cls.Value * sqrt (fst relative ** 2.0 + snd relative ** 2.0)
    Assert.That(cls.Cls.Error, near 1e-4 error)
    // Beyond all toys nothing is excluded.
    Assert.That((ToyCls.ofValues 1.0 1e9 signal background).Cls.Value, same 1.0)

    Assert.Throws<ArgumentException>(
        Action(fun () -> ToyCls.ofValues 1.0 1.0 [ nan ] background |> ignore)
    )
    |> ignore
