namespace Nsbi.Learn.Autodiff

open System
open System.Collections.Generic
open Nsbi.Kernels

/// <summary>Arrays by the name of their input or parameter, rows x columns.</summary>
type Values = Map<string, float[,]>

/// <summary>What decides the random numbers of one training step.</summary>
[<Struct>]
type StepKey = {
    /// <summary>Of the training.</summary>
    Seed: uint64
    /// <summary>Number of the step, from 0; below 2³².</summary>
    Step: int64
}

/// <summary>The definition of what a graph computes: each primitive by its formula, in double,
/// one element at a time. Plans are held to it by tests.</summary>
[<RequireQualifiedAccess>]
module Interpreter =
    let private sigmoid x =
        if x >= 0.0 then
            1.0 / (1.0 + Math.Exp -x)
        else
            let e = Math.Exp x
            e / (1.0 + e)

    let private log1p x =
        // Goldberg's correction keeps full relative precision for small x.
        let u = 1.0 + x
        if u = 1.0 then x else Math.Log u * x / (u - 1.0)

    let internal activate (activation: Activation) (x: float) : float =
        match activation with
        | Activation.Identity -> x
        | Activation.Relu -> if x > 0.0 || Double.IsNaN x then x else 0.0
        | Activation.Silu -> x * sigmoid x
        | Activation.Tanh -> Math.Tanh x
        | Activation.Sigmoid -> sigmoid x
        | Activation.Elu -> if x > 0.0 then x else Math.Exp x - 1.0
        | Activation.Softplus -> Math.Max(x, 0.0) + log1p (Math.Exp(-(abs x)))

    let private slope activation x =
        let s = sigmoid x

        match activation with
        | Activation.Identity -> 1.0
        | Activation.Relu -> if x > 0.0 then 1.0 else 0.0
        | Activation.Silu -> s * (1.0 + x * (1.0 - s))
        | Activation.Tanh -> 1.0 - Math.Tanh x * Math.Tanh x
        | Activation.Sigmoid -> s * (1.0 - s)
        | Activation.Elu -> if x > 0.0 then 1.0 else Math.Exp x
        | Activation.Softplus -> s

    let private unary f x =
        match f with
        | Unary.Affine(scale, shift) -> scale * x + shift
        | Unary.Exp -> Math.Exp x
        | Unary.Log -> Math.Log x
        | Unary.Sqrt -> Math.Sqrt x
        | Unary.Square -> x * x
        | Unary.Reciprocal -> 1.0 / x
        | Unary.Sin -> Math.Sin x
        | Unary.Cos -> Math.Cos x
        | Unary.Abs -> abs x
        | Unary.Step -> if x > 0.0 then 1.0 else 0.0
        | Unary.Activate activation -> activate activation x
        | Unary.Slope activation -> slope activation x

    let private binary f x y =
        match f with
        | Binary.Add -> x + y
        | Binary.Subtract -> x - y
        | Binary.Multiply -> x * y
        | Binary.Divide -> x / y
        | Binary.Maximum -> if x > y then x else y
        | Binary.Minimum -> if x > y then y else x

    let private transposed (x: float[,]) =
        Array2D.init (Array2D.length2 x) (Array2D.length1 x) (fun i j -> x[j, i])

    let private product (x: float[,]) (y: float[,]) =
        Array2D.init (Array2D.length1 x) (Array2D.length2 y) (fun i j ->
            let mutable sum = 0.0

            for k in 0 .. Array2D.length2 x - 1 do
                sum <- sum + x[i, k] * y[k, j]

            sum)

    let private dropoutMask name rate rows columns (key: StepKey option) =
        let mask = Array2D.create rows columns 1.0

        match key with
        | None -> ()
        | Some key ->
            let limit = uint32 (rate * 4294967296.0)

            for i in 0 .. rows - 1 do
                let index = (uint64 key.Step <<< 32) ||| uint64 i
                let mutable stream = RandomStream(key.Seed, "dropout " + name, index)

                for j in 0 .. columns - 1 do
                    let dropped = stream.NextUInt32() < limit
                    mask[i, j] <- if dropped then 0.0 else 1.0 / (1.0 - rate)

        mask

    /// The group of a number, or −1 where it is none of 0 … groups − 1.
    let private groupOf groups (number: float) =
        if number >= 0.0 && number < float groups && number = Math.Floor number then
            int number
        else
            -1

    let private sumGroups groups (index: float[,]) (x: float[,]) =
        let sums = Array2D.zeroCreate groups (Array2D.length2 x)

        for i in 0 .. Array2D.length1 x - 1 do
            let group = groupOf groups index[i, 0]

            if group >= 0 then
                for j in 0 .. Array2D.length2 x - 1 do
                    sums[group, j] <- sums[group, j] + x[i, j]

        sums

    let private takeRows (index: float[,]) (x: float[,]) =
        Array2D.init (Array2D.length1 index) (Array2D.length2 x) (fun i j ->
            match groupOf (Array2D.length1 x) index[i, 0] with
            | -1 -> 0.0
            | group -> x[group, j])

    let private evaluate
        rows
        (inputs: Values)
        (parameters: Values)
        key
        (node: Node)
        (args: float[,] list)
        =
        let count =
            match node.Shape.Rows with
            | Rows.Batch -> rows
            | Rows.Fixed count -> count

        let width = node.Shape.Columns
        let build f : float[,] = Array2D.init count width f

        let named kind name (values: Values) =
            match Map.tryFind name values with
            | Some(value: float[,]) when
                Array2D.length1 value = count && Array2D.length2 value = width
                ->
                value
            | Some value ->
                let found = $"{Array2D.length1 value} x {Array2D.length2 value}"

                invalidArg
                    "values"
                    $"{kind} '{name}' is {found}; the graph needs {count} x {width}."
            | None -> invalidArg "values" $"{kind} '{name}' ({node.Shape}) has no value."

        match node.Operation, args with
        | Operation.Input name, _ -> named "input" name inputs
        | Operation.Parameter name, _ -> named "parameter" name parameters
        | Operation.Constant values, _ -> values
        | Operation.Fill value, _ -> build (fun _ _ -> value)
        | Operation.RowCount, _ -> build (fun _ _ -> float rows)
        | Operation.Unary f, [ x ] -> Array2D.map (unary f) x
        | Operation.Binary f, [ x; y ] -> build (fun i j -> binary f x[i, j] y[i, j])
        | Operation.Select, [ c; x; y ] ->
            build (fun i j -> if c[i, j] > 0.0 then x[i, j] else y[i, j])
        | Operation.MatMul(transposeX, transposeY), [ x; y ] ->
            product
                (if transposeX then transposed x else x)
                (if transposeY then transposed y else y)
        | Operation.Dense activation, [ x; w; b ] ->
            let z = product x w
            build (fun i j -> activate activation (z[i, j] + b[0, j]))
        | Operation.Transpose, [ x ] -> transposed x
        | Operation.SumRows, [ x ] -> build (fun _ j -> Array.sum x[*, j])
        | Operation.SumGroups, [ index; x ] -> sumGroups count index x
        | Operation.TakeRows, [ index; x ] -> takeRows index x
        | Operation.SumColumns, [ x ] -> build (fun i _ -> Array.sum x[i, *])
        | Operation.MaxColumns, [ x ] -> build (fun i _ -> Array.max x[i, *])
        | Operation.BroadcastRows, [ x ] -> build (fun _ j -> x[0, j])
        | Operation.BroadcastColumns, [ x ] -> build (fun i _ -> x[i, 0])
        | Operation.Slice start, [ x ] -> build (fun i j -> x[i, start + j])
        | Operation.Concat, parts ->
            let columns =
                parts
                |> Seq.collect (fun x -> Seq.init (Array2D.length2 x) (fun j -> x, j))
                |> Array.ofSeq

            build (fun i j ->
                let part, k = columns[j]
                part[i, k])
        | Operation.DropoutMask(name, rate), _ -> dropoutMask name rate count width key
        | Operation.StopGradient, [ x ] -> x
        | operation, _ -> invalidOp $"{operation} does not take {args.Length} arguments."

    /// <summary>The values of some outputs of a graph.</summary>
    /// <param name="rows">number of rows of the batch</param>
    /// <param name="inputs">rows x columns each</param>
    /// <param name="parameters">of the shapes given in the graph</param>
    /// <param name="key">the training step whose dropout masks apply; None in evaluation</param>
    /// <param name="outputs">any nodes</param>
    /// <exception cref="T:System.ArgumentException">A value is missing or has another shape.</exception>
    let run
        (rows: int)
        (inputs: Values)
        (parameters: Values)
        (key: StepKey option)
        (outputs: Node list)
        : float[,] list =
        let found = Dictionary<Node, float[,]>()

        for node in Reach.ascending outputs do
            let arguments = node.Arguments |> List.map (fun argument -> found[argument])
            found[node] <- evaluate rows inputs parameters key node arguments

        outputs |> List.map (fun output -> found[output])
