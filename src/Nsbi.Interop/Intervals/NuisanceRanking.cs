namespace Nsbi.Interop;

/// <summary>Nuisance parameters by their impact on a parameter of interest. Immutable; it prints as
/// a table.</summary>
public sealed class NuisanceRanking
{
    private readonly FInfer.Ranking _ranking;

    internal NuisanceRanking(FInfer.Ranking ranking)
    {
        _ranking = ranking;
        Best = new FitResult(ranking.Best);
        Impacts = [.. ranking.Impacts.Select(i => new NuisanceImpact(i, ranking.Leading(i)))];
    }

    /// <summary>The parameter of interest.</summary>
    public string Parameter => _ranking.Poi;

    /// <summary>The best fit: the one given, or a lower one that a refit came upon.</summary>
    public FitResult Best { get; }

    /// <summary>Largest first; those without a number at the end.</summary>
    public IReadOnlyList<NuisanceImpact> Impacts { get; }

    /// <summary>A table of pulls, constraints and impacts.</summary>
    /// <returns>the text</returns>
    public override string ToString() => _ranking.ToString();
}
