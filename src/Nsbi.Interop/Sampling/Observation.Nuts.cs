namespace Nsbi.Interop;

public sealed partial class Observation
{
    /// <summary>Draws from the posterior of the parameters: the likelihood with its constraints as priors of
    /// their parameters and a prior for each of the others.</summary>
    /// <param name="best">a fit of this observation, around which chains start, overdispersed; left out, as
    /// the options say</param>
    /// <param name="priors">of parameters, by name, beside their constraints; flat within the bounds where
    /// none is given</param>
    /// <param name="held">parameters that are held, and where</param>
    /// <param name="options">left out, 4 chains of 1000 + 1000 draws</param>
    /// <param name="progress">told the share that is done, from 0 to 1</param>
    /// <param name="cancellation">ends the sampling</param>
    /// <exception cref="ArgumentException">an unknown parameter, none that is free, a prior that does not fit
    /// its parameter, options out of range</exception>
    /// <exception cref="InvalidOperationException">no start with a finite density</exception>
    /// <exception cref="OperationCanceledException">cancelled</exception>
    public MarkovChains SamplePosterior(
        FitResult? best = null,
        IReadOnlyDictionary<string, ParameterPrior>? priors = null,
        IReadOnlyDictionary<string, double>? held = null,
        NutsOptions? options = null,
        IProgress<double>? progress = null,
        CancellationToken cancellation = default
    )
    {
        options ??= new();
        var density = FInfer.LikelihoodDensityModule.create(
            (priors ?? new Dictionary<string, ParameterPrior>())
                .Select(pair => KeyValuePair.Create(pair.Key, pair.Value.Prior))
                .ToFSharpMap(),
            (held ?? new Dictionary<string, double>()).ToFSharpMap(),
            _observation
        );
        var start = best is null
            ? options.Start
            : FInfer.LikelihoodDensityModule.starts(
                best.Result,
                options.Seed,
                options.Chains,
                density
            );
        return options.Run(density.Density, start, progress, cancellation);
    }

    /// <summary>As <see cref="SamplePosterior"/>, on another thread.</summary>
    /// <param name="best">a fit of this observation, around which chains start</param>
    /// <param name="priors">of parameters, by name, beside their constraints</param>
    /// <param name="held">parameters that are held, and where</param>
    /// <param name="options">left out, 4 chains of 1000 + 1000 draws</param>
    /// <param name="progress">told the share that is done, from 0 to 1</param>
    /// <param name="cancellation">ends the sampling</param>
    public Task<MarkovChains> SamplePosteriorAsync(
        FitResult? best = null,
        IReadOnlyDictionary<string, ParameterPrior>? priors = null,
        IReadOnlyDictionary<string, double>? held = null,
        NutsOptions? options = null,
        IProgress<double>? progress = null,
        CancellationToken cancellation = default
    ) =>
        Task.Run(
            () => SamplePosterior(best, priors, held, options, progress, cancellation),
            cancellation
        );
}
