using System.Numerics;
using System.Runtime.InteropServices;
using Nsbi.Kernels.Simd;

namespace Nsbi.Kernels.Arrays;

internal sealed unsafe class ArrayMachine<T> : ArrayMachine
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly Action<int, int> _chunk;
    private readonly Action<int, int> _tile;
    private int[] _rows = [];
    private int _count;
    private Phase? _phase;
    private float[]? _singles;
    private double[]? _doubles;

    public ArrayMachine()
        : this(ArrayKernels<T>.For(Isa.Path)) { }

    public ArrayMachine(ArrayKernels<T> kernels)
        : base(kernels.PanelWidth, sizeof(T))
    {
        Kernels = kernels;
        _chunk = RunChunk;
        _tile = RunTile;
    }

    ~ArrayMachine() => Dispose();

    public ArrayKernels<T> Kernels { get; }
    public T* Memory { get; private set; }
    public int Width { get; private set; }
    public int[] Starts { get; private set; } = [];
    public int BatchRows => _count;
    public ReadOnlySpan<int> Rows => _rows.AsSpan(0, _count);
    public bool Training { get; private set; }
    public ulong Seed { get; private set; }
    public long Step { get; private set; }
    public UpdateRule Rule { get; private set; }

    /// <summary>The table where its element type is the machine's.</summary>
    public T[]? SameType { get; private set; }

    public T Convert(long index) =>
        _singles is { } singles
            ? T.CreateTruncating(singles[index])
            : T.CreateTruncating(_doubles![index]);

    public override void Allocate(long elements)
    {
        if (Memory != null)
        {
            throw new InvalidOperationException("The machine has its memory already.");
        }

        // Tiles at the end of an array may read a little beyond it.
        var bytes = (nuint)((elements + 1024) * sizeof(T));
        Memory = (T*)NativeMemory.AlignedAlloc(bytes, 4096);
        NativeMemory.Clear(Memory, bytes);
    }

    public override void Write(ArrayView view, double[,] values)
    {
        for (var row = 0; row < values.GetLength(0); row++)
        {
            for (var column = 0; column < values.GetLength(1); column++)
            {
                Memory[view.Offset + ((long)row * view.Stride) + column] = T.CreateTruncating(
                    values[row, column]
                );
            }
        }
    }

    public override void Read(ArrayView view, double[,] values)
    {
        for (var row = 0; row < values.GetLength(0); row++)
        {
            for (var column = 0; column < values.GetLength(1); column++)
            {
                values[row, column] = double.CreateTruncating(
                    Memory[view.Offset + ((long)row * view.Stride) + column]
                );
            }
        }
    }

    public override Instruction Unary(UnaryKind kind, ArrayView x, ArrayView y) =>
        new UnaryInstruction<T>(kind, x, y);

    public override Instruction Affine(double scale, double shift, ArrayView x, ArrayView y) =>
        new AffineInstruction<T>(scale, shift, x, y);

    public override Instruction Binary(BinaryKind kind, ArrayView x, ArrayView y, ArrayView z) =>
        new BinaryInstruction<T>(kind, x, y, z);

    public override Instruction Select(ArrayView c, ArrayView x, ArrayView y, ArrayView z) =>
        new SelectInstruction<T>(c, x, y, z);

    public override Instruction Copy(
        ArrayView x,
        int startX,
        ArrayView y,
        int startY,
        int columns
    ) => new CopyInstruction<T>(x, startX, y, startY, columns);

    public override Instruction Fill(double value, ArrayView y) => new FillInstruction<T>(value, y);

    public override Instruction RowCount(ArrayView y) => new RowCountInstruction<T>(y);

    public override Instruction Gather(int input, ArrayView y) =>
        new GatherInstruction<T>(input, y);

    public override Instruction DropoutMask(string name, double rate, ArrayView y) =>
        new DropoutInstruction<T>(name, rate, y);

    public override Instruction SumColumns(ArrayView x, ArrayView y) =>
        new SumColumnsInstruction<T>(x, y);

    public override Instruction MaxColumns(ArrayView x, ArrayView y) =>
        new MaxColumnsInstruction<T>(x, y);

    public override Instruction TakeRows(ArrayView index, ArrayView x, int rows, ArrayView y) =>
        new TakeRowsInstruction<T>(index, x, rows, y);

    public override Instruction Transpose(ArrayView x, ArrayView y) =>
        new TransposeInstruction<T>(x, y);

    public override Instruction Pack(ArrayView w, bool transposed, long panels) =>
        new PackInstruction<T>(w, transposed, panels);

    public override Instruction Product(
        ArrayView x,
        long panels,
        ArrayView? bias,
        ArrayView z,
        Epilogue epilogue
    ) => new ProductInstruction<T>(x, panels, bias, z, epilogue);

    public override Instruction NarrowProduct(
        ArrayView x,
        ArrayView w,
        ArrayView? bias,
        ArrayView z,
        Epilogue epilogue
    ) => new NarrowProductInstruction<T>(x, w, bias, z, epilogue);

    public override Reduction SumRows(ArrayView x, ArrayView y, UpdateTarget? update) =>
        new SumRowsReduction<T>(x, PanelWidth, new Destination<T>(y, update));

    public override Reduction SumGroups(ArrayView index, ArrayView x, int groups, ArrayView y) =>
        new SumGroupsReduction<T>(index, x, groups, PanelWidth, y);

    public override Reduction TransposedProduct(
        ArrayView x,
        ArrayView y,
        ArrayView z,
        UpdateTarget? update
    ) => new TransposedProductReduction<T>(x, y, PanelWidth, new Destination<T>(z, update));

    public override Reduction Update(ArrayView gradient, int rows, UpdateTarget target) =>
        new UpdateReduction<T>(gradient, rows, target);

    public override Instruction OnFixed(Reduction reduction) =>
        new ReductionInstruction<T>((Reduction<T>)reduction);

    public override void Bind(float[]? singles, double[]? doubles, int width, int[] starts)
    {
        (_singles, _doubles, Width, Starts) = (singles, doubles, width, starts);
        SameType = (object?)singles as T[] ?? (object?)doubles as T[];
    }

    public override void Run(
        ThreadTeam team,
        Phase[] phases,
        ReadOnlySpan<int> rows,
        bool training,
        ulong seed,
        long step,
        in UpdateRule rule
    )
    {
        if (_rows.Length < rows.Length)
        {
            _rows = new int[rows.Length];
        }

        rows.CopyTo(_rows);
        _count = rows.Length;
        (Training, Seed, Step, Rule) = (training, seed, step, rule);
        foreach (var phase in phases)
        {
            _phase = phase;
            foreach (var (instruction, fixedRows) in phase.OnFixed)
            {
                ((Instruction<T>)instruction).Run(new RowTile<T>(this, 0, fixedRows, 0));
            }

            if (phase.OnBatch.Length > 0)
            {
                team.For((_count + Layout.ChunkRows - 1) / Layout.ChunkRows, _chunk);
            }

            if (phase.Tiles.Length > 0)
            {
                team.For(phase.Tiles.Length, _tile);
            }
        }
    }

    private void RunChunk(int chunk, int worker)
    {
        var first = chunk * Layout.ChunkRows;
        var rows = Math.Min(Layout.ChunkRows, _count - first);
        var tile = new RowTile<T>(this, first, rows, worker);
        foreach (var instruction in _phase!.OnBatch)
        {
            ((Instruction<T>)instruction).Run(tile);
        }
    }

    private void RunTile(int task, int worker)
    {
        var (reduction, part) = _phase!.Tiles[task];
        ((Reduction<T>)reduction).Run(this, part, _count);
    }

    public override void Dispose()
    {
        NativeMemory.AlignedFree(Memory);
        Memory = null;
        GC.SuppressFinalize(this);
    }
}

/// <summary>A sum over the rows of a fixed array.</summary>
internal sealed class ReductionInstruction<T>(Reduction<T> reduction) : Instruction<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    public override void Run(in RowTile<T> tile)
    {
        for (var task = 0; task < reduction.Tasks; task++)
        {
            reduction.Run(tile.Machine, task, tile.Rows);
        }
    }
}
