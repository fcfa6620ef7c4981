namespace Nsbi.Interop;

/// <summary>The map with which a training begins.</summary>
public enum TransportStart
{
    /// <summary>The optimal map between Gaussians of the samples' means and covariances.</summary>
    Gaussian,

    /// <summary>The translation that makes the means equal.</summary>
    Translation,
}
