namespace Nsbi.Interop;

/// <summary>What an analysis says of its parameter of interest beside the fit, by asymptotic formulae
/// and by pseudo-experiments. What was not asked for is null. Immutable; it prints as tables.
/// </summary>
public sealed class IntervalSummary
{
    internal IntervalSummary(FInfer.IntervalStudy study)
    {
        Of = study.Of;
        Neyman = study.Neyman is { Value: var neyman } ? new NeymanConstruction(neyman) : null;
        Limit = study.Limit is { Value: var limit } ? new UpperLimit(limit) : null;
        LimitByToys = study.ToyLimit is { Value: var toys } ? new ToyUpperLimit(toys) : null;
        Significance = study.Significance is { Value: var significance }
            ? new DiscoverySignificance(significance)
            : null;
        SignificanceByToys = study.ToySignificance is { Value: var discovery }
            ? new ToyDiscovery(study.Significance.Value.Signal, discovery)
            : null;
        Curve = [.. study.Curve.Select(test => new HypothesisTest(test))];
        Warnings = [.. study.Warnings];
    }

    /// <summary>What it is of: <c>observed</c>, or <c>asimov</c> where there are no data or they stay
    /// blind.</summary>
    public string Of { get; }

    /// <summary>The confidence belt and sets by pseudo-experiments, with the asymptotic ones.
    /// </summary>
    public NeymanConstruction? Neyman { get; }

    /// <summary>The upper limits by asymptotic formulae.</summary>
    public UpperLimit? Limit { get; }

    /// <summary>The upper limits by pseudo-experiments.</summary>
    public ToyUpperLimit? LimitByToys { get; }

    /// <summary>The significance by asymptotic formulae.</summary>
    public DiscoverySignificance? Significance { get; }

    /// <summary>The significance by pseudo-experiments.</summary>
    public ToyDiscovery? SignificanceByToys { get; }

    /// <summary>CLs over values of the parameter by asymptotic formulae, ascending; empty without a
    /// limit.</summary>
    public IReadOnlyList<HypothesisTest> Curve { get; }

    /// <summary>Where asymptotic formulae do not hold, a sentence each.</summary>
    public IReadOnlyList<string> Warnings { get; }

    /// <summary>The tables of all parts.</summary>
    /// <returns>the text</returns>
    public override string ToString() =>
        string.Join(
            '\n',
            new object?[] { Neyman, Limit, LimitByToys, Significance, SignificanceByToys }.Where(
                part => part is not null
            )
        );
}
