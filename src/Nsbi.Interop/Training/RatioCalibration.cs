namespace Nsbi.Interop;

/// <summary>How ratios are calibrated: each method maps r to a function of r alone, which repairs any
/// increasing distortion of the exact ratio and nothing else.</summary>
public enum RatioCalibration
{
    /// <summary>Not at all.</summary>
    None,

    /// <summary>Target over reference in bins of equal content.</summary>
    Histogram,

    /// <summary>Target over reference in the steps of the increasing function that fits best.</summary>
    Isotonic,

    /// <summary>ln r′ = a ln r + b by logistic regression.</summary>
    Platt,
}
