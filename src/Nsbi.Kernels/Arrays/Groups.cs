using System.Numerics;
using Nsbi.Kernels.Simd;

namespace Nsbi.Kernels.Arrays;

/// <summary>Sums of the rows by group, PanelWidth columns a task, each group in the order of its
/// rows.</summary>
internal sealed unsafe class SumGroupsReduction<T>(
    ArrayView index,
    ArrayView x,
    int groups,
    int panelWidth,
    ArrayView y
) : Reduction<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    public override int Tasks => (y.Columns + panelWidth - 1) / panelWidth;

    public override void Run(ArrayMachine<T> machine, int task, int rows)
    {
        var first = task * panelWidth;
        var number = machine.Memory + index.Offset;
        var from = machine.Memory + x.Offset + first;
        var to = machine.Memory + y.Offset + first;
        var columns = y.Columns <= Layout.Narrow ? y.Columns : panelWidth;
        for (var group = 0; group < groups; group++)
        {
            new Span<T>(to + ((long)group * y.Stride), columns).Clear();
        }

        if (y.Columns > Layout.Narrow)
        {
            var kernels = machine.Kernels;
            kernels.SumGroups(number, index.Stride, from, x.Stride, rows, groups, to, y.Stride);
            return;
        }

        for (var row = 0; row < rows; row++, number += index.Stride, from += x.Stride)
        {
            var group = ArrayKernels<T>.Group(*number, groups);
            for (var column = 0; group >= 0 && column < columns; column++)
            {
                to[((long)group * y.Stride) + column] += from[column];
            }
        }
    }
}

/// <summary>Rows of a fixed array by number; zeros where there is no such row.</summary>
internal sealed unsafe class TakeRowsInstruction<T>(
    ArrayView index,
    ArrayView x,
    int xRows,
    ArrayView y
) : Instruction<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    public override void Run(in RowTile<T> tile)
    {
        var number = tile.At(index);
        var from = tile.At(x);
        var to = tile.At(y);
        for (var row = 0; row < tile.Rows; row++, number += index.Stride, to += y.Stride)
        {
            var group = ArrayKernels<T>.Group(*number, xRows);
            var target = new Span<T>(to, y.Columns);
            if (group < 0)
            {
                target.Clear();
            }
            else
            {
                new Span<T>(from + ((long)group * x.Stride), y.Columns).CopyTo(target);
            }
        }
    }
}
