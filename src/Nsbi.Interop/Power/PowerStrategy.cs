namespace Nsbi.Interop;

/// <summary>How an analysis uses the ratio r = p(x | value)/p(x | null) of its events: from a count to all that
/// there is to know. Immutable.</summary>
public sealed class PowerStrategy
{
    private PowerStrategy(FInfer.PowerStrategy strategy)
    {
        Strategy = strategy;
    }

    internal FInfer.PowerStrategy Strategy { get; }

    /// <summary>The number of events, nothing of each.</summary>
    public static PowerStrategy Inclusive { get; } = new(FInfer.PowerStrategy.Inclusive);

    /// <summary>The product of the ratios of all events.</summary>
    public static PowerStrategy Unbinned { get; } = new(FInfer.PowerStrategy.Unbinned);

    /// <summary>The number of events with r above a value.</summary>
    /// <param name="above">0 or above</param>
    public static PowerStrategy Cut(double above) => new(FInfer.PowerStrategy.NewCut(above));

    /// <summary>A histogram of r with these inner edges; the outer bins are open.</summary>
    /// <param name="edges">ascending</param>
    public static PowerStrategy Edges(params IReadOnlyList<double> edges)
    {
        ArgumentNullException.ThrowIfNull(edges);
        return new(FInfer.PowerStrategy.NewEdges(edges.ToFSharp()));
    }

    /// <summary>A histogram of r in bins of equal width, and the events beyond in two more.</summary>
    /// <param name="low">the first edge</param>
    /// <param name="high">the last edge</param>
    /// <param name="bins">between them</param>
    public static PowerStrategy Range(double low, double high, int bins) =>
        new(FInfer.PowerStrategy.NewRange(low, high, bins));

    /// <summary>A histogram of r in bins that hold equally many events of the null hypothesis.</summary>
    /// <param name="bins">how many</param>
    public static PowerStrategy Bins(int bins) => new(FInfer.PowerStrategy.NewBins(bins));

    /// <summary>A strategy by its <see cref="Name"/>.</summary>
    /// <param name="text">of <c>inclusive</c>, <c>cut:x</c>, <c>edges:a:b:…</c>, <c>range:a:b:n</c>,
    /// <c>bins:n</c> and <c>unbinned</c></param>
    /// <exception cref="ArgumentException">it names none</exception>
    public static PowerStrategy Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var read = FInfer.PowerStrategyModule.parse(text);
        return read.IsOk
            ? new(read.ResultValue)
            : throw new ArgumentException(read.ErrorValue, nameof(text));
    }

    /// <summary>As the command line names it, such as <c>bins:20</c>.</summary>
    public string Name => FInfer.PowerStrategyModule.name(Strategy);

    /// <summary>For people.</summary>
    /// <returns>the text</returns>
    public override string ToString() => FInfer.PowerStrategyModule.describe(Strategy);
}
