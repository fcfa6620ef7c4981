namespace Nsbi.Interop;

/// <summary>How a fit ended; <see cref="FitResult.Advice"/> says what to do about it.</summary>
public enum FitStatus
{
    /// <summary>At a minimum inside of all bounds.</summary>
    Converged,

    /// <summary>At a minimum where some parameters are at a bound.</summary>
    AtBoundary,

    /// <summary>No minimum was reached.</summary>
    NotConverged,

    /// <summary>The likelihood cannot be fitted.</summary>
    InvalidModel,
}
