/// Small array programs and numbers for the tests of the backend.
module Nsbi.Learn.Tests.Autodiff.Graphs

open Nsbi.Kernels
open Nsbi.Learn.Autodiff
open Nsbi.Learn.Autodiff.Words

/// Uniform numbers in (low, high), a function of the seed alone.
let uniform (seed: int) (low: float) (high: float) (rows: int) (columns: int) : float[,] =
    let mutable stream = RandomStream(uint64 seed, "test numbers", 0UL)
    let values = Array2D.zeroCreate rows columns

    for i in 0 .. rows - 1 do
        for j in 0 .. columns - 1 do
            values[i, j] <- low + (high - low) * stream.NextDouble()

    values

let flatten (x: float[,]) : float[] = Seq.cast<float> x |> Array.ofSeq

/// Largest difference, relative to the larger of 1 and the reference.
let distance (expected: float[,]) (actual: float[,]) : float =
    if
        Array2D.length1 expected <> Array2D.length1 actual
        || Array2D.length2 expected <> Array2D.length2 actual
    then
        infinity
    else
        Array.map2
            (fun e a ->
                if e = a || (System.Double.IsNaN e && System.Double.IsNaN a) then
                    0.0
                else
                    abs (e - a) / max 1.0 (abs e))
            (flatten expected)
            (flatten actual)
        |> Array.map (fun d -> if System.Double.IsNaN d then infinity else d)
        |> Array.max

/// The message of the ArgumentException that must be thrown.
let faultOf (action: unit -> unit) : string =
    try
        action ()
        "no fault"
    with :? System.ArgumentException as fault ->
        fault.Message

/// An elementwise operation or a shape operation with a domain where it is smooth.
type Case = {
    Name: string
    Low: float
    High: float
    Apply: Node -> Node
}

let private case name low high apply = {
    Name = name
    Low = low
    High = high
    Apply = apply
}

let activations = [
    Activation.Identity
    Activation.Relu
    Activation.Silu
    Activation.Tanh
    Activation.Sigmoid
    Activation.Elu
    Activation.Softplus
]

let private weights = constantArray (uniform 5 -1.0 1.0 3 4)
let private bias = constantRow [ 0.3; -0.2; 0.1; 0.4 ]
let private row = constantRow [ 0.7; -1.3; 0.4 ]


/// The whole number 0, 1 or 2 of each row's group: how many of two columns are positive.
let private group x = step (column 1 x) + step (column 2 x)

/// Every primitive as a function of one array of r x 3.
let cases: Case list = [
    case "affine" -2.0 2.0 (fun x -> 3.0 * x - 1.0)
    case "exp" -2.0 2.0 exp
    case "log" 0.2 3.0 log
    case "sqrt" 0.2 3.0 sqrt
    case "square" -2.0 2.0 square
    case "reciprocal" 0.3 3.0 reciprocal
    case "sin" -4.0 4.0 sin
    case "cos" -4.0 4.0 cos
    case "abs" 0.1 3.0 (fun x -> abs (x - 1.777))
    case "step" 0.1 3.0 (fun x -> x * step (x - 1.777))
    case "add" -2.0 2.0 (fun x -> x + sin x)
    case "subtract" -2.0 2.0 (fun x -> row - square x)
    case "multiply" -2.0 2.0 (fun x -> x * row * cos x)
    case "divide" 0.3 3.0 (fun x -> (1.0 + x) / (x + square x))
    case "maximum" -2.0 2.0 (fun x -> maximum (square x) (1.0 - x))
    case "minimum" -2.0 2.0 (fun x -> minimum (square x) (1.0 - x))
    case "select" -2.0 2.0 (fun x -> select (x - 0.123) (square x) (sin x))
    case "matmul" -2.0 2.0 (fun x -> matmul (sin x) weights)
    case "matmul with transposed right" -2.0 2.0 (fun x ->
        matmulWith false true (sin x) (transpose weights))
    case "matmul over the rows" -2.0 2.0 (fun x -> matmulWith true false x (exp x))
    case "matmul over the rows, back" -2.0 2.0 (fun x -> matmul x (matmulWith true false x (exp x)))
    case "sum over rows" -2.0 2.0 (fun x -> square (sumRows (sin x)))
    case "sum over columns" -2.0 2.0 (fun x -> square (sumColumns (sin x)))
    case "mean over rows" -2.0 2.0 (fun x -> x * meanRows (square x))
    case "sums by group" -2.0 2.0 (fun x -> square (sumGroups 3 (group x) (sin x)))
    case "sums by group, some in none" -2.0 2.0 (fun x ->
        square (sumGroups 2 (group x - 1.0) (concat [ x; sin x ])))
    case "sums by group, given back" -2.0 2.0 (fun x ->
        x * takeRows (group x) (square (sumGroups 4 (group x) (sin x))))
    case "rows by number" -2.0 2.0 (fun x ->
        x * takeRows (group x) (matmulWith true false x (exp x)))
    case "largest column" -2.0 2.0 (fun x -> maxColumns (sin x) * x)
    case "broadcast column" -2.0 2.0 (fun x -> x * column 1 x)
    case "slice" -2.0 2.0 (fun x -> square (slice 1 2 x))
    case "concat" -2.0 2.0 (fun x -> concat [ square x; column 0 x; sin x ])
    case "softmax" -2.0 2.0 (fun x -> exp (logSoftmax (3.0 * x)))
    for a in activations do
        case $"activation {a}" -3.0 3.0 (fun x -> activate a (x - 0.0123))
        case $"dense {a}" -2.0 2.0 (fun x -> dense a weights bias x)
]

/// The name of a case, for the test list.
let names: string list = cases |> List.map _.Name

let find (name: string) : Case =
    cases |> List.find (fun c -> c.Name = name)
