namespace Nsbi.Interop;

/// <summary>A bin of a calibration curve: whether events of score s = r/(1 + r) belong to the target with
/// probability s. Immutable.</summary>
public sealed class CalibrationPoint
{
    internal CalibrationPoint(FInfer.CalibrationPoint point)
    {
        Score = point.Score;
        Fraction = point.Fraction;
        Error = point.Error;
    }

    /// <summary>Mean score of the bin, both classes at equal total weight.</summary>
    public double Score { get; }

    /// <summary>Weighted fraction of target events.</summary>
    public double Fraction { get; }

    /// <summary>Standard error of fraction − score.</summary>
    public double Error { get; }

    /// <summary>Fraction at score.</summary>
    /// <returns>the text</returns>
    public override string ToString() =>
        $"{TextTable.Number(Fraction)} ± {TextTable.Number(Error)} at {TextTable.Number(Score)}";
}
