namespace Nsbi.Learn.Autodiff

/// <summary>Activations of a dense layer, each a function of one number.</summary>
[<RequireQualifiedAccess>]
type Activation =
    /// <summary>x</summary>
    | Identity
    /// <summary>max(x, 0)</summary>
    | Relu
    /// <summary>x σ(x)</summary>
    | Silu
    /// <summary>tanh x</summary>
    | Tanh
    /// <summary>σ(x) = 1/(1 + e^−x)</summary>
    | Sigmoid
    /// <summary>x for x > 0, e^x − 1 elsewhere</summary>
    | Elu
    /// <summary>ln(1 + e^x)</summary>
    | Softplus

/// <summary>Functions applied to every element of one array.</summary>
[<RequireQualifiedAccess>]
type Unary =
    /// <summary>scale·x + shift</summary>
    | Affine of scale: float * shift: float
    /// <summary>e^x</summary>
    | Exp
    /// <summary>ln x; −∞ at 0, NaN below</summary>
    | Log
    /// <summary>√x; NaN below 0</summary>
    | Sqrt
    /// <summary>x²</summary>
    | Square
    /// <summary>1/x</summary>
    | Reciprocal
    /// <summary>sin x</summary>
    | Sin
    /// <summary>cos x</summary>
    | Cos
    /// <summary>|x|</summary>
    | Abs
    /// <summary>1 where x > 0, 0 elsewhere (NaN included)</summary>
    | Step
    /// <summary>An activation.</summary>
    | Activate of activation: Activation
    /// <summary>The first derivative of an activation.</summary>
    | Slope of activation: Activation

/// <summary>Functions applied to the elements of two arrays of the same shape.</summary>
[<RequireQualifiedAccess>]
type Binary =
    /// <summary>x + y</summary>
    | Add
    /// <summary>x − y</summary>
    | Subtract
    /// <summary>x y</summary>
    | Multiply
    /// <summary>x / y</summary>
    | Divide
    /// <summary>x where x > y, y elsewhere</summary>
    | Maximum
    /// <summary>y where x > y, x elsewhere</summary>
    | Minimum

/// <summary>The primitives of array programs. r: rows, c: columns.</summary>
[<RequireQualifiedAccess>]
type Operation =
    /// <summary>Columns of the batch, given at each run.</summary>
    | Input of name: string
    /// <summary>A fixed array that keeps its value between runs and can be trained.</summary>
    | Parameter of name: string
    /// <summary>An array known when the graph is built.</summary>
    | Constant of values: float[,]
    /// <summary>One number in every element.</summary>
    | Fill of value: float
    /// <summary>The number of rows of the batch being run, 1 x 1.</summary>
    | RowCount
    /// <summary>f(x), element by element.</summary>
    | Unary of Unary
    /// <summary>f(x, y), element by element.</summary>
    | Binary of Binary
    /// <summary>y where the first argument is above zero, z elsewhere.</summary>
    | Select
    /// <summary>op(x) op(y), op being the transpose where the flag is set.</summary>
    | MatMul of transposeLeft: bool * transposeRight: bool
    /// <summary>f(x W + b): x of r x k, W of k x n, b of 1 x n.</summary>
    | Dense of activation: Activation
    /// <summary>The transpose of a fixed array.</summary>
    | Transpose
    /// <summary>Sum over rows, r x c to 1 x c.</summary>
    | SumRows
    /// <summary>Sum over columns, r x c to r x 1.</summary>
    | SumColumns
    /// <summary>Largest of each row, r x c to r x 1.</summary>
    | MaxColumns
    /// <summary>The same row for every row, 1 x c to r x c.</summary>
    | BroadcastRows
    /// <summary>Sums of the rows of x by group: y_gj = Σ_{i: n_i = g} x_ij of numbers n, r x 1, and
    /// x, r x c, to groups x c.</summary>
    | SumGroups
    /// <summary>Rows by number: y_ij = x_{n_i j} of numbers n, r x 1, and x, g x c fixed, to r x c.
    /// </summary>
    | TakeRows
    /// <summary>The same column for every column, r x 1 to r x c.</summary>
    | BroadcastColumns
    /// <summary>Columns start … start + c − 1.</summary>
    | Slice of start: int
    /// <summary>Arrays side by side.</summary>
    | Concat
    /// <summary>0 with probability rate, else 1/(1 − rate); 1 in evaluation.</summary>
    | DropoutMask of name: string * rate: float
    /// <summary>x, with derivative zero.</summary>
    | StopGradient
