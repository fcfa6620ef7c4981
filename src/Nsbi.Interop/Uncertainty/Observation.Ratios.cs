namespace Nsbi.Interop;

public sealed partial class Observation
{
    /// <summary>The influences of ratios on a fitted parameter; the other free parameters are profiled.
    /// </summary>
    /// <param name="best">a fit of this observation, which has weights over the reference tables (an Asimov
    /// set or a toy), with the parameter inside of its bounds</param>
    /// <param name="parameter">a free parameter</param>
    /// <exception cref="ArgumentException">the parameter is unknown or has no error in the fit (fixed, at a
    /// bound, or a fit that failed); an observation over an observed table</exception>
    public RatioSensitivity Sensitivity(FitResult best, string parameter)
    {
        ArgumentNullException.ThrowIfNull(best);
        return new(FInfer.RatioSensitivityModule.create(_observation, best.Result, parameter));
    }

    /// <summary>Fits the same weights with other ratios: what <see cref="RatioSensitivity.Shift"/> gives to
    /// first order.</summary>
    /// <param name="changes">the processes whose ratios change</param>
    /// <param name="scale">what is taken for the scale of the ratios</param>
    /// <param name="options">as for the fit</param>
    /// <param name="cancellation">ends the fit</param>
    /// <returns>the result, whose status says how it ended</returns>
    /// <exception cref="NsbiException">a ratio that is negative or not finite</exception>
    /// <exception cref="ArgumentException">an unknown channel or process, another number of events, ratios
    /// without a positive mean; an observation over an observed table</exception>
    /// <exception cref="OperationCanceledException">cancelled</exception>
    public FitResult FitWith(
        IReadOnlyList<RatioChange> changes,
        RatioScale scale = RatioScale.Normalised,
        FitOptions? options = null,
        CancellationToken cancellation = default
    ) =>
        FitOptions.Use(
            options,
            cancellation,
            settings => new FitResult(
                FInfer
                    .RatioShiftModule.refit(
                        settings,
                        RatioChange.ToFSharp(scale),
                        RatioChange.ToFSharp(changes),
                        _observation
                    )
                    .OrThrow()
            )
        );
}
