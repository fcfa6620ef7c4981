namespace Nsbi.Interop;

public sealed partial class Observation
{
    /// <summary>The impacts of all nuisance parameters that are not held on a parameter of interest,
    /// largest first.</summary>
    /// <param name="best">a fit of this observation that succeeded</param>
    /// <param name="parameter">a parameter of interest that is not fixed</param>
    /// <param name="method">how an impact is worked out</param>
    /// <param name="options">as for the fit; each thread makes refits of its own</param>
    /// <param name="progress">told the share that is done, from 0 to 1</param>
    /// <param name="cancellation">ends the refits</param>
    /// <exception cref="ArgumentException">the parameter is unknown or fixed, or the fit did not
    /// succeed</exception>
    /// <exception cref="OperationCanceledException">cancelled</exception>
    public NuisanceRanking RankNuisances(
        FitResult best,
        string parameter,
        ImpactMethod method = ImpactMethod.Postfit,
        FitOptions? options = null,
        IProgress<double>? progress = null,
        CancellationToken cancellation = default
    )
    {
        ArgumentNullException.ThrowIfNull(best);
        ArgumentNullException.ThrowIfNull(parameter);
        var ranking = new FInfer.RankingOptions(
            new[] { method.ToFSharp() }.ToFSharp(),
            false,
            progress ?? Silent<double>.Instance
        );
        return FitOptions.Use(
            options,
            cancellation,
            settings => new NuisanceRanking(
                FInfer.RankingModule.run(ranking, settings, _observation, parameter, best.Result)
            )
        );
    }

    /// <summary>As <see cref="RankNuisances"/>, on another thread.</summary>
    /// <param name="best">a fit of this observation that succeeded</param>
    /// <param name="parameter">a parameter of interest that is not fixed</param>
    /// <param name="method">how an impact is worked out</param>
    /// <param name="options">as for the fit; each thread makes refits of its own</param>
    /// <param name="progress">told the share that is done, from 0 to 1</param>
    /// <param name="cancellation">ends the refits</param>
    public Task<NuisanceRanking> RankNuisancesAsync(
        FitResult best,
        string parameter,
        ImpactMethod method = ImpactMethod.Postfit,
        FitOptions? options = null,
        IProgress<double>? progress = null,
        CancellationToken cancellation = default
    ) =>
        Task.Run(
            () => RankNuisances(best, parameter, method, options, progress, cancellation),
            cancellation
        );
}
