module Nsbi.Kernels.Tests.MixtureKernelTests

open System
open NUnit.Framework
open Nsbi.Tests
open Nsbi.Kernels
open Nsbi.Kernels.Tests.EventTerms

// Events i, processes c, amplitudes A_c, term parameters β_k.

type private Constant(proc: int, log: float) =
    interface IEventTerm with
        member _.Process = proc
        member _.Parameters = [||]
        member _.Fill(rows, _, _, logs, _, _) = logs.Slice(0, rows.Length).Fill log

let private fast (events, a: float[], terms: IEventTerm[], b: float[], order, team: ThreadTeam) =
    MixtureKernel.Evaluate(events, ReadOnlySpan a, terms, ReadOnlySpan b, order, team)

let private slow (events, a: float[], terms: IEventTerm[], b: float[], order) =
    MixtureScalar.Evaluate(events, ReadOnlySpan a, terms, ReadOnlySpan b, order)

let private weighted (tiles, weights: float[]) =
    WeightedEvents.Create(tiles, ReadOnlySpan weights)

let private problem (seed: int) (n: int) (processes: int) =
    let mutable s = RandomStream(uint64 seed, "mixture kernel test")
    let x = Array.init n (fun _ -> s.NextGaussian())

    let columns =
        Array.init processes (fun c ->
            Array.init n (fun i -> exp (0.3 * float c * x[i] + 0.2 * s.NextGaussian())))

    let weights =
        Array.init n (fun _ -> if s.NextInt32 5 = 0 then 0.0 else 2.0 * s.NextDouble())

    let amplitudes =
        Array.init processes (fun c -> if c = 1 then -0.1 else 5.0 + float c)

    x, weighted (EventTiles.Create columns, weights), amplitudes

let private terms x = [|
    GaussianShift(0, 0, 0.4, x) :> IEventTerm
    Bilinear(0, 2, 0, 0.2, x)
    GaussianShift(1, 1, -0.3, x)
    Constant(1, 0.25)
|]

let private beta = [| 0.7; -1.3; 0.4 |]

let private close (relative: float) (what: string) (a: float) (b: float) (scale: float) =
    if not (abs (a - b) <= relative * max scale (abs b)) then
        Assert.Fail $"{what}: {a} is not {b} within {relative}"

let private hold relative (a: MixtureSum) (b: MixtureSum) =
    Assert.That(a.BadRow, Is.EqualTo b.BadRow)
    let scale = Array.fold (fun m v -> max m (abs v)) 1.0
    close relative "value" a.Value b.Value 1.0
    Array.iter2 (fun u v -> close relative "gradient" u v (scale b.Gradient)) a.Gradient b.Gradient
    Array.iter2 (fun u v -> close relative "hessian" u v (scale b.Hessian)) a.Hessian b.Hessian

[<Property(MaxTest = 40)>]
let ``the kernel without terms equals its scalar twin`` (seed: int) (length: int) c =
    let n = 1 + abs (length % 5000)
    let processes = 1 + abs (c % 6)
    let _, events, a = problem seed n processes

    for order in 0..2 do
        hold 1e-12 (fast (events, a, [||], [||], order, null)) (slow (events, a, [||], [||], order))

[<Property(MaxTest = 40)>]
let ``the kernel with terms equals its scalar twin`` (seed: int) (length: int) c =
    let n = 1 + abs (length % 5000)
    let x, events, a = problem seed n (2 + abs (c % 3))

    for order in 0..2 do
        hold
            1e-12
            (fast (events, a, terms x, beta, order, null))
            (slow (events, a, terms x, beta, order))

[<Test>]
let ``parameters that no term names have derivatives of zero`` () =
    let _, events, a = problem 3 100 3
    hold 1e-12 (fast (events, a, [||], beta, 2, null)) (slow (events, a, [||], beta, 2))

[<Test>]
let ``every number of events from 0 to 256 equals the scalar twin`` () =
    for n in 0..256 do
        let x, events, a = problem n n 3

        hold 1e-12 (fast (events, a, [||], [||], 2, null)) (slow (events, a, [||], [||], 2))

        hold 1e-12 (fast (events, a, terms x, beta, 2, null)) (slow (events, a, terms x, beta, 2))

[<Test>]
let ``gradient and Hessian are the finite differences of value and gradient`` () =
    let x, events, a = problem 5 300 3
    let z = Array.append a beta

    let at (z: float[]) order =
        fast (events, z[..2], terms x, z[3..], order, null)

    let exact = at z 2
    let h = 1e-5

    for k in 0..5 do
        let shifted s =
            Array.mapi (fun i v -> if i = k then v + s * h else v) z

        let up, down = at (shifted 1.0) 1, at (shifted -1.0) 1
        let slope = (up.Value - down.Value) / (2.0 * h)
        Assert.That(exact.Gradient[k], Is.EqualTo(slope).Within(1e-6 * (1.0 + abs slope)))

        for l in 0..5 do
            let curvature = (up.Gradient[l] - down.Gradient[l]) / (2.0 * h)
            let tolerance = 1e-6 * (1.0 + abs curvature)
            Assert.That(exact.Hessian[6 * k + l], Is.EqualTo(curvature).Within tolerance)

[<Test>]
let ``the result has the same bits for one, two and three threads`` () =
    let x, events, a = problem 9 30_000 3

    for terms in [ [||]; terms x ] do
        let alone = fast (events, a, terms, beta, 2, null)

        for threads in 2..3 do
            use team = new ThreadTeam(threads)
            let shared = fast (events, a, terms, beta, 2, team)
            Assert.That(shared.Value, Is.EqualTo alone.Value)
            Assert.That(shared.Gradient, Is.EqualTo<float[]> alone.Gradient)
            Assert.That(shared.Hessian, Is.EqualTo<float[]> alone.Hessian)

[<Test>]
let ``the first event with a density of zero or less is named by its row in the table`` () =
    let columns = [| Array.create 10_000 1.0; Array.create 10_000 0.5 |]
    columns[1][7_001] <- 2.0
    columns[1][9_000] <- 3.0
    columns[1][40] <- 4.0
    let weights = Array.init 10_000 (fun i -> if i < 100 then 0.0 else 1.0)
    let events = weighted (EventTiles.Create columns, weights)
    let a = [| 1.0; -0.6 |]

    for sum in
        [
            fast (events, a, [||], [||], 2, null)
            fast (events, a, [| Constant(0, 0.0) |], [||], 2, null)
            slow (events, a, [||], [||], 2)
        ] do
        Assert.That(sum.BadRow, Is.EqualTo 7_001)
        Assert.That(sum.Gradient, Is.Empty)

[<Test>]
let ``a density that is exactly zero or not finite is bad`` () =
    for r in [ 0.0; infinity; nan ] do
        let events = weighted (EventTiles.Create [| [| 1.0; r |] |], [| 1.0; 1.0 |])
        let sum = fast (events, [| 2.0 |], [||], [||], 0, null)
        Assert.That(sum.BadRow, Is.EqualTo 1)

[<Test>]
let ``events of weight zero are left out and keep their rows`` () =
    let tiles = EventTiles.Create [| [| 1.0; 2.0; 3.0; 4.0 |] |]
    let events = weighted (tiles, [| 0.0; 1.0; 0.0; 2.0 |])
    Assert.That(events.Tiles.Events, Is.EqualTo 2)
    Assert.That(events.Tiles.Row 0, Is.EqualTo 1)
    Assert.That(events.Tiles.Row 1, Is.EqualTo 3)
    let sum = fast (events, [| 1.0 |], [||], [||], 0, null)
    Assert.That(sum.Value, Is.EqualTo(log 2.0 + 2.0 * log 4.0).Within 1e-15)

[<Test>]
let ``events without zero weights share the tiles they were made from`` () =
    let tiles = EventTiles.Create [| [| 1.0; 2.0 |] |]
    Assert.That(weighted(tiles, [| 1.0; 3.0 |]).Tiles, Is.SameAs tiles)

[<Test>]
let ``columns, weights and positions that do not fit are refused`` () =
    let refuse (action: unit -> unit) =
        Assert.Catch<ArgumentException>(Action action) |> ignore

    let tiles = EventTiles.Create [| [| 1.0; 2.0 |] |]
    let events = weighted (tiles, [| 1.0; 3.0 |])
    refuse (fun () -> EventTiles.Create [||] |> ignore)
    refuse (fun () -> EventTiles.Create [| [| 1.0 |]; [||] |] |> ignore)
    refuse (fun () -> weighted (tiles, [| 1.0 |]) |> ignore)
    refuse (fun () -> weighted (tiles, [| 1.0; nan |]) |> ignore)

    let evaluate a (terms: IEventTerm[]) b order =
        fast (events, a, terms, b, order, null) |> ignore

    refuse (fun () -> evaluate [||] [||] [||] 0)
    refuse (fun () -> evaluate [| 1.0 |] [||] [||] 3)
    refuse (fun () -> evaluate [| 1.0 |] [| Constant(1, 0.0) |] [||] 0)
    refuse (fun () -> evaluate [| 1.0 |] [| GaussianShift(0, 0, 1.0, [| 0.0 |]) |] [||] 0)
