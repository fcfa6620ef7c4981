namespace Nsbi.Kernels.Arrays;

/// <summary>Where a row-major array lies in the memory of an <see cref="ArrayMachine"/>.</summary>
/// <param name="Offset">of its first element</param>
/// <param name="Stride">elements between rows; 0 where one row stands for all</param>
/// <param name="Columns">number of columns; 1 in an operand stands for every column</param>
/// <param name="PerWorker">elements between the copies of the workers; 0 where there is one</param>
/// <param name="WholeBatch">true where the array holds all rows of the batch, false where it holds
/// the rows being worked on</param>
public readonly record struct ArrayView(
    long Offset,
    int Stride,
    int Columns,
    long PerWorker = 0,
    bool WholeBatch = false
);

/// <summary>Parameters and moments of the optimiser that a finished gradient goes into; all have
/// the gradient's stride.</summary>
/// <param name="Theta">offset of the parameter</param>
/// <param name="Mean">offset of m</param>
/// <param name="Variance">offset of v</param>
public readonly record struct UpdateTarget(long Theta, long Mean, long Variance);
