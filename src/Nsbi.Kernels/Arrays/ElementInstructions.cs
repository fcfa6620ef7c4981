using System.Numerics;

namespace Nsbi.Kernels.Arrays;

internal sealed unsafe class UnaryInstruction<T>(UnaryKind kind, ArrayView x, ArrayView y)
    : Instruction<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    public override void Run(in RowTile<T> tile) =>
        tile.Kernels.Unary(kind, tile.At(x), tile.At(y), (long)tile.Rows * y.Stride);
}

internal sealed unsafe class AffineInstruction<T>(
    double scale,
    double shift,
    ArrayView x,
    ArrayView y
) : Instruction<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    public override void Run(in RowTile<T> tile) =>
        tile.Kernels.Affine(scale, shift, tile.At(x), tile.At(y), (long)tile.Rows * y.Stride);
}

/// <summary>Operands may stand for every row or every column of the result.</summary>
internal sealed unsafe class BinaryInstruction<T>(
    BinaryKind kind,
    ArrayView x,
    ArrayView y,
    ArrayView z
) : Instruction<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly bool _spreadX = x.Columns == 1 && z.Columns > 1;
    private readonly bool _spreadY = y.Columns == 1 && z.Columns > 1;

    public override void Run(in RowTile<T> tile)
    {
        var atX = tile.At(x);
        var atY = tile.At(y);
        var atZ = tile.At(z);
        if (x.Stride == z.Stride && y.Stride == z.Stride && !_spreadX && !_spreadY)
        {
            var count = (long)tile.Rows * z.Stride;
            tile.Kernels.Binary(kind, atX, false, atY, false, atZ, count);
        }
        else if (z.Stride == 1)
        {
            tile.Kernels.Binary(kind, atX, x.Stride == 0, atY, y.Stride == 0, atZ, tile.Rows);
        }
        else
        {
            for (var row = 0; row < tile.Rows; row++)
            {
                tile.Kernels.Binary(kind, atX, _spreadX, atY, _spreadY, atZ, z.Columns);
                atX += x.Stride;
                atY += y.Stride;
                atZ += z.Stride;
            }
        }
    }
}

internal sealed unsafe class SelectInstruction<T>(
    ArrayView c,
    ArrayView x,
    ArrayView y,
    ArrayView z
) : Instruction<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    public override void Run(in RowTile<T> tile)
    {
        var count = (long)tile.Rows * z.Stride;
        tile.Kernels.Select(tile.At(c), tile.At(x), tile.At(y), tile.At(z), count);
    }
}

/// <summary>Columns of one array into columns of another; an operand of one column or one row is
/// repeated.</summary>
internal sealed unsafe class CopyInstruction<T>(
    ArrayView x,
    int startX,
    ArrayView y,
    int startY,
    int columns
) : Instruction<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly int _step = x.Columns == 1 ? 0 : 1;

    public override void Run(in RowTile<T> tile)
    {
        var from = tile.At(x) + startX;
        var to = tile.At(y) + startY;
        for (var row = 0; row < tile.Rows; row++)
        {
            for (var column = 0; column < columns; column++)
            {
                to[column] = from[column * _step];
            }

            from += x.Stride;
            to += y.Stride;
        }
    }
}

internal sealed unsafe class FillInstruction<T>(double value, ArrayView y) : Instruction<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    public override void Run(in RowTile<T> tile) =>
        new Span<T>(tile.At(y), tile.Rows * y.Stride).Fill(T.CreateTruncating(value));
}

internal sealed unsafe class RowCountInstruction<T>(ArrayView y) : Instruction<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    public override void Run(in RowTile<T> tile) =>
        *tile.At(y) = T.CreateTruncating(tile.Machine.BatchRows);
}
