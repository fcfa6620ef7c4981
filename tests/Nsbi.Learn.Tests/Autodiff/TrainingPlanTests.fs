module Nsbi.Learn.Tests.Autodiff.TrainingPlanTests

open System
open NUnit.Framework
open Nsbi.Kernels
open Nsbi.Learn.Autodiff
open Nsbi.Learn.Autodiff.Words
open Nsbi.Learn.Tests.Autodiff.Graphs

let private settings = {
    Precision = Precision.Single
    Capacity = 256
    Seed = 3UL
    Optimiser = Optimiser.adam
}

let private layer name k n activation x =
    dense activation (parameter (name + ".w") k n) (parameter (name + ".b") 1 n) x

/// Weighted binary cross-entropy of a small network with dropout, and its parameters.
let private network: Node * Node list =
    let hidden =
        input "x" 3
        |> layer "first" 3 20 Activation.Silu
        |> dropout "hidden" 0.2
        |> layer "second" 20 9 Activation.Relu

    let logits = layer "last" 9 1 Activation.Identity hidden
    let w = input "w" 1
    let loss = sumRows (w * binaryCrossEntropy (input "y" 1) logits) / sumRows w

    let parameters =
        Reach.ascending [ loss ]
        |> List.filter (fun node ->
            match node.Operation with
            | Operation.Parameter _ -> true
            | _ -> false)

    loss, parameters

let private initial (parameters: Node list) : Values =
    parameters
    |> List.mapi (fun i node ->
        match node.Operation, node.Shape.Rows with
        | Operation.Parameter name, Rows.Fixed rows ->
            name, uniform (100 + i) -0.6 0.6 rows node.Shape.Columns
        | operation, _ -> invalidOp $"{operation}")
    |> Map.ofList

let private table =
    let x = uniform 51 -2.0 2.0 1000 5

    let data =
        x
        |> Array2D.mapi (fun i j v ->
            match j with
            | 3 -> if x[i, 0] * x[i, 1] + 0.5 * v > 0.0 then 1.0 else 0.0
            | 4 -> abs v + 0.1
            | _ -> v)
        |> flatten
        |> Array.map float32

    Table.OfSingles([ "x", 3; "y", 1; "w", 1 ], data)

/// A batch of its own length at each step, the last ones partial.
let private batch (step: int) : int[] =
    let mutable stream = RandomStream(9UL, "batches", uint64 step)
    Array.init (if step % 5 = 4 then 77 else 256) (fun _ -> stream.NextInt32 1000)

let private train (plan: TrainingPlan) (first: int) (steps: int) : float list = [
    for step in first .. first + steps - 1 -> plan.Step(table, ReadOnlySpan(batch step), 0.01)
]

let private compile team settings =
    let loss, parameters = network
    TrainingPlan.Compile(team, settings, loss, parameters, initial parameters)

let private same (a: TrainingState) (b: TrainingState) =
    a.Step = b.Step
    && a.Parameters = b.Parameters
    && a.FirstMoments = b.FirstMoments
    && a.SecondMoments = b.SecondMoments

[<Test>]
let ``one and two threads train to the same bytes`` () =
    use one = new ThreadTeam(1)
    use two = new ThreadTeam(2)
    use first = compile one settings
    use second = compile two settings
    let losses = train first 0 12
    Assert.That((train second 0 12 = losses))
    Assert.That(same first.State second.State)

[<TestCase("adam")>]
[<TestCase("nadam")>]
[<TestCase("adamw")>]
let ``training goes on from a saved state to the same bytes`` (name: string) =
    let optimiser =
        match name with
        | "nadam" -> Optimiser.nadam
        | "adamw" -> Optimiser.adamW 0.05
        | _ -> Optimiser.adam

    let settings = { settings with Optimiser = optimiser }
    use team = new ThreadTeam(1)
    use whole = compile team settings
    let losses = train whole 0 10
    use before = compile team settings
    let start = train before 0 6
    use after = compile team settings
    after.Restore before.State
    Assert.That((start @ train after 6 4 = losses))
    Assert.That(same whole.State after.State)

[<Test>]
let ``the loss is that of the interpreter, before the step, with the step's dropout`` () =
    use team = new ThreadTeam(1)
    let loss, _ = network

    for precision, tolerance in [ Precision.Single, 1e-5; Precision.Double, 1e-12 ] do
        use plan = compile team { settings with Precision = precision }
        let data = Array.chunkBySize 5 table.Singles

        for step in 0..4 do
            let rows = batch step

            let pick from columns =
                Array2D.init rows.Length columns (fun i j -> float (data[rows[i]].[from + j]))

            let inputs = Map [ "x", pick 0 3; "y", pick 3 1; "w", pick 4 1 ]
            let key = Some { Seed = 3UL; Step = int64 step }
            let expected = Interpreter.run rows.Length inputs plan.Parameters key [ loss ]
            let actual = plan.Step(table, ReadOnlySpan rows, 0.01)
            let reference = (List.exactlyOne expected)[0, 0]
            Assert.That(actual, Is.EqualTo(reference).Within(tolerance * abs reference))

[<Test>]
let ``Adam's first step is the learning rate against the gradient's sign`` () =
    use team = new ThreadTeam(1)
    let theta = parameter "theta" 1 2
    let loss = sum (square theta * constantRow [ 3.0; -5.0 ]) + 0.0 * sum (input "x" 3)
    let start = Map [ "theta", array2D [ [ 0.5; 0.25 ] ] ]

    let settings = {
        settings with
            Precision = Precision.Double
    }

    use plan = TrainingPlan.Compile(team, settings, loss, [ theta ], start)
    plan.Step(table, ReadOnlySpan [| 0 |], 0.1) |> ignore
    Assert.That(distance (array2D [ [ 0.4; 0.35 ] ]) plan.Parameters["theta"], Is.LessThan 1e-8)

[<Test>]
let ``logistic regression on two Gaussians reaches its known loss`` () =
    // x ~ N(±1, 1): the Bayes logit is 2x, the Bayes loss ∫ N(x; 1, 1) ln(1 + e^−2x) dx.
    let bayes =
        let h = 1e-3

        Seq.init 24001 (fun i -> -11.0 + h * float i)
        |> Seq.sumBy (fun x ->
            h * exp (-0.5 * (x - 1.0) ** 2.0) / sqrt (2.0 * Math.PI)
            * log (1.0 + exp (-2.0 * x)))

    let n = 20000
    let mutable stream = RandomStream(5UL, "two Gaussians", 0UL)
    let data = Array.zeroCreate<float32>(2 * n)

    for i in 0 .. n - 1 do
        let label = i % 2
        data[2 * i] <- float32 (stream.NextGaussian() + float (2 * label - 1))
        data[2 * i + 1] <- float32 label

    let table = Table.OfSingles([ "x", 1; "y", 1 ], data)
    let w, b = parameter "w" 1 1, parameter "b" 1 1
    let logits = dense Activation.Identity w b (input "x" 1)
    let losses = binaryCrossEntropy (input "y" 1) logits
    use team = new ThreadTeam(2)
    let start = Map [ "w", array2D [ [ 0.0 ] ]; "b", array2D [ [ 0.5 ] ] ]
    use plan = TrainingPlan.Compile(team, settings, meanRows losses, [ w; b ], start)

    for step in 0..399 do
        let rows = Array.init 256 (fun _ -> stream.NextInt32 n)
        let rate = 0.05 * (1.0 - float step / 400.0)
        plan.Step(table, ReadOnlySpan rows, rate) |> ignore

    use evaluation = Plan.Compile(team, Precision.Double, 4096, [ losses ])
    evaluation.SetParameters plan.Parameters
    let mean = evaluation.RunAll table |> List.exactlyOne |> flatten |> Array.average
    // Standard error of the mean of 20,000 losses: 0.0034.
    Assert.That(mean, Is.EqualTo(bayes).Within 0.012)
    Assert.That(plan.Parameters["w"][0, 0], Is.EqualTo(2.0).Within 0.15)

// Gradients that are sums over fixed rows, as behind sums by group, do not go straight into the optimiser.
[<Test>]
let ``arrays behind sums by group take one step of the learning rate each`` () =
    let w, v, b = parameter "w" 1 2, parameter "v" 2 1, parameter "b" 1 1
    let pool x = sumGroups 2 (input "set" 1) x
    let out = dense Activation.Identity v b (pool (matmul (input "x" 1) w))
    let loss = sumRows (square (out - pool (input "phi" 1)))

    let table =
        Table.OfSingles([ "x", 1; "set", 1; "phi", 1 ], [| 1f; 0f; 1f; 2f; 0f; 0f; 3f; 1f; 2f |])

    let initial =
        Map [
            "w", array2D [ [ 0.3; 0.2 ] ]
            "v", array2D [ [ 0.5 ]; [ 0.7 ] ]
            "b", array2D [ [ 0.1 ] ]
        ]

    use team = new ThreadTeam(1)
    use plan = TrainingPlan.Compile(team, settings, loss, [ w; v; b ], initial)
    plan.Step(table, ReadOnlySpan [| 0; 1; 2 |], 0.01) |> ignore

    for KeyValue(name, before) in initial do
        before
        |> Array2D.iteri (fun i j x ->
            Assert.That(plan.Parameters[name][i, j], Is.EqualTo(x + 0.01).Within(1e-5), name))
