/// <summary>The words in which networks, losses and densities are written.</summary>
/// <remarks>
/// Beside these, the operators + − * / and F#'s own exp, log, sqrt, sin, cos, tanh and abs work on
/// arrays. r: rows, c: columns.
/// </remarks>
module Nsbi.Learn.Autodiff.Words

open System

/// <summary>The columns of the batch with this name, batch x columns.</summary>
let input (name: string) (columns: int) : Node =
    Node.Leaf(Operation.Input name, Shape.batch columns)

/// <summary>A trainable array of rows x columns. Within one plan the name identifies it.</summary>
let parameter (name: string) (rows: int) (columns: int) : Node =
    Node.Leaf(Operation.Parameter name, Shape.fixedAt rows columns)

/// <summary>One number, 1 x 1; broadcasts to any shape.</summary>
let constant (value: float) : Node =
    Node.Leaf(Operation.Fill value, Shape.scalar)

/// <summary>A fixed array of numbers.</summary>
let constantArray (values: float[,]) : Node =
    Node.Leaf(
        Operation.Constant(Array2D.copy values),
        Shape.fixedAt (Array2D.length1 values) (Array2D.length2 values)
    )

/// <summary>A row of numbers, 1 x c.</summary>
let constantRow (values: float list) : Node = constantArray (array2D [ values ])

/// <summary>An array of this shape with one number everywhere.</summary>
let fill (shape: Shape) (value: float) : Node = Node.Leaf(Operation.Fill value, shape)

/// <summary>The number of rows of the batch being run, 1 x 1.</summary>
let rowCount: Node = Node.Leaf(Operation.RowCount, Shape.scalar)

/// <summary>x², element by element.</summary>
let square (x: Node) : Node = Node.Unary(Unary.Square, x)

/// <summary>1/x, element by element.</summary>
let reciprocal (x: Node) : Node = Node.Unary(Unary.Reciprocal, x)

/// <summary>1 where x > 0, 0 elsewhere; derivative zero.</summary>
let step (x: Node) : Node = Node.Unary(Unary.Step, x)

/// <summary>An activation, element by element.</summary>
let activate (activation: Activation) (x: Node) : Node =
    Node.Unary(Unary.Activate activation, x)

/// <summary>σ(x) = 1/(1 + e^−x)</summary>
let sigmoid (x: Node) : Node = activate Activation.Sigmoid x

/// <summary>ln(1 + e^x), without overflow</summary>
let softplus (x: Node) : Node = activate Activation.Softplus x

/// <summary>max(x, 0)</summary>
let relu (x: Node) : Node = activate Activation.Relu x

/// <summary>x σ(x)</summary>
let silu (x: Node) : Node = activate Activation.Silu x

/// <summary>x for x > 0, e^x − 1 elsewhere</summary>
let elu (x: Node) : Node = activate Activation.Elu x

/// <summary>The larger of two, broadcasting; at a tie the derivative goes to y.</summary>
let maximum (x: Node) (y: Node) : Node = Node.Binary(Binary.Maximum, x, y)

/// <summary>The smaller of two, broadcasting; at a tie the derivative goes to x.</summary>
let minimum (x: Node) (y: Node) : Node = Node.Binary(Binary.Minimum, x, y)

/// <summary>x where the condition is above zero, y elsewhere, broadcasting.</summary>
let select (condition: Node) (x: Node) (y: Node) : Node = Node.Select(condition, x, y)

/// <summary>The matrix product x y: r x k by k x c.</summary>
let matmul (x: Node) (y: Node) : Node = Node.MatMul(false, false, x, y)

/// <summary>op(x) op(y), op being the transpose where the flag is set.</summary>
/// <remarks>The batch can be contracted (xᵀ y) but never become columns.</remarks>
let matmulWith (transposeLeft: bool) (transposeRight: bool) (x: Node) (y: Node) : Node =
    Node.MatMul(transposeLeft, transposeRight, x, y)

/// <summary>The transpose of a fixed array.</summary>
let transpose (x: Node) : Node = Node.Transpose x

/// <summary>A layer, f(x W + b): x of r x k, W of k x n, b of 1 x n.</summary>
let dense (activation: Activation) (w: Node) (b: Node) (x: Node) : Node =
    Node.Dense(activation, x, w, b)

/// <summary>Sum over rows, r x c to 1 x c.</summary>
let sumRows (x: Node) : Node = Node.SumRows x

/// <summary>Mean over rows, r x c to 1 x c.</summary>
let meanRows (x: Node) : Node =
    match x.Shape.Rows with
    | Rows.Batch -> sumRows x / rowCount
    | Rows.Fixed rows -> sumRows x / float rows

/// <summary>Sums of rows by group: y_gj = Σ_{i: n_i = g} x_ij.</summary>
/// <param name="groups">number of groups, at least one</param>
/// <param name="index">n, r x 1: the whole number 0 … groups − 1 of each row's group</param>
/// <param name="x">r x c, of the batch or fixed</param>
/// <returns>groups x c, fixed; a group without rows is zero</returns>
/// <remarks>
/// A row whose number is none of 0 … groups − 1 (negative, too large, not whole, NaN) is in no
/// group: it is not read, so that −1 marks rows that fill up a batch. Each group is summed in the
/// order of the rows. The derivative is <see cref="M:Nsbi.Learn.Autodiff.Words.takeRows"/>; none
/// goes to the numbers. Numbers up to 2²⁴ are exact in float32. Costs r c, whatever the number of
/// groups. Slow twin: the product of the one-hot matrix of n with x.
/// </remarks>
let sumGroups (groups: int) (index: Node) (x: Node) : Node = Node.SumGroups(groups, index, x)

/// <summary>Rows of a fixed array by number: y_ij = x_{n_i j}.</summary>
/// <param name="index">n, r x 1, of the batch or fixed: whole numbers of rows of x</param>
/// <param name="x">g x c, fixed</param>
/// <returns>r x c; zeros where the number is none of 0 … g − 1</returns>
/// <remarks>The derivative is <see cref="M:Nsbi.Learn.Autodiff.Words.sumGroups"/>; none goes to the
/// numbers.</remarks>
let takeRows (index: Node) (x: Node) : Node = Node.TakeRows(index, x)

/// <summary>Sum over columns, r x c to r x 1.</summary>
let sumColumns (x: Node) : Node = Node.SumColumns x

/// <summary>Largest of each row, r x c to r x 1.</summary>
let maxColumns (x: Node) : Node = Node.MaxColumns x

/// <summary>Sum over all elements, 1 x 1.</summary>
let sum (x: Node) : Node = sumRows (sumColumns x)

/// <summary>Stretched to a shape: an extent of one becomes the wanted extent.</summary>
let broadcastTo (shape: Shape) (x: Node) : Node =
    if Shape.meet x.Shape shape <> Some shape then
        invalidArg "shape" $"broadcast: {x.Shape} does not stretch to {shape}."

    Node.BroadcastTo(shape, x)

/// <summary>Columns start … start + columns − 1.</summary>
let slice (start: int) (columns: int) (x: Node) : Node = Node.Slice(start, columns, x)

/// <summary>One column, r x 1.</summary>
let column (index: int) (x: Node) : Node = slice index 1 x

/// <summary>Arrays with the same rows side by side.</summary>
let concat (parts: Node list) : Node = Node.Concat parts

/// <summary>x itself, with derivative zero.</summary>
let stopGradient (x: Node) : Node = Node.StopGradient x

/// <summary>x with a share of its elements set to zero in training, the others over 1 − rate.</summary>
/// <param name="name">distinguishes this layer's random numbers from other layers'</param>
/// <param name="rate">probability of zero, in [0, 1)</param>
/// <param name="x">batch x c</param>
/// <remarks>The mask depends on (seed, step, name, row, column) alone; in evaluation it is one.
/// Source: Srivastava et al. 2014, JMLR 15, 1929.</remarks>
let dropout (name: string) (rate: float) (x: Node) : Node =
    if not (rate >= 0.0 && rate < 1.0) then
        raise (ArgumentOutOfRangeException("rate", rate, "A dropout rate lies in [0, 1)."))

    if rate = 0.0 then
        x
    elif x.Shape.Rows <> Rows.Batch then
        invalidArg "x" $"dropout: {x.Shape} has no batch rows."
    else
        x * Node.Leaf(Operation.DropoutMask(name, rate), x.Shape)

/// <summary>ln Σ_c e^x_c of each row, r x c to r x 1, without overflow.</summary>
let logSumExp (x: Node) : Node =
    let largest = stopGradient (maxColumns x)
    log (sumColumns (exp (x - largest))) + largest

/// <summary>x − ln Σ_c e^x_c of each row: the log-probabilities of a softmax.</summary>
let logSoftmax (x: Node) : Node = x - logSumExp x

/// <summary>Binary cross-entropy of logits z and labels y in [0, 1], per row:
/// ln(1 + e^z) − y z.</summary>
let binaryCrossEntropy (labels: Node) (logits: Node) : Node = softplus logits - labels * logits

/// <summary>Cross-entropy of logits and class probabilities, r x c each, per row:
/// ln Σ_c e^z_c · Σ_c p_c − Σ_c p_c z_c.</summary>
let crossEntropy (probabilities: Node) (logits: Node) : Node =
    -(sumColumns (probabilities * logSoftmax logits))
