namespace Nsbi.Kernels.Arrays;

/// <summary>A stretch of a program between two barriers.</summary>
public sealed class Phase
{
    /// <summary>Instructions on fixed arrays with their number of rows, then instructions on batch
    /// arrays, run for one chunk of rows after the other, then sums over the batch.</summary>
    public Phase(
        (Instruction Instruction, int Rows)[] onFixed,
        Instruction[] onBatch,
        Reduction[] reductions
    )
    {
        OnFixed = onFixed;
        OnBatch = onBatch;
        Tiles =
        [
            .. reductions.SelectMany(reduction =>
                Enumerable.Range(0, reduction.Tasks).Select(part => (reduction, part))
            ),
        ];
    }

    internal (Instruction Instruction, int Rows)[] OnFixed { get; }
    internal Instruction[] OnBatch { get; }

    /// <summary>The tiles of all reductions, each a task.</summary>
    internal (Reduction Reduction, int Part)[] Tiles { get; }
}
