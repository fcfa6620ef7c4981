namespace Nsbi.Learn.Autodiff

/// <summary>The derivative of every primitive, written in primitives.</summary>
/// <remarks>Closed under differentiation: what comes out is a graph like any other.</remarks>
[<RequireQualifiedAccess>]
module internal Rules =
    open Words

    let private unary f x = Node.Unary(f, x)

    /// f′(x), element by element; y = f(x). None: zero everywhere.
    let derivative (f: Unary) (x: Node) (y: Node) : Node option =
        let one = fill x.Shape 1.0

        match f with
        | Unary.Affine(scale, _) -> Some(fill x.Shape scale)
        | Unary.Exp -> Some y
        | Unary.Log -> Some(reciprocal x)
        | Unary.Sqrt -> Some(0.5 * reciprocal y)
        | Unary.Square -> Some(2.0 * x)
        | Unary.Reciprocal -> Some(-(square y))
        | Unary.Sin -> Some(cos x)
        | Unary.Cos -> Some(-(sin x))
        | Unary.Abs -> Some(2.0 * step x - 1.0)
        | Unary.Step -> None
        | Unary.Activate activation -> Some(unary (Unary.Slope activation) x)
        | Unary.Slope activation ->
            match activation with
            | Activation.Identity
            | Activation.Relu -> None
            | Activation.Silu ->
                let s = sigmoid x
                Some(s * (1.0 - s) * (2.0 + x * (1.0 - 2.0 * s)))
            | Activation.Tanh ->
                let t = tanh x
                Some(-2.0 * t * (1.0 - square t))
            | Activation.Sigmoid
            | Activation.Softplus ->
                let s = sigmoid x
                Some(s * (1.0 - s) * (1.0 - 2.0 * s))
            | Activation.Elu -> Some(select x (fill x.Shape 0.0) (exp (minimum x (0.0 * one))))

    /// The pre-activation of a dense node and the slope of its activation there.
    let private slopeOfDense activation (x: Node) (w: Node) (b: Node) =
        unary (Unary.Slope activation) (Node.Dense(Activation.Identity, x, w, b))

    let private timesIf (slope: Node option) (g: Node) = slope |> Option.map (fun s -> g * s)

    /// What a cotangent g of a node contributes to each of its arguments, in their order.
    let pull (node: Node) (g: Node) : Node option list =
        match node.Operation, node.Arguments with
        | Operation.Unary(Unary.Affine(scale, _)), _ -> [ Some(scale * g) ]
        | Operation.Unary f, [ x ] -> [ timesIf (derivative f x node) g ]
        | Operation.Binary f, [ x; y ] ->
            match f with
            | Binary.Add -> [ Some g; Some g ]
            | Binary.Subtract -> [ Some g; Some(-g) ]
            | Binary.Multiply -> [ Some(g * y); Some(g * x) ]
            | Binary.Divide ->
                let quotient = g / y
                [ Some quotient; Some(-(quotient * node)) ]
            | Binary.Maximum ->
                let first = step (x - y)
                [ Some(g * first); Some(g * (1.0 - first)) ]
            | Binary.Minimum ->
                let second = step (x - y)
                [ Some(g * (1.0 - second)); Some(g * second) ]
        | Operation.Select, [ condition; _; _ ] ->
            let zero = fill node.Shape 0.0
            [ None; Some(select condition g zero); Some(select condition zero g) ]
        | Operation.MatMul(transposeX, transposeY), [ x; y ] ->
            let toX =
                if transposeX then
                    matmulWith transposeY true y g
                else
                    matmulWith false (not transposeY) g y

            let toY =
                if transposeY then
                    matmulWith true transposeX g x
                else
                    matmulWith (not transposeX) false x g

            [ Some toX; Some toY ]
        | Operation.Dense activation, [ x; w; b ] ->
            let delta = g * slopeOfDense activation x w b

            [
                Some(matmulWith false true delta w)
                Some(matmulWith true false x delta)
                Some(sumRows delta)
            ]
        | Operation.Transpose, _ -> [ Some(transpose g) ]
        | Operation.SumRows, [ x ]
        | Operation.SumColumns, [ x ] -> [ Some(broadcastTo x.Shape g) ]
        | Operation.SumGroups, [ index; _ ] -> [ None; Some(takeRows index g) ]
        | Operation.TakeRows, [ index; x ] ->
            let groups =
                match x.Shape.Rows with
                | Rows.Fixed rows -> rows
                | Rows.Batch -> invalidOp "takeRows takes rows of a fixed array."

            [ None; Some(sumGroups groups index g) ]
        | Operation.MaxColumns, [ x ] -> [ Some(g * (1.0 - step (node - x))) ]
        | Operation.BroadcastRows, _ -> [ Some(sumRows g) ]
        | Operation.BroadcastColumns, _ -> [ Some(sumColumns g) ]
        | Operation.Slice start, [ x ] ->
            let zeros columns =
                if columns = 0 then
                    []
                else
                    [ fill { x.Shape with Columns = columns } 0.0 ]

            let after = x.Shape.Columns - start - g.Shape.Columns
            [ Some(concat (zeros start @ [ g ] @ zeros after)) ]
        | Operation.Concat, parts ->
            let starts = parts |> List.scan (fun start part -> start + part.Shape.Columns) 0

            List.zip (List.truncate parts.Length starts) parts
            |> List.map (fun (start, part) -> Some(slice start part.Shape.Columns g))
        | _, arguments -> arguments |> List.map (fun _ -> None)

    let private addAll terms =
        match List.choose id terms with
        | [] -> None
        | terms -> Some(List.reduce (fun (x: Node) y -> x + y) terms)

    /// The tangent of a node from the tangents of its arguments (None: zero).
    let push (node: Node) (tangents: Node option list) : Node option =
        match node.Operation, node.Arguments, tangents with
        | Operation.Unary(Unary.Affine(scale, _)), _, [ Some t ] -> Some(scale * t)
        | Operation.Unary f, [ x ], [ Some t ] -> timesIf (derivative f x node) t
        | Operation.Binary _, _, [ tx; ty ] ->
            let pulled t =
                match t with
                | Some t -> pull node (broadcastTo node.Shape t)
                | None -> [ None; None ]

            addAll [ List.head (pulled tx); List.last (pulled ty) ]
        | Operation.Select, [ condition; _; _ ], [ _; tx; ty ] ->
            let orZero = Option.defaultWith (fun () -> fill node.Shape 0.0)

            match tx, ty with
            | None, None -> None
            | _ -> Some(select condition (orZero tx) (orZero ty))
        | Operation.MatMul(transposeX, transposeY), [ x; y ], [ tx; ty ] ->
            addAll [
                tx |> Option.map (fun t -> matmulWith transposeX transposeY t y)
                ty |> Option.map (fun t -> matmulWith transposeX transposeY x t)
            ]
        | Operation.Dense activation, [ x; w; b ], [ tx; tw; tb ] ->
            addAll [
                tx |> Option.map (fun t -> matmul t w)
                tw |> Option.map (fun t -> matmul x t)
                tb |> Option.map (broadcastTo node.Shape)
            ]
            |> Option.map (fun t -> t * slopeOfDense activation x w b)
        | Operation.Transpose, _, [ Some t ] -> Some(transpose t)
        | Operation.SumRows, _, [ Some t ] -> Some(sumRows t)
        | Operation.SumColumns, _, [ Some t ] -> Some(sumColumns t)
        | Operation.SumGroups, [ index; _ ], [ _; Some t ] ->
            match node.Shape.Rows with
            | Rows.Fixed groups -> Some(sumGroups groups index t)
            | Rows.Batch -> None
        | Operation.TakeRows, [ index; _ ], [ _; Some t ] -> Some(takeRows index t)
        | Operation.MaxColumns, [ x ], [ Some t ] -> Some(sumColumns (t * (1.0 - step (node - x))))
        | Operation.BroadcastRows, _, [ Some t ]
        | Operation.BroadcastColumns, _, [ Some t ] -> Some(broadcastTo node.Shape t)
        | Operation.Slice start, _, [ Some t ] -> Some(slice start node.Shape.Columns t)
        | Operation.Concat, parts, tangents when List.exists Option.isSome tangents ->
            List.zip parts tangents
            |> List.map (fun (part, t) -> Option.defaultWith (fun () -> fill part.Shape 0.0) t)
            |> concat
            |> Some
        | _ -> None
