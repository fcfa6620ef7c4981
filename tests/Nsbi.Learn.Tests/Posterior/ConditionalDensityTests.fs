module Nsbi.Learn.Tests.Posterior.ConditionalDensityTests

open System
open NUnit.Framework
open Nsbi.Kernels
open Nsbi.Learn.Autodiff
open Nsbi.Learn.Networks
open Nsbi.Learn.Posterior
open Nsbi.Learn.Tests.Posterior.HeadExamples

let private pairs = HeadExamples.pairs
let private context = [| 0.3; -0.8; 0.5 |]

let private density (head: DensityHead) prior values =
    ConditionalDensity.Create(head, prior, values, context)

let private points (prior: Prior) seed count =
    let mutable stream = RandomStream(seed, "points", 0UL)
    let points = Array.init count (fun _ -> Array.zeroCreate<float> 0)

    for i in 0 .. count - 1 do
        points[i] <- prior.Sample(&stream)

    points

[<TestCaseSource(nameof pairs)>]
let ``the density is the graph's`` (headName: string, priorName: string) =
    let head, prior = heads[headName], priors[priorName]
    let values = randomValues 11 0.4 head prior
    let q = density head prior values
    let points = points prior 6UL 200
    let expected = logDensities Precision.Double head prior values context points

    for i in 0 .. points.Length - 1 do
        let tolerance = 1e-9 * (1.0 + abs expected[i])
        Assert.That(q.LogDensity points[i], Is.EqualTo(expected[i]).Within tolerance)

[<TestCaseSource(nameof pairs)>]
let ``the inverse undoes the map to the base variables`` (headName: string, priorName: string) =
    let head, prior = heads[headName], priors[priorName]
    let values = randomValues 12 0.4 head prior
    let at = HeadEvaluation(head, prior, values, context)

    if at.LogWeights.Length = 1 then
        let mutable stream = RandomStream(4UL, "base", 0UL)

        for _ in 1..200 do
            let uniforms = Array.init (prior.Count + 1) (fun _ -> 0.0)

            for i in 0 .. prior.Count do
                uniforms[i] <- stream.NextDouble()

            let xs = at.OfUniform uniforms
            let struct (given, _) = at.Forward xs
            let back = at.Inverse(0, given)

            for i in 0 .. prior.Count - 1 do
                Assert.That(back[i], Is.EqualTo(xs[i]).Within 1e-9)

/// Mean, covariance and probabilities of rectangles below a point, by quadrature.
let private integrals (q: ConditionalDensity) (prior: Prior) =
    let nodes =
        (if prior.Count = 1 then
             grid prior 400 8
         else
             grid prior 40 8)
        |> Array.map (fun (phi, w) -> phi, w * exp (q.LogDensity phi))

    let average f =
        nodes |> Array.sumBy (fun (phi, w) -> w * f phi)

    let mean = Array.init prior.Count (fun i -> average (fun phi -> phi[i]))

    let covariance =
        Array2D.init prior.Count prior.Count (fun i j ->
            average (fun phi -> (phi[i] - mean[i]) * (phi[j] - mean[j])))

    mean, covariance, average

[<TestCaseSource(nameof pairs)>]
let ``draws have the moments of the density`` (headName: string, priorName: string) =
    let head, prior = heads[headName], priors[priorName]
    let values = randomValues 13 0.25 head prior
    let q = density head prior values
    let mean, covariance, _ = integrals q prior
    let draws = q.Sample(77UL, 20000)

    for i in 0 .. prior.Count - 1 do
        let column = draws[*, i]
        let sd = sqrt covariance[i, i]
        let found = Array.average column
        Assert.That(found, Is.EqualTo(mean[i]).Within(4.5 * sd / sqrt 20000.0), $"mean {i}")

        let squares = column |> Array.map (fun x -> pown (x - mean[i]) 2)

        let spread =
            squares |> Array.averageBy (fun s -> pown (s - covariance[i, i]) 2) |> sqrt

        Assert.That(
            Array.average squares,
            Is.EqualTo(covariance[i, i]).Within(4.5 * spread / sqrt 20000.0),
            $"variance {i}"
        )

        let reported, width = q.Mean[i], q.StandardDeviation[i]
        let tolerance error scale = 4.5 * error + 1e-6 * scale
        Assert.That(reported.Value, Is.EqualTo(mean[i]).Within(tolerance reported.Error (1.0 + sd)))
        Assert.That(width.Value, Is.EqualTo(sd).Within(tolerance width.Error (1.0 + sd)))

    if prior.Count = 2 then
        let products =
            Array.init 20000 (fun n -> (draws[n, 0] - mean[0]) * (draws[n, 1] - mean[1]))

        let spread =
            products |> Array.averageBy (fun s -> pown (s - covariance[0, 1]) 2) |> sqrt

        let tolerance = 4.5 * spread / sqrt 20000.0
        Assert.That(Array.average products, Is.EqualTo(covariance[0, 1]).Within tolerance)

[<TestCaseSource(nameof pairs)>]
let ``draws of one parameter follow the density, and quantiles and probabilities agree``
    (headName: string, priorName: string)
    =
    let head, prior = heads[headName], priors[priorName]

    if prior.Count = 1 then
        let values = randomValues 14 0.4 head prior
        let q = density head prior values
        let draws = q.Sample(78UL, 4000)[*, 0] |> Array.sort

        // Kolmogorov's distance; its 99.9 % quantile is 1.95/√n.
        let distance =
            draws
            |> Array.mapi (fun n x -> abs (q.Cumulative(0, x).Value - (float n + 0.5) / 4000.0))
            |> Array.max

        Assert.That(distance, Is.LessThan(1.95 / sqrt 4000.0))

        for level in [ 0.0005; 0.16; 0.5; 0.84; 0.9995 ] do
            let x = q.Quantile(0, level)
            Assert.That(x.Error, Is.EqualTo 0.0)
            Assert.That(q.Cumulative(0, x.Value).Value, Is.EqualTo(level).Within 1e-9)

        // The probability's slope is the density.
        let x = q.Quantile(0, 0.4).Value
        let h = 1e-5 * q.StandardDeviation[0].Value

        let slope =
            (q.Cumulative(0, x + h).Value - q.Cumulative(0, x - h).Value) / (2.0 * h)

        Assert.That(slope, Is.EqualTo(exp (q.LogDensity [| x |])).Within(1e-5 * slope))

[<TestCaseSource(nameof pairs)>]
let ``sampled quantiles, probabilities and highest-density masses are those of the density``
    (headName: string, priorName: string)
    =
    let head, prior = heads[headName], priors[priorName]

    if prior.Count = 2 then
        let values = randomValues 15 0.25 head prior
        let q = density head prior values
        let _, _, average = integrals q prior
        let x = q.Quantile(1, 0.3)
        let below = average (fun phi -> if phi[1] <= x.Value then 1.0 else 0.0)
        // The quadrature's panels do not end at x.
        Assert.That(below, Is.EqualTo(0.3).Within(0.03), "quantile")
        let share = q.Cumulative(1, x.Value)
        Assert.That(share.Value, Is.EqualTo(0.3).Within(4.0 * share.Error + 1e-4))

        let point = q.Sample(3UL, 1)[0, *]
        let value = q.LogDensity point
        let mass = average (fun phi -> if q.LogDensity phi > value then 1.0 else 0.0)
        let found = q.HighestDensityMass point
        Assert.That(found.Value, Is.EqualTo(mass).Within(4.5 * found.Error + 0.02), "mass")

[<Test>]
let ``a Gaussian's highest-density mass is the chi-squared probability`` () =
    let prior =
        PriorTests.priorOf [
            "a", PriorDensity.Normal(1.0, 2.0)
            "b", PriorDensity.Normal(0.0, 1.0)
        ]

    let head = DensityHead.Gaussian Covariance.Full
    let values = HeadGraph.initialValues 1UL head prior 3
    let q = density head prior values
    // 1 − e^{−d²/2} for two parameters; the head is N(1, 2²) x N(0, 1) at its first values.
    let expected = 1.0 - exp (-0.5 * (0.5 * 0.5 + 1.5 * 1.5))
    let found = q.HighestDensityMass [| 2.0; -1.5 |]
    Assert.That(found.Value, Is.EqualTo(expected).Within 1e-5)
    Assert.That(found.Error, Is.EqualTo 0.0)

[<Test>]
let ``outside the support the density is zero and the mass one`` () =
    let prior = priors["uniform and normal"]

    let q =
        density heads["coupling flow"] prior (randomValues 3 0.4 heads["coupling flow"] prior)

    Assert.That(q.LogDensity [| 3.001; 0.0 |], Is.EqualTo -infinity)
    Assert.That(q.LogDensity [| nan; 0.0 |], Is.NaN)
    Assert.That((q.HighestDensityMass [| 3.001; 0.0 |]).Value, Is.EqualTo 1.0)
    Assert.That(q.Cumulative(0, -1.0).Value, Is.EqualTo 0.0)
    Assert.That(q.Cumulative(0, 3.0).Value, Is.EqualTo 1.0)
    Assert.That(Double.IsFinite(q.LogDensity [| 3.0; 0.0 |]), Is.True)

[<Test>]
let ``draws depend on the seed alone and longer samples begin with shorter ones`` () =
    let prior = priors["two uniform"]
    let head = heads["autoregressive flow"]
    let q = density head prior (randomValues 3 0.4 head prior)
    let a, b = q.Sample(5UL, 50), q.Sample(5UL, 20)
    Assert.That(a[0..19, *], Is.EqualTo b)
    Assert.That(q.Sample(6UL, 20), Is.Not.EqualTo b)

[<Test>]
let ``arrays that are missing and contexts that are not numbers are refused by a sentence`` () =
    let prior, head = priors["uniform"], heads["full"]
    let values = randomValues 3 0.4 head prior

    let refusal (values: Values) (context: float[]) =
        let create () =
            ConditionalDensity.Create(head, prior, values, context) |> ignore

        Assert.Throws<ArgumentException>(Action create).Message

    Assert.That(refusal Map.empty context, Does.Contain "head.gaussian.w")
    Assert.That(refusal values [| nan; 0.0; 0.0 |], Does.Contain "not finite")
    Assert.That(refusal values [| 1.0 |], Does.Contain "1 x")
