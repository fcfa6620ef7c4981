module Nsbi.Learn.Tests.Autodiff.NodeTests

open System
open NUnit.Framework
open Nsbi.Learn.Autodiff
open Nsbi.Learn.Autodiff.Words
open Nsbi.Learn.Tests.Autodiff.Graphs

let private x = input "x" 3
let private w = parameter "w" 3 4

let private faults: (string * string * (unit -> Node)) list = [
    "add", "batch x 3 and 3 x 4", (fun () -> x + w)
    "matmul", "3 x 4 and batch x 3", (fun () -> matmul w x)
    "matmul transposed", "3 x 4 and 3 x 4", (fun () -> matmul w w)
    "dense weights", "batch x 3 and 4 x 3", (fun () -> dense Activation.Relu (transpose w) w x)
    "dense bias",
    "3 x 4 and 1 x 3",
    (fun () -> dense Activation.Relu w (constantRow [ 1.0; 2.0; 3.0 ]) x)
    "sumGroups", "batch x 3 and batch x 3", (fun () -> sumGroups 2 x x)
    "sumGroups of no groups", "0 groups", (fun () -> sumGroups 0 (column 0 x) x)
    "sumGroups of other rows", "batch x 1 and 3 x 4", (fun () -> sumGroups 2 (column 0 x) w)
    "takeRows of the batch", "batch x 1 and batch x 3", (fun () -> takeRows (column 0 x) x)
    "takeRows by rows", "batch x 3 and 3 x 4", (fun () -> takeRows x w)
    "concat", "batch x 3 and 3 x 4", (fun () -> concat [ x; w ])
    "select", "batch x 3 and 3 x 4", (fun () -> select x x w)
    "transpose", "batch x 3", (fun () -> transpose x)
    "slice", "batch x 3", (fun () -> slice 2 2 x)
    "broadcast", "3 x 4", (fun () -> broadcastTo (Shape.batch 4) w)
    "no columns", "batch x 0", (fun () -> input "x" 0)
    "no rows", "0 x 1", (fun () -> parameter "w" 0 1)
    "grad of two columns", "batch x 3", (fun () -> List.head (grad x [ x ]))
    "hessian across rows", "1 x 1", (fun () -> hessian (sum x) x)
]

let private faultNames = faults |> List.map (fun (name, _, _) -> name)

[<TestCaseSource(nameof faultNames)>]
let ``a shape fault names the shapes when the graph is built`` (name: string) =
    let _, shapes, build = faults |> List.find (fun (n, _, _) -> n = name)
    Assert.That(faultOf (build >> ignore), Does.Contain shapes)

[<Test>]
let ``extents of one stretch to the other operand's`` () =
    Assert.That(string (x + column 0 x).Shape, Is.EqualTo "batch x 3")
    Assert.That(string (x + constantRow [ 1.0; 2.0; 3.0 ]).Shape, Is.EqualTo "batch x 3")
    Assert.That(string (constant 2.0 * x).Shape, Is.EqualTo "batch x 3")
    Assert.That(string (column 0 x + sumRows x).Shape, Is.EqualTo "batch x 3")

[<TestCase(1.0)>]
[<TestCase(-0.1)>]
[<TestCase(Double.NaN)>]
let ``a dropout rate outside its range is refused`` (rate: float) =
    Assert.That(faultOf (fun () -> dropout "d" rate x |> ignore), Does.Contain "[0, 1)")
