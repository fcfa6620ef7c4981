using System.Numerics;

namespace Nsbi.Kernels.Arrays;

/// <summary>Where the finished tiles of a sum go: into an array, or straight into the optimiser.
/// </summary>
internal readonly unsafe struct Destination<T>(ArrayView array, UpdateTarget? update)
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>Some columns of one row.</summary>
    public void Put(ArrayMachine<T> machine, int row, int column, T* values, int count)
    {
        var at = ((long)row * array.Stride) + column;
        if (update is { } target)
        {
            var memory = machine.Memory + at;
            machine.Kernels.Update(
                machine.Rule,
                values,
                memory + target.Theta,
                memory + target.Mean,
                memory + target.Variance,
                count
            );
        }
        else
        {
            new Span<T>(values, count).CopyTo(
                new Span<T>(machine.Memory + array.Offset + at, count)
            );
        }
    }
}

/// <summary>Sum over the rows of the batch, in the order of the rows.</summary>
internal sealed unsafe class SumRowsReduction<T>(
    ArrayView y,
    int panelWidth,
    Destination<T> destination
) : Reduction<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    public override int Tasks => (y.Columns + panelWidth - 1) / panelWidth;

    public override void Run(ArrayMachine<T> machine, int task, int rows)
    {
        var sums = stackalloc T[panelWidth];
        var first = task * panelWidth;
        var from = machine.Memory + y.Offset + first;
        if (y.Columns <= Layout.Narrow)
        {
            for (var row = 0; row < rows; row++)
            {
                for (var column = 0; column < y.Columns; column++)
                {
                    sums[column] += from[((long)row * y.Stride) + column];
                }
            }
        }
        else
        {
            machine.Kernels.SumRows(from, y.Stride, rows, sums);
        }

        destination.Put(machine, 0, first, sums, Math.Min(panelWidth, y.Columns - first));
    }
}

/// <summary>xᵀy over the rows of the batch: tiles of 8 columns of x by PanelWidth columns of y, each
/// summed in the order of the rows.</summary>
internal sealed unsafe class TransposedProductReduction<T> : Reduction<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly ArrayView _x;
    private readonly ArrayView _y;
    private readonly bool _swapped;
    private readonly int _width;
    private readonly int _group;
    private readonly int _groups;
    private readonly Destination<T> _destination;

    public TransposedProductReduction(
        ArrayView x,
        ArrayView y,
        int panelWidth,
        Destination<T> destination
    )
    {
        // The wide factor lies along the vectors.
        _swapped = y.Columns <= Layout.Narrow && x.Columns > y.Columns;
        (_x, _y) = _swapped ? (y, x) : (x, y);
        _width = panelWidth;
        _group = _x.Columns >= 256 ? 64 : 16;
        _groups = (_x.Columns + _group - 1) / _group;
        _destination = destination;
    }

    public override int Tasks => _groups * ((_y.Columns + _width - 1) / _width);

    public override void Run(ArrayMachine<T> machine, int task, int rows)
    {
        var column = task / _groups * _width;
        var start = task % _groups * _group;
        var end = Math.Min(_x.Columns, start + _group);
        var tile = stackalloc T[8 * _width];
        var y = machine.Memory + _y.Offset + column;
        for (var k = start; k < end; k += 8)
        {
            var x = machine.Memory + _x.Offset + k;
            if (_y.Columns <= Layout.Narrow)
            {
                Narrow(x, y, rows, Math.Min(8, end - k), tile);
            }
            else
            {
                machine.Kernels.TransposedTile(x, _x.Stride, y, _y.Stride, rows, tile);
            }

            Put(machine, k, column, Math.Min(8, end - k), tile);
        }
    }

    private void Narrow(T* x, T* y, int rows, int count, T* tile)
    {
        for (var k = 0; k < count; k++)
        {
            for (var j = 0; j < _y.Columns; j++)
            {
                var sum = T.Zero;
                for (var row = 0; row < rows; row++)
                {
                    sum += x[((long)row * _x.Stride) + k] * y[((long)row * _y.Stride) + j];
                }

                tile[(k * _width) + j] = sum;
            }
        }
    }

    private void Put(ArrayMachine<T> machine, int k, int column, int count, T* tile)
    {
        var columns = Math.Min(_width, _y.Columns - column);
        if (!_swapped)
        {
            for (var i = 0; i < count; i++)
            {
                _destination.Put(machine, k + i, column, tile + (i * _width), columns);
            }

            return;
        }

        var row = stackalloc T[8];
        for (var j = 0; j < columns; j++)
        {
            for (var i = 0; i < count; i++)
            {
                row[i] = tile[(i * _width) + j];
            }

            _destination.Put(machine, column + j, k, row, count);
        }
    }
}

/// <summary>The optimiser's step on a gradient that no tile finishes: 16 rows a task.</summary>
internal sealed class UpdateReduction<T>(ArrayView gradient, int gradientRows, UpdateTarget target)
    : Reduction<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    public override int Tasks => (gradientRows + 15) / 16;

    public override unsafe void Run(ArrayMachine<T> machine, int task, int rows)
    {
        var first = (long)task * 16 * gradient.Stride;
        var memory = machine.Memory + first;
        machine.Kernels.Update(
            machine.Rule,
            memory + gradient.Offset,
            memory + target.Theta,
            memory + target.Mean,
            memory + target.Variance,
            (long)Math.Min(16, gradientRows - (task * 16)) * gradient.Stride
        );
    }
}
