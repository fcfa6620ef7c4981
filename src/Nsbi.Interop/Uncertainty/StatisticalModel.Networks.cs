namespace Nsbi.Interop;

public sealed partial class StatisticalModel
{
    /// <summary>The same model with the uncertainty of the networks as a nuisance parameter: the parameter of
    /// interest is taken to be off by σ(μ) at one standard deviation, μ → μ + α σ(μ) with α under the unit
    /// Gaussian constraint. Where a coefficient has a root of μ, at μ ≥ 0, the shift is made in √μ.</summary>
    /// <param name="interest">a parameter of interest, in coefficients and factors of yields only</param>
    /// <param name="sigma">σ(μ), 0 or above, at two values of μ or more; a spline between them and a straight
    /// line beyond</param>
    /// <param name="nuisance">the name of α, which is new in the model</param>
    /// <remarks>Source: the spurious-signal approach, as applied to networks in arXiv:2412.01548; σ(μ) from
    /// <see cref="McStatEstimators"/> at several μ.</remarks>
    /// <exception cref="NsbiException">what is wrong with the names, the table or the model</exception>
    public StatisticalModel WithNetworkUncertainty(
        string interest,
        IReadOnlyDictionary<double, double> sigma,
        string nuisance = "alpha_stat"
    )
    {
        ArgumentNullException.ThrowIfNull(interest);
        ArgumentNullException.ThrowIfNull(sigma);
        ArgumentNullException.ThrowIfNull(nuisance);
        return Validate(
            FInfer
                .NetworkNuisance.apply(interest, nuisance, sigma.Ascending(), Valid.Model)
                .OrThrow()
        );
    }
}
