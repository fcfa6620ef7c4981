module Nsbi.Infer.Tests.Problems.InterferenceToyTests

open System
open NUnit.Framework
open Nsbi.Infer
open Nsbi.Model

let private near (tolerance: float) (expected: float) (actual: float) =
    Assert.That(actual, Is.EqualTo(expected).Within tolerance)

let private all = [ Signal; Background; NonInterfering; Interference; Total ]
let private rule = InterferenceToy.quadrature 1201

let private integral (f: float -> float) : float =
    Array.fold2 (fun sum x w -> sum + w * f x) 0.0 rule.Nodes rule.Widths

[<Test>]
let ``the constants of the interference are the published ones`` () =
    near 5e-11 0.7612734317 InterferenceToy.overlap
    near 5e-11 0.8053691275 InterferenceToy.interferenceMean
    near 5e-11 0.8109982249 InterferenceToy.interferenceWidth
    near 5e-9 -51.67695416 (InterferenceToy.expected Interference)
    near 5e-9 68.32304584 (InterferenceToy.expected Total)

[<TestCase(0.0, 280.0)>]
[<TestCase(0.5, 263.4589)>]
[<TestCase(1.0, 268.3230)>]
[<TestCase(2.0, 286.9178)>]
[<TestCase(4.0, 336.6461)>]
let ``the rate is the published one`` (mu: float, events: float) =
    near 5e-5 events (InterferenceToy.rate mu)
    near 1e-9 (InterferenceToy.rate mu) (integral (InterferenceToy.rateDensity mu))

[<Test>]
let ``the rate turns over and has a partner of equal rate`` () =
    let rate = InterferenceToy.rate
    Assert.That(rate 0.41727, Is.LessThan(rate 0.4163))
    Assert.That(rate 0.41727, Is.LessThan(rate 0.4183))
    near 1e-3 (rate 1.0) (rate 0.08522)

[<TestCaseSource(nameof all)>]
let ``every density integrates to one`` (proc: InterferenceProcess) =
    near 1e-12 1.0 (integral (InterferenceToy.density proc))

[<Test>]
let ``the interference is twice the cosine times the root of the product`` () =
    for x in [ -3.0; -0.5; 0.8; 2.0; 4.0 ] do
        let rate proc =
            InterferenceToy.expected proc * InterferenceToy.density proc x

        near 1e-13 (-1.2 * sqrt (rate Signal * rate Background)) (rate Interference)
        Assert.That(rate Total, Is.GreaterThan 0.0)

[<Test>]
let ``ratios to the reference satisfy the identity of mixtures`` () =
    for x in [ -5.0; -0.5; 0.8; 4.0 ] do
        InterferenceToy.reference
        |> List.sumBy (fun (proc, w) -> w * InterferenceToy.ratio InterferenceToy.reference proc x)
        |> near 1e-14 1.0

/// t(μ|1) of the Asimov set at 1, by its definition.
let private scan (mu: float) : float =
    let d = InterferenceToy.rateDensity
    let shape = integral (fun x -> d 1.0 x * log (d mu x / d 1.0 x))
    2.0 * (InterferenceToy.rate mu - InterferenceToy.rate 1.0) - 2.0 * shape

[<TestCase(0.0, 2.448976)>]
[<TestCase(0.05, 2.796621)>]
[<TestCase(0.1, 2.957598)>]
[<TestCase(0.2, 2.870271)>]
[<TestCase(0.3, 2.490431)>]
[<TestCase(0.5, 1.462839)>]
[<TestCase(0.8, 0.256487)>]
[<TestCase(1.2, 0.265536)>]
[<TestCase(1.5, 1.656742)>]
[<TestCase(2.0, 6.460370)>]
[<TestCase(3.0, 23.841516)>]
[<TestCase(4.0, 49.142017)>]
let ``the Asimov scan by quadrature is the published one`` (mu: float, t: float) =
    near 1e-6 t (scan mu)

[<Test>]
let ``the model has the rate and the density of the toy`` () =
    match Model.validate InterferenceToy.model with
    | Error faults -> Assert.Fail(string faults)
    | Ok valid ->
        let processes = Channel.processes valid.Model.Channels.Head

        for mu in [ 0.0; 0.3; 1.0; 2.5 ] do
            let sum (f: InterferenceProcess -> float) =
                List.zip InterferenceToy.sampled processes
                |> List.sumBy (fun (proc, p) ->
                    Assert.That(p.Name, Is.EqualTo(box (InterferenceToy.name proc)))

                    Coefficient.value valid.Index [| mu |] p.Scale * p.Yields.Head * f proc)

            near 1e-10 (InterferenceToy.rate mu) (sum (fun _ -> 1.0))

            for x in [ -2.0; 0.4; 1.9 ] do
                near
                    1e-11
                    (InterferenceToy.rateDensity mu x)
                    (sum (fun proc -> InterferenceToy.density proc x))

/// The mean and the variance of a sample against those of the density, within 4.5 standard errors.
[<TestCaseSource(nameof all)>]
let ``samples have the moments of their density`` (proc: InterferenceProcess) =
    let n = 200_000
    let events = InterferenceToy.sample 7UL proc n

    let moment k =
        integral (fun x -> InterferenceToy.density proc x * Math.Pow(x, float k))

    for k in 1..4 do
        let error = sqrt ((moment (2 * k) - moment k * moment k) / float n)

        events
        |> Array.averageBy (fun x -> Math.Pow(x, float k))
        |> near (4.5 * error) (moment k)

[<Test>]
let ``a sample is a function of seed and process and begins like a longer one`` () =
    let first = InterferenceToy.sample 3UL Total 50
    Assert.That(Array.truncate 50 (InterferenceToy.sample 3UL Total 80), Is.EqualTo(box first))
    Assert.That(InterferenceToy.sample 4UL Total 50, Is.Not.EqualTo(box first))

/// t(μ|1) of a binned model on its own Asimov set, by its definition.
let private binnedScan (model: Model) (mu: float) : float =
    let index = ParameterIndex.OfNames [ "mu" ]

    let expected mu =
        Channel.processes model.Channels.Head
        |> List.map (fun p ->
            let scale = Coefficient.value index [| mu |] p.Scale
            p.Yields |> List.map (fun y -> scale * y))
        |> List.reduce (List.map2 (+))

    List.map2 (fun n nu -> 2.0 * (nu - n - n * log (nu / n))) (expected 1.0) (expected mu)
    |> List.sum

[<TestCase(5, 1.358, 21.64)>]
[<TestCase(10, 2.163, 23.31)>]
[<TestCase(20, 2.382, 23.70)>]
let ``the conventional observable has the published sensitivity``
    (bins: int, atZero: float, atThree: float)
    =
    let model = InterferenceToy.binnedModel bins InterferenceToy.observable
    Assert.That((Model.validate model).IsOk)
    near 0.002 atZero (binnedScan model 0.0)
    near 0.02 atThree (binnedScan model 3.0)

[<Test>]
let ``bins hold equally many events at unit signal strength`` () =
    let model = InterferenceToy.binnedModel 5 InterferenceToy.observable
    let index = ParameterIndex.OfNames [ "mu" ]
    let processes = Channel.processes model.Channels.Head

    for b in 0..4 do
        processes
        |> List.sumBy (fun p -> Coefficient.value index [| 1.0 |] p.Scale * p.Yields[b])
        |> near 0.02 (InterferenceToy.rate 1.0 / 5.0)

[<Test>]
let ``a parameterised observable gains on the fixed one and loses to no binning``
    ([<Values(5, 10, 20)>] bins: int, [<Values(0.0, 0.3, 2.0, 3.0)>] mu: float)
    =
    let t observable =
        binnedScan (InterferenceToy.binnedModel bins observable) mu

    let parameterised = t (InterferenceToy.parameterisedObservable mu)
    Assert.That(parameterised, Is.GreaterThan(t InterferenceToy.observable))
    Assert.That(parameterised, Is.LessThan(scan mu))

[<Test>]
let ``a quadrature of fewer than two points is refused`` () =
    let one = Action(fun () -> InterferenceToy.quadrature 1 |> ignore)
    Assert.Throws<ArgumentException> one |> ignore
