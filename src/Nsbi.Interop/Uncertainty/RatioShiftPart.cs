namespace Nsbi.Interop;

/// <summary>What the changed ratio of one process does to a fitted parameter. Immutable.</summary>
public sealed class RatioShiftPart
{
    internal RatioShiftPart(string channel, string process, double shift)
    {
        Channel = channel;
        Process = process;
        Shift = shift;
    }

    /// <summary>The channel.</summary>
    public string Channel { get; }

    /// <summary>The process.</summary>
    public string Process { get; }

    /// <summary>The change of the parameter.</summary>
    public double Shift { get; }

    /// <summary>Process and shift.</summary>
    /// <returns>the text</returns>
    public override string ToString() => $"{Process} in {Channel}: {TextTable.Number(Shift)}";
}
