namespace Nsbi.Interop;

public sealed partial class CompiledLikelihood
{
    /// <summary>The power of tests that use the events in different ways, from toys of two values of a
    /// parameter: how much of the information a count, a cut, bins and all events keep.</summary>
    /// <param name="parameter">the parameter</param>
    /// <param name="nullValue">its value under the null hypothesis, within its bounds</param>
    /// <param name="value">its value under the alternative, within its bounds</param>
    /// <param name="strategies">of <c>inclusive</c>, <c>cut:x</c>, <c>edges:a:b:…</c>,
    /// <c>range:a:b:n</c>, <c>bins:n</c> and <c>unbinned</c>, in the ratio
    /// r(x) = p(x | value)/p(x | nullValue)</param>
    /// <param name="size">the probability to reject a null hypothesis that is true, between 0 and 1
    /// </param>
    /// <param name="profiled">whether nuisance parameters are profiled; else they are held where the
    /// toys are drawn</param>
    /// <param name="options">toys of each hypothesis; left out, the defaults</param>
    /// <param name="progress">told after each toy; the toys of each hypothesis are counted for
    /// themselves</param>
    /// <param name="cancellation">ends the study</param>
    /// <exception cref="ArgumentException">the parameter is unknown, a value is outside of its
    /// bounds, both are equal, no strategy or one that is none, or a size that is none</exception>
    /// <exception cref="NsbiException">every reason why toys cannot be drawn</exception>
    /// <exception cref="OperationCanceledException">cancelled</exception>
    public IReadOnlyList<StrategyPower> StudyPower(
        string parameter,
        double nullValue,
        double value,
        IReadOnlyList<string> strategies,
        double size = 0.05,
        bool profiled = true,
        ToyOptions? options = null,
        IProgress<ToyUpdate>? progress = null,
        CancellationToken cancellation = default
    )
    {
        ArgumentNullException.ThrowIfNull(parameter);
        ArgumentNullException.ThrowIfNull(strategies);
        if (!(size > 0.0 && size < 1.0))
        {
            throw new ArgumentException(
                $"The size of a test lies between 0 and 1; {size} does not.",
                nameof(size)
            );
        }

        var treatment = profiled
            ? FInfer.NuisanceTreatment.Profiled
            : FInfer.NuisanceTreatment.Held;
        var question = new FInfer.PowerQuestion(
            parameter,
            nullValue,
            value,
            strategies.Select(Strategy).ToFSharp(),
            FSharpList<FInfer.NuisanceTreatment>.Cons(
                treatment,
                FSharpList<FInfer.NuisanceTreatment>.Empty
            )
        );
        return ToyOptions.Use(
            options,
            progress,
            cancellation,
            work =>
            {
                var study = FInfer.LikelihoodPowerModule.run(work, Compiled, question).OrThrow();
                var checks = new CheckReport(study.Checks);
                return (IReadOnlyList<StrategyPower>)
                    [.. study.Strategies.Select(it => new StrategyPower(it, size, checks))];
            }
        );
    }

    /// <summary>As <see cref="StudyPower"/>, on another thread.</summary>
    /// <param name="parameter">the parameter</param>
    /// <param name="nullValue">its value under the null hypothesis</param>
    /// <param name="value">its value under the alternative</param>
    /// <param name="strategies">how the events are used</param>
    /// <param name="size">between 0 and 1</param>
    /// <param name="profiled">whether nuisance parameters are profiled</param>
    /// <param name="options">toys of each hypothesis; left out, the defaults</param>
    /// <param name="progress">told after each toy</param>
    /// <param name="cancellation">ends the study</param>
    public Task<IReadOnlyList<StrategyPower>> StudyPowerAsync(
        string parameter,
        double nullValue,
        double value,
        IReadOnlyList<string> strategies,
        double size = 0.05,
        bool profiled = true,
        ToyOptions? options = null,
        IProgress<ToyUpdate>? progress = null,
        CancellationToken cancellation = default
    ) =>
        Task.Run(
            () =>
                StudyPower(
                    parameter,
                    nullValue,
                    value,
                    strategies,
                    size,
                    profiled,
                    options,
                    progress,
                    cancellation
                ),
            cancellation
        );

    private static FInfer.PowerStrategy Strategy(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var read = FInfer.PowerStrategyModule.parse(text);
        return read.IsOk
            ? read.ResultValue
            : throw new ArgumentException(read.ErrorValue, nameof(text));
    }
}
