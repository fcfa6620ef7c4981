namespace Nsbi.Interop;

/// <summary>What an ensemble of networks does to the fit of one set of events. Immutable.</summary>
public sealed class EnsemblePoint
{
    internal EnsemblePoint(FInfer.EnsemblePoint point)
    {
        Value = double.IsNaN(point.Value) ? null : point.Value;
        Fitted = point.Fitted;
        Refits = new EnsembleValues<double>(point.Refits);
        Summary = new EnsembleSummary(point.Summary);
        Linear = point.Linear is { Value: var linear } ? new EnsembleSummary(linear) : null;
    }

    /// <summary>The value of the parameter of interest that the events were made with; null for data.
    /// </summary>
    public double? Value { get; }

    /// <summary>What the fit finds with the ratios of the analysis itself.</summary>
    public double Fitted { get; }

    /// <summary>What it finds with those of each estimator and each average; NaN where it did not succeed.
    /// </summary>
    public EnsembleValues<double> Refits { get; }

    /// <summary>The uncertainty of the parameter of interest, by these fits.</summary>
    public EnsembleSummary Summary { get; }

    /// <summary>The same by the linear formula in place of fits; null for data, and where the fit has no
    /// error to be linear in.</summary>
    public EnsembleSummary? Linear { get; }

    /// <summary>The fitted value and its uncertainty by the networks.</summary>
    /// <returns>the text</returns>
    public override string ToString() =>
        $"{TextTable.Number(Fitted)}, known to {Summary.Sigma} by the networks";
}
