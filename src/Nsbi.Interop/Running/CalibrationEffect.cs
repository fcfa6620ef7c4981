namespace Nsbi.Interop;

/// <summary>What a calibration did to the ratio of a sample, on events that neither trained the networks nor
/// fitted the calibration. Immutable.</summary>
public sealed class CalibrationEffect
{
    internal CalibrationEffect(FInfer.CalibrationSummary summary)
    {
        Sample = summary.Sample;
        Method = summary.Method;
        Before = [.. summary.Before.Select(point => new CalibrationPoint(point))];
        After = [.. summary.After.Select(point => new CalibrationPoint(point))];
        CheckBefore = new CheckResult(summary.BeforeCheck);
        Size = summary.Size;
        Error = summary.Error;
    }

    /// <summary>The sample whose ratio it is.</summary>
    public string Sample { get; }

    /// <summary>The method, as it stands in analysis files.</summary>
    public string Method { get; }

    /// <summary>The calibration curve before.</summary>
    public IReadOnlyList<CalibrationPoint> Before { get; }

    /// <summary>The test of the curve before; that of the curve after is among the checks of the run.
    /// </summary>
    public CheckResult CheckBefore { get; }

    /// <summary>The calibration curve after.</summary>
    public IReadOnlyList<CalibrationPoint> After { get; }

    /// <summary>E_ref[|ln r′ − ln r|], the mean size of the correction.</summary>
    public double Size { get; }

    /// <summary>E_ref of the standard error of ln r′ from the finite number of events of the calibration.
    /// </summary>
    public double Error { get; }

    /// <summary>Sample, method and size in a line.</summary>
    /// <returns>the text</returns>
    public override string ToString() =>
        $"{Sample}, {Method}: changed by {TextTable.Number(Size)}, known to {TextTable.Number(Error)}";
}
