namespace Nsbi.Interop;

/// <summary>What chains tell of all parameters, and whether they are to be trusted. Immutable; it prints as
/// a table.</summary>
public sealed class ChainSummary
{
    private readonly string _text;

    internal ChainSummary(FInfer.PosteriorSummary summary)
    {
        Parameters =
        [
            .. summary.Parameters.Select(parameter => new ChainParameter(
                parameter,
                summary.Probabilities
            )),
        ];
        Divergences = summary.Divergences;
        Saturated = summary.Saturated;
        EnergyFraction = summary.EnergyFraction;
        Acceptance = summary.Acceptance;
        Gradients = summary.Gradients;
        Checks = new(summary.Checks);
        _text = summary.ToString();
    }

    /// <summary>One per parameter.</summary>
    public IReadOnlyList<ChainParameter> Parameters { get; }

    /// <summary>A parameter.</summary>
    /// <param name="name">its name</param>
    /// <exception cref="KeyNotFoundException">there is no such parameter</exception>
    public ChainParameter this[string name] =>
        Parameters.FirstOrDefault(parameter => parameter.Name == name)
        ?? throw new KeyNotFoundException($"There is no parameter '{name}'.");

    /// <summary>Trajectories that diverged: a narrow place may be missed.</summary>
    public int Divergences { get; }

    /// <summary>Trajectories that were cut at the greatest depth.</summary>
    public int Saturated { get; }

    /// <summary>The least E-BFMI of the chains; above 0.3 where energies are explored well.</summary>
    public double EnergyFraction { get; }

    /// <summary>Mean acceptance of all chains.</summary>
    public double Acceptance { get; }

    /// <summary>Gradients that were computed, warm-up included.</summary>
    public long Gradients { get; }

    /// <summary>Agreement of chains, effective sizes, divergences, depths, energies.</summary>
    public CheckReport Checks { get; }

    /// <summary>The parameters as a table, and what failed below it.</summary>
    /// <returns>the text</returns>
    public override string ToString() => _text;
}
