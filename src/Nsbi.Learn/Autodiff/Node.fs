namespace Nsbi.Learn.Autodiff

open System
open System.Threading

/// <summary>An array in a program: an operation on other arrays, with its shape.</summary>
/// <remarks>
/// Nodes are immutable values that refer to their arguments; a graph is whatever its outputs reach.
/// Shapes are checked when a node is built: a fault is an ArgumentException that names both shapes.
/// Arithmetic broadcasts: an extent of one stretches to the other's extent.
/// </remarks>
[<Sealed>]
type Node private (operation: Operation, arguments: Node list, shape: Shape) =
    static let mutable count = 0L
    let id = Interlocked.Increment &count

    /// <summary>The primitive.</summary>
    member _.Operation: Operation = operation
    /// <summary>What the primitive is applied to.</summary>
    member _.Arguments: Node list = arguments
    /// <summary>rows x columns.</summary>
    member _.Shape: Shape = shape
    /// <summary>Order of construction: arguments come before what is made of them.</summary>
    member internal _.Id: int64 = id

    /// <summary>Nodes are equal when they are the same node.</summary>
    override node.Equals(other: obj) : bool = Object.ReferenceEquals(node, other)

    /// <summary>A hash of the identity.</summary>
    override _.GetHashCode() : int = id.GetHashCode()

    /// <summary>The operation and the shape.</summary>
    override _.ToString() : string = $"{operation} : {shape}"

    static member private Fault (what: string) (left: Node) (right: Node) : 'a =
        invalidArg "shape" $"{what}: {left.Shape} and {right.Shape} do not fit together."

    /// An array without arguments.
    static member internal Leaf(operation: Operation, shape: Shape) : Node =
        if shape.Columns < 1 then
            invalidArg "shape" $"An array needs at least one column, but {operation} has {shape}."

        match shape.Rows with
        | Rows.Fixed rows when rows < 1 ->
            invalidArg "shape" $"An array needs at least one row, but {operation} has {shape}."
        | _ -> ()

        Node(operation, [], shape)

    static member internal Unary(f: Unary, x: Node) : Node =
        match f, x.Operation with
        | Unary.Affine(1.0, 0.0), _
        | Unary.Activate Activation.Identity, _ -> x
        | Unary.Slope Activation.Identity, _ -> Node(Operation.Fill 1.0, [], x.Shape)
        | Unary.Slope Activation.Softplus, _ ->
            Node(Operation.Unary(Unary.Activate Activation.Sigmoid), [ x ], x.Shape)
        | Unary.Affine(a, b), Operation.Fill value ->
            Node(Operation.Fill(a * value + b), [], x.Shape)
        | Unary.Affine(a, b), Operation.Unary(Unary.Affine(c, d)) ->
            Node(Operation.Unary(Unary.Affine(a * c, a * d + b)), x.Arguments, x.Shape)
        | _ -> Node(Operation.Unary f, [ x ], x.Shape)

    /// x stretched to a shape it meets.
    static member internal BroadcastTo(shape: Shape, x: Node) : Node =
        let wide =
            if x.Shape.Columns = shape.Columns then
                x
            else
                let wider = { x.Shape with Columns = shape.Columns }

                match x.Operation with
                | Operation.Fill _ -> Node(x.Operation, [], wider)
                | _ -> Node(Operation.BroadcastColumns, [ x ], wider)

        if wide.Shape.Rows = shape.Rows then
            wide
        else
            match wide.Operation with
            | Operation.Fill _ -> Node(wide.Operation, [], shape)
            | _ -> Node(Operation.BroadcastRows, [ wide ], shape)

    static member internal Binary(f: Binary, x: Node, y: Node) : Node =
        match Shape.meet x.Shape y.Shape with
        | None -> Node.Fault $"{f}" x y
        | Some shape ->
            let stretched = Node.BroadcastTo(shape, x), Node.BroadcastTo(shape, y)

            match f, x.Operation, y.Operation with
            | Binary.Add, Operation.Fill 0.0, _ -> snd stretched
            | Binary.Add, _, Operation.Fill 0.0
            | Binary.Subtract, _, Operation.Fill 0.0 -> fst stretched
            | Binary.Multiply, Operation.Fill value, _ ->
                Node.Unary(Unary.Affine(value, 0.0), snd stretched)
            | Binary.Multiply, _, Operation.Fill value ->
                Node.Unary(Unary.Affine(value, 0.0), fst stretched)
            | _ -> Node(Operation.Binary f, [ fst stretched; snd stretched ], shape)

    static member internal Select(condition: Node, x: Node, y: Node) : Node =
        match Shape.meet x.Shape y.Shape with
        | None -> Node.Fault "select" x y
        | Some both ->
            match Shape.meet condition.Shape both with
            | None -> Node.Fault "select" condition x
            | Some shape ->
                let stretched =
                    [ condition; x; y ] |> List.map (fun node -> Node.BroadcastTo(shape, node))

                Node(Operation.Select, stretched, shape)

    static member internal MatMul
        (transposeLeft: bool, transposeRight: bool, x: Node, y: Node)
        : Node =
        let orient transpose (shape: Shape) =
            if transpose then
                Rows.Fixed shape.Columns, shape.Rows
            else
                shape.Rows, Rows.Fixed shape.Columns

        let rows, innerLeft = orient transposeLeft x.Shape
        let innerRight, columns = orient transposeRight y.Shape

        match columns with
        | Rows.Fixed columns when innerLeft = innerRight ->
            let operation = Operation.MatMul(transposeLeft, transposeRight)
            Node(operation, [ x; y ], { Rows = rows; Columns = columns })
        | _ ->
            let mark transpose = if transpose then "ᵀ" else ""
            Node.Fault $"matmul x{mark transposeLeft} y{mark transposeRight}" x y

    static member internal Dense(activation: Activation, x: Node, w: Node, b: Node) : Node =
        if w.Shape.Rows <> Rows.Fixed x.Shape.Columns then
            Node.Fault "dense, input and weights" x w

        if b.Shape <> Shape.fixedAt 1 w.Shape.Columns then
            Node.Fault "dense, weights and bias" w b

        Node(
            Operation.Dense activation,
            [ x; w; b ],
            {
                x.Shape with
                    Columns = w.Shape.Columns
            }
        )

    static member internal Transpose(x: Node) : Node =
        match x.Shape.Rows, x.Operation with
        | Rows.Batch, _ ->
            invalidArg "x" $"transpose: {x.Shape} has the batch as rows; columns must be fixed."
        | Rows.Fixed _, Operation.Transpose -> x.Arguments.Head
        | Rows.Fixed rows, _ -> Node(Operation.Transpose, [ x ], Shape.fixedAt x.Shape.Columns rows)

    static member internal SumRows(x: Node) : Node =
        if x.Shape.Rows = Rows.Fixed 1 then
            x
        else
            Node(Operation.SumRows, [ x ], { x.Shape with Rows = Rows.Fixed 1 })

    static member internal SumGroups(groups: int, index: Node, x: Node) : Node =
        if groups < 1 then
            invalidArg "groups" $"sumGroups: {groups} groups; at least one is needed."

        if index.Shape <> { x.Shape with Columns = 1 } then
            Node.Fault "sumGroups, numbers and rows" index x

        Node(Operation.SumGroups, [ index; x ], Shape.fixedAt groups x.Shape.Columns)

    static member internal TakeRows(index: Node, x: Node) : Node =
        if index.Shape.Columns <> 1 || x.Shape.Rows = Rows.Batch then
            Node.Fault "takeRows, numbers (one column) and fixed rows" index x

        let shape = {
            index.Shape with
                Columns = x.Shape.Columns
        }

        Node(Operation.TakeRows, [ index; x ], shape)

    static member internal SumColumns(x: Node) : Node =
        if x.Shape.Columns = 1 then
            x
        else
            Node(Operation.SumColumns, [ x ], { x.Shape with Columns = 1 })

    static member internal MaxColumns(x: Node) : Node =
        if x.Shape.Columns = 1 then
            x
        else
            Node(Operation.MaxColumns, [ x ], { x.Shape with Columns = 1 })

    static member internal Slice(start: int, columns: int, x: Node) : Node =
        if start < 0 || columns < 1 || start + columns > x.Shape.Columns then
            invalidArg "start" $"slice: columns {start} to {start + columns - 1} of {x.Shape}."

        if columns = x.Shape.Columns then
            x
        else
            Node(Operation.Slice start, [ x ], { x.Shape with Columns = columns })

    static member internal Concat(parts: Node list) : Node =
        match parts with
        | [] -> invalidArg "parts" "concat needs at least one array."
        | [ only ] -> only
        | first :: rest ->
            for part in rest do
                if part.Shape.Rows <> first.Shape.Rows then
                    Node.Fault "concat" first part

            let columns = parts |> List.sumBy _.Shape.Columns
            Node(Operation.Concat, parts, { first.Shape with Columns = columns })

    static member internal StopGradient(x: Node) : Node =
        Node(Operation.StopGradient, [ x ], x.Shape)

    /// <summary>x + y, broadcasting.</summary>
    static member (+)(x: Node, y: Node) : Node = Node.Binary(Binary.Add, x, y)
    /// <summary>x + y</summary>
    static member (+)(x: Node, y: float) : Node = Node.Unary(Unary.Affine(1.0, y), x)
    /// <summary>x + y</summary>
    static member (+)(x: float, y: Node) : Node = Node.Unary(Unary.Affine(1.0, x), y)
    /// <summary>x − y, broadcasting.</summary>
    static member (-)(x: Node, y: Node) : Node = Node.Binary(Binary.Subtract, x, y)
    /// <summary>x − y</summary>
    static member (-)(x: Node, y: float) : Node = Node.Unary(Unary.Affine(1.0, -y), x)
    /// <summary>x − y</summary>
    static member (-)(x: float, y: Node) : Node = Node.Unary(Unary.Affine(-1.0, x), y)
    /// <summary>x y element by element, broadcasting.</summary>
    static member (*)(x: Node, y: Node) : Node = Node.Binary(Binary.Multiply, x, y)
    /// <summary>x y</summary>
    static member (*)(x: Node, y: float) : Node = Node.Unary(Unary.Affine(y, 0.0), x)
    /// <summary>x y</summary>
    static member (*)(x: float, y: Node) : Node = Node.Unary(Unary.Affine(x, 0.0), y)
    /// <summary>x / y element by element, broadcasting.</summary>
    static member (/)(x: Node, y: Node) : Node = Node.Binary(Binary.Divide, x, y)

    /// <summary>x / y</summary>
    static member (/)(x: Node, y: float) : Node =
        Node.Unary(Unary.Affine(1.0 / y, 0.0), x)

    /// <summary>x / y</summary>
    static member (/)(x: float, y: Node) : Node =
        Node.Unary(Unary.Affine(x, 0.0), Node.Unary(Unary.Reciprocal, y))

    /// <summary>−x</summary>
    static member (~-)(x: Node) : Node = Node.Unary(Unary.Affine(-1.0, 0.0), x)
    /// <summary>e^x: what F#'s own <c>exp</c> calls.</summary>
    static member Exp(x: Node) : Node = Node.Unary(Unary.Exp, x)
    /// <summary>ln x: what F#'s own <c>log</c> calls.</summary>
    static member Log(x: Node) : Node = Node.Unary(Unary.Log, x)
    /// <summary>√x: what F#'s own <c>sqrt</c> calls.</summary>
    static member Sqrt(x: Node) : Node = Node.Unary(Unary.Sqrt, x)
    /// <summary>sin x: what F#'s own <c>sin</c> calls.</summary>
    static member Sin(x: Node) : Node = Node.Unary(Unary.Sin, x)
    /// <summary>cos x: what F#'s own <c>cos</c> calls.</summary>
    static member Cos(x: Node) : Node = Node.Unary(Unary.Cos, x)

    /// <summary>tanh x: what F#'s own <c>tanh</c> calls.</summary>
    static member Tanh(x: Node) : Node =
        Node.Unary(Unary.Activate Activation.Tanh, x)

    /// <summary>|x|: what F#'s own <c>abs</c> calls.</summary>
    static member Abs(x: Node) : Node = Node.Unary(Unary.Abs, x)
