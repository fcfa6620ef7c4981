namespace Nsbi.Interop;

/// <summary>Toys at one value of a parameter, with the quantiles of their test statistic. Immutable.
/// </summary>
public sealed class BeltPoint
{
    internal BeltPoint(IReadOnlyList<double> levels, FInfer.NeymanPoint point)
    {
        Value = point.Value;
        TObserved = point.Observed;
        Quantiles = levels
            .Zip(point.Belt.Quantiles, (level, q) => (level, new Estimate(q.Value, q.Error)))
            .ToDictionary(pair => pair.level, pair => pair.Item2);
        Toys = point.Belt.Toys;
        Failed = point.Belt.Failed;
    }

    /// <summary>The value.</summary>
    public double Value { get; }

    /// <summary>t of the data there; +∞ where the value is impossible for them.</summary>
    public double TObserved { get; }

    /// <summary>The quantile of t over toys for each confidence level; +∞ where there are too few
    /// toys.</summary>
    public IReadOnlyDictionary<double, Estimate> Quantiles { get; }

    /// <summary>Toys whose statistic is known.</summary>
    public int Toys { get; }

    /// <summary>Toys whose fits failed: the quantiles are without them.</summary>
    public int Failed { get; }

    /// <summary>The value with its quantiles.</summary>
    /// <returns>the text</returns>
    public override string ToString() =>
        $"{TextTable.Number(Value)}: "
        + string.Join(", ", Quantiles.Select(q => $"{TextTable.Number(q.Key)} {q.Value}"));
}
