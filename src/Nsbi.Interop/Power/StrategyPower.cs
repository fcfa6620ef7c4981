namespace Nsbi.Interop;

/// <summary>What one use of the events can do. Immutable.</summary>
public sealed class StrategyPower
{
    internal StrategyPower(FInfer.PowerRow row, FInfer.PowerSample sample)
    {
        Name = row.Name;
        Description = row.What;
        Points = [.. row.Points.Select(point => new PowerPoint(point))];
        Curve = [.. row.Curve.Select(point => new PowerPoint(point))];
        Area = new Estimate(row.Area);
        ExpectedCls = row.Cls is { Value: var cls } ? new Estimate(cls.Expected[2]) : null;
        Error = row.Error.ToNullable();
        Failed = row.Failed;
        NullValues = Array.AsReadOnly(sample.Null);
        AlternativeValues = Array.AsReadOnly(sample.Alternative);
    }

    /// <summary>The strategy's name, such as <c>bins:20, profiled</c>.</summary>
    public string Name { get; }

    /// <summary>What it does, for people.</summary>
    public string Description { get; }

    /// <summary>The power at the sizes that were asked for.</summary>
    public IReadOnlyList<PowerPoint> Points { get; }

    /// <summary>The power at sizes from 0.001 to 0.999.</summary>
    public IReadOnlyList<PowerPoint> Curve { get; }

    /// <summary>The area under the curve: the probability that a pseudo-experiment of the alternative speaks
    /// more for it than one of the null hypothesis.</summary>
    public Estimate Area { get; }

    /// <summary>CLs of the hypothesis with signal where the data are the median of the background alone; null
    /// where no hypothesis is the background.</summary>
    public Estimate? ExpectedCls { get; }

    /// <summary>The error of the parameter by the information of the expected data; null at a bound.</summary>
    public double? Error { get; }

    /// <summary>Pseudo-experiments of both hypotheses whose fits failed.</summary>
    public int Failed { get; }

    /// <summary>ln L(value)/L(null) of the pseudo-experiments of the null hypothesis; NaN where a fit
    /// failed.</summary>
    public IReadOnlyList<double> NullValues { get; }

    /// <summary>The same of those of the alternative.</summary>
    public IReadOnlyList<double> AlternativeValues { get; }

    /// <summary>Name and power.</summary>
    /// <returns>the text</returns>
    public override string ToString() => $"{Name}: {string.Join(", ", Points)}";
}
