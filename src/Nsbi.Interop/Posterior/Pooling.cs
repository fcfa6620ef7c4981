namespace Nsbi.Interop;

/// <summary>How the numbers that the per-event network e(x) gives become numbers of the set; the number
/// of events always stands beside them.</summary>
public enum Pooling
{
    /// <summary>Σ w e(x)/Σ w.</summary>
    Mean,

    /// <summary>Σ w e(x).</summary>
    Sum,

    /// <summary>Both, side by side.</summary>
    SumAndMean,
}
