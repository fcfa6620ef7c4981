module Nsbi.Learn.Tests.Autodiff.InterpreterTests

open System
open NUnit.Framework
open Nsbi.Learn.Autodiff
open Nsbi.Learn.Autodiff.Words
open Nsbi.Learn.Tests.Autodiff.Graphs

let private run (value: float[,]) (output: Node) : float[,] =
    Interpreter.run (Array2D.length1 value) (Map [ "x", value ]) Map.empty None [ output ]
    |> List.exactlyOne

let private close (expected: float) (actual: float) =
    Assert.That(abs (actual - expected), Is.LessThanOrEqualTo(1e-15 * max 10.0 (abs expected)))

[<Test>]
let ``a two-column batch by hand`` () =
    let x = input "x" 2
    let value = array2D [ [ 1.0; 2.0 ]; [ 3.0; 5.0 ] ]
    let w = constantArray (array2D [ [ 1.0; 0.0; 2.0 ]; [ -1.0; 1.0; 0.5 ] ])
    let layer = dense Activation.Relu w (constantRow [ 0.5; 0.0; -10.0 ]) x
    let expected = array2D [ [ 0.0; 2.0; 0.0 ]; [ 0.0; 5.0; 0.0 ] ]
    Assert.That(run value layer, Is.EqualTo expected)

    Assert.That(
        run value (matmulWith true false x x),
        Is.EqualTo(array2D [ [ 10.0; 17.0 ]; [ 17.0; 29.0 ] ])
    )

    Assert.That((run value (sum x))[0, 0], Is.EqualTo 11.0)
    Assert.That(run value (meanRows x), Is.EqualTo(array2D [ [ 2.0; 3.5 ] ]))
    Assert.That(run value (maxColumns x), Is.EqualTo(array2D [ [ 2.0 ]; [ 5.0 ] ]))

[<Test>]
let ``losses neither overflow nor lose small terms`` () =
    let z = input "x" 1
    let value = array2D [ [ -800.0 ]; [ -40.0 ]; [ 0.0 ]; [ 40.0 ]; [ 800.0 ] ]
    let loss = run value (binaryCrossEntropy (constant 1.0) z)

    let expected = [ 800.0; 40.0; Math.Log 2.0; Math.Exp -40.0; 0.0 ]
    expected |> List.iteri (fun i e -> close e loss[i, 0])

    let rows = array2D [ [ 1000.0; 1000.0 ]; [ -1000.0; 0.0 ] ]
    let lse = run rows (logSumExp (input "x" 2))
    close (1000.0 + Math.Log 2.0) lse[0, 0]
    close 0.0 lse[1, 0]

[<Test>]
let ``cross-entropy of two classes is the binary one`` () =
    let z = input "x" 1
    let value = uniform 3 -4.0 4.0 20 1
    let label = constant 0.3
    let two = concat [ z; 0.0 * z ]
    let probabilities = constantRow [ 0.3; 0.7 ]
    let binary = run value (binaryCrossEntropy label z)
    Assert.That(distance binary (run value (crossEntropy probabilities two)), Is.LessThan 1e-14)

[<Test>]
let ``a dropout mask has mean one, two values, and a new draw at each step`` () =
    let x = input "x" 8
    let ones = Array2D.create 2000 8 1.0

    let mask step =
        Interpreter.run 2000 (Map [ "x", ones ]) Map.empty (Some { Seed = 7UL; Step = step }) [
            dropout "d" 0.25 x
        ]
        |> List.exactlyOne

    let first = mask 0L
    let values = flatten first |> Array.distinct |> Array.sort
    Assert.That((values = [| 0.0; 1.0 / 0.75 |]))
    // Standard error of the mean: √(0.25/0.75/16000) = 0.0046.
    Assert.That(Array.average (flatten first), Is.EqualTo(1.0).Within 0.02)
    Assert.That(mask 0L, Is.EqualTo first)
    Assert.That(mask 1L, Is.Not.EqualTo first)

    let evaluated = run ones (dropout "d" 0.25 x)
    Assert.That(evaluated, Is.EqualTo ones)

[<Test>]
let ``a missing or misshapen value is named`` () =
    let build (values: Values) () =
        Interpreter.run 2 values Map.empty None [ input "x" 2 ] |> ignore

    Assert.That(faultOf (build Map.empty), Does.Contain "'x'")
    let wrong = faultOf (build (Map [ "x", Array2D.zeroCreate 2 3 ]))
    Assert.That(wrong, Does.Contain("2 x 3").And.Contain "2 x 2")
