module Nsbi.Kernels.Tests.ColumnKernelTests

open System
open NUnit.Framework
open Nsbi.Tests
open Nsbi.Kernels
open Nsbi.Kernels.Tests.ColumnProblems
open Nsbi.Kernels.Tests.EventTerms

// Events i, processes c, amplitudes A_c, parameters β_m.

let private terms (p: Problem) : IEventTerm[] = [|
    GaussianShift(0, 0, 0.4, p.X)
    Bilinear(0, 1, 0, 0.2, p.X)
    GaussianShift(1, 1, -0.3, p.X)
|]

let private hold (value: float) (derivatives: float) (a: MixtureSum) (b: MixtureSum) =
    Assert.That(a.BadRow, Is.EqualTo b.BadRow)
    Assert.That(distance [| a.Value |] [| b.Value |], Is.LessThan value, "value")
    Assert.That(distance a.Gradient b.Gradient, Is.LessThan derivatives, "gradient")
    Assert.That(distance a.Hessian b.Hessian, Is.LessThan derivatives, "Hessian")

[<Property(MaxTest = 60)>]
let ``the exact kernel equals its scalar twin for random columns, whatever they are stored in``
    (seed: int)
    (length: int)
    (c: int)
    (m: int)
    =
    let p =
        random seed (1 + abs (length % 2500)) (1 + abs (c % 4)) (1 + abs (m % 9)) 0.4

    for precision in [ ColumnPrecision.Double; ColumnPrecision.Single; ColumnPrecision.Int16 ] do
        let columns = columns precision p

        for order in 0..2 do
            // Where a negative term nearly cancels D of an event, rounding grows by Σ|A r g|/D.
            hold
                1e-12
                1e-12
                (fastOf (p, columns, [||], order, null, true))
                (slowOf (p, columns, [||], order))

[<Property(MaxTest = 40)>]
let ``columns and event terms multiply`` (seed: int) (length: int) (c: int) (m: int) =
    let p =
        random seed (1 + abs (length % 1500)) (2 + abs (c % 3)) (2 + abs (m % 7)) 0.4

    let columns = columns ColumnPrecision.Double p
    let terms = terms p

    for order in 0..2 do
        hold
            1e-12
            1e-12
            (fastOf (p, columns, terms, order, null, false))
            (slowOf (p, columns, terms, order))

[<Test>]
let ``every number of events from 0 to 256 equals the scalar twin`` () =
    for n in 0..256 do
        let p = random n n 3 5 0.3

        for precision in [ ColumnPrecision.Double; ColumnPrecision.Single ] do
            let columns = columns precision p

            hold
                1e-13
                1e-13
                (fastOf (p, columns, [||], 2, null, true))
                (slowOf (p, columns, [||], 2))

        let columns = columns ColumnPrecision.Single p
        hold 3e-6 2e-5 (fastOf (p, columns, [||], 2, null, false)) (slowOf (p, columns, [||], 2))

[<Property(MaxTest = 40)>]
let ``the fast kernel is close to the scalar twin on the same stored numbers``
    (seed: int)
    (length: int)
    (c: int)
    (m: int)
    =
    let p =
        random seed (1 + abs (length % 2500)) (1 + abs (c % 4)) (1 + abs (m % 9)) 0.25

    for precision in [ ColumnPrecision.Single; ColumnPrecision.Int16 ] do
        let columns = columns precision p

        for order in 0..2 do
            hold
                3e-6
                2e-5
                (fastOf (p, columns, [||], order, null, false))
                (slowOf (p, columns, [||], order))

[<Test>]
let ``the fast kernel takes event terms beside its columns`` () =
    let p = random 12 1700 3 6 0.2
    let terms = terms p
    let columns = columns ColumnPrecision.Single p
    hold 3e-6 2e-5 (fastOf (p, columns, terms, 2, null, false)) (slowOf (p, columns, terms, 2))

[<Test>]
let ``the fast kernel falls back to exponentials where a range is too wide for a polynomial`` () =
    let p = random 13 900 3 4 4.0

    // Code 0 between the anchors is positive for any ratios.
    let p = {
        p with
            Codes = Array.map (fun _ -> 1) p.Codes
            Beta = [| 0.6; -0.3; 0.9; -0.5 |]
            Amplitudes = [| 1.0; 2.0; 3.0 |]
    }

    for precision in [ ColumnPrecision.Single; ColumnPrecision.Int16 ] do
        let columns = columns precision p
        let slow = slowOf (p, columns, [||], 2)
        Assert.That(slow.BadRow, Is.EqualTo -1)
        hold 3e-6 2e-5 (fastOf (p, columns, [||], 2, null, false)) slow

[<Test>]
let ``wide ranges need many terms and stay within single precision`` () =
    for size in [ 0.6; 1.0; 1.5 ] do
        let p = random 14 900 3 4 size

        for precision in [ ColumnPrecision.Single; ColumnPrecision.Int16 ] do
            let columns = columns precision p

            hold
                3e-6
                3e-5
                (fastOf (p, columns, [||], 2, null, false))
                (slowOf (p, columns, [||], 2))

[<Test>]
let ``value, gradient and Hessian do not depend on the order asked for`` () =
    let p = random 21 2100 3 6 0.3

    for precision, exact in [ ColumnPrecision.Double, true; ColumnPrecision.Single, false ] do
        let columns = columns precision p

        let at order =
            fastOf (p, columns, [||], order, null, exact)

        hold
            1e-7
            1e-5
            (MixtureSum((at 0).Value, [||], [||], -1))
            (MixtureSum((at 2).Value, [||], [||], -1))

        Assert.That(distance (at 1).Gradient (at 2).Gradient, Is.LessThan 1e-5)

[<Test>]
let ``gradient and Hessian are the finite differences of value and gradient`` () =
    let p = random 15 500 3 5 0.4
    let columns = columns ColumnPrecision.Double p
    let size = 3 + p.Beta.Length

    let at (z: float[]) order =
        fastOf (
            {
                p with
                    Amplitudes = z[..2]
                    Beta = z[3..]
            },
            columns,
            [||],
            order,
            null,
            true
        )

    let z = Array.append p.Amplitudes p.Beta
    let exact = at z 2
    let h = 1e-5

    for k in 0 .. size - 1 do
        let shifted s =
            Array.mapi (fun i v -> if i = k then v + s * h else v) z

        let up, down = at (shifted 1.0) 1, at (shifted -1.0) 1
        let slope = (up.Value - down.Value) / (2.0 * h)
        Assert.That(exact.Gradient[k], Is.EqualTo(slope).Within(1e-6 * (1.0 + abs slope)))

        for l in 0 .. size - 1 do
            let curvature = (up.Gradient[l] - down.Gradient[l]) / (2.0 * h)
            let tolerance = 1e-6 * (1.0 + abs curvature)
            Assert.That(exact.Hessian[size * k + l], Is.EqualTo(curvature).Within tolerance)

[<Test>]
let ``the result has the same bits for one, two and three threads and every time`` () =
    let p = random 16 9000 3 5 0.3

    for precision in [ ColumnPrecision.Double; ColumnPrecision.Single; ColumnPrecision.Int16 ] do
        let columns = columns precision p
        let alone = fastOf (p, columns, [||], 2, null, false)

        for threads in 1..3 do
            use team = new ThreadTeam(threads)
            let shared = fastOf (p, columns, [||], 2, team, false)
            Assert.That(shared.Value, Is.EqualTo alone.Value)
            Assert.That(shared.Gradient, Is.EqualTo<float[]> alone.Gradient)
            Assert.That(shared.Hessian, Is.EqualTo<float[]> alone.Hessian)

[<Test>]
let ``events of weight zero add nothing, left out or kept`` () =
    let p = random 17 3000 3 5 0.3
    let compact = WeightedEvents.Create(p.Tiles, p.Events.Weights)

    for precision in [ ColumnPrecision.Double; ColumnPrecision.Single ] do
        let columns = columns precision p
        let kept = fastOf (p, columns, [||], 2, null, true)

        let left =
            fastOf ({ p with Events = compact }, columns.For compact, [||], 2, null, true)

        hold 1e-13 1e-13 left kept

[<Test>]
let ``an event of weight zero may have any density`` () =
    let p = random 18 100 2 2 0.3
    let ratios = Array.init 2 (fun c -> Array.init 100 (fun i -> p.Tiles[c, i]))
    ratios[0][5] <- infinity
    ratios[0][70] <- 0.0
    ratios[1][70] <- 0.0
    let weights = Array.init 100 (fun i -> if i = 5 || i = 70 then 0.0 else 1.0)

    let events =
        WeightedEvents.CreateWhole(EventTiles.Create ratios, ReadOnlySpan weights)

    let p = { p with Events = events }
    let columns = columns ColumnPrecision.Double p
    hold 1e-13 1e-13 (fastOf (p, columns, [||], 2, null, true)) (slowOf (p, columns, [||], 2))

[<Test>]
let ``negative weights and amplitudes are summed as they are`` () =
    let p = random 19 1000 4 6 0.3
    let weights = Array.init 1000 (fun i -> if i % 7 = 0 then -0.5 else 1.0)

    let p = {
        p with
            Events = WeightedEvents.CreateWhole(p.Tiles, ReadOnlySpan weights)
            Amplitudes = [| 9.0; -0.9; -0.7; 8.0 |]
    }

    for precision, tolerance in [ ColumnPrecision.Double, 1e-13; ColumnPrecision.Single, 1e-5 ] do
        let columns = columns precision p
        let slow = slowOf (p, columns, [||], 2)
        Assert.That(slow.BadRow, Is.EqualTo -1)
        hold tolerance tolerance (fastOf (p, columns, [||], 2, null, false)) slow

/// One process of amplitude 1, code 0 at α = −2 and beside it a second process.
let private linear (precision: ColumnPrecision) (logDown: float) =
    let n = 130

    let read _ (up: float[]) (down: float[]) =
        Array.Fill(up, 0.0)
        Array.Fill(down, -0.1)
        down[77] <- logDown

    let columns =
        InterpolatedColumns.Create([| ColumnPlace(0, 0) |], n, precision, ColumnReader read)

    let tiles = EventTiles.Create [| Array.create n 1.0; Array.create n 0.5 |]
    columns, WeightedEvents.CreateWhole(tiles, ReadOnlySpan(Array.create n 1.0))

let private sums (columns, events, a: float[], order) =
    let forms = [| code0 -2.0 |]

    MixtureKernel.Evaluate(
        events,
        ReadOnlySpan a,
        columns,
        ReadOnlySpan forms,
        [||],
        ReadOnlySpan [| -2.0 |],
        order,
        null
    ),
    MixtureScalar.Evaluate(
        events,
        ReadOnlySpan a,
        columns,
        ReadOnlySpan forms,
        [||],
        ReadOnlySpan [| -2.0 |],
        order
    )

[<Test>]
let ``a factor below zero counts as it is while the density stays positive`` () =
    // g = 1 + 2 (r₋ − 1) = −0.2 at r₋ = 0.4.
    for precision, tolerance in [ ColumnPrecision.Double, 1e-13; ColumnPrecision.Single, 1e-5 ] do
        let columns, events = linear precision (log 0.4)
        let fast, slow = sums (columns, events, [| 1.0; 1.0 |], 2)
        hold tolerance tolerance fast slow
        Assert.That(slow.BadRow, Is.EqualTo -1)

[<Test>]
let ``a factor of exactly zero keeps finite derivatives`` () =
    for precision in [ ColumnPrecision.Double; ColumnPrecision.Single; ColumnPrecision.Int16 ] do
        let columns, events = linear precision (log 0.5)
        let fast, slow = sums (columns, events, [| 1.0; 1.0 |], 2)

        let withoutHessian (sum: MixtureSum) =
            MixtureSum(sum.Value, sum.Gradient, [||], sum.BadRow)

        hold 1e-5 1e-5 (withoutHessian fast) (withoutHessian slow)

        // g″/g − (g′/g)² and (g′/g)² cancel, and there is little left of them in single precision.
        let exact = precision = ColumnPrecision.Double
        hold 1e-5 (if exact then 1e-5 else 0.1) fast slow

[<Test>]
let ``the first event whose density is not positive is named by its row`` () =
    for precision in [ ColumnPrecision.Double; ColumnPrecision.Single; ColumnPrecision.Int16 ] do
        let columns, events = linear precision (log 0.1)

        for order in 0..2 do
            let fast, slow = sums (columns, events, [| 1.0; 1.0 |], order)
            Assert.That(slow.BadRow, Is.EqualTo 77)
            Assert.That(fast.BadRow, Is.EqualTo 77)
            Assert.That(fast.Gradient, Is.Empty)

[<Test>]
let ``forms that are no numbers make a bad event, never a wrong sum`` () =
    for precision in [ ColumnPrecision.Double; ColumnPrecision.Single; ColumnPrecision.Int16 ] do
        let p = random 20 200 2 2 0.2
        let columns = columns precision p

        for bad in [ nan; infinity ] do
            let forms = Array.init columns.Count (fun _ -> code0 bad)

            let sum =
                MixtureKernel.Evaluate(
                    p.Events,
                    ReadOnlySpan p.Amplitudes,
                    columns,
                    ReadOnlySpan forms,
                    [||],
                    ReadOnlySpan p.Beta,
                    1,
                    null
                )

            Assert.That(sum.BadRow, Is.GreaterThanOrEqualTo 0)
            Assert.That(sum.Value, Is.NaN)

[<Test>]
let ``an evaluation allocates its result and nothing else`` () =
    let p = random 22 2000 3 6 0.2
    let forms = formsAt p p.Beta

    for precision in [ ColumnPrecision.Double; ColumnPrecision.Single ] do
        let columns = columns precision p
        let none: IEventTerm[] = [||]

        let evaluate () =
            MixtureKernel.Evaluate(
                p.Events,
                ReadOnlySpan p.Amplitudes,
                columns,
                ReadOnlySpan forms,
                none,
                ReadOnlySpan p.Beta,
                2,
                null
            )

        let sum = evaluate ()
        let before = GC.GetAllocatedBytesForCurrentThread()

        for _ in 1..10 do
            evaluate () |> ignore

        let used = (GC.GetAllocatedBytesForCurrentThread() - before) / 10L
        let result = int64 (8 * (sum.Gradient.Length + sum.Hessian.Length))
        Assert.That(used, Is.LessThanOrEqualTo(result + 64L))

[<Test>]
let ``columns, forms and places that do not fit are refused`` () =
    let p = random 23 100 2 2 0.2
    let columns = columns ColumnPrecision.Single p
    let forms = formsAt p p.Beta

    let refuse (events: WeightedEvents) (a: float[]) (forms: ColumnForm[]) (b: float[]) =
        Assert.Catch<ArgumentException>(
            Action(fun () ->
                MixtureKernel.Evaluate(
                    events,
                    ReadOnlySpan a,
                    columns,
                    ReadOnlySpan forms,
                    [||],
                    ReadOnlySpan b,
                    0,
                    null
                )
                |> ignore)
        )
        |> ignore

    let fewer = WeightedEvents.Create(p.Tiles, p.Events.Weights)
    refuse fewer p.Amplitudes forms p.Beta
    refuse p.Events p.Amplitudes forms[1..] p.Beta
    refuse p.Events p.Amplitudes forms [||]
    refuse p.Events [| 1.0 |] forms p.Beta
