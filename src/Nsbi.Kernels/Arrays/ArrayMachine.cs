namespace Nsbi.Kernels.Arrays;

/// <summary>Memory for arrays of one element type, and the instructions on them.</summary>
/// <remarks>
/// A machine runs phases: instructions on fixed arrays, then instructions on the batch, 64 rows at a
/// time through all of them, then sums over the batch whose tiles are tasks. Who runs a task does
/// not matter to its result. Nothing is allocated by a run. One run at a time.
/// </remarks>
public abstract class ArrayMachine : IDisposable
{
    private protected ArrayMachine(int panelWidth, int elementSize)
    {
        PanelWidth = panelWidth;
        ElementSize = elementSize;
    }

    /// <summary>A machine of float32 (single) or float64 without memory yet.</summary>
    public static ArrayMachine Create(bool single) =>
        single ? new ArrayMachine<float>() : new ArrayMachine<double>();

    /// <summary>Columns of a packed panel on this instruction path.</summary>
    public int PanelWidth { get; }

    /// <summary>Bytes of an element.</summary>
    public int ElementSize { get; }

    /// <summary>Sets aside so many elements, all zero. Once only.</summary>
    public abstract void Allocate(long elements);

    /// <summary>Copies numbers into a fixed array.</summary>
    public abstract void Write(ArrayView view, double[,] values);

    /// <summary>Copies rows of an array out.</summary>
    public abstract void Read(ArrayView view, double[,] values);

    /// <summary>y = f(x)</summary>
    public abstract Instruction Unary(UnaryKind kind, ArrayView x, ArrayView y);

    /// <summary>y = scale·x + shift</summary>
    public abstract Instruction Affine(double scale, double shift, ArrayView x, ArrayView y);

    /// <summary>z = f(x, y); operands may stand for all rows or all columns of z.</summary>
    public abstract Instruction Binary(BinaryKind kind, ArrayView x, ArrayView y, ArrayView z);

    /// <summary>z = x where c > 0, y elsewhere; all of one layout.</summary>
    public abstract Instruction Select(ArrayView c, ArrayView x, ArrayView y, ArrayView z);

    /// <summary>Columns of x, or its one column or row repeated, into columns of y.</summary>
    public abstract Instruction Copy(ArrayView x, int startX, ArrayView y, int startY, int columns);

    /// <summary>One number everywhere.</summary>
    public abstract Instruction Fill(double value, ArrayView y);

    /// <summary>The number of rows of the batch.</summary>
    public abstract Instruction RowCount(ArrayView y);

    /// <summary>The columns of the bound table that hold this input.</summary>
    public abstract Instruction Gather(int input, ArrayView y);

    /// <summary>0 with probability rate, else 1/(1 − rate); 1 outside training.</summary>
    public abstract Instruction DropoutMask(string name, double rate, ArrayView y);

    /// <summary>Sum of each row.</summary>
    public abstract Instruction SumColumns(ArrayView x, ArrayView y);

    /// <summary>Largest of each row.</summary>
    public abstract Instruction MaxColumns(ArrayView x, ArrayView y);

    /// <summary>y_ij = x_{n_i j}: rows of a fixed array by number, zeros where there is no such row.
    /// </summary>
    public abstract Instruction TakeRows(ArrayView index, ArrayView x, int rows, ArrayView y);

    /// <summary>y = xᵀ of a fixed array.</summary>
    public abstract Instruction Transpose(ArrayView x, ArrayView y);

    /// <summary>Packs w, or wᵀ, as the right factor of products.</summary>
    public abstract Instruction Pack(ArrayView w, bool transposed, long panels);

    /// <summary>z = epilogue(x·panels + bias) for more than <see cref="Layout.Narrow"/> columns.
    /// </summary>
    public abstract Instruction Product(
        ArrayView x,
        long panels,
        ArrayView? bias,
        ArrayView z,
        Epilogue epilogue
    );

    /// <summary>z = epilogue(x·wᵀ + bias) for few columns; w has a row for each column of z.
    /// </summary>
    public abstract Instruction NarrowProduct(
        ArrayView x,
        ArrayView w,
        ArrayView? bias,
        ArrayView z,
        Epilogue epilogue
    );

    /// <summary>Sum over the rows of the batch, into an array or into the optimiser.</summary>
    public abstract Reduction SumRows(ArrayView x, ArrayView y, UpdateTarget? update);

    /// <summary>Sums over the rows of the batch by group, y_gj = Σ_{i: n_i = g} x_ij; rows whose
    /// number is no group's are left out.</summary>
    public abstract Reduction SumGroups(ArrayView index, ArrayView x, int groups, ArrayView y);

    /// <summary>xᵀy over the rows of the batch, into an array or into the optimiser.</summary>
    public abstract Reduction TransposedProduct(
        ArrayView x,
        ArrayView y,
        ArrayView z,
        UpdateTarget? update
    );

    /// <summary>The optimiser's step along a gradient in an array.</summary>
    public abstract Reduction Update(ArrayView gradient, int rows, UpdateTarget target);

    /// <summary>A sum over the rows of a fixed array as an instruction.</summary>
    public abstract Instruction OnFixed(Reduction reduction);

    /// <summary>The table that inputs are gathered from, float32 or float64, its number of columns
    /// and the first column of each input.</summary>
    public abstract void Bind(float[]? singles, double[]? doubles, int width, int[] starts);

    /// <summary>Runs phases on a batch.</summary>
    /// <param name="team">who works</param>
    /// <param name="phases">in order</param>
    /// <param name="rows">row numbers of the bound table</param>
    /// <param name="training">whether dropout masks are drawn</param>
    /// <param name="seed">of the masks</param>
    /// <param name="step">of the masks</param>
    /// <param name="rule">of the optimiser</param>
    public abstract void Run(
        ThreadTeam team,
        Phase[] phases,
        ReadOnlySpan<int> rows,
        bool training,
        ulong seed,
        long step,
        in UpdateRule rule
    );

    /// <summary>Gives the memory back.</summary>
    public abstract void Dispose();
}
