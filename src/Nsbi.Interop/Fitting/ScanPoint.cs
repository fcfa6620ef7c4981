namespace Nsbi.Interop;

/// <summary>−2 ln L minimised over all parameters but one. Immutable.</summary>
public sealed class ScanPoint
{
    internal ScanPoint(IReadOnlyList<string> names, FInfer.ProfilePoint point)
    {
        Value = point.Value;
        T = point.T;
        Values = names.Zip(point.Point).ToDictionary(pair => pair.First, pair => pair.Second);
    }

    /// <summary>The value of the scanned parameter.</summary>
    public double Value { get; }

    /// <summary>t = −2 ln [L(value)/L(best)]; +∞ where impossible.</summary>
    public double T { get; }

    /// <summary>All parameters there, by name.</summary>
    public IReadOnlyDictionary<string, double> Values { get; }

    /// <summary>Value and t.</summary>
    /// <returns>the text</returns>
    public override string ToString() => $"t({TextTable.Number(Value)}) = {TextTable.Number(T)}";
}
