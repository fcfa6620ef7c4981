namespace Nsbi.Interop;

public sealed partial class CompiledLikelihood
{
    /// <summary>How well one value of a parameter can be told from another: pseudo-experiments of both, tested by
    /// ln L(value)/L(null) with every use of the events. Those of the strategies are the same, so that
    /// differences between strategies are known better than each power.</summary>
    /// <param name="parameter">a parameter</param>
    /// <param name="nullValue">its value under the null hypothesis</param>
    /// <param name="value">its value under the alternative</param>
    /// <param name="options">left out, the defaults</param>
    /// <param name="progress">told after each toy; the toys of each hypothesis are counted for themselves
    /// </param>
    /// <param name="cancellation">ends the study</param>
    /// <exception cref="ArgumentException">a parameter or a value that cannot be, no strategy, twice the same
    /// value, a size that is none</exception>
    /// <exception cref="NsbiException">every fault: tables that are missing, negative expectations, event
    /// variations that have no templates</exception>
    /// <exception cref="OperationCanceledException">cancelled</exception>
    public PowerStudy StudyPower(
        string parameter,
        double nullValue,
        double value,
        PowerOptions? options = null,
        IProgress<ToyUpdate>? progress = null,
        CancellationToken cancellation = default
    )
    {
        ArgumentNullException.ThrowIfNull(parameter);
        options ??= new PowerOptions();
        var question = new FInfer.PowerQuestion(
            parameter,
            nullValue,
            value,
            options.Strategies.Select(strategy => strategy.Strategy).ToFSharp(),
            options
                .Nuisances.Select(treatment =>
                    treatment == NuisanceTreatment.Profiled
                        ? FInfer.NuisanceTreatment.Profiled
                        : FInfer.NuisanceTreatment.Held
                )
                .ToFSharp()
        );
        return ToyOptions.Use(
            options.Toys,
            progress,
            cancellation,
            work =>
            {
                var study = FInfer.LikelihoodPowerModule.run(work, Compiled, question).OrThrow();
                var sizes = options.Sizes.ToFSharp();
                return new PowerStudy(
                    FInfer.PowerResultModule.ofLikelihood(sizes, work.Run, Model.Name, study),
                    study
                );
            }
        );
    }

    /// <summary>As <see cref="StudyPower"/>, on another thread.</summary>
    /// <param name="parameter">a parameter</param>
    /// <param name="nullValue">its value under the null hypothesis</param>
    /// <param name="value">its value under the alternative</param>
    /// <param name="options">left out, the defaults</param>
    /// <param name="progress">told after each toy</param>
    /// <param name="cancellation">ends the study</param>
    public Task<PowerStudy> StudyPowerAsync(
        string parameter,
        double nullValue,
        double value,
        PowerOptions? options = null,
        IProgress<ToyUpdate>? progress = null,
        CancellationToken cancellation = default
    ) =>
        Task.Run(
            () => StudyPower(parameter, nullValue, value, options, progress, cancellation),
            cancellation
        );
}
