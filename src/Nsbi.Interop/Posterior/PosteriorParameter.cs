namespace Nsbi.Interop;

/// <summary>One parameter of a posterior. Immutable. An error of 0 says that a number is exact; others
/// come from seeded draws.</summary>
public sealed class PosteriorParameter
{
    private readonly FPosterior.ConditionalDensity _density;
    private readonly int _index;

    internal PosteriorParameter(FPosterior.ConditionalDensity density, string name, int index)
    {
        _density = density;
        _index = index;
        Name = name;
    }

    /// <summary>Its name.</summary>
    public string Name { get; }

    /// <summary>The posterior mean.</summary>
    public Estimate Mean => new(_density.Mean[_index]);

    /// <summary>The posterior standard deviation.</summary>
    public Estimate StandardDeviation => new(_density.StandardDeviation[_index]);

    /// <summary>The value below which a share of the posterior lies.</summary>
    /// <param name="level">the share, above 0, below 1</param>
    /// <exception cref="ArgumentOutOfRangeException">a share out of range</exception>
    public Estimate Quantile(double level) => new(_density.Quantile(_index, level));

    /// <summary>The share of the posterior at or below a value.</summary>
    /// <param name="value">in the parameter's units</param>
    public Estimate Cumulative(double value) => new(_density.Cumulative(_index, value));

    /// <summary>Name, mean and standard deviation.</summary>
    /// <returns>the text</returns>
    public override string ToString() =>
        $"{Name} = {TextTable.Number(Mean.Value)} ± {TextTable.Number(StandardDeviation.Value)}";
}
