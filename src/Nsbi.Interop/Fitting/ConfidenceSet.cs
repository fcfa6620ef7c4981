namespace Nsbi.Interop;

/// <summary>The set {t ≤ level} of a parameter: one interval, or several. Immutable.</summary>
public sealed class ConfidenceSet
{
    internal ConfidenceSet(FInfer.LikelihoodIntervals set)
    {
        Parameter = set.Parameter;
        Level = set.Level;
        Intervals = [.. set.Intervals.Select(interval => new Interval(interval))];
        LowerOffset = set.Lower.ToNullable();
        UpperOffset = set.Upper.ToNullable();
        Best = new FitResult(set.Best);
    }

    /// <summary>The parameter.</summary>
    public string Parameter { get; }

    /// <summary>The level of t = −2 Δ ln L: 1 for 68.27 % of one parameter.</summary>
    public double Level { get; }

    /// <summary>Disjoint, in ascending order; never empty where the fit succeeded.</summary>
    public IReadOnlyList<Interval> Intervals { get; }

    /// <summary>Distance from the best fit to the lower end of the interval that holds it, below 0;
    /// null where that interval ends at a bound.</summary>
    public double? LowerOffset { get; }

    /// <summary>Distance from the best fit to the upper end of the interval that holds it, above 0;
    /// null where that interval ends at a bound.</summary>
    public double? UpperOffset { get; }

    /// <summary>The best fit: the one given, or a lower one that was come upon.</summary>
    public FitResult Best { get; }

    /// <summary>True for a value in one of the intervals.</summary>
    /// <param name="value">the value</param>
    public bool Contains(double value) => Intervals.Any(interval => interval.Contains(value));

    /// <summary>The intervals in a line.</summary>
    /// <returns>the text</returns>
    public override string ToString() =>
        $"{{t({Parameter}) ≤ {TextTable.Number(Level)}}} = {string.Join(" ∪ ", Intervals)}";
}
