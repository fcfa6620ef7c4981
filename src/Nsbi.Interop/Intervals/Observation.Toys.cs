namespace Nsbi.Interop;

public sealed partial class Observation
{
    /// <summary>CLs of one value of a parameter by toys of it and of the background alone, drawn at
    /// the nuisance parameters that these data prefer, with global observables drawn anew.</summary>
    /// <param name="parameter">a parameter that is not fixed</param>
    /// <param name="value">within its bounds</param>
    /// <param name="statistic">q̃ for a parameter of 0 or above</param>
    /// <param name="options">toys of each hypothesis; left out, the defaults</param>
    /// <param name="progress">told after each toy; the toys of each hypothesis are counted for
    /// themselves</param>
    /// <param name="cancellation">ends the test</param>
    /// <exception cref="ArgumentException">the parameter is unknown or fixed, 0 is outside of its
    /// bounds, or the value cannot be tested</exception>
    /// <exception cref="InvalidOperationException">a fit to the data failed</exception>
    /// <exception cref="NsbiException">every reason why toys cannot be drawn</exception>
    /// <exception cref="OperationCanceledException">cancelled</exception>
    public ToyHypothesisTest TestHypothesisByToys(
        string parameter,
        double value,
        LimitStatistic statistic = LimitStatistic.QTilde,
        ToyOptions? options = null,
        IProgress<ToyUpdate>? progress = null,
        CancellationToken cancellation = default
    )
    {
        ArgumentNullException.ThrowIfNull(parameter);
        return ToyOptions.Use(
            options,
            progress,
            cancellation,
            work => new ToyHypothesisTest(
                FInfer
                    .ToyHypothesisTest.cls(
                        work,
                        statistic.ToFSharp(),
                        _observation,
                        parameter,
                        value
                    )
                    .OrThrow()
            )
        );
    }

    /// <summary>As <see cref="TestHypothesisByToys"/>, on another thread.</summary>
    /// <param name="parameter">a parameter that is not fixed</param>
    /// <param name="value">within its bounds</param>
    /// <param name="statistic">q̃ for a parameter of 0 or above</param>
    /// <param name="options">toys of each hypothesis; left out, the defaults</param>
    /// <param name="progress">told after each toy</param>
    /// <param name="cancellation">ends the test</param>
    public Task<ToyHypothesisTest> TestHypothesisByToysAsync(
        string parameter,
        double value,
        LimitStatistic statistic = LimitStatistic.QTilde,
        ToyOptions? options = null,
        IProgress<ToyUpdate>? progress = null,
        CancellationToken cancellation = default
    ) =>
        Task.Run(
            () =>
                TestHypothesisByToys(parameter, value, statistic, options, progress, cancellation),
            cancellation
        );

    /// <summary>Upper limits of a parameter by CLs of toys, observed and expected of the background
    /// alone.</summary>
    /// <param name="parameter">a parameter that is not fixed</param>
    /// <param name="level">the confidence level, between 0 and 1</param>
    /// <param name="statistic">q̃ for a parameter of 0 or above</param>
    /// <param name="options">toys of each hypothesis at each value; left out, the defaults</param>
    /// <param name="progress">told after each toy; the toys of each hypothesis are counted for
    /// themselves</param>
    /// <param name="cancellation">ends the search</param>
    /// <exception cref="ArgumentException">the parameter is unknown or fixed, 0 is outside of its
    /// bounds, or the level is not between 0 and 1</exception>
    /// <exception cref="InvalidOperationException">a fit to the data failed</exception>
    /// <exception cref="NsbiException">every reason why toys cannot be drawn</exception>
    /// <exception cref="OperationCanceledException">cancelled</exception>
    public ToyUpperLimit FindUpperLimitByToys(
        string parameter,
        double level = 0.95,
        LimitStatistic statistic = LimitStatistic.QTilde,
        ToyOptions? options = null,
        IProgress<ToyUpdate>? progress = null,
        CancellationToken cancellation = default
    )
    {
        ArgumentNullException.ThrowIfNull(parameter);
        return ToyOptions.Use(
            options,
            progress,
            cancellation,
            work => new ToyUpperLimit(
                FInfer
                    .ToyUpperLimitModule.find(
                        work,
                        statistic.ToFSharp(),
                        level,
                        _observation,
                        parameter
                    )
                    .OrThrow()
            )
        );
    }

    /// <summary>As <see cref="FindUpperLimitByToys"/>, on another thread.</summary>
    /// <param name="parameter">a parameter that is not fixed</param>
    /// <param name="level">the confidence level, between 0 and 1</param>
    /// <param name="statistic">q̃ for a parameter of 0 or above</param>
    /// <param name="options">toys of each hypothesis at each value; left out, the defaults</param>
    /// <param name="progress">told after each toy</param>
    /// <param name="cancellation">ends the search</param>
    public Task<ToyUpperLimit> FindUpperLimitByToysAsync(
        string parameter,
        double level = 0.95,
        LimitStatistic statistic = LimitStatistic.QTilde,
        ToyOptions? options = null,
        IProgress<ToyUpdate>? progress = null,
        CancellationToken cancellation = default
    ) =>
        Task.Run(
            () =>
                FindUpperLimitByToys(parameter, level, statistic, options, progress, cancellation),
            cancellation
        );

    /// <summary>The significance of an excess over the background alone by toys, and that of the
    /// median of toys with a signal.</summary>
    /// <param name="parameter">a parameter that is not fixed</param>
    /// <param name="signal">the value that the expectation is for; null for the initial value of the
    /// model</param>
    /// <param name="options">toys of each hypothesis; left out, the defaults</param>
    /// <param name="progress">told after each toy; the toys of each hypothesis are counted for
    /// themselves</param>
    /// <param name="cancellation">ends the test</param>
    /// <exception cref="ArgumentException">the parameter is unknown or fixed, or 0 or the signal is
    /// outside of its bounds</exception>
    /// <exception cref="InvalidOperationException">a fit to the data failed</exception>
    /// <exception cref="NsbiException">every reason why toys cannot be drawn</exception>
    /// <exception cref="OperationCanceledException">cancelled</exception>
    public ToyDiscovery DiscoverySignificanceByToys(
        string parameter,
        double? signal = null,
        ToyOptions? options = null,
        IProgress<ToyUpdate>? progress = null,
        CancellationToken cancellation = default
    )
    {
        var value = signal ?? Initial(parameter);
        return ToyOptions.Use(
            options,
            progress,
            cancellation,
            work => new ToyDiscovery(
                value,
                FInfer.ToyHypothesisTest.discovery(work, _observation, parameter, value).OrThrow()
            )
        );
    }

    /// <summary>As <see cref="DiscoverySignificanceByToys"/>, on another thread.</summary>
    /// <param name="parameter">a parameter that is not fixed</param>
    /// <param name="signal">the value that the expectation is for; null for the initial value of the
    /// model</param>
    /// <param name="options">toys of each hypothesis; left out, the defaults</param>
    /// <param name="progress">told after each toy</param>
    /// <param name="cancellation">ends the test</param>
    public Task<ToyDiscovery> DiscoverySignificanceByToysAsync(
        string parameter,
        double? signal = null,
        ToyOptions? options = null,
        IProgress<ToyUpdate>? progress = null,
        CancellationToken cancellation = default
    ) =>
        Task.Run(
            () => DiscoverySignificanceByToys(parameter, signal, options, progress, cancellation),
            cancellation
        );
}
