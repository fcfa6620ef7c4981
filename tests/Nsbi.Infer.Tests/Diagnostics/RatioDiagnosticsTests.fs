module Nsbi.Infer.Tests.RatioDiagnosticsTests

open System
open NUnit.Framework
open Nsbi.Infer
open Nsbi.Infer.Tests.Expect
open Nsbi.Infer.Tests.GaussianRatios

let private repeats = 200

/// Uniform p-values: the mean within 4σ of 1/2, and 5 % of them below 0.05 within 4σ.
let shouldBeUniform (p: float[]) =
    let n = float p.Length
    let below = float (p |> Array.filter (fun v -> v < 0.05) |> Array.length) / n
    Assert.That(Array.average p, near (4.0 * sqrt (1.0 / 12.0 / n)) 0.5)
    Assert.That(below, near (4.0 * sqrt (0.05 * 0.95 / n)) 0.05)

[<TestCase(false)>]
[<TestCase(true)>]
let ``calibration p-values of the exact ratio are uniform`` (weighted: bool) =
    [|
        for index in 1..repeats do
            let sample, _ = sampleOf weighted 2000 index exact
            let _, _, chi = CalibrationCheck.run strict 20 "S" sample
            chi.PValue
    |]
    |> shouldBeUniform

[<TestCase(false)>]
[<TestCase(true)>]
let ``closure p-values of the exact ratio are uniform`` (weighted: bool) =
    [|
        for index in 1..repeats do
            let sample, x = sampleOf weighted 4000 index exact
            let _, closure = ClosureCheck.run strict "S" sample ("x", x)
            closure.ChiSquare.PValue
    |]
    |> shouldBeUniform

[<Test>]
let ``closure p-values are uniform where the target is part of the reference`` () =
    [|
        for index in 1..repeats do
            let x, u, t = simulate false 4000 index
            let isTarget = Array.init x.Length (fun i -> i >= 4000)
            let mixture = Array.map2 (fun a b -> a + b) u t
            // p_ref' = (p_ref + p_target)/2, events of the target carry both weights.
            let ratio =
                x |> Array.map (fun v -> target v / (0.5 * reference v + 0.5 * target v))

            let sample =
                RatioSample.create
                    mixture
                    (isTarget |> Array.map (fun b -> if b then 1.0 else 0.0))
                    ratio

            let _, closure = ClosureCheck.run strict "S" sample ("x", x)
            closure.ChiSquare.PValue
    |]
    |> shouldBeUniform

[<Test>]
let ``the exact ratio passes all checks at their nominal rates`` () =
    let failures = [
        for index in 1..100 do
            let sample, x = sampleOf true 5000 (1000 + index) exact
            yield! failed (RatioDiagnostics.run strict "S" sample [ "x", x ]).Checks
    ]

    // Expected: normalisation 0.0027 · 100 = 0.3, two p-values 10⁻⁴ · 100 each, the rest none.
    Assert.That(failures.Length, Is.LessThanOrEqualTo 3, String.Join(", ", failures))

[<Test>]
let ``pulls of the normalisation have unit width`` () =
    let pulls = [|
        for index in 1..repeats do
            let sample, _ = sampleOf true 1000 index exact
            let mean = WeightedMean.compute sample.Ratio sample.Reference
            (mean.Value - 1.0) / mean.StandardError
    |]

    let width = pulls |> Array.averageBy (fun p -> p * p) |> sqrt
    Assert.That(Array.average pulls, near 0.25 0.0)
    Assert.That(width, near 0.17 1.0)

let private checksOf (n: int) (ratio: float -> float) =
    let sample, x = sampleOf true n 77 ratio
    failed (RatioDiagnostics.run CheckLimits.standard "S" sample [ "x", x ]).Checks

/// E_ref of a function by the trapezoidal rule.
let private meanUnderReference (f: float -> float) =
    Seq.init 4001 (fun i -> -10.0 + 0.005 * float i)
    |> Seq.sumBy (fun x -> 0.005 * reference x * f x)

[<Test>]
let ``an overconfident ratio fails calibration and closure but not normalisation`` () =
    let sharp x = Math.Pow(exact x, 1.2)
    let c = meanUnderReference sharp
    let names = checksOf 50000 (fun x -> sharp x / c)
    Assert.That(names, Does.Contain "calibration of S")
    Assert.That(names, Does.Contain "closure of S in x")
    Assert.That(names, Does.Not.Contain "normalisation of S")

[<Test>]
let ``a shifted ratio fails closure by its shape and by its distance`` () =
    let shifted x = exact (x - 0.15)
    let c = meanUnderReference shifted
    let names = checksOf 50000 (fun x -> shifted x / c)
    Assert.That(names, Does.Contain "closure of S in x")
    Assert.That(names, Does.Contain "distance of S in x")
    Assert.That(names, Does.Not.Contain "normalisation of S")

[<Test>]
let ``a ratio wrong by five percent fails normalisation and not closure`` () =
    let names = checksOf 50000 (fun x -> 1.05 * exact x)
    Assert.That(names, Does.Contain "normalisation of S")
    // Closure is normalised and cannot see a factor.
    Assert.That(names, Does.Not.Contain "closure of S in x")

[<Test>]
let ``one event with a ratio of ten thousand fails the largest share`` () =
    let sample, x = sampleOf true 50000 77 exact
    let ratio = Array.copy sample.Ratio
    ratio[17] <- 1e4

    let checks =
        (RatioDiagnostics.run CheckLimits.standard "S" { sample with Ratio = ratio } [ "x", x ])
            .Checks

    Assert.That(failed checks, Does.Contain "largest event of S")
    Assert.That(failed checks, Does.Contain "normalisation of S")

[<Test>]
let ``small learned imperfections pass with the standard tolerance and fail without it`` () =
    // A wobble of one percent, which 200,000 events resolve.
    let wobbly x = exact x * (1.0 + 0.012 * sin (6.0 * x))
    let sample, x = sampleOf false 200000 5 wobbly

    let p limits =
        (ClosureCheck.run limits "S" sample ("x", x) |> snd).ChiSquare.PValue

    Assert.That(p CheckLimits.standard, Is.GreaterThan 0.01)
    Assert.That(p strict, Is.LessThan(p CheckLimits.standard))

/// The target lacks the feature in 20 % of its events, the reference in as many of those of the target
/// in it and in 60 % of the others; the exact ratio of the events without it is theirs.
let private lacking (index: int) (known: bool) =
    let sample, x = sampleOf true 4000 index exact
    let mutable random = Nsbi.Kernels.RandomStream(3UL, "missing values", uint64 index)
    let share = 0.5 * (0.2 + 0.6)

    let missing =
        x
        |> Array.mapi (fun i v ->
            let isTarget = i >= 4000 || random.NextDouble() < 0.5 * exact v
            random.NextDouble() < (if isTarget then 0.2 else 0.6))

    let present v =
        target v * 0.8 / (0.5 * target v * 0.8 + (reference v - 0.5 * target v) * 0.4)

    let ratio =
        Array.map2
            (fun v lacks ->
                if not known then exact v
                elif lacks then 0.2 / share
                else present v)
            x
            missing

    { sample with Ratio = ratio }, Array.map2 (fun v lacks -> if lacks then nan else v) x missing

[<Test>]
let ``closure p-values of the exact ratio are uniform where values are missing`` () =
    [|
        for index in 1..repeats do
            let sample, x = lacking index true
            let _, closure = ClosureCheck.run strict "S" sample ("x", x)
            closure.ChiSquare.PValue
    |]
    |> shouldBeUniform

[<Test>]
let ``events without the feature are a bin of the closure and no part of its distance`` () =
    let sample, x = lacking 1 true
    let checks, closure = ClosureCheck.run strict "S" sample ("x", x)
    Assert.That(failed checks, Is.Empty)
    let shares = closure.Missing.Value
    Assert.That(shares.Target.Value, near (4.0 * shares.Target.Error) 0.2)
    Assert.That(shares.Reweighted.Value, near (4.0 * shares.Reweighted.Error) 0.2)
    Assert.That(Array.sum closure.Target.Contents, near 0.005 (1.0 - shares.Target.Value))
    // A ratio that knows nothing of what is missing has too many of them.
    let blind, x = lacking 1 false
    let checks, closure = ClosureCheck.run strict "S" blind ("x", x)
    Assert.That(failed checks, Does.Contain "closure of S in x")
    Assert.That(closure.Missing.Value.Reweighted.Value, Is.GreaterThan 0.3)
    let full, y = sampleOf true 4000 1 exact
    Assert.That((ClosureCheck.run strict "S" full ("x", y) |> snd).Missing, same None)

[<Test>]
let ``a feature that the target lacks altogether is compared by its absence`` () =
    let sample, x = sampleOf false 500 1 exact
    let none = x |> Array.mapi (fun i v -> if i >= 500 then nan else v)
    let checks, closure = ClosureCheck.run strict "S" sample ("x", none)
    Assert.That(closure.Distance.Value, same 0.0)
    Assert.That(closure.Missing.Value.Target.Value, near 1e-12 1.0)
    Assert.That(checks.Length, same 2)

[<Test>]
let ``a ratio that is zero, infinite, NaN or saturated is counted`` () =
    let sample, _ = sampleOf false 100 1 exact

    for bad in [ 0.0; infinity; nan; -1.0; 1e8; 1e-39 ] do
        let ratio = Array.copy sample.Ratio
        ratio[3] <- bad
        ratio[150] <- bad
        let check = SaturationCheck.run strict "S" { sample with Ratio = ratio }
        Assert.That(check.Value, same 2.0)
        Assert.That(check.Passed, Is.False)

    Assert.That((SaturationCheck.run strict "S" sample).Passed, Is.True)

[<Test>]
let ``a ratio that is NaN gives failed checks and no exception`` () =
    let sample, x = sampleOf false 100 1 exact
    let ratio = Array.copy sample.Ratio
    ratio[3] <- nan

    let result =
        RatioDiagnostics.run strict "S" { sample with Ratio = ratio } [ "x", x ]

    Assert.That(result.Checks |> List.exists _.Passed, Is.False)
    Assert.That(result.Closures, Is.Empty)

[<Test>]
let ``softmax ratios keep the mixture identity and separate ones do not`` () =
    let sample, x = sampleOf false 1000 1 exact
    let other = x |> Array.map (fun v -> density -0.3 1.1 v / reference v)
    let shares = [| 0.5; 0.5 |]

    let check r =
        MixtureIdentityCheck.run CheckLimits.standard shares [| sample.Ratio; r |]

    Assert.That((check other).Passed, Is.True)
    let wrong = check (other |> Array.map (fun r -> 1.1 * r))
    Assert.That(wrong.Passed, Is.False)
    Assert.That(wrong.Value, near 1e-12 (0.05 * Array.max other))
    let broken = check (other |> Array.mapi (fun i r -> if i = 5 then nan else r))
    Assert.That(broken.Passed, Is.False)

[<Test>]
let ``the implied ratio of exact ratios is one and a factor of two is found`` () =
    let x, u, _ = simulate true 20000 3
    let events = Array.init x.Length id |> Array.filter (fun i -> u[i] > 0.0)
    let weights = events |> Array.map (fun i -> u[i])
    let s = events |> Array.map (fun i -> exact x[i])

    let run scale =
        ImpliedRatioCheck.run
            strict
            ("S", "ref")
            weights
            (s |> Array.map ((*) scale))
            (s |> Array.map (fun _ -> 1.0))

    let good, mean = run 1.0
    Assert.That(good.Passed, Is.True)
    Assert.That(mean.ErrorIsReliable, Is.True)
    Assert.That(good.Finding, Does.Not.Contain "unreliable")
    Assert.That((run 2.0 |> fst).Passed, Is.False)

[<Test>]
let ``an implied ratio carried by a few events says that its error is unreliable`` () =
    let n = 5000
    let ratio = Array.init n (fun i -> if i < 4 then 1000.0 else 0.2)

    let check, mean =
        ImpliedRatioCheck.run strict ("S", "B") (Array.create n 1.0) ratio (Array.create n 1.0)

    Assert.That(mean.EffectiveEvents, Is.LessThan 10.0)
    Assert.That(check.Finding, Does.Contain "unreliable")

[<Test>]
let ``the calibration curve of the exact ratio is the diagonal`` () =
    let sample, _ = sampleOf true 50000 9 exact
    let _, points, _ = CalibrationCheck.run strict 20 "S" sample
    Assert.That(points.Length, same 20)

    for point in points do
        Assert.That(point.Fraction, near (5.0 * point.Error) point.Score)

[<Test>]
let ``tied scores and a feature of one value are judged without exceptions`` () =
    let n = 400

    let sample =
        RatioSample.ofTwo
            (Array.create n 1.0, Array.create n 1.0)
            (Array.create n 1.0, Array.create n 1.0)

    let result =
        RatioDiagnostics.run strict "S" sample [ "constant", Array.create (2 * n) 3.0 ]

    Assert.That(failed result.Checks, Is.Empty)

[<Test>]
let ``samples with impossible weights are refused`` () =
    let one = [| 1.0 |]

    for reference, target in
        [
            [| -1.0 |], one
            [| nan |], one
            [| 0.0 |], one
            one, [| 0.0 |]
            one, [| infinity |]
        ] do
        Assert.That(
            Action(fun () -> RatioSample.create reference target one |> ignore),
            Throws.ArgumentException
        )
