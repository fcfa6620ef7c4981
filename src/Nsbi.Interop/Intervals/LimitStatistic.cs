namespace Nsbi.Interop;

/// <summary>Test statistics for upper limits (Cowan, Cranmer, Gross and Vitells, arXiv:1007.1727,
/// section 2).</summary>
public enum LimitStatistic
{
    /// <summary>q̃_μ, for parameters of 0 or above: the best fit is that at 0 where it is below.
    /// </summary>
    QTilde,

    /// <summary>q_μ, for parameters of either sign.</summary>
    Q,
}
