namespace Nsbi.Interop;

/// <summary>A connected part of the values that are accepted. Immutable.</summary>
public sealed class AcceptedInterval
{
    internal AcceptedInterval(FInfer.AcceptedInterval interval)
    {
        Lower = new BeltEnd(interval.Lower);
        Upper = new BeltEnd(interval.Upper);
    }

    /// <summary>Lower end.</summary>
    public BeltEnd Lower { get; }

    /// <summary>Upper end.</summary>
    public BeltEnd Upper { get; }

    /// <summary>True for a value between the ends, or at one of them.</summary>
    /// <param name="value">the value</param>
    public bool Contains(double value) => Lower.Value <= value && value <= Upper.Value;

    /// <summary>The ends with their errors.</summary>
    /// <returns>the text</returns>
    public override string ToString() => $"[{Lower}, {Upper}]";
}
