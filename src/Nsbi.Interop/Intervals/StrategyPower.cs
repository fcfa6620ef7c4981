namespace Nsbi.Interop;

/// <summary>What a test can tell that uses the events in one way. Immutable.</summary>
public sealed class StrategyPower
{
    internal StrategyPower(FInfer.StrategyPower power, double size, CheckReport checks)
    {
        var point = FInfer.PowerCurve.at(size, power.Sample);
        Strategy = power.Sample.Strategy;
        Size = size;
        Power = new Estimate(point.Power);
        Threshold = point.Threshold;
        Area = new Estimate(FInfer.PowerCurve.area(power.Sample));
        ParameterError = power.Error.ToNullable();
        NullValues = Array.AsReadOnly((double[])power.Sample.Null.Clone());
        AlternativeValues = Array.AsReadOnly((double[])power.Sample.Alternative.Clone());
        Checks = checks;
    }

    /// <summary>Its name, such as <c>bins:20, profiled</c>.</summary>
    public string Strategy { get; }

    /// <summary>The probability to reject a null hypothesis that is true.</summary>
    public double Size { get; }

    /// <summary>The probability to reject the null hypothesis where the alternative is true.</summary>
    public Estimate Power { get; }

    /// <summary>The null hypothesis is rejected where the statistic is above.</summary>
    public double Threshold { get; }

    /// <summary>The area under the curve of power by size.</summary>
    public Estimate Area { get; }

    /// <summary>The error of the parameter from the expected data; null where there is none.</summary>
    public double? ParameterError { get; }

    /// <summary>ln of the likelihood ratio of the alternative to the null hypothesis, of toys of the
    /// null hypothesis; NaN where a fit failed.</summary>
    public IReadOnlyList<double> NullValues { get; }

    /// <summary>The same of toys of the alternative.</summary>
    public IReadOnlyList<double> AlternativeValues { get; }

    /// <summary>Whether the toys can be trusted.</summary>
    public CheckReport Checks { get; }

    /// <summary>One line for people.</summary>
    /// <returns>the text</returns>
    public override string ToString() =>
        string.Format(
            CultureInfo.InvariantCulture,
            "{0}: power {1} at size {2:G4}",
            Strategy,
            Power,
            Size
        );
}
