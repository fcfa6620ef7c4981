module Nsbi.Learn.Tests.Posterior.HeadGraphTests

open System
open NUnit.Framework
open Nsbi.Kernels
open Nsbi.Learn.Autodiff
open Nsbi.Learn.Autodiff.Words
open Nsbi.Learn.Posterior
open Nsbi.Learn.Tests.Posterior.HeadExamples

let private pairs = HeadExamples.pairs
let private context = [| 0.3; -0.8; 0.5 |]

[<TestCaseSource(nameof pairs)>]
let ``the density of every head integrates to one over the prior's support``
    (headName: string, priorName: string)
    =
    let head, prior = heads[headName], priors[priorName]

    for seed in [ 1; 2 ] do
        let values = randomValues seed 0.4 head prior

        let points =
            if prior.Count = 1 then
                grid prior 4000 4
            else
                grid prior 48 8

        // The slopes of the splines have kinks at their knots, which a grid in two dimensions resolves
        // to 10⁻⁵ only.
        let tolerance =
            match head with
            | DensityHead.Flow _ when prior.Count = 2 -> 5e-5
            | _ -> 1e-6

        let logs =
            logDensities Precision.Double head prior values context (Array.map fst points)

        let integral = Array.fold2 (fun sum (_, w) l -> sum + w * exp l) 0.0 points logs
        Assert.That(integral, Is.EqualTo(1.0).Within tolerance, $"seed {seed}")

[<Test>]
let ``flows with steep splines integrate to one`` () =
    for headName in [ "autoregressive flow"; "coupling flow" ] do
        for priorName in [ "uniform"; "normal"; "log-normal" ] do
            let head, prior = heads[headName], priors[priorName]

            let values =
                randomValues 5 1.6 head prior
                |> Map.map (fun name v ->
                    if name.Contains "gaussian" then
                        (randomValues 5 0.4 head prior)[name]
                    else
                        v)

            let points = grid prior 50000 3

            let logs =
                logDensities Precision.Double head prior values context (Array.map fst points)

            let integral = Array.fold2 (fun sum (_, w) l -> sum + w * exp l) 0.0 points logs
            Assert.That(integral, Is.EqualTo(1.0).Within 1e-6, $"{headName}, {priorName}")

[<TestCaseSource(nameof pairs)>]
let ``a new head is close to the prior`` (headName: string, priorName: string) =
    let head, prior = heads[headName], priors[priorName]
    let values = HeadGraph.initialValues 4UL head prior contextWidth
    let mutable stream = RandomStream(5UL, "points", 0UL)
    let points = Array.init 200 (fun _ -> Array.zeroCreate<float> 0)

    for i in 0 .. points.Length - 1 do
        points[i] <- prior.Sample(&stream)

    let logs = logDensities Precision.Double head prior values context points

    // The Kullback-Leibler divergence of q from the prior, from the prior's draws.
    let divergence =
        Array.map2 (fun point l -> prior.LogDensity point - l) points logs
        |> Array.average

    let limit =
        match head with
        | DensityHead.Mixture _ -> 0.7
        | _ -> 0.1

    Assert.That(abs divergence, Is.LessThan limit)

[<TestCaseSource(nameof pairs)>]
let ``float32 agrees with float64`` (headName: string, priorName: string) =
    let head, prior = heads[headName], priors[priorName]
    let values = randomValues 3 0.4 head prior
    let mutable stream = RandomStream(6UL, "points", 0UL)
    let points = Array.init 300 (fun _ -> Array.zeroCreate<float> 0)

    for i in 0 .. points.Length - 1 do
        points[i] <- prior.Sample(&stream) |> Array.map (float32 >> float)

    let exact = logDensities Precision.Double head prior values context points
    let single = logDensities Precision.Single head prior values context points

    for i in 0 .. points.Length - 1 do
        Assert.That(single[i], Is.EqualTo(exact[i]).Within(2e-4 * (1.0 + abs exact[i])))

[<TestCaseSource(nameof pairs)>]
let ``gradients agree with finite differences`` (headName: string, priorName: string) =
    let head, prior = heads[headName], priors[priorName]
    let values = randomValues 7 0.4 head prior
    let c, p = input "c" contextWidth, input "phi" prior.Count
    let weights = HeadGraph.parameters head prior contextWidth
    let node = HeadGraph.logDensity head prior weights c p
    let gradients = grad (sum node) (c :: p :: weights)
    let mutable stream = RandomStream(8UL, "points", 0UL)
    let point = prior.Sample(&stream)

    let inputs = Map [ "c", array2D [ context ]; "phi", array2D [ point ] ]

    let value (inputs: Values) (values: Values) =
        (Interpreter.run 1 inputs values None [ node ]).Head[0, 0]

    let found = Interpreter.run 1 inputs values None gradients

    let moved (map: Values) name i j step =
        let copy = Array2D.copy map[name]
        copy[i, j] <- copy[i, j] + step
        Map.add name copy map

    let compare name (gradient: float[,]) (at: float -> float) i j =
        let h = 1e-5
        let expected = (at h - at -h) / (2.0 * h)
        let tolerance = 1e-5 * (1.0 + abs expected)
        Assert.That(gradient[i, j], Is.EqualTo(expected).Within tolerance, $"{name} {i} {j}")

    for j in 0 .. contextWidth - 1 do
        compare "context" found[0] (fun h -> value (moved inputs "c" 0 j h) values) 0 j

    for j in 0 .. prior.Count - 1 do
        compare "phi" found[1] (fun h -> value (moved inputs "phi" 0 j h) values) 0 j

    for k, weight in List.indexed weights do
        let key =
            match weight.Operation with
            | Operation.Parameter name -> name
            | operation -> invalidOp $"{operation} is no parameter."

        for i in 0..2 .. Array2D.length1 values[key] - 1 do
            for j in 0..3 .. Array2D.length2 values[key] - 1 do
                compare key found[k + 2] (fun h -> value inputs (moved values key i j h)) i j

[<Test>]
let ``a Gaussian head at its first values is a normal prior itself`` () =
    let prior = priors["normal and log-normal"]
    let head = DensityHead.Gaussian Covariance.Full
    let values = HeadGraph.initialValues 4UL head prior contextWidth
    let points = [| [| 0.0; 1.0 |]; [| 3.0; 0.3 |]; [| -5.0; 12.0 |] |]
    let logs = logDensities Precision.Double head prior values context points

    for i in 0 .. points.Length - 1 do
        Assert.That(logs[i], Is.EqualTo(prior.LogDensity points[i]).Within 1e-5)

[<Test>]
let ``a fixed number of rows works like the batch`` () =
    let prior, head = priors["uniform and normal"], heads["full mixture"]
    let values = randomValues 2 0.4 head prior
    let points = [| [| 0.0; 1.0 |]; [| 2.9; 0.3 |]; [| -1.0; 2.0 |] |]
    let expected = logDensities Precision.Double head prior values context points

    let node =
        HeadGraph.logDensity
            head
            prior
            (HeadGraph.parameters head prior contextWidth)
            (constantArray (array2D [ context; context; context ]))
            (constantArray (array2D points))

    let found = Interpreter.run 1 Map.empty values None [ node ]

    for i in 0..2 do
        Assert.That(found.Head[i, 0], Is.EqualTo(expected[i]).Within 1e-11)

[<Test>]
let ``shapes that do not fit and heads with faults are refused by a sentence`` () =
    let prior = priors["uniform"]
    let weights = HeadGraph.parameters heads["full"] prior contextWidth

    let refuse head phi =
        Assert
            .Throws<ArgumentException>(
                Action(fun () ->
                    HeadGraph.logDensity head prior weights (input "c" 3) (input "phi" phi)
                    |> ignore)
            )
            .Message

    Assert.That(refuse heads["full"] 2, Does.Contain "for 1 parameters")
    Assert.That(refuse (DensityHead.Mixture(0, Covariance.Full)) 1, Does.Contain "components")
