namespace Nsbi.Interop;

/// <summary>An end of an accepted interval. Immutable.</summary>
public sealed class BeltEnd
{
    internal BeltEnd(FInfer.BeltEnd end)
    {
        Value = end.Value;
        Error = end.Error;
        AtEdge = end.AtEdge;
    }

    /// <summary>Where it is.</summary>
    public double Value { get; }

    /// <summary>Its Monte Carlo error; 0 at the edge of the belt, +∞ where it is not known.
    /// </summary>
    public double Error { get; }

    /// <summary>The grid ends here, inside of the accepted set, which may go on beyond.</summary>
    public bool AtEdge { get; }

    /// <summary>The value with its error.</summary>
    /// <returns>the text</returns>
    public override string ToString() =>
        TextTable.Number(Value) + (AtEdge ? " (edge)" : $" ± {TextTable.Number(Error)}");
}
