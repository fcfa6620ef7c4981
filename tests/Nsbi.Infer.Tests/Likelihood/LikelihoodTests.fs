module Nsbi.Infer.Tests.LikelihoodTests

open System
open NUnit.Framework
open Nsbi.Tests
open Nsbi.Kernels
open Nsbi.Model
open Nsbi.Infer
open Nsbi.Infer.Tests.Expect
open Nsbi.Infer.Tests.InterferenceModel

/// A channel of each kind, constraints of each kind, a squared parameter, a shape.
let private mu2 = poi "mu" 1.2 0.0 9.0

let private nuisance name initial lower term =
    parameter Nuisance name initial lower 10.0 term

let private shift = nuisance "shift" 0.0 -5.0 (Gaussian(0.0, 1.0))
let private gamma = nuisance "gamma" 1.0 1e-6 (Poisson(25.0, 25.0))
let private kappa = nuisance "kappa" 1.0 1e-6 (LogNormal(1.0, 0.1))
let private free = nuisance "free" 1.0 0.01 Unconstrained


/// g of SBI is given as it is, so that it needs no reference table.
let private shaped (p: Process) = {
    p with
        EventRate = AsGiven
        Modifiers = [ EventShape("shift", Coefficient.parameters shift) ]
}

let private everything withShape =
    valid {
        Name = "everything"
        Channels = [
            Unbinned {
                Name = "U"
                Reference = "ref"
                Processes = [
                    Process.create "S" (mu2 - sqrt mu2) [ 10.0 ]
                    Process.create "SBI" (sqrt mu2 * exp (0.1 * shift)) [ 40.0 ]
                    |> if withShape then shaped else id
                    Process.create "B" (kappa * (3.0 - sqrt mu2)) [ 30.0 ]
                ]
            }
            Binned {
                Name = "C"
                Processes = [
                    Process.create "s" mu2 [ 3.0; 2.0; 0.0 ]
                    Process.create "b" gamma [ 9.0; 4.0; 2.0 ]
                ]
            }
            Binned {
                Name = "D"
                Processes = [ Process.create "b" (free * gamma / kappa) [ 50.0 ] ]
            }
        ]
    }

let private model = everything false
let private delta = 0.3

/// g = exp(αδx − α²δ²/2), α = shift.
type private Shift(x: float[], place: int, parameters: int[]) =
    interface IEventTerm with
        member _.Process = place
        member _.Parameters = parameters

        member _.Fill(rows, values, order, log, first, second) =
            for j in 0 .. rows.Length - 1 do
                let a, d = values[0], delta * x[rows[j]]
                log[j] <- a * d - 0.5 * a * a * delta * delta

                if order > 0 then
                    first[j] <- d - a * delta * delta
                    second[j] <- -delta * delta

let private shape = {
    new IEventShape with
        member _.Parameters = 1
        member _.Events = None

        member _.Bind(features, place, parameters) =
            Shift(features |> Array.map Array.head, place, parameters)
}

type private Case = {
    Observation: Observation
    TwiceNll: float[] -> float
}

let private counts = Map.ofList [ "C", [ 14.0; 5.0; 0.0 ]; "D", [ 47.0 ] ]
let private globals = Map.ofList [ "gamma", 22.0; "kappa", 1.05; "shift", 0.4 ]

let private case (seed: int) (n: int) (withShape: bool) : Case =
    let mutable s = RandomStream(uint64 seed, "likelihood test")
    let x = Array.init n (fun _ -> s.NextGaussian())
    let w = Array.init n (fun _ -> if s.NextInt32 4 = 0 then 0.0 else s.NextDouble())

    let ratio name i =
        let scale = (Map.ofList [ "S", 0.6; "SBI", 0.2; "B", -0.3 ])[name]
        exp (scale * x[i] - 0.1)

    let table =
        RatioTable.weighted w [
            "S", Ratios(Array.init n (ratio "S"))
            "SBI", LogRatios(Array.init n (ratio "SBI" >> log))
            "B", RatioSource.ofFormula (fun x -> -0.3 * x[0] - 0.1)
        ]
        |> RatioTable.withFeatures (Array.map Array.singleton x)
        |> if withShape then
               RatioTable.withShape "SBI" "shift" shape
           else
               id

    let compiled =
        RatioTables.empty
        |> RatioTables.observed "U" table
        |> Likelihood.compile (everything withShape)
        |> ok

    let observation =
        Observation.create compiled {
            Weights = Map.empty
            Counts = counts
            Globals = globals
        }
        |> ok

    let place = model.Index["shift"]

    let events: LikelihoodReference.Events = {
        Weights = w
        Ratio =
            fun name i theta ->
                if withShape && name = "SBI" then
                    let a = theta[place]
                    ratio name i * exp (a * delta * x[i] - 0.5 * a * a * delta * delta)
                else
                    ratio name i
        Rate = fun _ _ -> 1.0
    }

    {
        Observation = observation
        TwiceNll = LikelihoodReference.twiceNll model (Map.ofList [ "U", events ]) counts globals
    }

let private point (seed: int) =
    let mutable s = RandomStream(uint64 seed, "likelihood point")

    model.Parameters
    |> List.map (fun p ->
        match p.Name with
        | "mu" -> 3.0 * s.NextDouble() + 0.05
        | "shift" -> 2.0 * s.NextGaussian()
        | _ -> 0.5 + s.NextDouble())
    |> List.toArray

let private finite (evaluation: Evaluation) : Jet =
    match evaluation with
    | Finite jet -> jet
    | Infinite reason -> invalidOp (string reason)

[<Property(MaxTest = 50)>]
let ``the compiled likelihood equals its scalar twin to 1e-12`` (seed: int) (length: int) shaped =
    let case = case seed (abs (length % 3000)) shaped
    let theta = point seed
    let slow = case.TwiceNll theta
    let fast = Likelihood.twiceNll case.Observation theta
    Assert.That(fast, near (1e-12 * max 100.0 (abs slow)) slow)

let private differences (f: float[] -> float) (theta: float[]) (k: int) =
    let h = 1e-4 * max 0.1 (abs theta[k])

    let at s =
        f (Array.mapi (fun i v -> if i = k then v + s * h else v) theta)

    (8.0 * (at 1.0 - at -1.0) - (at 2.0 - at -2.0)) / (12.0 * h)

[<Property(MaxTest = 15)>]
let ``gradient and Hessian in θ are finite differences of the twin and of the gradient``
    (seed: int)
    shaped
    =
    let case = case seed 150 shaped
    let theta = point seed
    let jet = finite (Likelihood.evaluate case.Observation theta)

    for k in 0 .. theta.Length - 1 do
        let slope = differences case.TwiceNll theta k
        Assert.That(jet.Gradient[k], near (1e-6 * (10.0 + abs slope)) slope)

        for l in 0 .. theta.Length - 1 do
            let gradient t =
                (finite (Likelihood.evaluate case.Observation t)).Gradient[l]

            let curvature = differences gradient theta k
            Assert.That(jet.Hessian[k, l], near (1e-6 * (10.0 + abs curvature)) curvature)

[<Property(MaxTest = 15)>]
let ``gradient and Hessian in the inner coordinates are finite differences, at the bound too``
    (seed: int)
    shaped
    =
    let case = case seed 150 shaped
    let inner = model.InnerCoordinates
    let kappa = inner.ToInner(point seed)
    kappa[0] <- if seed % 2 = 0 then 0.0 else kappa[0]
    let jet = finite (Likelihood.evaluateInner None case.Observation kappa)

    for k in 0 .. kappa.Length - 1 do
        let value t =
            (finite (Likelihood.evaluateInner None case.Observation t)).Value

        let slope = differences value kappa k
        Assert.That(jet.Gradient[k], near (1e-5 * (10.0 + abs slope)) slope)

        for l in 0 .. kappa.Length - 1 do
            let gradient t =
                (finite (Likelihood.evaluateInner None case.Observation t)).Gradient[l]

            let curvature = differences gradient kappa k
            Assert.That(jet.Hessian[k, l], near (1e-6 * (10.0 + abs curvature)) curvature)

[<Test>]
let ``a team of threads gives the same bits as the caller alone`` () =
    let case = case 3 20_000 true
    let kappa = model.InnerCoordinates.ToInner(point 4)
    let alone = finite (Likelihood.evaluateInner None case.Observation kappa)

    for threads in 2..3 do
        use team = new ThreadTeam(threads)
        let shared = finite (Likelihood.evaluateInner (Some team) case.Observation kappa)
        Assert.That(shared.Value, same alone.Value)
        Assert.That(shared.Gradient, same alone.Gradient)
        Assert.That(shared.Hessian, same alone.Hessian)

[<Test>]
let ``the order of the processes does not matter`` () =
    let reversed =
        InterferenceToy.model.Channels
        |> List.map (fun channel ->
            match channel with
            | Unbinned c ->
                Unbinned {
                    c with
                        Processes = List.rev c.Processes
                }
            | Binned c -> Binned c)

    let other =
        compileInterference
            {
                InterferenceToy.model with
                    Channels = reversed
            }
            table

    let observation = (ok (Observation.asimov other [| 1.0 |])).Observation

    for value in [ 0.3; 1.0; 4.0 ] do
        Assert.That(
            Likelihood.twiceNll observation [| value |],
            near 1e-9 (Likelihood.twiceNll (asimov 1.0) [| value |])
        )

[<Test>]
let ``the Asimov scan of the interference model has its known values`` () =
    let observation = asimov 1.0
    let best = Likelihood.twiceNll observation [| 1.0 |]

    for value, t in
        [
            0.0, 2.448976
            0.05, 2.796621
            0.1, 2.957598
            0.2, 2.870271
            0.3, 2.490431
            0.5, 1.462839
            0.8, 0.256487
            1.2, 0.265536
            1.5, 1.656742
            2.0, 6.460370
            3.0, 23.841516
            4.0, 49.142017
        ] do
        Assert.That(Likelihood.twiceNll observation [| value |] - best, near 1e-6 t)

[<Test>]
let ``the Fisher error of the interference model is 0·390034`` () =
    let jet = finite (Likelihood.evaluate (asimov 1.0) [| 1.0 |])
    Assert.That(sqrt (2.0 / jet.Hessian[0, 0]), near 1e-6 0.390034)
    Assert.That(jet.Gradient[0], near 1e-8 0.0)

[<Test>]
let ``at μ = 0 value and inner derivatives are finite`` () =
    let jet = finite (Likelihood.evaluateInner None (asimov 1.0) [| 0.0 |])
    Assert.That(Array.forall Double.IsFinite jet.Gradient, Is.True)
    // d/dκ by an independent quadrature: (t(κ = .001) − t(0))/.001 = −1.037, and Hessian/2 · .001.
    Assert.That(jet.Gradient[0], near 1e-3 -1.0577)

let private twoProcesses ratios =
    let scale = poi "s" 0.5 -2.0 2.0

    RatioTables.empty
    |> RatioTables.observed
        "U"
        (RatioTable.unweighted 3 [ "a", Ratios [| 1.0; 1.0; 1.0 |]; "b", Ratios ratios ])
    |> Likelihood.compile (
        valid {
            Name = "two"
            Channels = [
                Unbinned {
                    Name = "U"
                    Reference = "ref"
                    Processes = [
                        Process.create "a" (Constant 1.0) [ 1.0 ]
                        Process.create "b" scale [ 1.0 ]
                    ]
                }
            ]
        }
    )
    |> ok

let private reason (observation: Observation) theta =
    match Likelihood.evaluate observation theta with
    | Infinite reason -> reason
    | Finite jet -> invalidOp $"finite: {jet.Value}"

[<Test>]
let ``a density of zero or less is +∞ and names the channel, the table and the row`` () =
    let observation = ok (Observation.observed (twoProcesses [| 0.5; 1.0; 2.0 |]) [])

    let expected row =
        EventDensity("U", TableKind.Observed, row, "b")

    Assert.That(reason observation [| -0.75 |], same (expected 2))
    Assert.That(reason observation [| -1.0 |], same (expected 1))
    Assert.That(Likelihood.twiceNll observation [| -1.0 |], same infinity)
    Assert.That(string (expected 2), Does.Contain "row 2")

[<Test>]
let ``an event of weight zero may have any density`` () =
    let compiled = twoProcesses [| 0.5; 1.0; 2.0 |]

    let observation =
        Observation.nothing
        |> Observation.withWeights "U" TableKind.Observed [| 1.0; 1.0; 0.0 |]
        |> Observation.create compiled
        |> ok

    let expected = 2.0 * 0.25 - 2.0 * log 0.625 - 2.0 * log 0.25
    Assert.That(Likelihood.twiceNll observation [| -0.75 |], near 1e-13 expected)

let private counting yields =
    let scale = poi "s" 1.0 -2.0 2.0

    RatioTables.empty
    |> Likelihood.compile (
        valid {
            Name = "count"
            Channels = [
                Binned {
                    Name = "C"
                    Processes = [ Process.create "a" scale yields ]
                }
            ]
        }
    )
    |> ok

[<Test>]
let ``an empty bin with no expectation is fine, one with events is +∞ and named`` () =
    let compiled = counting [ 3.0; 0.0 ]
    let fine = ok (Observation.observed compiled [ "C", [ 2.0; 0.0 ] ])
    let expected = 2.0 * (3.0 - 2.0 * log 3.0 + log 2.0)
    Assert.That(Likelihood.twiceNll fine [| 1.0 |], near 1e-13 expected)
    let bad = ok (Observation.observed compiled [ "C", [ 2.0; 1.0 ] ])
    Assert.That(reason bad [| 1.0 |], same (BinExpectation("C", 1, 1.0, 0.0)))
    Assert.That(reason fine [| -1.0 |], same (BinExpectation("C", 0, 2.0, -3.0)))

    let empty = ok (Observation.observed (counting [ 3.0 ]) [ "C", [ 0.0 ] ])
    Assert.That(Likelihood.twiceNll empty [| 0.0 |], near 1e-14 0.0)
    Assert.That(reason empty [| -0.5 |], same (BinExpectation("C", 0, 0.0, -1.5)))

[<Test>]
let ``a point outside of a constraint is +∞ and names the parameter`` () =
    let case = case 1 10 false
    let theta = point 1
    theta[model.Index["kappa"]] <- 0.0
    Assert.That(reason case.Observation theta, same (OutsideConstraint("kappa", 0.0)))

[<Test>]
let ``a negative μ under a root is +∞, never NaN`` () =
    Assert.That(reason (asimov 1.0) [| -0.1 |], same (UndefinedCoefficient("SR", "S")))
