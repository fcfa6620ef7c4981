namespace Nsbi.Interop;

/// <summary>By how much the ratios of a process were divided on the reference table, so that Asimov
/// weights add up to the expected events.</summary>
public sealed class RatioRescaling
{
    internal RatioRescaling(FInfer.Rescaling rescaling)
    {
        Channel = rescaling.Channel;
        Process = rescaling.Process;
        MeanRatio = rescaling.MeanRatio;
    }

    /// <summary>The unbinned channel.</summary>
    public string Channel { get; }

    /// <summary>The process.</summary>
    public string Process { get; }

    /// <summary>Σ w_ref r_c / Σ w_ref before scaling; 1 for exact ratios on an infinite table.
    /// </summary>
    public double MeanRatio { get; }

    /// <summary>A line.</summary>
    /// <returns>the text</returns>
    public override string ToString() =>
        $"{Channel}, {Process}: mean ratio {TextTable.Number(MeanRatio)}";
}
