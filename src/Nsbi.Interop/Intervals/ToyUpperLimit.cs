namespace Nsbi.Interop;

/// <summary>Upper limits of a parameter by CLs of toys, with Monte Carlo errors. Immutable; it
/// prints as a table.</summary>
public sealed class ToyUpperLimit
{
    private readonly FInfer.ToyUpperLimit _limit;

    internal ToyUpperLimit(FInfer.ToyUpperLimit limit)
    {
        _limit = limit;
        Observed = new Estimate(limit.Observed);
        Expected = [.. limit.Expected.Select(value => new Estimate(value))];
        Points = [.. limit.Points.Select(point => new ToyHypothesisTest(point))];
        Checks = new CheckReport(limit.Checks);
    }

    /// <summary>The parameter.</summary>
    public string Parameter => _limit.Parameter;

    /// <summary>The confidence level.</summary>
    public double Level => _limit.Level;

    /// <summary>The limit of the data; +∞ where CLs does not fall so far up to the upper bound of
    /// the parameter.</summary>
    public Estimate Observed { get; }

    /// <summary>The limits where the background fluctuates by −2, −1, 0, 1, 2 standard deviations;
    /// +∞ likewise, as where the toys are too few for the first.</summary>
    public IReadOnlyList<Estimate> Expected { get; }

    /// <summary>The values that were tested, ascending.</summary>
    public IReadOnlyList<ToyHypothesisTest> Points { get; }

    /// <summary>Whether the toys can be trusted.</summary>
    public CheckReport Checks { get; }

    /// <summary>A table of the limits.</summary>
    /// <returns>the text</returns>
    public override string ToString() => FInfer.ToyTestText.ofLimit(_limit);
}
