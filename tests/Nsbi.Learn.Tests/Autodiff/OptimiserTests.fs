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
        "nadam", (Optimiser.nadam, [ 0.785322557307; 0.273177861904 ])
    ]

[<TestCase("adam")>]
[<TestCase("adamw")>]
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
