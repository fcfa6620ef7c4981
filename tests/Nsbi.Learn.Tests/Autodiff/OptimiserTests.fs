module Nsbi.Learn.Tests.Autodiff.OptimiserTests

open System
open NUnit.Framework
open Nsbi.Kernels
open Nsbi.Learn.Autodiff
open Nsbi.Learn.Autodiff.Words
open Nsbi.Learn.Tests.Autodiff.Graphs

/// Ten steps by another program: tests/peers/optimisers.py.
let private peers: Map<string, Optimiser * float list> =
    Map [
        "adam", (Optimiser.adam, [ 0.712882100906; 0.206321845756 ])
        "adamw", (Optimiser.adamW 0.1, [ 0.688756532439; 0.196015673139 ])
        "clipped",
        ({
            Optimiser.adam with
                ClipNorm = Some 2.0
         },
         [ 0.700949463360; 0.197221722829 ])
        "nadam", (Optimiser.nadam, [ 0.785322557307; 0.273177861904 ])
    ]

[<TestCase("adam")>]
[<TestCase("adamw")>]
[<TestCase("clipped")>]
[<TestCase("nadam")>]
let ``ten steps agree with another program's`` (name: string) =
    let optimiser, expected = peers[name]
    let theta = parameter "theta" 1 2
    let a, b = column 0 theta, column 1 theta
    let loss = square (square a) + a * b + square b + 0.0 * sumRows (input "x" 1)

    let settings = {
        Precision = Precision.Double
        Capacity = 1
        Seed = 0UL
        Optimiser = optimiser
    }

    use team = new ThreadTeam(1)
    let start = Map [ "theta", array2D [ [ 1.0; 0.5 ] ] ]
    use plan = TrainingPlan.Compile(team, settings, loss, [ theta ], start)
    let table = Table.OfSingles([ "x", 1 ], [| 0.0f |])

    for _ in 1..10 do
        plan.Step(table, ReadOnlySpan [| 0 |], 0.03) |> ignore

    Assert.That(distance (array2D [ expected ]) plan.Parameters["theta"], Is.LessThan 1e-11)

[<TestCase(1.0, 0.999, 1e-8, 0.0, "Beta1")>]
[<TestCase(0.9, -0.1, 1e-8, 0.0, "Beta2")>]
[<TestCase(0.9, 0.999, 0.0, 0.0, "Epsilon")>]
[<TestCase(0.9, 0.999, 1e-8, -1.0, "WeightDecay")>]
let ``settings outside their range are refused by name``
    (beta1: float, beta2: float, epsilon: float, decay: float, name: string)
    =
    let optimiser = {
        Optimiser.adam with
            Beta1 = beta1
            Beta2 = beta2
            Epsilon = epsilon
            WeightDecay = decay
    }

    Assert.That(faultOf (fun () -> Optimiser.check optimiser), Does.Contain name)

[<Test>]
let ``a gradient longer than the largest norm is scaled down, all parameters together`` () =
    // ∂/∂a = 3, ∂/∂b = (4, 12): a norm of 13. Adam's first moment after one step is 0.1 g.
    let a, b = parameter "a" 1 1, parameter "b" 1 2
    let batch = sumRows (input "x" 1)
    let loss = batch * (3.0 * a + sum (b * constantRow [ 4.0; 12.0 ]))
    let start = Map [ "a", array2D [ [ 0.0 ] ]; "b", array2D [ [ 0.0; 0.0 ] ] ]
    let table = Table.OfSingles([ "x", 1 ], [| 1.0f |])
    use team = new ThreadTeam(1)

    for limit, factor in [ None, 1.0; Some 26.0, 1.0; Some 6.5, 0.5; Some 1.3, 0.1 ] do
        let settings = {
            Precision = Precision.Double
            Capacity = 1
            Seed = 0UL
            Optimiser = { Optimiser.adam with ClipNorm = limit }
        }

        use plan = TrainingPlan.Compile(team, settings, loss, [ a; b ], start)
        plan.Step(table, ReadOnlySpan [| 0 |], 0.03) |> ignore
        let moments = plan.State.FirstMoments
        let scaled = Array2D.map (fun g -> 0.1 * factor * g)
        Assert.That(distance (scaled (array2D [ [ 3.0 ] ])) moments["a"], Is.LessThan 1e-15)
        Assert.That(distance (scaled (array2D [ [ 4.0; 12.0 ] ])) moments["b"], Is.LessThan 1e-15)

[<TestCase(0.0)>]
[<TestCase(-1.0)>]
[<TestCase(Double.NaN)>]
let ``a largest norm that is not positive is refused`` (norm: float) =
    let optimiser = {
        Optimiser.adam with
            ClipNorm = Some norm
    }

    Assert.That(faultOf (fun () -> Optimiser.check optimiser), Does.Contain "ClipNorm")
