module Nsbi.Learn.Tests.Autodiff.DerivativeTests

open NUnit.Framework
open Nsbi.Tests
open Nsbi.Learn.Autodiff
open Nsbi.Learn.Autodiff.Words
open Nsbi.Learn.Tests.Autodiff.Graphs

let private caseNames = names
let private rows = 4
let private x = input "x" 3

let private run (value: float[,]) (outputs: Node list) : float[,] list =
    Interpreter.run rows (Map [ "x", value ]) Map.empty None outputs

/// A number that weighs every element of an array differently.
let private weigh (y: Node) : Node =
    let columns = y.Shape.Columns
    let weights = constantRow [ for j in 1..columns -> 1.0 / float j + 0.25 ]
    sum (y * weights + 0.1 * square y)

/// (f(x + h e) − f(x − h e))/2h for each element of x.
let private finiteDifference (value: float[,]) (f: Node) : float[,] =
    let h = 1e-5

    let at i j shift =
        let moved = Array2D.copy value
        moved[i, j] <- moved[i, j] + shift
        (List.head (run moved [ f ]))[0, 0]

    value |> Array2D.mapi (fun i j _ -> (at i j h - at i j -h) / (2.0 * h))

let private valueFor (c: Case) = uniform 11 c.Low c.High rows 3

[<TestCaseSource(nameof caseNames)>]
let ``gradients agree with finite differences`` (name: string) =
    let c = find name
    let value = valueFor c
    let f = weigh (c.Apply x)
    let gradient = run value (grad f [ x ]) |> List.exactlyOne
    Assert.That(distance (finiteDifference value f) gradient, Is.LessThan 1e-7)

[<TestCaseSource(nameof caseNames)>]
let ``gradients of gradients agree with finite differences`` (name: string) =
    let c = find name
    let value = valueFor c
    let first = List.head (grad (weigh (c.Apply x)) [ x ])
    let f = weigh first
    let second = run value (grad f [ x ]) |> List.exactlyOne
    Assert.That(distance (finiteDifference value f) second, Is.LessThan 1e-6)

[<TestCaseSource(nameof caseNames)>]
let ``third derivatives agree with finite differences`` (name: string) =
    let c = find name
    let value = valueFor c
    let once f = weigh (List.head (grad f [ x ]))
    let f = once (once (c.Apply x |> weigh))
    let third = run value (grad f [ x ]) |> List.exactlyOne
    Assert.That(distance (finiteDifference value f) third, Is.LessThan 1e-4)

[<TestCaseSource(nameof caseNames)>]
let ``jvp and vjp are adjoint`` (name: string) =
    let c = find name
    let value = valueFor c
    let y = c.Apply x

    let shapeOf (node: Node) =
        match node.Shape.Rows with
        | Rows.Batch -> rows, node.Shape.Columns
        | Rows.Fixed n -> n, node.Shape.Columns

    let tangent = uniform 12 -1.0 1.0 rows 3
    let cotangent = uniform 13 -1.0 1.0 <|| shapeOf y
    let t = input "t" 3

    let u =
        match y.Shape.Rows with
        | Rows.Batch -> input "u" y.Shape.Columns
        | Rows.Fixed _ -> constantArray cotangent

    let inputs = Map [ "x", value; "t", tangent; "u", cotangent ]

    let pair =
        Interpreter.run rows inputs Map.empty None [
            sum (u * jvp y [ x, t ])
            sum (t * List.head (vjp y [ x ] u))
        ]

    Assert.That((List.item 1 pair)[0, 0], Is.EqualTo((List.head pair)[0, 0]).Within 1e-12)

[<Test>]
let ``derivatives in the weights and the bias of a layer`` () =
    let w = parameter "w" 3 4
    let b = parameter "b" 1 4
    let value = uniform 21 -2.0 2.0 rows 3
    let parameters = Map [ "w", uniform 22 -1.0 1.0 3 4; "b", uniform 23 -1.0 1.0 1 4 ]

    for a in activations do
        let f = weigh (dense a w b x)

        let at (values: Values) outputs =
            Interpreter.run rows (Map [ "x", value ]) values None outputs

        let gradients = at parameters (grad f [ w; b ])

        for name, gradient in List.zip [ "w"; "b" ] gradients do
            let h = 1e-5

            let difference =
                parameters[name]
                |> Array2D.mapi (fun i j _ ->
                    let shifted shift =
                        let moved = Array2D.copy parameters[name]
                        moved[i, j] <- moved[i, j] + shift
                        (List.head (at (parameters |> Map.add name moved) [ f ]))[0, 0]

                    (shifted h - shifted -h) / (2.0 * h))

            Assert.That(distance difference gradient, Is.LessThan 1e-7, $"{a}, {name}")

/// A scalar function of each row, with a layer in it.
let private rowFunction (x: Node) : Node =
    let w = constantArray (uniform 31 -1.0 1.0 3 5)
    let v = constantArray (uniform 32 -1.0 1.0 5 1)
    let hidden = dense Activation.Silu w (constantRow [ 0.1; 0.2; -0.3; 0.0; 0.5 ]) x

    dense Activation.Softplus v (constant 0.2) hidden
    + sumColumns (sin x * square x)

[<Test>]
let ``a hessian is the finite difference of the gradient, row by row`` () =
    let value = uniform 33 -2.0 2.0 rows 3
    let y = rowFunction x
    let h = run value [ hessian y x ] |> List.exactlyOne
    let gradient = List.head (grad y [ x ])

    for b in 0..2 do
        let shifted shift =
            let moved = value |> Array2D.mapi (fun _ j v -> if j = b then v + shift else v)
            run moved [ gradient ] |> List.exactlyOne

        let up, down = shifted 1e-5, shifted -1e-5

        for i in 0 .. rows - 1 do
            for a in 0..2 do
                let difference = (up[i, a] - down[i, a]) / 2e-5
                Assert.That(h[i, a * 3 + b], Is.EqualTo(difference).Within 1e-8)

[<Property>]
let ``a hessian is symmetric`` (seed: uint16) =
    let h =
        run (uniform (int seed) -3.0 3.0 rows 3) [ hessian (rowFunction x) x ]
        |> List.exactlyOne

    Seq.allPairs [ 0..2 ] [ 0..2 ]
    |> Seq.forall (fun (a, b) ->
        Seq.forall (fun i -> abs (h[i, a * 3 + b] - h[i, b * 3 + a]) < 1e-12) [ 0 .. rows - 1 ])

[<Test>]
let ``a stopped gradient is zero and an absent one too`` () =
    let value = uniform 41 -1.0 1.0 rows 3
    let other = input "other" 2

    let stopped =
        grad (sum (stopGradient (square x) * x)) [ x ] |> run value |> List.exactlyOne

    Assert.That(distance (Array2D.map (fun v -> v * v) value) stopped, Is.LessThan 1e-15)
    let absent = grad (sum x) [ other ] |> List.exactlyOne
    Assert.That(string absent.Shape, Is.EqualTo "batch x 2")
    Assert.That(flatten (run value [ absent ] |> List.exactlyOne), Is.All.Zero)
