namespace Nsbi.Interop;

/// <summary>A connected set of values of a parameter. Immutable.</summary>
public sealed class Interval
{
    internal Interval(FInfer.Interval interval)
    {
        Lower = interval.Lower;
        Upper = interval.Upper;
        LowerAtBound = interval.LowerAtBound;
        UpperAtBound = interval.UpperAtBound;
    }

    /// <summary>Lower end.</summary>
    public double Lower { get; }

    /// <summary>Upper end.</summary>
    public double Upper { get; }

    /// <summary>The lower end is the parameter's bound (or −∞), not a crossing of the level.
    /// </summary>
    public bool LowerAtBound { get; }

    /// <summary>The upper end is the parameter's bound (or +∞), not a crossing of the level.
    /// </summary>
    public bool UpperAtBound { get; }

    /// <summary>True for a value between the ends, or at one of them.</summary>
    /// <param name="value">the value</param>
    public bool Contains(double value) => Lower <= value && value <= Upper;

    /// <summary>The ends: <c>[0.594, 1.387]</c>.</summary>
    /// <returns>the text</returns>
    public override string ToString() => $"[{TextTable.Number(Lower)}, {TextTable.Number(Upper)}]";
}
