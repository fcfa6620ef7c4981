namespace Nsbi.Interop;

/// <summary>What a nuisance parameter does to a process at +1 or at −1 standard deviation, and how
/// well it is known. Immutable.</summary>
public sealed class VariationEffect
{
    internal VariationEffect(FInfer.VariationSummary summary)
    {
        Parameter = summary.Parameter;
        Process = summary.Process;
        Side = summary.Side;
        Rate = new Estimate(summary.Rate);
        Size = Known(summary.Size);
        Error = Known(summary.Error);
        EffectiveNominal = Known(summary.EffectiveNominal);
        EffectiveVaried = Known(summary.EffectiveVaried);
        Renormalisation = Known(summary.Renormalisation);
    }

    private static double? Known(double value) => double.IsNaN(value) ? null : value;

    /// <summary>The nuisance parameter.</summary>
    public string Parameter { get; }

    /// <summary>The process.</summary>
    public string Process { get; }

    /// <summary><c>up</c> or <c>down</c>.</summary>
    public string Side { get; }

    /// <summary>Expected events over nominal ones, with the error of the finite simulation (NaN for a
    /// given factor).</summary>
    public Estimate Rate { get; }

    /// <summary>√E[ln² r±] over the nominal density; null where only the rate varies.</summary>
    public double? Size { get; }

    /// <summary>√E[σ²(ln r±)], the Monte Carlo error of the learned ratio; null where there is
    /// none.</summary>
    public double? Error { get; }

    /// <summary>Effective number of nominal events; null where only the rate varies.</summary>
    public double? EffectiveNominal { get; }

    /// <summary>Effective number of varied events; null where only the rate varies.</summary>
    public double? EffectiveVaried { get; }

    /// <summary>Z − 1 at three standard deviations to this side; null without a
    /// normalisation.</summary>
    public double? Renormalisation { get; }

    /// <summary>Rate and size in a line.</summary>
    /// <returns>the text</returns>
    public override string ToString() =>
        $"{Parameter} {Side} of {Process}: rate {TextTable.Number(Rate.Value)}"
        + (Size is { } size ? $", ln r of size {TextTable.Number(size)}" : "")
        + (Error is { } error ? $" known to {TextTable.Number(error)}" : "");
}
