module Nsbi.Learn.Tests.Autodiff.AlternatingPlanTests

open System
open NUnit.Framework
open Nsbi.Kernels
open Nsbi.Learn.Autodiff
open Nsbi.Learn.Autodiff.Words
open Nsbi.Learn.Tests.Autodiff.Graphs

let private settings: AlternatingSettings = {
    Precision = Precision.Single
    Capacity = 128
    Seed = 3UL
}

let private f1, f2 = parameter "f1" 3 20, parameter "f2" 20 1
let private g1, g2 = parameter "g1" 3 12, parameter "g2" 12 3

let private start: Values =
    Map [
        "f1", uniform 1 -0.5 0.5 3 20
        "f2", uniform 2 -0.5 0.5 20 1
        "g1", uniform 3 -0.5 0.5 3 12
        "g2", uniform 4 -0.5 0.5 12 3
    ]

let private f x = matmul (silu (matmul x f1)) f2
let private g x = x + matmul (tanh (matmul x g1)) g2

/// A critic f of y against moved x, and a map g that the critic judges: each loss holds the
/// parameters of both.
let private objectives: Objective list =
    let moved = g (input "x" 3)
    let regular = 0.01 * (sum (square f1) + sum (square f2))
    let critic = meanRows (f moved) - meanRows (f (input "y" 3)) + regular

    let map =
        meanRows (0.1 * sumColumns (square (moved - input "x" 3))) - meanRows (f moved)

    [
        {
            Loss = critic
            Trained = [ f1; f2 ]
            Optimiser = Optimiser.adam
        }
        {
            Loss = map
            Trained = [ g1; g2 ]
            Optimiser = {
                Optimiser.nadam with
                    WeightDecay = 0.01
            }
        }
    ]

/// The inputs in two tables of different layouts, to be used in turn.
let private tables =
    let values = uniform 9 -2.0 2.0 500 6 |> flatten |> Array.map float32

    [|
        Table.OfSingles([ "x", 3; "y", 3 ], values)
        Table.OfSingles([ "y", 3; "w", 1; "x", 3 ], Array.truncate (7 * 400) values)
    |]

/// The objective, the table and the rows of each step: four of the first to three of the second,
/// the last batches partial.
let private turn (step: int) : int * Table * int[] =
    let mutable stream = RandomStream(9UL, "batches", uint64 step)
    let count = if step % 5 = 4 then 77 else 128
    let rows = Array.init count (fun _ -> stream.NextInt32 400)
    (if step % 7 < 4 then 0 else 1), tables[step / 2 % 2], rows

let private train (plan: AlternatingPlan) (first: int) (steps: int) : float list = [
    for step in first .. first + steps - 1 do
        let objective, table, rows = turn step
        plan.Step(objective, table, ReadOnlySpan rows, 0.01)
]

let private compile team =
    AlternatingPlan.Compile(team, settings, objectives, start)

[<Test>]
let ``steps in turn are those of two training plans that hand parameters over`` () =
    use team = new ThreadTeam(2)
    use plan = compile team

    let plans = [|
        for objective in objectives ->
            let settings: TrainingSettings = {
                Precision = Precision.Single
                Capacity = 128
                Seed = 3UL
                Optimiser = objective.Optimiser
            }

            TrainingPlan.Compile(team, settings, objective.Loss, objective.Trained, start)
    |]

    let mutable current = start

    let expected = [
        for step in 0..29 do
            let objective, table, rows = turn step
            let own = plans[objective]

            own.Restore { own.State with Parameters = current }

            let loss = own.Step(table, ReadOnlySpan rows, 0.01)

            current <-
                Map.fold (fun all name value -> Map.add name value all) current own.Parameters

            loss
    ]

    Assert.That((train plan 0 30 = expected))
    Assert.That((plan.Parameters = current))
    Assert.That(distance start["f1"] current["f1"], Is.GreaterThan 0.05)
    Assert.That(distance start["g2"] current["g2"], Is.GreaterThan 0.05)

    for own in plans do
        (own :> IDisposable).Dispose()

[<Test>]
let ``one and two threads train to the same bytes`` () =
    use one = new ThreadTeam(1)
    use two = new ThreadTeam(2)
    use first = compile one
    use second = compile two
    Assert.That((train second 0 20 = train first 0 20))
    Assert.That((second.State = first.State))

[<Test>]
let ``training goes on from a saved state to the same bytes`` () =
    use team = new ThreadTeam(1)
    use whole = compile team
    let losses = train whole 0 20
    use before = compile team
    let start = train before 0 9
    use after = compile team
    train after 0 3 |> ignore
    after.Restore before.State
    Assert.That((start @ train after 9 11 = losses))
    Assert.That((whole.State = after.State))
    Assert.That((whole.State.Objectives |> List.map _.Step = [ 12L; 8L ]))

[<Test>]
let ``a minimum against a maximum is found`` () =
    // min over a, max over b of (a − 1)(b + 2) + (a − 1)²/2 − (b + 2)²/2: the saddle is (1, −2).
    let a, b = parameter "a" 1 1, parameter "b" 1 1
    let u, v = a - 1.0, b + 2.0
    let value = u * v + 0.5 * square u - 0.5 * square v + 0.0 * sumRows (input "w" 1)

    let objective loss trained = {
        Loss = loss
        Trained = [ trained ]
        Optimiser = { Optimiser.adam with Beta1 = 0.5 }
    }

    let settings = {
        settings with
            Precision = Precision.Double
    }

    use team = new ThreadTeam(1)
    let start = Map [ "a", array2D [ [ 3.0 ] ]; "b", array2D [ [ 0.5 ] ] ]

    use plan =
        AlternatingPlan.Compile(team, settings, [ objective value a; objective -value b ], start)

    for step in 0..999 do
        let rate = 0.05 * (1.0 - float step / 1000.0)
        plan.Step(step % 2, tables[1], ReadOnlySpan [| 0 |], rate) |> ignore

    Assert.That(plan.Parameters["a"][0, 0], Is.EqualTo(1.0).Within 1e-3)
    Assert.That(plan.Parameters["b"][0, 0], Is.EqualTo(-2.0).Within 1e-3)

[<Test>]
let ``dropout differs between steps of all objectives`` () =
    let loss = sumRows (dropout "d" 0.5 (input "w" 1 * 0.0 + 1.0)) + 0.0 * sum f1

    let objective = {
        Loss = loss
        Trained = [ f1 ]
        Optimiser = Optimiser.adam
    }

    use team = new ThreadTeam(1)
    use plan = AlternatingPlan.Compile(team, settings, [ objective; objective ], start)
    let rows = [| 0..99 |]

    let kept = [ for step in 0..5 -> plan.Step(step % 2, tables[1], ReadOnlySpan rows, 0.0) ]

    Assert.That(List.length (List.distinct kept), Is.GreaterThan 3)
    use again = AlternatingPlan.Compile(team, settings, [ objective; objective ], start)

    for step in 0..2 do
        again.Step(step % 2, tables[1], ReadOnlySpan rows, 0.0) |> ignore

    use resumed =
        AlternatingPlan.Compile(team, settings, [ objective; objective ], start)

    resumed.Restore again.State
    Assert.That(resumed.Step(1, tables[1], ReadOnlySpan rows, 0.0), Is.EqualTo kept[3])

[<Test>]
let ``a step allocates nothing`` () =
    use team = new ThreadTeam(2)
    use plan = compile team
    let rows = [| 0..99 |]

    let steps () =
        plan.Step(0, tables[0], ReadOnlySpan rows, 0.01) |> ignore
        plan.Step(1, tables[0], ReadOnlySpan rows, 0.01) |> ignore

    steps ()
    let before = GC.GetAllocatedBytesForCurrentThread()

    for _ in 1..20 do
        steps ()

    // The boxes of the losses' last numbers and the steps' rules, nothing of a batch's size.
    Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.LessThan 20_000L)

let private faults: Map<string, string * (AlternatingPlan -> unit)> =
    let step (plan: AlternatingPlan) objective rows =
        plan.Step(objective, tables[0], ReadOnlySpan(rows: int[]), 0.1) |> ignore

    let team = lazy (new ThreadTeam(1))

    let compile objectives _ =
        AlternatingPlan.Compile(team.Value, settings, objectives, start) |> ignore

    Map [
        "an objective too many", ("0 to 1", (fun plan -> step plan 2 [| 0 |]))
        "an objective below zero", ("0 to 1", (fun plan -> step plan -1 [| 0 |]))
        "no rows", ("at least one row", (fun plan -> step plan 0 [||]))
        "a state of another plan",
        ("1 objectives",
         (fun plan ->
             plan.Restore {
                 plan.State with
                     Objectives = plan.State.Objectives.Tail
             }))
        "no objectives", ("at least one objective", compile [])
        "a loss of rows",
        ("batch x 3",
         compile [
             {
                 objectives.Head with
                     Loss = input "x" 3
             }
         ])
        "one name with two shapes",
        ("1 x 5",
         compile [
             objectives.Head
             {
                 objectives.Head with
                     Loss = sum (parameter "f1" 1 5) + sumRows (input "w" 1)
             }
         ])
    ]

let private faultNames = Map.keys faults |> List.ofSeq

[<TestCaseSource(nameof faultNames)>]
let ``misuse is answered by a sentence`` (name: string) =
    let sentence, misuse = faults[name]
    use team = new ThreadTeam(1)
    use plan = compile team
    Assert.That(faultOf (fun () -> misuse plan), Does.Contain sentence)
