namespace Nsbi.Interop;

/// <summary>What chains tell of one parameter, with Monte Carlo errors. Immutable.</summary>
public sealed class ChainParameter
{
    internal ChainParameter(FInfer.ParameterSummary parameter, IEnumerable<double> probabilities)
    {
        Name = parameter.Name;
        Mean = new(parameter.Mean, parameter.MeanError);
        StandardDeviation = new(parameter.Sd, parameter.SdError);
        Quantiles = probabilities
            .Select((probability, k) => (probability, k))
            .ToDictionary(
                pair => pair.probability,
                pair => new Estimate(parameter.Quantiles[pair.k], parameter.QuantileErrors[pair.k])
            );
        BulkSize = parameter.BulkSize;
        TailSize = parameter.TailSize;
        Rhat = parameter.Rhat;
    }

    /// <summary>Its name.</summary>
    public string Name { get; }

    /// <summary>The mean.</summary>
    public Estimate Mean { get; }

    /// <summary>The standard deviation.</summary>
    public Estimate StandardDeviation { get; }

    /// <summary>Quantiles at 0.05, 0.16, 0.5, 0.84 and 0.95.</summary>
    public IReadOnlyDictionary<double, Estimate> Quantiles { get; }

    /// <summary>Effective sample size of the centre.</summary>
    public double BulkSize { get; }

    /// <summary>Effective sample size of the tails.</summary>
    public double TailSize { get; }

    /// <summary>Rank-normalised split R̂: below 1.01 where the chains agree.</summary>
    public double Rhat { get; }

    /// <summary>Name, mean and standard deviation.</summary>
    /// <returns>the text</returns>
    public override string ToString() => $"{Name}: mean {Mean}, sd {StandardDeviation}";
}
