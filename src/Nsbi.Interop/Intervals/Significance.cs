namespace Nsbi.Interop;

/// <summary>A p-value of the background alone, and its significance. Immutable.</summary>
public sealed class Significance
{
    internal Significance(FInfer.Significance significance)
    {
        P = significance.P;
        Z = significance.Z;
        Reason = significance.Reason?.Value;
    }

    /// <summary>The probability under the background alone of a larger q0; NaN where it is not
    /// known.</summary>
    public double P { get; }

    /// <summary>Z with p = 1 − Φ(Z); +∞ for p = 0, NaN where it is not known.</summary>
    public double Z { get; }

    /// <summary>Why Z is not finite, in a sentence; null where it is.</summary>
    public string? Reason { get; }

    /// <summary>Z and p, or the reason.</summary>
    /// <returns>the text</returns>
    public override string ToString() =>
        Reason is null ? $"{TextTable.Number(Z)} σ (p = {TextTable.Number(P)})" : $"none: {Reason}";
}
