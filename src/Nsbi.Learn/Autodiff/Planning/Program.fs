namespace Nsbi.Learn.Autodiff.Planning

open System.Collections.Generic
open Nsbi.Learn.Autodiff

/// A node of a program, by number; arguments have smaller numbers.
type internal Value = {
    Operation: Operation
    Arguments: int list
    Shape: Shape
}

/// A graph as a numbered list, equal values once.
type internal Program = {
    Values: Value[]
    Outputs: int list
    /// Who uses each value, in ascending order.
    Consumers: int list[]
}

[<RequireQualifiedAccess>]
module internal Program =
    let isBatch (value: Value) : bool = value.Shape.Rows = Rows.Batch

    /// Sums over the rows of the batch: a fixed array from batch arrays.
    let isReduction (program: Program) (value: Value) : bool =
        not (isBatch value)
        && value.Arguments |> List.exists (fun a -> isBatch program.Values[a])

    let private checkNames (nodes: Node list) =
        let shapes = Dictionary<struct (bool * string), Shape>()

        for node in nodes do
            let check isInput name =
                match shapes.TryGetValue(struct (isInput, name)) with
                | true, shape when shape <> node.Shape ->
                    let kind = if isInput then "Input" else "Parameter"

                    invalidArg
                        "outputs"
                        $"{kind} '{name}' occurs with the shapes {shape} and {node.Shape}."
                | _ -> shapes[struct (isInput, name)] <- node.Shape

            match node.Operation with
            | Operation.Input name -> check true name
            | Operation.Parameter name -> check false name
            | _ -> ()

    /// Numbers a graph: equal operations on equal arguments become one value, stopped gradients
    /// disappear, and xᵀyᵀ becomes (yx)ᵀ.
    let ofOutputs (outputs: Node list) : Program =
        let nodes = Reach.ascending outputs
        checkNames nodes
        let values = List<Value>()
        let known = Dictionary<Value, int>(HashIdentity.Structural)
        let numbers = Dictionary<Node, int>()

        let number operation arguments shape =
            let value = {
                Operation = operation
                Arguments = arguments
                Shape = shape
            }

            match known.TryGetValue value with
            | true, index -> index
            | _ ->
                values.Add value
                known[value] <- values.Count - 1
                values.Count - 1

        for node in nodes do
            let arguments = node.Arguments |> List.map (fun argument -> numbers[argument])

            numbers[node] <-
                match node.Operation, arguments, node.Shape.Rows with
                | Operation.StopGradient, [ x ], _ -> x
                | Operation.MatMul(true, true), [ x; y ], Rows.Fixed rows ->
                    let flipped = Shape.fixedAt node.Shape.Columns rows
                    let product = number (Operation.MatMul(false, false)) [ y; x ] flipped
                    number Operation.Transpose [ product ] node.Shape
                | operation, _, _ -> number operation arguments node.Shape

        let consumers = Array.create values.Count []

        for index in values.Count - 1 .. -1 .. 0 do
            for argument in List.distinct values[index].Arguments do
                consumers[argument] <- index :: consumers[argument]

        {
            Values = values.ToArray()
            Outputs = outputs |> List.map (fun output -> numbers[output])
            Consumers = consumers
        }
