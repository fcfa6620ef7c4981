namespace Nsbi.Interop;

/// <summary>The significance of an excess over the background alone by q0, by asymptotic formulae
/// (arXiv:1007.1727, section 3.5). Immutable; it prints as a table.</summary>
public sealed class DiscoverySignificance
{
    private readonly FInfer.DiscoverySignificance _found;

    internal DiscoverySignificance(FInfer.DiscoverySignificance found)
    {
        _found = found;
        Observed = new Significance(found.Observed);
        Expected = new Significance(found.Expected);
        Warnings = [.. found.Warnings];
    }

    /// <summary>The parameter of the signal.</summary>
    public string Parameter => _found.Parameter;

    /// <summary>The value at the best fit.</summary>
    public double BestValue => _found.Q.BestValue;

    /// <summary>q0 of the data.</summary>
    public double QObserved => _found.Q.Value;

    /// <summary>p and Z of the data.</summary>
    public Significance Observed { get; }

    /// <summary>The value of the parameter that the expectation is for.</summary>
    public double Signal => _found.Signal;

    /// <summary>The median p and Z under that signal.</summary>
    public Significance Expected { get; }

    /// <summary>Where the asymptotic formulae do not hold, a sentence each.</summary>
    public IReadOnlyList<string> Warnings { get; }

    /// <summary>A table of both significances.</summary>
    /// <returns>the text</returns>
    public override string ToString() => _found.ToString();
}
