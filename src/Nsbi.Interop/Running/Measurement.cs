namespace Nsbi.Interop;

/// <summary>What one observation says of the parameter of interest. Immutable.</summary>
public sealed class Measurement
{
    internal Measurement(FInfer.Measurement measurement)
    {
        Name = measurement.Name;
        Fit = new FitResult(measurement.Fit);
        Interval68 = new ConfidenceSet(measurement.Interval68);
        Interval95 = new ConfidenceSet(measurement.Interval95);
        TNull = measurement.TNull;
        Significance = measurement.Significance;
        StatisticalError = Known(measurement.Split?.Value.Statistical);
        SystematicError = Known(measurement.Split?.Value.Systematic);
        Pulls = [.. measurement.Pulls.Select(pull => new NuisancePull(pull))];
        Scan = new ProfileScan([.. Fit.Parameters.Select(p => p.Name)], measurement.Scan);
    }

    private static double? Known(double? value) =>
        value is { } number && !double.IsNaN(number) ? number : null;

    /// <summary>What was fitted, such as <c>observed</c>.</summary>
    public string Name { get; }

    /// <summary>The parameter of interest.</summary>
    public string Parameter => Interval68.Parameter;

    /// <summary>The best fit.</summary>
    public FitResult Fit { get; }

    /// <summary>{t ≤ 1}: 68.27 % where Wilks' theorem holds.</summary>
    public ConfidenceSet Interval68 { get; }

    /// <summary>{t ≤ 3.841}: 95 % where Wilks' theorem holds.</summary>
    public ConfidenceSet Interval95 { get; }

    /// <summary>t at the null value, the other parameters at their best there.</summary>
    public double TNull { get; }

    /// <summary>√t at the null value where the best fit lies above it, else 0.</summary>
    public double Significance { get; }

    /// <summary>The error of the parameter of interest with all constrained nuisance parameters held;
    /// null where there are none, or at a bound.</summary>
    public double? StatisticalError { get; }

    /// <summary>What is left of its whole error, in quadrature; null likewise.</summary>
    public double? SystematicError { get; }

    /// <summary>The constrained nuisance parameters at the best fit.</summary>
    public IReadOnlyList<NuisancePull> Pulls { get; }

    /// <summary>The profile of the parameter of interest.</summary>
    public ProfileScan Scan { get; }

    /// <summary>The fit with its intervals and significance.</summary>
    /// <returns>the text</returns>
    public override string ToString() =>
        $"{Name}\n{Fit}\n{Interval68}\n{Interval95}\n"
        + $"significance {TextTable.Number(Significance)}";
}
