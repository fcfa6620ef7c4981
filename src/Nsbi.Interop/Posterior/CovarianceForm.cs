namespace Nsbi.Interop;

/// <summary>Which correlations of the parameters a Gaussian can have.</summary>
public enum CovarianceForm
{
    /// <summary>All.</summary>
    Full,

    /// <summary>None: the parameters are independent given the events.</summary>
    Diagonal,
}
