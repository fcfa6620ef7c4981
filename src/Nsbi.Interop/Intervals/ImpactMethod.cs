namespace Nsbi.Interop;

/// <summary>How the impact of a nuisance parameter θ on a parameter of interest μ is worked out.
/// </summary>
public enum ImpactMethod
{
    /// <summary>The change of the best μ with θ held at its best value ± its error after the fit.
    /// </summary>
    Postfit,

    /// <summary>The change of the best μ with θ held at its best value ± the width of its
    /// constraint; none without a constraint.</summary>
    Prefit,

    /// <summary>± V_μθ/σ_θ of the covariance, without fits: the same as after the fit where the
    /// likelihood is a parabola.</summary>
    Covariance,

    /// <summary>The change of the best μ with the global observable of θ moved by ± its standard
    /// deviation (arXiv:2307.04007); none without a constraint.</summary>
    Observable,
}
