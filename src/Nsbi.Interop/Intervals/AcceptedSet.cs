namespace Nsbi.Interop;

/// <summary>{μ: t_obs(μ) ≤ c_α(μ)}, the values that a confidence belt accepts at one level.
/// Immutable.</summary>
public sealed class AcceptedSet
{
    internal AcceptedSet(FInfer.AcceptedSet set, FInfer.LikelihoodIntervals? asymptotic = null)
    {
        Level = set.Level;
        Intervals = [.. set.Intervals.Select(interval => new AcceptedInterval(interval))];
        Asymptotic = asymptotic is null ? null : new ConfidenceSet(asymptotic);
    }

    /// <summary>The confidence level α.</summary>
    public double Level { get; }

    /// <summary>Disjoint, in ascending order; empty where no value of the grid is accepted.</summary>
    public IReadOnlyList<AcceptedInterval> Intervals { get; }

    /// <summary>{t ≤ χ²_α}, the set by Wilks' theorem; null in constructions with shifted nuisance
    /// parameters.</summary>
    public ConfidenceSet? Asymptotic { get; }

    /// <summary>True for a value in one of the intervals.</summary>
    /// <param name="value">the value</param>
    public bool Contains(double value) => Intervals.Any(interval => interval.Contains(value));

    /// <summary>The intervals in a line.</summary>
    /// <returns>the text</returns>
    public override string ToString() =>
        $"{TextTable.Number(100.0 * Level)} %: "
        + (Intervals.Count == 0 ? "no value" : string.Join(" ∪ ", Intervals));
}
