namespace Nsbi.Interop;

/// <summary>A family of densities of the parameters given the events, normalised over the prior's
/// support. Immutable.</summary>
public sealed class DensityHead
{
    private DensityHead(FPosterior.DensityHead head)
    {
        Head = head;
    }

    internal FPosterior.DensityHead Head { get; }

    private static FPosterior.Covariance ToFSharp(CovarianceForm form) =>
        form == CovarianceForm.Diagonal
            ? FPosterior.Covariance.Diagonal
            : FPosterior.Covariance.Full;

    /// <summary>One Gaussian.</summary>
    /// <param name="covariance">which correlations it can have</param>
    public static DensityHead Gaussian(CovarianceForm covariance = CovarianceForm.Full) =>
        new(FPosterior.DensityHead.NewGaussian(ToFSharp(covariance)));

    /// <summary>A mixture of Gaussians.</summary>
    /// <param name="components">from 1 to 256</param>
    /// <param name="covariance">which correlations each can have</param>
    /// <exception cref="NsbiException">a number out of range</exception>
    public static DensityHead Mixture(
        int components,
        CovarianceForm covariance = CovarianceForm.Full
    ) => Validate(FPosterior.DensityHead.NewMixture(components, ToFSharp(covariance)));

    /// <summary>A normalising flow.</summary>
    /// <param name="options">left out, the standard one</param>
    /// <exception cref="NsbiException">every fault of the options</exception>
    public static DensityHead Flow(FlowOptions? options = null) =>
        Validate(FPosterior.DensityHead.NewFlow((options ?? new()).ToFSharp()));

    private static DensityHead Validate(FPosterior.DensityHead head) =>
        new(FPosterior.DensityHeadModule.validate(head).OrThrow());

    /// <summary>The head as its JSON.</summary>
    /// <returns>the text</returns>
    public override string ToString() => FPosterior.DensityHeadModule.toJson(Head);
}
