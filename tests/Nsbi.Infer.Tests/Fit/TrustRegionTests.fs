module Nsbi.Infer.Tests.TrustRegionTests

open System
open NUnit.Framework
open Nsbi.Tests
open Nsbi.Kernels
open Nsbi.Model
open Nsbi.Infer
open Nsbi.Infer.Tests.Expect

/// The standard minimiser problems: a function, bounds, a start, and the known optimum.
type private Problem = {
    Name: string
    Function: Coefficient
    Names: string list
    Lower: float list
    Upper: float list
    Start: float list
    Optima: float list list
    Value: float
}

let private variable name = InterferenceModel.poi name 0.0 -1e6 1e6
let private x = variable "x"
let private y = variable "y"
let private z = variable "z"

let private none n =
    List.replicate n -infinity, List.replicate n infinity

let private rosenbrock = (1.0 - x) ** 2.0 + 100.0 * (y - x ** 2.0) ** 2.0

let private problem name f names start optima value =
    let lower, upper = none (List.length names)

    {
        Name = name
        Function = f
        Names = names
        Lower = lower
        Upper = upper
        Start = start
        Optima = optima
        Value = value
    }

let private within lower upper (problem: Problem) = {
    problem with
        Lower = lower
        Upper = upper
}

let private quadratic =
    3.0 * (x - 1.0) ** 2.0 + 2.0 * (y + 2.0) ** 2.0 + (x - 1.0) * (y + 2.0) + 7.0

let private beale =
    (1.5 - x + x * y) ** 2.0
    + (2.25 - x + x * y ** 2.0) ** 2.0
    + (2.625 - x + x * y ** 3.0) ** 2.0

let private powell =
    (x + 10.0 * y) ** 2.0 + 5.0 * (z - 1.0) ** 2.0 + (y - 2.0 * z) ** 4.0

let private problems = [
    problem "quadratic" quadratic [ "x"; "y" ] [ 50.0; 80.0 ] [ [ 1.0; -2.0 ] ] 7.0
    problem
        "badly scaled quadratic"
        (1e-6 * (x - 1e3) ** 2.0 + 1e8 * (y - 1e-4) ** 2.0)
        [ "x"; "y" ]
        [ 0.0; 1.0 ]
        [ [ 1e3; 1e-4 ] ]
        0.0
    problem "Rosenbrock" rosenbrock [ "x"; "y" ] [ -1.2; 1.0 ] [ [ 1.0; 1.0 ] ] 0.0
    problem
        "Rosenbrock, optimum beyond a bound"
        rosenbrock
        [ "x"; "y" ]
        [ -1.2; 0.3 ]
        [ [ 0.5; 0.25 ] ]
        0.25
    |> within [ -2.0; -2.0 ] [ 0.5; 2.0 ]
    // The bound of y holds: x minimises (1 − x)² + 100 (0.5 − x²)².
    problem
        "Rosenbrock, bounded in the other variable"
        rosenbrock
        [ "x"; "y" ]
        [ 1.0; -1.0 ]
        [ [ 0.7085595038; 0.5 ] ]
        0.0853605110
    |> within [ 0.0; -2.0 ] [ 2.0; 0.5 ]
    problem "Beale" beale [ "x"; "y" ] [ 1.0; 1.0 ] [ [ 3.0; 0.5 ] ] 0.0
    problem "quartic" (x ** 4.0 + (y - 1.0) ** 4.0) [ "x"; "y" ] [ 3.0; 5.0 ] [ [ 0.0; 1.0 ] ] 0.0
    problem
        "minimum at a bound"
        ((x + 1.0) ** 2.0 + y ** 2.0)
        [ "x"; "y" ]
        [ 3.0; 1.0 ]
        [ [ 0.0; 0.0 ] ]
        1.0
    |> within [ 0.0; -5.0 ] [ 5.0; 5.0 ]
    problem "minimum in a corner" (x + 2.0 * y) [ "x"; "y" ] [ 3.0; 1.0 ] [ [ -1.0; -5.0 ] ] -11.0
    |> within [ -1.0; -5.0 ] [ 5.0; 5.0 ]
    problem
        "start at a bound that must be left"
        ((x - 1.0) ** 2.0 + (y - 1.0) ** 2.0 + 0.5 * x * y)
        [ "x"; "y" ]
        [ 0.0; 0.0 ]
        [ [ 0.8; 0.8 ] ]
        0.4
    |> within [ 0.0; 0.0 ] [ 5.0; 5.0 ]
    problem
        "double well from its saddle"
        ((x ** 2.0 - 1.0) ** 2.0 + y ** 2.0)
        [ "x"; "y" ]
        [ 0.0; 0.5 ]
        [ [ 1.0; 0.0 ]; [ -1.0; 0.0 ] ]
        0.0
    problem
        "indefinite start"
        (x ** 4.0 - 3.0 * x ** 2.0 + x * y + y ** 2.0)
        [ "x"; "y" ]
        [ 0.1; 0.1 ]
        [ [ sqrt 1.625; -0.5 * sqrt 1.625 ]; [ -sqrt 1.625; 0.5 * sqrt 1.625 ] ]
        -2.640625
    problem
        "a logarithm that is not defined everywhere"
        (x - 3.0 * log x + y ** 2.0)
        [ "x"; "y" ]
        [ 0.01; 2.0 ]
        [ [ 3.0; 0.0 ] ]
        (3.0 - 3.0 * Math.Log 3.0)
    problem
        "three variables"
        powell
        [ "x"; "y"; "z" ]
        [ 3.0; -1.0; 0.0 ]
        [ [ -20.0; 2.0; 1.0 ] ]
        0.0
]

let private objective (problem: Problem) =
    let index = ParameterIndex.OfNames problem.Names

    Objective.ofFunction (List.toArray problem.Lower) (List.toArray problem.Upper) (fun point ->
        let jet = Coefficient.evaluate index point problem.Function
        if Double.IsFinite jet.Value then Some jet else None)

[<Test>]
let ``every standard problem is solved`` () =
    for problem in problems do
        match
            TrustRegion.run TrustRegion.settings (objective problem) (List.toArray problem.Start)
        with
        | None -> Assert.Fail $"{problem.Name}: not finite at the start"
        | Some(state, reason) ->
            Assert.That(reason, same Minimum, problem.Name)
            Assert.That(state.Jet.Value, near 1e-6 problem.Value, problem.Name)

            let distance (optimum: float list) =
                Array.fold2
                    (fun m a b -> max m (abs (a - b) / max 1.0 (abs b)))
                    0.0
                    state.Point
                    (List.toArray optimum)

            let nearest = problem.Optima |> List.map distance |> List.min
            // Where the Hessian vanishes at the optimum, an EDM of 1e-10 is further away.
            let isFlat = problem.Name = "quartic" || problem.Name = "three variables"
            let tolerance = if isFlat then 1e-2 else 1e-5
            Assert.That(nearest, Is.LessThan tolerance, problem.Name)
            Assert.That(state.Evaluations, Is.LessThan 60, problem.Name)

[<Test>]
let ``a quadratic is solved in one step from inside of the first radius`` () =
    let problem = problems.Head

    match TrustRegion.run TrustRegion.settings (objective problem) [| 1.5; -2.5 |] with
    | Some(state, _) -> Assert.That(state.Steps, Is.LessThanOrEqualTo 2)
    | None -> Assert.Fail "not finite"

let private fulfilsConditions (seed: int) (size: int) =
    let n = 1 + abs (size % 6)
    let mutable s = RandomStream(uint64 seed, "quadratics in a box")
    let a = Array2D.init n n (fun _ _ -> s.NextGaussian())

    let h =
        Array2D.init n n (fun i j ->
            Seq.sum (seq { for k in 0 .. n - 1 -> a[k, i] * a[k, j] })
            + if i = j then 0.1 else 0.0)

    let centre = Array.init n (fun _ -> 2.0 * s.NextGaussian())

    let f (p: float[]) =
        let d = Array.map2 (-) p centre

        let gradient =
            Array.init n (fun i -> Seq.sum (seq { for k in 0 .. n - 1 -> h[i, k] * d[k] }))

        Some {
            Value = 0.5 * Array.sum (Array.map2 (*) d gradient)
            Gradient = gradient
            Hessian = h
        }

    let lower, upper = Array.create n -1.0, Array.create n 1.5
    let objective = Objective.ofFunction lower upper f

    match TrustRegion.run TrustRegion.settings objective (Array.create n 0.2) with
    | None -> Assert.Fail "not finite"
    | Some(state, reason) ->
        Assert.That(reason, same Minimum)

        for k in 0 .. n - 1 do
            let g = state.Jet.Gradient[k]

            if state.Point[k] = lower[k] then
                Assert.That(g, Is.GreaterThan -1e-4)
            elif state.Point[k] = upper[k] then
                Assert.That(g, Is.LessThan 1e-4)
            else
                Assert.That(g, near 1e-4 0.0)

[<Property(MaxTest = 100)>]
let ``convex quadratics in a box fulfil the Karush-Kuhn-Tucker conditions``
    (seed: int)
    (size: int)
    =
    fulfilsConditions seed size

[<TestCase(10)>]
[<TestCase(686)>]
let ``a variable that is held together with others turns back`` (seed: int) =
    fulfilsConditions seed 5

[<Test>]
let ``a search that may take no step says so`` () =
    let few = {
        TrustRegion.settings with
            MaxSteps = 2
    }

    let hard = problems |> List.find (fun p -> p.Name = "Rosenbrock")

    match TrustRegion.run few (objective hard) [| -1.2; 1.0 |] with
    | Some(_, reason) -> Assert.That(reason, same TooManySteps)
    | None -> Assert.Fail "not finite"

[<Test>]
let ``a start where the function is not finite gives nothing`` () =
    let never = Objective.ofFunction [| -1.0 |] [| 1.0 |] (fun _ -> None)
    Assert.That((TrustRegion.run TrustRegion.settings never [| 0.0 |]).IsNone, same true)

[<Property(MaxTest = 60)>]
let ``eigenvalues and orthonormal eigenvectors rebuild the matrix`` (seed: int) (size: int) =
    let n = 1 + abs (size % 40)
    let mutable s = RandomStream(uint64 seed, "eigen")
    // Of some matrices many elements are 0, and some eigenvalues equal.
    let sparse = s.NextInt32 2 = 0

    let raw =
        Array2D.init n n (fun _ _ ->
            if sparse && s.NextInt32 4 > 0 then
                0.0
            else
                s.NextGaussian())

    let a = Array2D.init n n (fun i j -> raw[i, j] + raw[j, i])
    let values, v = SymmetricEigen.find a
    let sum f = Seq.sum (Seq.init n f)

    for i in 0 .. n - 1 do
        for j in 0 .. n - 1 do
            let rebuilt = sum (fun k -> v[i, k] * values[k] * v[j, k])
            Assert.That(rebuilt, near 1e-12 a[i, j])
            let product = sum (fun k -> v[k, i] * v[k, j])
            Assert.That(product, near 1e-13 (if i = j then 1.0 else 0.0))
