namespace Nsbi.Interop;

/// <summary>The prior p(φ) = Π_k p_k(φ_k) of named parameters, independent of each other. Immutable.
/// </summary>
/// <remarks>Faults (no parameter, a name twice, bounds in the wrong order, widths that are not
/// positive) are thrown together as one <see cref="NsbiException"/> where the prior is first used.
/// </remarks>
public sealed class Prior
{
    private readonly FSharpList<Tuple<string, FPosterior.PriorDensity>> _parameters;
    private readonly Lazy<FPosterior.Prior> _prior;

    private Prior(FSharpList<Tuple<string, FPosterior.PriorDensity>> parameters)
    {
        _parameters = parameters;
        // Publication only: a fault is found again, and thrown again, by each use.
        _prior = new(
            () => FPosterior.PriorModule.create(_parameters).OrThrow(),
            LazyThreadSafetyMode.PublicationOnly
        );
    }

    internal Prior(FPosterior.Prior prior)
        : this(prior.Parameters) { }

    /// <summary>No parameters so far.</summary>
    public Prior()
        : this(FSharpList<Tuple<string, FPosterior.PriorDensity>>.Empty) { }

    internal FPosterior.Prior Checked => _prior.Value;

    /// <summary>The same prior with one more parameter.</summary>
    /// <param name="name">its name</param>
    /// <param name="density">its density</param>
    public Prior With(string name, PriorDensity density)
    {
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(density);
        return new(_parameters.Append(Tuple.Create(name, density.Density)).ToFSharp());
    }

    /// <summary>The names, in order.</summary>
    public IReadOnlyList<string> Names => [.. _parameters.Select(parameter => parameter.Item1)];

    /// <summary>The density of a parameter.</summary>
    /// <param name="name">its name</param>
    /// <exception cref="KeyNotFoundException">there is no such parameter</exception>
    public PriorDensity this[string name] =>
        _parameters.FirstOrDefault(parameter => parameter.Item1 == name) is { } found
            ? new(found.Item2)
            : throw new KeyNotFoundException(
                $"There is no parameter '{name}'; there are: {string.Join(", ", Names)}."
            );

    /// <summary>ln p(φ); −∞ outside the support.</summary>
    /// <param name="values">one per parameter</param>
    /// <exception cref="ArgumentException">another number of values</exception>
    /// <exception cref="NsbiException">every fault of the prior</exception>
    public double LogDensity(params IReadOnlyList<double> values) =>
        Checked.LogDensity([.. values]);

    /// <summary>One draw of all parameters.</summary>
    /// <param name="random">where random numbers come from; one for each parameter</param>
    /// <exception cref="NsbiException">every fault of the prior</exception>
    public IReadOnlyList<double> Sample(RandomNumbers random)
    {
        ArgumentNullException.ThrowIfNull(random);
        return Checked.Sample(ref random.Stream);
    }

    /// <summary>The parameters in one line.</summary>
    /// <returns>the text</returns>
    public override string ToString() =>
        string.Join(", ", _parameters.Select(p => $"{p.Item1}: {p.Item2}"));
}
