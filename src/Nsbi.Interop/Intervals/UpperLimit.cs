namespace Nsbi.Interop;

/// <summary>Upper limits of a parameter by CLs, by asymptotic formulae: the roots of
/// CLs(μ) = 1 − level. Immutable; it prints as a table.</summary>
public sealed class UpperLimit
{
    private readonly FInfer.UpperLimit _limit;

    internal UpperLimit(FInfer.UpperLimit limit)
    {
        _limit = limit;
        Observed = new LimitValue(limit.Observed);
        Expected = [.. limit.Expected.Select(value => new LimitValue(value))];
        Best = new FitResult(limit.Best);
        Warnings = [.. limit.Warnings];
    }

    /// <summary>The parameter.</summary>
    public string Parameter => _limit.Parameter;

    /// <summary>The confidence level.</summary>
    public double Level => _limit.Level;

    /// <summary>The limit of the data.</summary>
    public LimitValue Observed { get; }

    /// <summary>The limits where the background fluctuates by −2, −1, 0, 1, 2 standard deviations,
    /// ascending.</summary>
    public IReadOnlyList<LimitValue> Expected { get; }

    /// <summary>The best fit to the data.</summary>
    public FitResult Best { get; }

    /// <summary>Where the asymptotic formulae do not hold, a sentence each.</summary>
    public IReadOnlyList<string> Warnings { get; }

    /// <summary>A table of the limits.</summary>
    /// <returns>the text</returns>
    public override string ToString() => _limit.ToString();
}
