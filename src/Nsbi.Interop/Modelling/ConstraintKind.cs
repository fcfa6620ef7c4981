namespace Nsbi.Interop;

/// <summary>The kinds of auxiliary measurements.</summary>
public enum ConstraintKind
{
    /// <summary>No auxiliary measurement.</summary>
    None,

    /// <summary>A Gaussian of given mean and width.</summary>
    Gaussian,

    /// <summary>A Poisson count whose expectation is proportional to the parameter.</summary>
    Poisson,

    /// <summary>A Gaussian in the logarithm of the parameter.</summary>
    LogNormal,
}
