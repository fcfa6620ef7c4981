namespace Nsbi.Interop;

/// <summary>A binned analysis of the same events. Immutable.</summary>
public sealed class BinnedComparison
{
    internal BinnedComparison(FInfer.BinnedTwin twin)
    {
        Name = twin.Name;
        Edges = [.. twin.Edges];
        Expected = new Measurement(twin.Expected);
        Observed = twin.Observed is { Value: var observed } ? new Measurement(observed) : null;
    }

    /// <summary>What is binned.</summary>
    public string Name { get; }

    /// <summary>Edges of the bins, increasing; one more than bins.</summary>
    public IReadOnlyList<double> Edges { get; }

    /// <summary>The fit to the expectation.</summary>
    public Measurement Expected { get; }

    /// <summary>The fit to the data; null without data, or where they stay blind.</summary>
    public Measurement? Observed { get; }

    /// <summary>Name and expected significance.</summary>
    /// <returns>the text</returns>
    public override string ToString() =>
        $"{Name}: expected significance {TextTable.Number(Expected.Significance)}";
}
