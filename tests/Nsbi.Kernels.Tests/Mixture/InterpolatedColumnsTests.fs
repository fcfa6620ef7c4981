module Nsbi.Kernels.Tests.InterpolatedColumnsTests

open System
open NUnit.Framework
open Nsbi.Kernels
open Nsbi.Kernels.Tests.ColumnProblems

let private precisions = [ ColumnPrecision.Double; ColumnPrecision.Single; ColumnPrecision.Int16 ]

let private refuse (action: unit -> unit) =
    Assert.Catch<ArgumentException>(Action action) |> ignore

[<Test>]
let ``what is stored is what was read, within half a step of the precision`` () =
    let p = random 3 777 3 5 0.4

    for precision, step in
        [
            ColumnPrecision.Double, 0.0
            ColumnPrecision.Single, 0.41 * 6e-8
            ColumnPrecision.Int16, 0.41 / 32767.0 * 0.55
        ] do
        let c = columns precision p

        for k in 0 .. c.Count - 1 do
            for i in 0 .. c.Events - 1 do
                Assert.That(c.LogUp(k, i), Is.EqualTo(p.Up[k][i]).Within step)
                Assert.That(c.LogDown(k, i), Is.EqualTo(p.Down[k][i]).Within step)

[<Test>]
let ``rounding to integers keeps the mean of the log-ratios`` () =
    let p = random 7 5000 2 4 0.4
    let c = columns ColumnPrecision.Int16 p
    let mean f = Seq.average (Seq.init c.Events f)

    for k in 0 .. c.Count - 1 do
        let stored = mean (fun i -> c.LogUp(k, i))
        Assert.That(stored, Is.EqualTo(Array.average p.Up[k]).Within 1e-14)

[<Test>]
let ``the bytes are stated before anything is allocated`` () =
    let bytes (columns: int, events: int, precision) =
        InterpolatedColumns.Bytes(columns, events, precision)

    Assert.That(bytes (200, 1_000_000, ColumnPrecision.Single), Is.EqualTo 1_600_000_000L)
    Assert.That(bytes (1, 65, ColumnPrecision.Double), Is.EqualTo 2048L)
    Assert.That(bytes (3, 64, ColumnPrecision.Int16), Is.EqualTo 768L)
    Assert.That(bytes (1000, 10_000_000, ColumnPrecision.Double), Is.EqualTo 160_000_000_000L)
    Assert.That(bytes (0, 10, ColumnPrecision.Double), Is.EqualTo 0L)

[<Test>]
let ``ranges are those of the log-ratios`` () =
    let p = random 4 300 2 4 0.5

    for precision in precisions do
        let c = columns precision p

        for k in 0 .. c.Count - 1 do
            let range = c.Range k
            Assert.That(range.UpLow, Is.EqualTo(Array.min p.Up[k]))
            Assert.That(range.UpHigh, Is.EqualTo(Array.max p.Up[k]))
            Assert.That(range.DownLow, Is.EqualTo(Array.min p.Down[k]))
            Assert.That(range.DownHigh, Is.EqualTo(Array.max p.Down[k]))

[<Test>]
let ``selected events keep their numbers, in the order given and with repeats`` () =
    let p = random 5 400 2 4 0.5

    for precision in precisions do
        let c = columns precision p

        for positions in [ [||]; [| 399; 0; 7; 7; 64; 63 |]; Array.init 130 (fun i -> 3 * i) ] do
            let chosen = c.Select(ReadOnlySpan positions)
            Assert.That(chosen.Events, Is.EqualTo positions.Length)
            Assert.That(chosen.Range 0, Is.EqualTo(c.Range 0))

            for k in 0 .. c.Count - 1 do
                positions
                |> Array.iteri (fun i at ->
                    Assert.That(chosen.LogUp(k, i), Is.EqualTo(c.LogUp(k, at)))
                    Assert.That(chosen.LogDown(k, i), Is.EqualTo(c.LogDown(k, at))))

[<Test>]
let ``columns follow events of weight zero that were left out`` () =
    let p = random 6 200 2 3 0.3
    let c = columns ColumnPrecision.Single p
    let whole = p.Events
    let compact = WeightedEvents.Create(p.Tiles, whole.Weights)
    Assert.That(c.For whole, Is.SameAs c)
    Assert.That(whole.IsCompacted, Is.False)
    Assert.That(compact.IsCompacted)
    let chosen = c.For compact
    Assert.That(chosen.Events, Is.EqualTo compact.Tiles.Events)

    for i in 0 .. chosen.Events - 1 do
        Assert.That(chosen.LogUp(1, i), Is.EqualTo(c.LogUp(1, compact.Tiles.Row i)))

    let other =
        WeightedEvents.CreateWhole(EventTiles.Create [| [| 1.0 |] |], ReadOnlySpan [| 1.0 |])

    refuse (fun () -> c.For other |> ignore)

[<Test>]
let ``a column that is the same for all events is stored exactly`` () =
    for precision in precisions do
        let read _ (up: float[]) (down: float[]) =
            Array.Fill(up, 0.25)
            Array.Fill(down, -0.125)

        let c =
            InterpolatedColumns.Create([| ColumnPlace(0, 0) |], 70, precision, ColumnReader read)

        Assert.That(c.LogUp(0, 69), Is.EqualTo 0.25)
        Assert.That(c.LogDown(0, 69), Is.EqualTo -0.125)

[<Test>]
let ``numbers that are not finite, bad places and bad positions are refused`` () =
    let create (places: ColumnPlace[]) (value: float) =
        let read _ (up: float[]) (down: float[]) =
            Array.Fill(up, value)
            Array.Fill(down, 0.0)

        InterpolatedColumns.Create(places, 3, ColumnPrecision.Single, ColumnReader read)

    for bad in [ nan; infinity; -infinity ] do
        refuse (fun () -> create [| ColumnPlace(0, 0) |] bad |> ignore)

    refuse (fun () -> create [| ColumnPlace(-1, 0) |] 0.0 |> ignore)
    refuse (fun () -> create [| ColumnPlace(0, -1) |] 0.0 |> ignore)
    let good = create [| ColumnPlace(0, 0) |] 0.0
    refuse (fun () -> good.LogUp(0, 3) |> ignore)
    refuse (fun () -> good.Select(ReadOnlySpan [| 3 |]) |> ignore)
    refuse (fun () -> good.Select(ReadOnlySpan [| -1 |]) |> ignore)

/// Some events of a table, the last tile incomplete, in no order and with repeats.
let private chosen (events: int) (wanted: int) =
    let mutable s = RandomStream(3UL, "chosen events", uint64 wanted)
    Array.init wanted (fun _ -> s.NextInt32 events)

[<Test>]
let ``gathered events are selected events`` () =
    let p = random 5 400 2 4 0.5

    for precision in precisions do
        let c = columns precision p

        for wanted in [ 0; 1; 3; 64; 65; 130; 131; 254 ] do
            let positions = chosen 400 wanted
            let slow = c.Select(ReadOnlySpan positions)
            let fast = c.Gather(ReadOnlySpan positions, precision)
            Assert.That(fast.Events, Is.EqualTo wanted)
            Assert.That(fast.Precision, Is.EqualTo precision)

            for k in 0 .. c.Count - 1 do
                for i in 0 .. wanted - 1 do
                    Assert.That(fast.LogUp(k, i), Is.EqualTo(slow.LogUp(k, i)))
                    Assert.That(fast.LogDown(k, i), Is.EqualTo(slow.LogDown(k, i)))

[<Test>]
let ``events in double precision are gathered in single as if the table were in single`` () =
    let p = random 6 400 3 3 0.5
    let positions = chosen 400 201
    let stored = (columns ColumnPrecision.Single p).Select(ReadOnlySpan positions)

    let rounded =
        (columns ColumnPrecision.Double p).Gather(ReadOnlySpan positions, ColumnPrecision.Single)

    Assert.That(rounded.Precision, Is.EqualTo ColumnPrecision.Single)

    for k in 0 .. stored.Count - 1 do
        for i in 0 .. positions.Length - 1 do
            Assert.That(rounded.LogUp(k, i), Is.EqualTo(stored.LogUp(k, i)))
            Assert.That(rounded.LogDown(k, i), Is.EqualTo(stored.LogDown(k, i)))

[<Test>]
let ``a tile that is gathered in part is filled up with zeros`` () =
    let p = random 8 100 1 2 0.5
    let c = columns ColumnPrecision.Double p
    let w = Array.init 100 (fun i -> if i % 3 = 0 then 1.0 else 0.0)
    let tiles = EventTiles.Create [| Array.init 100 (fun i -> 1.0 + float i) |]
    let compact = WeightedEvents.Create(tiles, ReadOnlySpan w)

    let forms =
        Array.create c.Count (ColumnForm.Exponential(0.4, 0.0, 1.0, 0.0, 0.0, 0.0))

    let none: IEventTerm[] = [||]

    let sum (columns: InterpolatedColumns) =
        MixtureKernel.Evaluate(
            compact,
            ReadOnlySpan [| 2.0 |],
            columns,
            ReadOnlySpan forms,
            none,
            ReadOnlySpan(Array.create 2 0.4),
            2,
            null
        )

    let slow = sum (c.For compact)
    let fast = sum (c.For(compact, ColumnPrecision.Double))
    Assert.That(fast.Value, Is.EqualTo slow.Value)
    Assert.That((fast.Gradient = slow.Gradient))
    Assert.That((fast.Hessian = slow.Hessian))

[<Test>]
let ``positions and precisions that are not there are refused`` () =
    let c = columns ColumnPrecision.Single (random 5 40 2 4 0.5)

    let gather (position: int) precision () =
        c.Gather(ReadOnlySpan [| position |], precision) |> ignore

    refuse (gather 40 ColumnPrecision.Single)
    refuse (gather -1 ColumnPrecision.Single)
    refuse (gather 0 ColumnPrecision.Double)
    refuse (gather 0 ColumnPrecision.Int16)

    let tiles = EventTiles.Create [| Array.create 40 1.0 |]
    let whole = WeightedEvents.Create(tiles, ReadOnlySpan(Array.create 40 1.0))
    refuse (fun () -> c.For(whole, ColumnPrecision.Single) |> ignore)
