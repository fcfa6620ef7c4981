using System.Numerics;
using Nsbi.Kernels.Simd;

namespace Nsbi.Kernels.Arrays;

/// <summary>One operation on arrays, row by row, made by an <see cref="ArrayMachine"/>.</summary>
public abstract class Instruction;

/// <summary>One sum over the rows of the batch, in tiles that are tasks of their own.</summary>
public abstract class Reduction
{
    /// <summary>Number of tiles.</summary>
    public abstract int Tasks { get; }
}

/// <summary>Rows Row … Row + Rows − 1 of a batch, worked on by one worker.</summary>
internal readonly unsafe struct RowTile<T>(ArrayMachine<T> machine, int row, int rows, int worker)
    where T : unmanaged, IFloatingPointIeee754<T>
{
    public readonly ArrayMachine<T> Machine = machine;
    public readonly ArrayKernels<T> Kernels = machine.Kernels;
    public readonly int Row = row;
    public readonly int Rows = rows;
    public readonly int Worker = worker;

    /// <summary>The first of these rows in an array.</summary>
    public T* At(in ArrayView view)
    {
        var row = view.WholeBatch ? (long)Row * view.Stride : 0;
        return Machine.Memory + view.Offset + (view.PerWorker * Worker) + row;
    }
}

internal abstract class Instruction<T> : Instruction
    where T : unmanaged, IFloatingPointIeee754<T>
{
    public abstract void Run(in RowTile<T> tile);
}

internal abstract class Reduction<T> : Reduction
    where T : unmanaged, IFloatingPointIeee754<T>
{
    public abstract void Run(ArrayMachine<T> machine, int task, int rows);
}
