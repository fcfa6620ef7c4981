namespace Nsbi.Interop;

/// <summary>What a sampler learns of the form of a density.</summary>
public enum MetricForm
{
    /// <summary>One variance per coordinate.</summary>
    Diagonal,

    /// <summary>The whole covariance: for strongly correlated parameters, up to some hundreds.</summary>
    Dense,
}
