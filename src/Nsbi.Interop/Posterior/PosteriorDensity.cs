namespace Nsbi.Interop;

/// <summary>The posterior density of the parameters given a set of events, in their own units and
/// normalised over the prior's support. Immutable; safe to use from several threads; it prints as a
/// table.</summary>
public sealed class PosteriorDensity
{
    private readonly FPosterior.ConditionalDensity _density;

    internal PosteriorDensity(FPosterior.ConditionalDensity density)
    {
        _density = density;
        Parameters =
        [
            .. density.Prior.Names.Select((name, i) => new PosteriorParameter(density, name, i)),
        ];
    }

    /// <summary>The parameters, in the order of the prior.</summary>
    public IReadOnlyList<PosteriorParameter> Parameters { get; }

    /// <summary>A parameter.</summary>
    /// <param name="name">its name</param>
    /// <exception cref="KeyNotFoundException">there is no such parameter</exception>
    public PosteriorParameter this[string name] => Parameters[Place(name)];

    /// <summary>ln q(φ); −∞ outside the prior's support.</summary>
    /// <param name="values">one per parameter</param>
    /// <exception cref="ArgumentException">another number of values</exception>
    public double LogDensity(params IReadOnlyList<double> values) =>
        _density.LogDensity(Point(values));

    /// <summary>The mass of the highest-density region that ends at a point; uniform on (0, 1) for true
    /// parameters where the posterior is calibrated.</summary>
    /// <param name="values">one per parameter</param>
    /// <exception cref="ArgumentException">another number of values</exception>
    public Estimate HighestDensityMass(params IReadOnlyList<double> values) =>
        new(_density.HighestDensityMass(Point(values)));

    /// <summary>The covariance of two parameters.</summary>
    /// <param name="first">a name</param>
    /// <param name="second">a name</param>
    /// <exception cref="KeyNotFoundException">there is no such parameter</exception>
    public double Covariance(string first, string second) =>
        _density.Covariance[Place(first), Place(second)];

    /// <summary>Draws: a column for each parameter, a row for each draw.</summary>
    /// <param name="count">0 or more; the first draws are the same for every count</param>
    /// <param name="seed">of the draws</param>
    /// <exception cref="ArgumentOutOfRangeException">a negative count</exception>
    public EventSet Sample(int count, ulong seed = 1)
    {
        var draws = _density.Sample(seed, count);
        var columns = Parameters.Select(
            (parameter, i) =>
                Tuple.Create(
                    parameter.Name,
                    Enumerable.Range(0, count).Select(n => draws[n, i]).ToArray()
                )
        );
        return new(FEvents.EventTableModule.ofColumns(columns.ToFSharp(), null));
    }

    private int Place(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        var place = Parameters.Select(parameter => parameter.Name).ToList().IndexOf(name);
        return place >= 0
            ? place
            : throw new KeyNotFoundException(
                $"There is no parameter '{name}'; there are: "
                    + $"{string.Join(", ", Parameters.Select(parameter => parameter.Name))}."
            );
    }

    private double[] Point(IReadOnlyList<double> values)
    {
        ArgumentNullException.ThrowIfNull(values);
        return values.Count == Parameters.Count
            ? [.. values]
            : throw new ArgumentException(
                $"{values.Count} values for {Parameters.Count} parameters.",
                nameof(values)
            );
    }

    /// <summary>Mean, standard deviation and quantiles of each parameter.</summary>
    /// <returns>the text</returns>
    public override string ToString() =>
        TextTable.Of(
            "posterior",
            [
                ["parameter", "mean", "sd", "16 %", "median", "84 %"],
                .. Parameters.Select(parameter =>
                    new[]
                    {
                        parameter.Name,
                        TextTable.Number(parameter.Mean.Value),
                        TextTable.Number(parameter.StandardDeviation.Value),
                        TextTable.Number(parameter.Quantile(0.16).Value),
                        TextTable.Number(parameter.Quantile(0.5).Value),
                        TextTable.Number(parameter.Quantile(0.84).Value),
                    }
                ),
            ]
        );
}
