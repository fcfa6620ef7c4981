/// Sums by group and rows by number, beside products with the one-hot matrix of the numbers.
module Nsbi.Learn.Tests.Autodiff.GroupTests

open System
open NUnit.Framework
open Nsbi.Tests
open Nsbi.Kernels
open Nsbi.Learn.Autodiff
open Nsbi.Learn.Autodiff.Words
open Nsbi.Learn.Tests.Autodiff.Graphs

let private n = input "n" 1

/// A batch of r rows of c columns in groups, their numbers and the one-hot matrix of the numbers.
type private Batch = {
    Rows: int
    Columns: int
    Groups: int
    Numbers: float[]
    X: float[,]
}

let private oneHot (batch: Batch) =
    Array2D.init batch.Rows batch.Groups (fun i g ->
        if batch.Numbers[i] = float g then 1.0 else 0.0)

/// Numbers from −1 to groups: some rows are in no group, some groups have no rows. Every other
/// batch has its groups in order, as sets have.
let private draw (seed: int) : Batch =
    let mutable stream = RandomStream(uint64 seed, "groups", 0UL)
    let rows = 1 + stream.NextInt32 300
    let columns = 1 + stream.NextInt32 70
    let groups = 1 + stream.NextInt32 12
    let numbers = Array.init rows (fun _ -> float (stream.NextInt32(groups + 2) - 1))

    {
        Rows = rows
        Columns = columns
        Groups = groups
        Numbers = if seed % 2 = 0 then Array.sort numbers else numbers
        X = uniform seed -1.0 1.0 rows columns |> Array2D.map (float32 >> float)
    }

let private tableOf (batch: Batch) : Table =
    let row i = [| yield batch.Numbers[i]; yield! batch.X[i, *] |]

    Table.OfDoubles([ "n", 1; "x", batch.Columns ], Array.collect row [| 0 .. batch.Rows - 1 |])

let private run precision threads (batch: Batch) (outputs: Node list) =
    use team = new ThreadTeam(threads)
    use plan = Plan.Compile(team, precision, batch.Rows + 3, outputs)
    plan.Run(tableOf batch, ReadOnlySpan [| 0 .. batch.Rows - 1 |])
    outputs |> List.mapi (fun i _ -> plan.Output i)

/// A function of the batch through both words, with its two first derivatives.
let private graph (batch: Batch) (sums: Node -> Node) (rows: Node -> Node) : Node list =
    let x = input "x" batch.Columns
    let pooled = sums (tanh x)
    let y = x * rows (square pooled)
    let first = grad (sum (square y) + sum (sin pooled)) [ x ]
    pooled :: y :: first @ grad (sum (square first.Head)) [ x ]

let private byGroups (batch: Batch) =
    graph batch (sumGroups batch.Groups n) (takeRows n)

let private byProducts (batch: Batch) =
    let hot = input "hot" batch.Groups
    graph batch (matmulWith true false hot) (matmul hot)

let private twin (batch: Batch) : float[,] list =
    let inputs = Map [ "hot", oneHot batch; "x", batch.X ]
    Interpreter.run batch.Rows inputs Map.empty None (byProducts batch)

let private agree tolerance (expected: float[,] list) (actual: float[,] list) =
    for e, a in List.zip expected actual do
        let scale = flatten e |> Array.fold (fun s v -> max s (abs v)) 1.0
        let scaled = Array2D.map (fun v -> v / scale)
        Assert.That(distance (scaled e) (scaled a), Is.LessThan(tolerance: float))

[<Property(MaxTest = 60)>]
let ``values and two derivatives are those of products with the one-hot matrix`` (seed: uint16) =
    let batch = draw (int seed)
    let expected = twin batch
    let numbers = Array2D.init batch.Rows 1 (fun i _ -> batch.Numbers[i])
    let inputs = Map [ "n", numbers; "x", batch.X ]
    agree 1e-13 expected (Interpreter.run batch.Rows inputs Map.empty None (byGroups batch))
    agree 1e-12 expected (run Precision.Double 1 batch (byGroups batch))
    agree 3e-5 expected (run Precision.Single 1 batch (byGroups batch))

[<Property(MaxTest = 20)>]
let ``one, two and three threads give the same bytes`` (seed: uint16) =
    let batch = draw (int seed)
    let outputs = byGroups batch
    let one = run Precision.Single 1 batch outputs

    one = run Precision.Single 2 batch outputs
    && one = run Precision.Single 3 batch outputs

[<Test>]
let ``rows in no group are not read and groups without rows are zero`` () =
    let outside = [| -1.0; 3.0; 0.5; nan; infinity; -infinity; 1e30; -1e-3 |]
    let numbers = Array.append outside [| 2.0; -0.0; 2.0 |]

    for columns in [ 2; 40 ] do
        let batch = {
            Rows = numbers.Length
            Columns = columns
            Groups = 3
            Numbers = numbers
            X =
                Array2D.init numbers.Length columns (fun i j ->
                    if i < outside.Length then nan else float (i - 7) + float j)
        }

        let x = input "x" columns
        let rows = constantArray (Array2D.init 3 columns (fun g j -> float (10 * g + j)))
        let outputs = [ sumGroups 3 n x; takeRows n rows ]

        let sums =
            Array2D.init 3 columns (fun g j ->
                match g with
                | 0 -> 2.0 + float j
                | 1 -> 0.0
                | _ -> 4.0 + 2.0 * float j)

        let taken =
            Array2D.init numbers.Length columns (fun i j ->
                if i < outside.Length then 0.0
                elif i = outside.Length + 1 then float j
                else float (20 + j))

        for precision in [ Precision.Single; Precision.Double ] do
            match run precision 1 batch outputs with
            | [ actualSums; actualTaken ] ->
                Assert.That(actualSums, Is.EqualTo sums)
                Assert.That(actualTaken, Is.EqualTo taken)
            | _ -> Assert.Fail()

        let hot = Array2D.init numbers.Length 1 (fun i _ -> numbers[i])
        let inputs = Map [ "n", hot; "x", batch.X ]
        let slow = Interpreter.run numbers.Length inputs Map.empty None outputs
        Assert.That((slow = [ sums; taken ]))

[<Test>]
let ``a run forgets the groups of the run before`` () =
    let batch = draw 8
    let table = tableOf batch
    use team = new ThreadTeam(1)
    let outputs = [ sumGroups batch.Groups n (input "x" batch.Columns) ]
    use plan = Plan.Compile(team, Precision.Double, batch.Rows, outputs)

    for count in [ batch.Rows; 1; 0; batch.Rows / 2 ] do
        plan.Run(table, ReadOnlySpan [| 0 .. count - 1 |])

        let some = {
            batch with
                Rows = count
                X = Array2D.init count batch.Columns (fun i j -> batch.X[i, j])
        }

        let numbers = Array2D.init count 1 (fun i _ -> batch.Numbers[i])
        let inputs = Map [ "n", numbers; "x", some.X ]
        let expected = Interpreter.run count inputs Map.empty None outputs
        Assert.That(plan.Output 0, Is.EqualTo expected.Head)

[<Test>]
let ``fixed arrays are summed by group and taken from, too`` () =
    let numbers = constantArray (array2D [ [ 1.0 ]; [ 0.0 ]; [ 1.0 ]; [ 7.0 ] ])
    let w = parameter "w" 4 6
    let pooled = sumGroups 2 numbers (square w)
    let outputs = pooled :: grad (sum (square (takeRows numbers pooled))) [ w ]
    let value = uniform 5 -1.0 1.0 4 6
    let batch = draw 2
    use team = new ThreadTeam(1)
    use plan = Plan.Compile(team, Precision.Double, 9, outputs)
    plan.SetParameters(Map [ "w", value ])
    plan.Run(tableOf batch, ReadOnlySpan [| 0 |])
    let expected = Interpreter.run 1 Map.empty (Map [ "w", value ]) None outputs
    List.iteri (fun i e -> Assert.That(distance e (plan.Output i), Is.LessThan 1e-14)) expected

[<Test>]
let ``a table of rows is trained as the one-hot layer is`` () =
    let batch = { draw 3 with Groups = 7 }
    let labels = input "x" batch.Columns |> column 0
    let w, v = parameter "w" 7 9, parameter "v" 9 1
    let start = Map [ "w", uniform 1 -1.0 1.0 7 9; "v", uniform 2 -1.0 1.0 9 1 ]

    let settings = {
        Precision = Precision.Double
        Capacity = batch.Rows
        Seed = 1UL
        Optimiser = Optimiser.adam
    }

    let hot = oneHot batch

    let table =
        let row i = [| yield batch.Numbers[i]; yield! batch.X[i, *]; yield! hot[i, *] |]

        let data = Array.collect row [| 0 .. batch.Rows - 1 |]
        Table.OfDoubles([ "n", 1; "x", batch.Columns; "hot", 7 ], data)

    let train threads (rows: Node) =
        use team = new ThreadTeam(threads)
        let loss = meanRows (square (matmul (tanh rows) v - labels))
        use plan = TrainingPlan.Compile(team, settings, loss, [ w; v ], start)

        for _ in 1..30 do
            plan.Step(table, ReadOnlySpan [| 0 .. batch.Rows - 1 |], 0.01) |> ignore

        plan.Parameters

    let taken = train 1 (takeRows n w)
    Assert.That((train 2 (takeRows n w) = taken))
    let product = train 1 (matmul (input "hot" 7) w)
    // Adam's 1/√v makes rounding visible where a gradient is almost zero.
    Assert.That(distance product["w"] taken["w"], Is.LessThan 1e-9)
    Assert.That(distance start["w"] taken["w"], Is.GreaterThan 0.1)

[<Test>]
let ``sums by group allocate nothing`` () =
    let batch = draw 4
    use team = new ThreadTeam(2)
    use plan = Plan.Compile(team, Precision.Single, batch.Rows, byGroups batch)
    let table = tableOf batch
    let rows = [| 0 .. batch.Rows - 1 |]
    let run () = plan.Run(table, ReadOnlySpan rows)
    run ()
    let before = GC.GetAllocatedBytesForCurrentThread()

    for _ in 1..20 do
        run ()

    Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.LessThan 1000L)
