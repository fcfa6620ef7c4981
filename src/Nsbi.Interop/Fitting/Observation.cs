namespace Nsbi.Interop;

/// <summary>What was observed, of one compiled likelihood: event weights, bin counts and global
/// observables. An Asimov set is an observation too. Immutable; safe to use from several threads.
/// </summary>
public sealed partial class Observation
{
    private readonly FInfer.Observation _observation;

    internal Observation(CompiledLikelihood likelihood, FInfer.Observation observation)
    {
        Likelihood = likelihood;
        _observation = observation;
    }

    /// <summary>The likelihood that it is an observation of.</summary>
    public CompiledLikelihood Likelihood { get; }

    /// <summary>Σ w of an unbinned channel: the number of events, for data.</summary>
    /// <param name="channel">its name</param>
    /// <exception cref="ArgumentException">there is no such unbinned channel</exception>
    public double TotalWeight(string channel) => _observation.TotalWeight(channel);

    /// <summary>The counts of the binned channels, by name.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<double>> Counts =>
        _observation.Counts.ToDictionary(
            pair => pair.Item1,
            pair => (IReadOnlyList<double>)[.. pair.Item2]
        );

    /// <summary>−2 ln L(θ); +∞ where it is impossible.</summary>
    /// <param name="values">parameter values; those left out are at their initial values</param>
    /// <exception cref="ArgumentException">there is no such parameter</exception>
    public double TwiceNll(IReadOnlyDictionary<string, double>? values = null) =>
        FInfer.Likelihood.twiceNll(_observation, Likelihood.Model.Point(values));

    /// <summary>The maximum-likelihood fit.</summary>
    /// <param name="options">left out, the defaults</param>
    /// <param name="cancellation">ends the fit</param>
    /// <returns>the result, whose status says how it ended</returns>
    /// <exception cref="ArgumentException">a fixed parameter is unknown or outside of its
    /// bounds</exception>
    /// <exception cref="OperationCanceledException">cancelled</exception>
    public FitResult Fit(FitOptions? options = null, CancellationToken cancellation = default) =>
        FitOptions.Use(
            options,
            cancellation,
            settings => new FitResult(FInfer.Fit.runWith(settings, _observation))
        );

    /// <summary>As <see cref="Fit"/>, on another thread.</summary>
    /// <param name="options">left out, the defaults</param>
    /// <param name="cancellation">ends the fit</param>
    /// <returns>the result, whose status says how it ended</returns>
    public Task<FitResult> FitAsync(
        FitOptions? options = null,
        CancellationToken cancellation = default
    ) => Task.Run(() => Fit(options, cancellation), cancellation);

    /// <summary>t(v) = −2 ln [L(v, others at their best)/L(best)] at each of the values.</summary>
    /// <param name="best">a fit of this observation that succeeded</param>
    /// <param name="parameter">a parameter that is not fixed</param>
    /// <param name="values">within its bounds, in any order</param>
    /// <param name="options">as for the fit</param>
    /// <param name="progress">told the share that is done, from 0 to 1</param>
    /// <param name="cancellation">ends the scan</param>
    /// <exception cref="ArgumentException">the parameter is unknown or fixed, a value is out of
    /// bounds, or the fit did not succeed</exception>
    /// <exception cref="OperationCanceledException">cancelled</exception>
    public ProfileScan Scan(
        FitResult best,
        string parameter,
        IReadOnlyList<double> values,
        FitOptions? options = null,
        IProgress<double>? progress = null,
        CancellationToken cancellation = default
    )
    {
        ArgumentNullException.ThrowIfNull(best);
        ArgumentNullException.ThrowIfNull(values);
        return FitOptions.Use(
            options,
            cancellation,
            settings => new ProfileScan(
                Likelihood.Model.Parameters,
                FInfer.Profile.scanWith(
                    progress ?? Silent<double>.Instance,
                    settings,
                    _observation,
                    best.Result,
                    parameter,
                    values.ToFSharp()
                )
            )
        );
    }

    /// <summary>As <see cref="Scan"/>, on another thread.</summary>
    /// <param name="best">a fit of this observation that succeeded</param>
    /// <param name="parameter">a parameter that is not fixed</param>
    /// <param name="values">within its bounds, in any order</param>
    /// <param name="options">as for the fit</param>
    /// <param name="progress">told the share that is done, from 0 to 1</param>
    /// <param name="cancellation">ends the scan</param>
    public Task<ProfileScan> ScanAsync(
        FitResult best,
        string parameter,
        IReadOnlyList<double> values,
        FitOptions? options = null,
        IProgress<double>? progress = null,
        CancellationToken cancellation = default
    ) =>
        Task.Run(
            () => Scan(best, parameter, values, options, progress, cancellation),
            cancellation
        );

    /// <summary>{t ≤ level} over the whole allowed range of a parameter. The set can be in several
    /// pieces.</summary>
    /// <param name="best">a fit of this observation that succeeded</param>
    /// <param name="parameter">a parameter that is not fixed</param>
    /// <param name="level">1 for 68.27 %, 3.841 for 95 % of one parameter, where Wilks' theorem
    /// holds</param>
    /// <param name="options">as for the fit</param>
    /// <param name="cancellation">ends the search</param>
    /// <exception cref="ArgumentException">the parameter is unknown or fixed, the level is not
    /// positive, or the fit did not succeed</exception>
    /// <exception cref="OperationCanceledException">cancelled</exception>
    public ConfidenceSet Interval(
        FitResult best,
        string parameter,
        double level = 1.0,
        FitOptions? options = null,
        CancellationToken cancellation = default
    )
    {
        ArgumentNullException.ThrowIfNull(best);
        return FitOptions.Use(
            options,
            cancellation,
            settings => new ConfidenceSet(
                FInfer.Intervals.find(settings, _observation, best.Result, parameter, level)
            )
        );
    }

    /// <summary>As <see cref="Interval"/>, on another thread.</summary>
    /// <param name="best">a fit of this observation that succeeded</param>
    /// <param name="parameter">a parameter that is not fixed</param>
    /// <param name="level">1 for 68.27 %, 3.841 for 95 % of one parameter, where Wilks' theorem
    /// holds</param>
    /// <param name="options">as for the fit</param>
    /// <param name="cancellation">ends the search</param>
    public Task<ConfidenceSet> IntervalAsync(
        FitResult best,
        string parameter,
        double level = 1.0,
        FitOptions? options = null,
        CancellationToken cancellation = default
    ) => Task.Run(() => Interval(best, parameter, level, options, cancellation), cancellation);

    /// <summary>A line of the model and what was observed of each channel.</summary>
    /// <returns>the text</returns>
    public override string ToString()
    {
        var unbinned = Likelihood
            .Model.Channels.Where(channel => channel.IsUnbinned)
            .Select(channel => $"{channel.Name} {TextTable.Number(TotalWeight(channel.Name))}");
        var binned = Counts.Select(pair => $"{pair.Key} {TextTable.Number(pair.Value.Sum())}");
        return $"observation of {Likelihood.Model.Name}: {string.Join(", ", unbinned.Concat(binned))}";
    }
}
