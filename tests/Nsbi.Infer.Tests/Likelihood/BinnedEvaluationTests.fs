module Nsbi.Infer.Tests.BinnedEvaluationTests

open System
open NUnit.Framework
open Nsbi.Tests
open Nsbi.Model
open Nsbi.Infer
open Nsbi.Infer.Tests.Expect
open Nsbi.Infer.Tests.InterferenceModel
open Nsbi.Infer.Tests.BinnedModels

let private finite (evaluation: Evaluation) : Jet =
    match evaluation with
    | Finite jet -> jet
    | Infinite reason -> invalidOp (string reason)

let private inner (draw: Draw) (kappa: float[]) : Jet =
    finite (Likelihood.evaluateInner None draw.Observation kappa)

let private twin (draw: Draw) =
    LikelihoodReference.twiceNll draw.Valid Map.empty draw.Counts draw.Globals

let private differences (f: float[] -> float) (theta: float[]) (k: int) =
    let h = 1e-3

    let at s =
        f (Array.mapi (fun i v -> if i = k then v + s * h else v) theta)

    (45.0 * (at 1.0 - at -1.0) - 9.0 * (at 2.0 - at -2.0) + (at 3.0 - at -3.0))
    / (60.0 * h)

[<Property(MaxTest = 200)>]
let ``values equal those of the twin to 1e-12`` (seed: int) =
    let draw = draw seed
    let theta = point seed draw.Valid
    let slow = twin draw theta
    let tolerance = 1e-12 * max 1e3 (abs slow)
    Assert.That((finite (Likelihood.evaluate draw.Observation theta)).Value, near tolerance slow)
    Assert.That(Likelihood.twiceNll draw.Observation theta, near tolerance slow)

[<Property(MaxTest = 100)>]
let ``gradients are the differences of the twin to 1e-6`` (seed: int) =
    let draw = draw seed
    let theta = point seed draw.Valid
    let jet = finite (Likelihood.evaluate draw.Observation theta)

    for k in 0 .. theta.Length - 1 do
        let slope = differences (twin draw) theta k
        Assert.That(jet.Gradient[k], near (1e-6 * (1.0 + abs slope)) slope)

[<Property(MaxTest = 40)>]
let ``Hessians are the differences of gradients to 1e-6, in the inner coordinates and at μ = 0``
    (seed: int)
    (atBound: bool)
    =
    let draw = draw seed
    let kappa = draw.Valid.InnerCoordinates.ToInner(point seed draw.Valid)

    match draw.Valid.Index.TryFind "mu" with
    | Some k when atBound -> kappa[k] <- 0.0
    | _ -> ()

    let jet = inner draw kappa

    for k in 0 .. kappa.Length - 1 do
        let slope = differences (fun t -> (inner draw t).Value) kappa k
        Assert.That(jet.Gradient[k], near (1e-6 * (1.0 + abs slope)) slope)

        for l in 0 .. kappa.Length - 1 do
            let curvature = differences (fun t -> (inner draw t).Gradient[l]) kappa k
            Assert.That(jet.Hessian[k, l], near (1e-6 * (1.0 + abs curvature)) curvature)
            Assert.That(jet.Hessian[l, k], same jet.Hessian[k, l])

let private single (scale: Coefficient) (modifiers: Modifier list) (yields: float list) =
    valid {
        Name = "single"
        Channels = [
            Binned {
                Name = "C"
                Processes = [
                    Process.create "large" (Constant 1.0) (List.map (fun _ -> 100.0) yields)
                    {
                        Process.create "p" scale yields with
                            Modifiers = modifiers
                    }
                ]
            }
        ]
    }

let private drawOf (valid: ValidModel) (counts: float list) : Draw =
    let compiled = RatioTables.empty |> Likelihood.compile valid |> ok

    {
        Valid = valid
        Counts = Map.ofList [ "C", counts ]
        Globals = Map.empty
        Observation = ok (Observation.observed compiled [ "C", counts ])
    }

[<TestCase 1>]
[<TestCase 2>]
[<TestCase 3>]
[<TestCase 4>]
let ``derivatives are exact where factors of a process are zero`` (zeros: int) =
    // 1 − α/2 is 0 at α = 2.
    let alphas =
        List.init zeros (fun k -> nuisance $"a{k}" -5.0 5.0 (Gaussian(0.0, 1.0)))

    let mu = poi "mu" 0.0 -10.0 10.0
    let beta = nuisance "b" -5.0 5.0 (Gaussian(0.0, 1.0))

    let modifiers = [
        for alpha in alphas do
            NormSys(alpha, PiecewiseLinear, 1.5, 0.5)
        NormSys(beta, PolynomialExponential, 0.9, 1.2)
        HistoSys(beta, PolynomialLinear, [ 9.0; 4.0 ], [ 12.0; 6.0 ])
    ]

    let draw = drawOf (single (1.0 + mu) modifiers [ 10.0; 5.0 ]) [ 95.0; 107.0 ]

    let theta =
        draw.Valid.Parameters
        |> List.map (fun p -> if p.Name.StartsWith "a" then 2.0 else 0.3)
        |> List.toArray

    let jet = inner draw theta
    Assert.That(jet.Value, near 1e-11 (twin draw theta))

    for k in 0 .. theta.Length - 1 do
        Assert.That(jet.Gradient[k], near 1e-8 (differences (twin draw) theta k))

        for l in 0 .. theta.Length - 1 do
            let curvature = differences (fun t -> (inner draw t).Gradient[l]) theta k
            Assert.That(jet.Hessian[k, l], near 1e-8 curvature)

[<Test>]
let ``a negative bin is +∞ and named, and so is a yield that is not a number`` () =
    let alpha = nuisance "a" -500.0 500.0 (Gaussian(0.0, 1.0))
    let shift = HistoSys(alpha, PolynomialLinear, [ 5.0; 20.0 ], [ 5.0; 0.0 ])
    let mu = poi "mu" 1.0 -10.0 10.0
    let scale = mu * Logarithm(2.0 + mu)
    let draw = drawOf (single scale [ shift ] [ 5.0; 10.0 ]) [ 100.0; 100.0 ]

    let reason mu theta =
        match Likelihood.evaluate draw.Observation [| mu; theta |] with
        | Infinite reason -> reason
        | Finite jet -> invalidOp $"finite: {jet.Value}"

    Assert.That(reason 1.0 20.0, same (BinExpectation("C", 1, 100.0, 100.0 - 190.0 * log 3.0)))
    Assert.That(reason -3.0 0.0, same (UndefinedCoefficient("C", "p")))
    Assert.That(Likelihood.twiceNll draw.Observation [| 1.0; 20.0 |], same infinity)

[<Test>]
let ``threads that evaluate one likelihood at the same time do not disturb each other`` () =
    let draw = draw 5
    let points = Array.init 200 (fun k -> point k draw.Valid)
    let alone = points |> Array.map (Likelihood.evaluate draw.Observation >> finite)

    let together =
        points |> Array.Parallel.map (Likelihood.evaluate draw.Observation >> finite)

    for a, b in Array.zip alone together do
        Assert.That(b.Value, same a.Value)
        Assert.That(b.Gradient, same a.Gradient)
        Assert.That(b.Hessian, same a.Hessian)

[<Property(MaxTest = 50)>]
let ``the Asimov set expects what the twin does, and has no slope at its point`` (seed: int) =
    let draw = draw seed
    let theta = point seed draw.Valid
    let asimov = (ok (Observation.asimov draw.Observation.Owner theta)).Observation

    for channel in draw.Valid.Model.Channels do
        let counts =
            asimov.Counts |> List.find (fun (name, _) -> name = Channel.name channel)

        for b, n in List.indexed (snd counts) do
            let nu =
                Channel.processes channel
                |> List.sumBy (BinnedReference.expected draw.Valid.Index theta b)

            Assert.That(n, near (1e-12 * nu) nu)

    let jet = finite (Likelihood.evaluate asimov theta)

    for slope in jet.Gradient do
        Assert.That(slope, near 1e-7 0.0)

    Assert.That(Array.forall Double.IsFinite jet.Gradient, Is.True)
