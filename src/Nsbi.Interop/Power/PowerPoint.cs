namespace Nsbi.Interop;

/// <summary>The power of a test of one size. Immutable.</summary>
public sealed class PowerPoint
{
    internal PowerPoint(FInfer.PowerPoint point)
    {
        Size = point.Size;
        Threshold = point.Threshold;
        Randomised = point.Randomised;
        Power = new Estimate(point.Power);
        Lower = point.Lower;
        Upper = point.Upper;
    }

    /// <summary>α: the probability to reject the null hypothesis where it holds.</summary>
    public double Size { get; }

    /// <summary>The critical value: the null hypothesis is rejected where the statistic is above it.</summary>
    public double Threshold { get; }

    /// <summary>The probability to reject where the statistic is equal to the critical value, by which the
    /// size is α exactly.</summary>
    public double Randomised { get; }

    /// <summary>The probability to reject the null hypothesis where the alternative holds, with the Monte Carlo
    /// error of both samples of pseudo-experiments.</summary>
    public Estimate Power { get; }

    /// <summary>Lower end of Clopper and Pearson's 68.27 % interval, of the pseudo-experiments of the
    /// alternative alone.</summary>
    public double Lower { get; }

    /// <summary>Upper end of it.</summary>
    public double Upper { get; }

    /// <summary>Power and size.</summary>
    /// <returns>the text</returns>
    public override string ToString() => $"{Power} at size {TextTable.Number(Size)}";
}
