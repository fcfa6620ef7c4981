using System.Numerics;

namespace Nsbi.Kernels.Arrays;

/// <summary>The right factor of products, packed into panels of PanelWidth columns, each depth
/// rows, zeros beyond the last column. The rows worked on are those of w.</summary>
/// <param name="w">depth x columns, or columns x depth where transposed</param>
/// <param name="transposed">whether the factor is wᵀ</param>
/// <param name="panels">offset of the panels</param>
internal sealed unsafe class PackInstruction<T>(ArrayView w, bool transposed, long panels)
    : Instruction<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    public override void Run(in RowTile<T> tile)
    {
        var width = tile.Kernels.PanelWidth;
        var from = tile.At(w);
        var to = tile.Machine.Memory + panels;
        var (depth, columns) = transposed ? (w.Columns, tile.Rows) : (tile.Rows, w.Columns);
        for (var first = 0; first < columns; first += width, to += (long)depth * width)
        {
            var count = Math.Min(width, columns - first);
            if (transposed)
            {
                Transpose(from + ((long)first * w.Stride), to, depth, count, width);
                continue;
            }

            for (var k = 0; k < depth; k++)
            {
                var row = new Span<T>(from + ((long)k * w.Stride) + first, count);
                row.CopyTo(new Span<T>(to + ((long)k * width), width));
                new Span<T>(to + ((long)k * width) + count, width - count).Clear();
            }
        }
    }

    private void Transpose(T* from, T* to, int depth, int count, int width)
    {
        for (var j = 0; j < count; j++)
        {
            var row = from + ((long)j * w.Stride);
            var column = to + j;
            for (var k = 0; k < depth; k++)
            {
                column[(long)k * width] = row[k];
            }
        }

        for (var k = 0; count < width && k < depth; k++)
        {
            new Span<T>(to + ((long)k * width) + count, width - count).Clear();
        }
    }
}

/// <summary>z = epilogue(x·panels + bias), 8 rows by one panel at a time, the epilogue while z is
/// in cache.</summary>
internal sealed unsafe class ProductInstruction<T>(
    ArrayView x,
    long panels,
    ArrayView? bias,
    ArrayView z,
    Epilogue epilogue
) : Instruction<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    public override void Run(in RowTile<T> tile)
    {
        var width = tile.Kernels.PanelWidth;
        var panel = tile.Machine.Memory + panels;
        var atX = tile.At(x);
        var atZ = tile.At(z);
        var atBias = bias is { } view ? tile.At(view) : null;
        for (var first = 0; first < z.Columns; first += width, panel += (long)x.Columns * width)
        {
            var b = atBias == null ? null : atBias + first;
            for (var row = 0; row < tile.Rows; row += 8)
            {
                var from = atX + ((long)row * x.Stride);
                var to = atZ + ((long)row * z.Stride) + first;
                tile.Kernels.Tile(from, x.Stride, x.Columns, panel, b, to, z.Stride);
            }
        }

        epilogue.Run(tile, z);
    }
}

/// <summary>The same for at most four columns: sums along the rows of x and of w, which has a row
/// for each column of z.</summary>
internal sealed unsafe class NarrowProductInstruction<T>(
    ArrayView x,
    ArrayView w,
    ArrayView? bias,
    ArrayView z,
    Epilogue epilogue
) : Instruction<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    public override void Run(in RowTile<T> tile)
    {
        var atX = tile.At(x);
        var atZ = tile.At(z);
        var atW = tile.At(w);
        var atBias = bias is { } view ? tile.At(view) : null;
        for (var row = 0; row < tile.Rows; row++, atX += x.Stride, atZ += z.Stride)
        {
            for (var column = 0; column < z.Columns; column++)
            {
                var dot = tile.Kernels.Dot(atX, atW + ((long)column * w.Stride), x.Columns);
                atZ[column] = atBias == null ? dot : dot + atBias[column];
            }
        }

        epilogue.Run(tile, z);
    }
}
