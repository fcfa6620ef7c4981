module Nsbi.Learn.Tests.Autodiff.PlanTests

open System
open NUnit.Framework
open Nsbi.Tests
open Nsbi.Kernels
open Nsbi.Learn.Autodiff
open Nsbi.Learn.Autodiff.Words
open Nsbi.Learn.Tests.Autodiff.Graphs

let private caseNames = names
let private x = input "x" 3

let private tolerance precision =
    match precision with
    | Precision.Single -> 1e-5
    | Precision.Double -> 1e-12

/// Numbers that float32 holds exactly, so that both precisions start from the same.
let private exact (values: float[,]) : float[,] = Array2D.map (float32 >> float) values

let private tableOf (value: float[,]) : Table =
    Table.OfDoubles([ "x", Array2D.length2 value ], flatten value)

/// A plan's outputs beside the interpreter's, for all rows of a table.
let private pairs precision threads (value: float[,]) (parameters: Values) (outputs: Node list) =
    use team = new ThreadTeam(threads)
    let rows = Array2D.length1 value
    use plan = Plan.Compile(team, precision, rows + 5, outputs)
    plan.SetParameters parameters
    plan.Run(tableOf value, ReadOnlySpan [| 0 .. rows - 1 |])
    let expected = Interpreter.run rows (Map [ "x", value ]) parameters None outputs
    expected |> List.mapi (fun i e -> e, plan.Output i)

let private agree precision rows (value: float[,]) (parameters: Values) (outputs: Node list) =
    for i, (expected, actual) in List.indexed (pairs precision 1 value parameters outputs) do
        let scale = flatten expected |> Array.fold (fun a e -> max a (abs e)) 1.0
        let message = $"output {i} ({outputs[i].Shape}), {rows} rows, {precision}"

        let difference =
            distance
                (Array2D.map (fun e -> e / scale) expected)
                (Array2D.map (fun a -> a / scale) actual)

        Assert.That(difference, Is.LessThan(tolerance precision), message)

[<TestCaseSource(nameof caseNames)>]
let ``plans agree with the interpreter, values and two derivatives`` (name: string) =
    let c = find name

    for rows in [ 1; 7; 64; 65; 200 ] do
        let value = exact (uniform (17 + rows) c.Low c.High rows 3)
        let y = c.Apply x
        let first = grad (sum (square y)) [ x ]
        let second = grad (sum (square first.Head)) [ x ]

        for precision in [ Precision.Single; Precision.Double ] do
            agree precision rows value Map.empty (y :: first @ second)

/// Layers of any widths with everything a network has, a function of the seed.
let private randomNetwork (seed: int) : Node * Node list * Values =
    let mutable stream = RandomStream(uint64 seed, "random network", 0UL)
    let parameters = Collections.Generic.List<Node * string * float[,]>()

    let make name rows columns =
        let node = parameter name rows columns
        let bound = 1.0 / sqrt (float rows)

        parameters.Add(
            (node, name, exact (uniform (seed + parameters.Count) -bound bound rows columns))
        )

        node

    let mutable h = input "x" (1 + stream.NextInt32 9)

    for i in 1 .. 1 + stream.NextInt32 3 do
        let width = 1 + stream.NextInt32 70
        let activation = activations[stream.NextInt32 activations.Length]
        let w = make $"w{i}" h.Shape.Columns width
        h <- dense activation w (make $"b{i}" 1 width) h

        match stream.NextInt32 7 with
        | 0 -> h <- concat [ h; square (slice 0 1 h) ]
        | 1 -> h <- h * sigmoid (make $"gate{i}" 1 h.Shape.Columns)
        | 2 -> h <- h - meanRows h
        | 3 -> h <- exp (logSoftmax h)
        | 4 -> h <- h / (1.0 + maxColumns (square h))
        | _ -> ()

    let last = make "last" h.Shape.Columns 1
    let y = matmul h last
    let loss = meanRows (softplus y) + 0.1 * sum (square last)
    let nodes = [ for node, _, _ in parameters -> node ]
    loss, nodes, Map [ for _, name, value in parameters -> name, value ]

[<Property(MaxTest = 60)>]
let ``random networks and their gradients agree with the interpreter`` (seed: uint16) (n: uint8) =
    let loss, nodes, parameters = randomNetwork (int seed)
    let rows = 1 + int n

    let columns =
        Reach.ascending [ loss ]
        |> List.pick (fun node ->
            match node.Operation with
            | Operation.Input _ -> Some node.Shape.Columns
            | _ -> None)

    let value = exact (uniform (int seed) -2.0 2.0 rows columns)

    for precision in [ Precision.Single; Precision.Double ] do
        agree precision rows value parameters (loss :: grad loss nodes)

[<Property(MaxTest = 20)>]
let ``one and two threads give the same bytes`` (seed: uint16) (n: uint8) =
    let loss, nodes, parameters = randomNetwork (int seed)

    let columns =
        Reach.ascending [ loss ]
        |> List.pick (fun node ->
            match node.Operation with
            | Operation.Input _ -> Some node.Shape.Columns
            | _ -> None)

    let value = uniform (int seed) -2.0 2.0 (1 + 3 * int n) columns

    let run threads =
        pairs Precision.Single threads value parameters (loss :: grad loss nodes)
        |> List.map snd

    run 1 = run 2

[<Test>]
let ``rows are gathered by number, repeats and partial batches included`` () =
    use team = new ThreadTeam(2)
    let data = uniform 3 -1.0 1.0 300 5
    let blocks = [ "other", 1; "x", 3; "w", 1 ]
    let singles = Table.OfSingles(blocks, flatten data |> Array.map float32)
    let outputs = [ 2.0 * x; sumRows (input "w" 1) ]

    for precision in [ Precision.Single; Precision.Double ] do
        use plan = Plan.Compile(team, precision, 128, outputs)

        for count in [ 128; 1; 77 ] do
            let rows = Array.init count (fun i -> (i * 37) % 300)
            plan.Run(singles, ReadOnlySpan rows)

            let expected =
                Array2D.init count 3 (fun i j -> 2.0 * float (float32 data[rows[i], 1 + j]))

            Assert.That(plan.Output 0, Is.EqualTo expected)
            let total = rows |> Array.sumBy (fun row -> data[row, 4])
            Assert.That((plan.Output 1)[0, 0], Is.EqualTo(total).Within 1e-4)

[<Test>]
let ``all rows of a table go through in batches`` () =
    use team = new ThreadTeam(1)
    let value = uniform 4 -1.0 1.0 333 3
    use plan = Plan.Compile(team, Precision.Double, 100, [ sumColumns x; square x ])
    let actual = plan.RunAll(tableOf value)

    let expected =
        Interpreter.run 333 (Map [ "x", value ]) Map.empty None [ sumColumns x; square x ]

    List.iter2 (fun e a -> Assert.That(distance e a, Is.LessThan 1e-15)) expected actual

let private faults: Map<string, string * (Plan -> unit)> =
    let table = tableOf (uniform 4 -1.0 1.0 10 3)

    Map [
        "too many rows", ("capacity of 4", (fun p -> p.Run(table, ReadOnlySpan [| 0..4 |])))
        "no such row", ("no row 10", (fun p -> p.Run(table, ReadOnlySpan [| 10 |])))
        "a missing block",
        ("'x' of 3 columns",
         (fun p -> p.Run(tableOf (uniform 4 -1.0 1.0 10 2), ReadOnlySpan [| 0 |])))
        "a missing parameter", ("'w' (3 x 1)", (fun p -> p.SetParameters Map.empty))
        "a misshapen parameter",
        ("1 x 3", (fun p -> p.SetParameters(Map [ "w", Array2D.zeroCreate 1 3 ])))
    ]

let private faultNames = Map.keys faults |> List.ofSeq

[<TestCaseSource(nameof faultNames)>]
let ``misuse of a plan is answered by a sentence`` (name: string) =
    let sentence, misuse = faults[name]
    use team = new ThreadTeam(1)
    use plan = Plan.Compile(team, Precision.Single, 4, [ matmul x (parameter "w" 3 1) ])
    Assert.That(faultOf (fun () -> misuse plan), Does.Contain sentence)

[<Test>]
let ``one name with two shapes is refused`` () =
    use team = new ThreadTeam(1)
    let outputs = [ parameter "w" 3 1; parameter "w" 1 3 ]

    let compile () =
        Plan.Compile(team, Precision.Single, 4, outputs) |> ignore

    Assert.That(faultOf compile, Does.Contain("3 x 1").And.Contain "1 x 3")

[<Test>]
let ``a run allocates nothing`` () =
    use team = new ThreadTeam(2)
    let loss, nodes, parameters = randomNetwork 12
    use plan = Plan.Compile(team, Precision.Single, 256, loss :: grad loss nodes)
    plan.SetParameters parameters

    let columns =
        Reach.ascending [ loss ]
        |> List.pick (fun node ->
            match node.Operation with
            | Operation.Input _ -> Some node.Shape.Columns
            | _ -> None)

    let table = tableOf (uniform 1 -1.0 1.0 256 columns)
    let rows = [| 0..255 |]
    let run () = plan.Run(table, ReadOnlySpan rows)
    run ()
    let before = GC.GetAllocatedBytesForCurrentThread()

    for _ in 1..20 do
        run ()

    Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.LessThan 1000L)
