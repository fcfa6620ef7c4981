namespace Nsbi.Interop;

/// <summary>How a ratio is calibrated: every method maps r to a function of r alone, which repairs any
/// monotone distortion of the exact ratio and nothing else.</summary>
/// <remarks>Source: Cranmer, Pavez, Louppe, arXiv:1506.02169, section 2.</remarks>
public enum CalibrationMethod
{
    /// <summary>Bins of equal content; in each, target over reference.</summary>
    Histogram,

    /// <summary>Target over reference in the steps of the monotone function that fits best.</summary>
    Isotonic,

    /// <summary>ln r′ = a ln r + b.</summary>
    Platt,
}
