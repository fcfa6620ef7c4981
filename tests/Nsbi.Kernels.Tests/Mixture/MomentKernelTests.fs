module Nsbi.Kernels.Tests.MomentKernelTests

open System
open NUnit.Framework
open Nsbi.Tests
open Nsbi.Kernels
open Nsbi.Kernels.Tests.ColumnProblems

let private fast (p: Problem, columns, order, team: ThreadTeam) =
    MomentKernel.Evaluate(p.Events, columns, ReadOnlySpan(formsAt p p.Beta), order, team)

let private slow (p: Problem, columns, order) =
    MomentScalar.Evaluate(p.Events, columns, ReadOnlySpan(formsAt p p.Beta), order)

let private hold (a: MomentSum[]) (b: MomentSum[]) =
    Assert.That(a.Length, Is.EqualTo b.Length)

    for u, v in Array.zip a b do
        Assert.That(u.Parameters, Is.EqualTo<int[]> v.Parameters)
        Assert.That(distance [| u.Value |] [| v.Value |], Is.LessThan 1e-13)
        Assert.That(distance u.Gradient v.Gradient, Is.LessThan 1e-13)
        Assert.That(distance u.Hessian v.Hessian, Is.LessThan 1e-13)

[<Property(MaxTest = 40)>]
let ``the moments equal their scalar twin`` (seed: int) (length: int) (c: int) (m: int) =
    let p =
        random seed (1 + abs (length % 2500)) (1 + abs (c % 4)) (1 + abs (m % 9)) 0.4

    for precision in [ ColumnPrecision.Double; ColumnPrecision.Single; ColumnPrecision.Int16 ] do
        let columns = columns precision p

        for order in 0..2 do
            hold (fast (p, columns, order, null)) (slow (p, columns, order))

[<Test>]
let ``every number of events from 0 to 256 equals the scalar twin`` () =
    for n in 0..256 do
        let p = random n n 3 5 0.3
        let columns = columns ColumnPrecision.Double p
        hold (fast (p, columns, 2, null)) (slow (p, columns, 2))

[<Test>]
let ``gradient and Hessian of a moment are finite differences`` () =
    let p = random 31 400 2 4 0.4
    let columns = columns ColumnPrecision.Double p
    let exact = fast (p, columns, 2, null)
    let h = 1e-5

    for c in 0..1 do
        let own = exact[c].Parameters

        for k in 0 .. own.Length - 1 do
            let shifted s =
                let beta = Array.mapi (fun i v -> if i = own[k] then v + s * h else v) p.Beta
                (fast ({ p with Beta = beta }, columns, 1, null))[c]

            let up, down = shifted 1.0, shifted -1.0
            let slope = (up.Value - down.Value) / (2.0 * h)
            Assert.That(exact[c].Gradient[k], Is.EqualTo(slope).Within(1e-6 * (1.0 + abs slope)))

            for l in 0 .. own.Length - 1 do
                let curvature = (up.Gradient[l] - down.Gradient[l]) / (2.0 * h)
                let tolerance = 1e-6 * (1.0 + abs curvature)

                Assert.That(
                    exact[c].Hessian[own.Length * k + l],
                    Is.EqualTo(curvature).Within tolerance
                )

[<Test>]
let ``the moment of a Gaussian shift is its known normalisation`` () =
    // r± = exp(±δx − δ²/2), code 4 outside: E[r₊^α] = exp(δ²α(α − 1)/2). PHYSICS: δ = 0.3, α = −2.
    let delta, n = 0.3, 4001
    let x = Array.init n (fun i -> 8.0 * (2.0 * float i / float (n - 1) - 1.0))
    let weights = x |> Array.map (fun x -> exp (-0.5 * x * x))

    let read _ (up: float[]) (down: float[]) =
        for i in 0 .. n - 1 do
            up[i] <- delta * x[i] - 0.5 * delta * delta
            down[i] <- -delta * x[i] - 0.5 * delta * delta

    let columns =
        InterpolatedColumns.Create(
            [| ColumnPlace(0, 0) |],
            n,
            ColumnPrecision.Double,
            ColumnReader read
        )

    let events =
        WeightedEvents.Create(EventTiles.Create [| Array.create n 1.0 |], ReadOnlySpan weights)

    let moment =
        MomentKernel.Evaluate(events, columns, ReadOnlySpan [| code4 -2.0 |], 1, null)

    Assert.That(moment[0].Value / Array.sum weights, Is.EqualTo(exp 0.09).Within 1e-12)

[<Test>]
let ``the moments have the same bits for one, two and three threads`` () =
    let p = random 32 9000 3 5 0.3
    let columns = columns ColumnPrecision.Single p
    let alone = fast (p, columns, 2, null)

    for threads in 2..3 do
        use team = new ThreadTeam(threads)
        let shared = fast (p, columns, 2, team)

        for a, b in Array.zip alone shared do
            Assert.That(b.Value, Is.EqualTo a.Value)
            Assert.That(b.Gradient, Is.EqualTo<float[]> a.Gradient)
            Assert.That(b.Hessian, Is.EqualTo<float[]> a.Hessian)
