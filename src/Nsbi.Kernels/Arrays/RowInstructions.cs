using System.Numerics;

namespace Nsbi.Kernels.Arrays;

/// <summary>The columns of an input, gathered from the bound table by the batch's row numbers.
/// </summary>
internal sealed unsafe class GatherInstruction<T>(int input, ArrayView y) : Instruction<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    public override void Run(in RowTile<T> tile)
    {
        var machine = tile.Machine;
        var start = machine.Starts[input];
        var to = tile.At(y);
        var rows = machine.Rows.Slice(tile.Row, tile.Rows);
        if (machine.SameType is { } same)
        {
            foreach (var row in rows)
            {
                var from = same.AsSpan((int)((long)row * machine.Width) + start, y.Columns);
                from.CopyTo(new Span<T>(to, y.Columns));
                to += y.Stride;
            }
        }
        else
        {
            foreach (var row in rows)
            {
                for (var column = 0; column < y.Columns; column++)
                {
                    to[column] = machine.Convert(((long)row * machine.Width) + start + column);
                }

                to += y.Stride;
            }
        }
    }
}

/// <summary>A dropout mask: element (row, column) is a function of (seed, step, name, row, column).
/// </summary>
internal sealed unsafe class DropoutInstruction<T>(string name, double rate, ArrayView y)
    : Instruction<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly uint _purpose = RandomStream.HashOf("dropout " + name);
    private readonly uint _limit = (uint)(rate * 4294967296.0);
    private readonly T _kept = T.CreateTruncating(1.0 / (1.0 - rate));

    public override void Run(in RowTile<T> tile)
    {
        var to = tile.At(y);
        if (!tile.Machine.Training)
        {
            new Span<T>(to, tile.Rows * y.Stride).Fill(T.One);
            return;
        }

        var (seed, step) = (tile.Machine.Seed, (uint)tile.Machine.Step);
        for (var row = 0; row < tile.Rows; row++, to += y.Stride)
        {
            for (var column = 0; column < y.Columns; column += 4)
            {
                var (a, b, c, d) = RandomStream.Block(
                    (uint)column / 4,
                    _purpose,
                    (uint)(tile.Row + row),
                    step,
                    (uint)seed,
                    (uint)(seed >> 32)
                );
                Put(to, column, a);
                Put(to, column + 1, b);
                Put(to, column + 2, c);
                Put(to, column + 3, d);
            }
        }
    }

    private void Put(T* to, int column, uint word)
    {
        if (column < y.Columns)
        {
            to[column] = word < _limit ? T.Zero : _kept;
        }
    }
}

internal sealed unsafe class SumColumnsInstruction<T>(ArrayView x, ArrayView y) : Instruction<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    public override void Run(in RowTile<T> tile)
    {
        var from = tile.At(x);
        var to = tile.At(y);
        for (var row = 0; row < tile.Rows; row++)
        {
            *to = tile.Kernels.Sum(from, x.Columns);
            from += x.Stride;
            to += y.Stride;
        }
    }
}

internal sealed unsafe class MaxColumnsInstruction<T>(ArrayView x, ArrayView y) : Instruction<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    public override void Run(in RowTile<T> tile)
    {
        var from = tile.At(x);
        var to = tile.At(y);
        for (var row = 0; row < tile.Rows; row++)
        {
            *to = tile.Kernels.Max(from, x.Columns);
            from += x.Stride;
            to += y.Stride;
        }
    }
}

/// <summary>y = xᵀ for a fixed array; the rows worked on are those of x.</summary>
internal sealed unsafe class TransposeInstruction<T>(ArrayView x, ArrayView y) : Instruction<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    public override void Run(in RowTile<T> tile)
    {
        var from = tile.At(x);
        var to = tile.At(y);
        for (var row = 0; row < tile.Rows; row++)
        {
            for (var column = 0; column < x.Columns; column++)
            {
                to[((long)column * y.Stride) + row] = from[((long)row * x.Stride) + column];
            }
        }
    }
}
