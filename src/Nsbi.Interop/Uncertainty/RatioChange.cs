namespace Nsbi.Interop;

/// <summary>Another density ratio of a process, on the events of the reference table of its channel.
/// Immutable; the numbers are copied.</summary>
public sealed class RatioChange
{
    private readonly double[] _ratios;

    /// <summary>A changed ratio.</summary>
    /// <param name="channel">an unbinned channel</param>
    /// <param name="process">a process of it</param>
    /// <param name="ratios">r′_c(x_i), in the order and the units of the ratios the likelihood was compiled
    /// with</param>
    public RatioChange(string channel, string process, IReadOnlyList<double> ratios)
    {
        ArgumentNullException.ThrowIfNull(channel);
        ArgumentNullException.ThrowIfNull(process);
        ArgumentNullException.ThrowIfNull(ratios);
        Channel = channel;
        Process = process;
        _ratios = [.. ratios];
    }

    /// <summary>All ratios of a table, such as that of another estimator of the same samples.</summary>
    /// <param name="channel">an unbinned channel that has its processes</param>
    /// <param name="table">events in the order of the channel's reference table</param>
    public static IReadOnlyList<RatioChange> Of(string channel, RatioTable table)
    {
        ArgumentNullException.ThrowIfNull(table);
        return
        [
            .. table.Processes.Select(process => new RatioChange(
                channel,
                process,
                table.Ratios(process)
            )),
        ];
    }

    /// <summary>The channel.</summary>
    public string Channel { get; }

    /// <summary>The process.</summary>
    public string Process { get; }

    /// <summary>r′_c(x_i).</summary>
    public IReadOnlyList<double> Ratios => Array.AsReadOnly(_ratios);

    internal static FSharpList<FInfer.RatioChange> ToFSharp(IReadOnlyList<RatioChange> changes)
    {
        ArgumentNullException.ThrowIfNull(changes);
        return changes
            .Select(change => new FInfer.RatioChange(
                change.Channel,
                change.Process,
                change._ratios
            ))
            .ToFSharp();
    }

    internal static FInfer.RatioScale ToFSharp(RatioScale scale) =>
        scale == RatioScale.Literal ? FInfer.RatioScale.Literal : FInfer.RatioScale.Normalised;

    /// <summary>Process, channel and number of events.</summary>
    /// <returns>the text</returns>
    public override string ToString() => $"{_ratios.Length} ratios of {Process} in {Channel}";
}
