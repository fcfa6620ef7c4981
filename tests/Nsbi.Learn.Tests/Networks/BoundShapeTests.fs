module Networks.BoundShapeTests

open System
open System.Threading.Tasks
open NUnit.Framework
open Nsbi.Kernels
open Nsbi.Learn.Networks
open Networks.TrainingExamples
open Networks.ParameterisedExamples

let private estimator = lazy (pairEvents 300 |> train (quick true 2 2))
let private free = lazy (pairEvents 300 |> train (quick false 2 1))
let private events = 150
let private table = features events
let private groups = Array.init events (fun i -> uint64 (3 * i))

let private bound (estimator: ParameterisedEstimator) form =
    BoundShape.ByFold(estimator, form, ReadOnlyMemory table, ReadOnlyMemory groups)

/// log, first and second of the events of a tile.
let private fill (shape: BoundShape) (rows: int[]) (point: float[]) order =
    let log = Array.create 64 nan
    let first = Array.create 128 nan
    let second = Array.create 192 nan

    shape.Fill(ReadOnlySpan rows, ReadOnlySpan point, order, Span log, Span first, Span second)

    log, first, second

let private tile = [| for j in 0..63 -> (7 * j) % events |]

[<Test>]
let ``the value is that of the estimator in single precision`` () =
    let estimator = estimator.Value
    use shape = bound estimator ShapeForm.AsLearned
    use team = new ThreadTeam(1)
    let point = [| 0.7; -0.4 |]

    let single =
        estimator.ByFold(team, ReadOnlyMemory table, ReadOnlyMemory groups, point)

    let log, _, _ = fill shape tile point 0

    for j in 0..63 do
        Assert.That(log[j], Is.EqualTo(single[tile[j]]).Within 1e-5)

    use mean =
        BoundShape.MeanOfFolds(estimator, ShapeForm.AsLearned, ReadOnlyMemory table)

    let ofAll = estimator.MeanOfFolds(team, ReadOnlyMemory table, point)
    let log, _, _ = fill mean tile point 2

    for j in 0..63 do
        Assert.That(log[j], Is.EqualTo(ofAll[tile[j]]).Within 1e-5)

[<Test>]
let ``derivatives agree with finite differences`` () =
    for estimator in [ estimator.Value; free.Value ] do
        use shape = bound estimator ShapeForm.RelativeToZero
        let point = [| 0.7; -0.4 |]
        let _, first, second = fill shape tile point 2
        let h = 1e-4

        let shifted k step =
            fill shape tile (point |> Array.mapi (fun l a -> if l = k then a + step else a)) 1

        for k in 0..1 do
            let upLog, upFirst, _ = shifted k h
            let downLog, downFirst, _ = shifted k -h

            for j in 0..63 do
                let slope = (upLog[j] - downLog[j]) / (2.0 * h)
                Assert.That(first[64 * k + j], Is.EqualTo(slope).Within 1e-6)

                for l in k..1 do
                    let pair = if k = 0 then l else 2

                    let curvature = (upFirst[64 * l + j] - downFirst[64 * l + j]) / (2.0 * h)

                    Assert.That(second[64 * pair + j], Is.EqualTo(curvature).Within 1e-6)

[<Test>]
let ``lower orders give the same numbers and leave the rest alone`` () =
    use shape = bound estimator.Value ShapeForm.AsLearned
    let point = [| 0.2; 0.9 |]
    let log2, first2, _ = fill shape tile[..40] point 2
    let log1, first1, second1 = fill shape tile[..40] point 1
    let log0, first0, _ = fill shape tile[..40] point 0

    for j in 0..40 do
        Assert.That(log1[j], Is.EqualTo(log2[j]).Within 1e-13)
        Assert.That(log0[j], Is.EqualTo(log2[j]).Within 1e-13)
        Assert.That(first1[64 + j], Is.EqualTo(first2[64 + j]).Within 1e-13)

    Assert.That(Array.forall Double.IsNaN second1, Is.True)
    Assert.That(Array.forall Double.IsNaN first0, Is.True)
    Assert.That(Array.forall Double.IsNaN log0[41..], Is.True)

[<Test>]
let ``relative to zero it is exactly zero at zero`` () =
    for estimator, form in
        [ estimator.Value, ShapeForm.AsLearned; free.Value, ShapeForm.RelativeToZero ] do
        use shape = bound estimator form

        for order in 0..2 do
            let log, _, _ = fill shape tile [| 0.0; 0.0 |] order
            Assert.That(Array.forall ((=) 0.0) log, Is.True)

    use shape = bound free.Value ShapeForm.AsLearned
    let at, _, _ = fill shape tile [| 0.5; 0.5 |] 0
    let zero, _, _ = fill shape tile [| 0.0; 0.0 |] 0
    use relative = bound free.Value ShapeForm.RelativeToZero
    let difference, _, _ = fill relative tile [| 0.5; 0.5 |] 0

    for j in 0..63 do
        Assert.That(abs zero[j], Is.GreaterThan 0.0)
        Assert.That(difference[j], Is.EqualTo(at[j] - zero[j]).Within 1e-12)

[<Test>]
let ``several threads get the same bits, whatever else is in the tile`` () =
    use shape = bound estimator.Value ShapeForm.AsLearned
    let point = [| 0.3; -0.8 |]
    let alone = Array.init events (fun row -> fill shape [| row |] point 2)
    let found = Array.create 40 false

    Parallel.For(
        0,
        40,
        fun task ->
            let rows = Array.init (1 + task) (fun j -> (task + 5 * j) % events)
            let log, first, second = fill shape rows point 2

            found[task] <-
                rows
                |> Array.indexed
                |> Array.forall (fun (j, row) ->
                    let oneLog, oneFirst, oneSecond = alone[row]

                    log[j] = oneLog[0]
                    && first[j] = oneFirst[0]
                    && first[64 + j] = oneFirst[64]
                    && second[128 + j] = oneSecond[128])
    )
    |> ignore

    Assert.That(Array.forall id found, Is.True)

[<Test>]
let ``as a term it names its process and parameters, and fills the same`` () =
    use shape = bound estimator.Value ShapeForm.AsLearned
    let term = shape.Term(3, [| 5; 2 |])
    Assert.That(term.Process, Is.EqualTo 3)
    Assert.That(term.Parameters, Is.EqualTo<int list> [ 5; 2 ])
    Assert.That(shape.Events, Is.EqualTo events)
    Assert.That(shape.ParameterCount, Is.EqualTo 2)
    let point = [| 0.3; -0.8 |]

    let log, first, second =
        Array.zeroCreate 64, Array.zeroCreate 128, Array.zeroCreate 192

    term.Fill(ReadOnlySpan tile, ReadOnlySpan point, 2, Span log, Span first, Span second)
    let expected, _, _ = fill shape tile point 2
    Assert.That(log, Is.EqualTo<float[]> expected)

    Assert.Throws<ArgumentException>(Action(fun () -> shape.Term(0, [| 1 |]) |> ignore))
    |> ignore

[<Test>]
let ``the mixture kernel fits a shift with it, as its twin does, with the same bits on threads``
    ()
    =
    let n, alpha = 3000, 0.9
    let data = gaussian "data" 300_000_000UL (alpha * delta) 1.0 n

    use shape =
        BoundShape.MeanOfFolds(
            shiftEstimator.Value,
            ShapeForm.AsLearned,
            ReadOnlyMemory data.Features
        )

    let ones = Array.create n 1.0
    let events = WeightedEvents.Create(EventTiles.Create [| ones |], ReadOnlySpan ones)
    let terms = [| shape.Term(0, [| 0 |]) |]

    let evaluate (team: ThreadTeam) (a: float) =
        MixtureKernel.Evaluate(events, ReadOnlySpan [| 1.0 |], terms, ReadOnlySpan [| a |], 2, team)

    use team = new ThreadTeam(3)
    let one, three = evaluate null alpha, evaluate team alpha
    Assert.That(three.Value, Is.EqualTo one.Value)
    Assert.That(three.Gradient, Is.EqualTo<float[]> one.Gradient)
    Assert.That(three.Hessian, Is.EqualTo<float[]> one.Hessian)

    let slow =
        MixtureScalar.Evaluate(events, ReadOnlySpan [| 1.0 |], terms, ReadOnlySpan [| alpha |], 2)

    Assert.That(one.Value, Is.EqualTo(slow.Value).Within(1e-9))
    // Gradient and Hessian are in (A, α): Newton steps in α alone.
    let mutable a = 0.0

    for _ in 1..8 do
        let sum = evaluate null a
        a <- a - sum.Gradient[1] / sum.Hessian[sum.Hessian.Length - 1]

    TestContext.Out.WriteLine $"fitted {a}"
    // 1/(δ√n) = 0.05 beside what the network misses.
    Assert.That(a, Is.EqualTo(alpha).Within 0.3)

[<Test>]
let ``lengths that do not fit are refused, and so is a disposed shape`` () =
    let estimator = estimator.Value

    Assert.Throws<ArgumentException>(
        Action(fun () ->
            BoundShape.ByFold(
                estimator,
                ShapeForm.AsLearned,
                ReadOnlyMemory table,
                ReadOnlyMemory groups[1..]
            )
            |> ignore)
    )
    |> ignore

    let shape = bound estimator ShapeForm.AsLearned
    (shape :> IDisposable).Dispose()

    Assert.Throws<ObjectDisposedException>(
        Action(fun () -> fill shape tile [| 0.0; 0.0 |] 0 |> ignore)
    )
    |> ignore
