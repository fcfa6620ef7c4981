namespace Nsbi.Interop;

/// <summary>A step of a calibration that is constant on steps. Immutable.</summary>
public sealed class CalibrationStep
{
    internal CalibrationStep(double? from, double ratio, double logError)
    {
        From = from;
        Ratio = ratio;
        LogError = logError;
    }

    /// <summary>Least ratio of the step; null for the first, which has none.</summary>
    public double? From { get; }

    /// <summary>Target over reference: the calibrated ratio.</summary>
    public double Ratio { get; }

    /// <summary>Standard error of its logarithm, from the finite number of events.</summary>
    public double LogError { get; }

    /// <summary>Least ratio and calibrated ratio.</summary>
    /// <returns>the text</returns>
    public override string ToString() =>
        $"from {TextTable.Number(From)}: {TextTable.Number(Ratio)}";
}
