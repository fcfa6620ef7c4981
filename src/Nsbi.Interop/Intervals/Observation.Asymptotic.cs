namespace Nsbi.Interop;

public sealed partial class Observation
{
    /// <summary>CLs of one value of a parameter by asymptotic formulae, observed and expected of the
    /// background alone, which is the value 0.</summary>
    /// <param name="parameter">a parameter that is not fixed</param>
    /// <param name="value">within its bounds</param>
    /// <param name="statistic">q̃ for a parameter of 0 or above</param>
    /// <param name="options">as for the fit</param>
    /// <param name="cancellation">ends the test</param>
    /// <returns>always a test; what is not known is NaN and has a reason</returns>
    /// <exception cref="ArgumentException">the parameter is unknown or fixed, 0 is outside of its
    /// bounds, or the value cannot be tested</exception>
    /// <exception cref="OperationCanceledException">cancelled</exception>
    public HypothesisTest TestHypothesis(
        string parameter,
        double value,
        LimitStatistic statistic = LimitStatistic.QTilde,
        FitOptions? options = null,
        CancellationToken cancellation = default
    )
    {
        ArgumentNullException.ThrowIfNull(parameter);
        return FitOptions.Use(
            options,
            cancellation,
            settings => new HypothesisTest(
                FInfer.HypothesisTestModule.asymptotic(
                    settings,
                    _observation,
                    statistic.ToFSharp(),
                    parameter,
                    value
                )
            )
        );
    }

    /// <summary>Upper limits of a parameter by CLs and asymptotic formulae, observed and expected of
    /// the background alone.</summary>
    /// <param name="parameter">a parameter that is not fixed</param>
    /// <param name="level">the confidence level, between 0 and 1</param>
    /// <param name="statistic">q̃ for a parameter of 0 or above</param>
    /// <param name="options">as for the fit</param>
    /// <param name="progress">told the share that is done, from 0 to 1</param>
    /// <param name="cancellation">ends the search</param>
    /// <returns>always a result; a limit that does not exist is null and has a reason</returns>
    /// <exception cref="ArgumentException">the parameter is unknown or fixed, 0 is outside of its
    /// bounds, or the level is not between 0 and 1</exception>
    /// <exception cref="OperationCanceledException">cancelled</exception>
    public UpperLimit FindUpperLimit(
        string parameter,
        double level = 0.95,
        LimitStatistic statistic = LimitStatistic.QTilde,
        FitOptions? options = null,
        IProgress<double>? progress = null,
        CancellationToken cancellation = default
    )
    {
        ArgumentNullException.ThrowIfNull(parameter);
        return FitOptions.Use(
            options,
            cancellation,
            settings => new UpperLimit(
                FInfer.UpperLimitModule.ofTest(
                    progress ?? Silent<double>.Instance,
                    FInfer.AsymptoticTest.Prepare(
                        settings,
                        _observation,
                        statistic.ToFSharp(),
                        parameter
                    ),
                    level
                )
            )
        );
    }

    /// <summary>As <see cref="FindUpperLimit"/>, on another thread.</summary>
    /// <param name="parameter">a parameter that is not fixed</param>
    /// <param name="level">the confidence level, between 0 and 1</param>
    /// <param name="statistic">q̃ for a parameter of 0 or above</param>
    /// <param name="options">as for the fit</param>
    /// <param name="progress">told the share that is done, from 0 to 1</param>
    /// <param name="cancellation">ends the search</param>
    public Task<UpperLimit> FindUpperLimitAsync(
        string parameter,
        double level = 0.95,
        LimitStatistic statistic = LimitStatistic.QTilde,
        FitOptions? options = null,
        IProgress<double>? progress = null,
        CancellationToken cancellation = default
    ) =>
        Task.Run(
            () => FindUpperLimit(parameter, level, statistic, options, progress, cancellation),
            cancellation
        );

    /// <summary>The significance of an excess over the background alone, and its median under a
    /// signal, by asymptotic formulae.</summary>
    /// <param name="parameter">a parameter that is not fixed</param>
    /// <param name="signal">the value that the expectation is for; null for the initial value of the
    /// model</param>
    /// <param name="options">as for the fit</param>
    /// <param name="cancellation">ends the test</param>
    /// <returns>always a result; what is not known is NaN and has a reason</returns>
    /// <exception cref="ArgumentException">the parameter is unknown or fixed, or 0 or the signal is
    /// outside of its bounds</exception>
    /// <exception cref="OperationCanceledException">cancelled</exception>
    public DiscoverySignificance DiscoverySignificance(
        string parameter,
        double? signal = null,
        FitOptions? options = null,
        CancellationToken cancellation = default
    )
    {
        var value = signal ?? Initial(parameter);
        return FitOptions.Use(
            options,
            cancellation,
            settings => new DiscoverySignificance(
                FInfer.DiscoverySignificanceModule.asymptotic(
                    settings,
                    _observation,
                    parameter,
                    value
                )
            )
        );
    }

    private double Initial(string parameter)
    {
        ArgumentNullException.ThrowIfNull(parameter);
        return Likelihood.Model.Point(null)[Likelihood.Compiled.Index[parameter]];
    }
}
