namespace Nsbi.Interop;

/// <summary>How a fitted parameter spreads over replicas of the ratios, to first order. Immutable.
/// </summary>
public sealed class RatioSpread
{
    internal RatioSpread(double[] shifts, double standardDeviation)
    {
        Shifts = Array.AsReadOnly(shifts);
        StandardDeviation = standardDeviation;
    }

    /// <summary>The shift of the parameter by each replica.</summary>
    public IReadOnlyList<double> Shifts { get; }

    /// <summary>Of the shifts: √(φᵀ Cov(δr) φ) with the sample covariance of the replicas.</summary>
    public double StandardDeviation { get; }

    /// <summary>Number of replicas and standard deviation.</summary>
    /// <returns>the text</returns>
    public override string ToString() =>
        $"{TextTable.Number(StandardDeviation)} over {Shifts.Count} replicas";
}
