namespace Nsbi.Interop;

public sealed partial class CompiledLikelihood
{
    /// <summary>Toys of the model at θ: events drawn from the reference tables with their Asimov
    /// weights, Poisson counts, and global observables drawn anew.</summary>
    /// <param name="values">parameter values; those left out are at their initial values</param>
    /// <param name="count">how many</param>
    /// <param name="seed">of all random numbers</param>
    /// <returns>the toys, each drawn when it is asked for; <see cref="FitToys"/> of the same seed
    /// fits the same ones, and says in its checks whether they can be trusted</returns>
    /// <exception cref="ArgumentException">there is no such parameter, or a negative count
    /// </exception>
    /// <exception cref="NsbiException">every reason why toys cannot be drawn</exception>
    public IEnumerable<Observation> DrawToys(
        IReadOnlyDictionary<string, double>? values = null,
        int count = 1000,
        ulong seed = 1
    )
    {
        if (count < 0)
        {
            throw new ArgumentException($"{count} toys cannot be drawn.", nameof(count));
        }

        var sampler = Sampler(values);
        return Enumerable
            .Range(0, count)
            .Select(index => new Observation(this, sampler.Draw(seed, (ulong)index)));
    }

    /// <summary>Draws toys of the model at θ and fits each; a fit that fails is tried again from
    /// other starts, and counted.</summary>
    /// <param name="values">parameter values; those left out are at their initial values</param>
    /// <param name="options">how many toys, seed and threads; left out, the defaults</param>
    /// <param name="progress">told after each toy</param>
    /// <param name="cancellation">ends the fits</param>
    /// <exception cref="ArgumentException">there is no such parameter, or the options are wrong
    /// </exception>
    /// <exception cref="NsbiException">every reason why toys cannot be drawn</exception>
    /// <exception cref="OperationCanceledException">cancelled</exception>
    public ToyFits FitToys(
        IReadOnlyDictionary<string, double>? values = null,
        ToyOptions? options = null,
        IProgress<ToyUpdate>? progress = null,
        CancellationToken cancellation = default
    ) =>
        ToyOptions.Use(
            options,
            progress,
            cancellation,
            work => new ToyFits(
                this,
                FInfer.ToyStudyModule.make(
                    FuncConvert.FromFunc<
                        FInfer.ToySampler,
                        FInfer.IToyMeasurement<FInfer.ToyFit>,
                        FInfer.ToyFit[]
                    >(
                        (sampler, measurement) =>
                            FInfer.ToyEnsemble.run(work.Run, sampler, measurement)
                    ),
                    work.Fits,
                    FSharpOption<FInfer.ToyHypothesis>.None,
                    work.Run.Seed,
                    Sampler(values)
                )
            )
        );

    /// <summary>As <see cref="FitToys"/>, on another thread.</summary>
    /// <param name="values">parameter values; those left out are at their initial values</param>
    /// <param name="options">how many toys, seed and threads; left out, the defaults</param>
    /// <param name="progress">told after each toy</param>
    /// <param name="cancellation">ends the fits</param>
    public Task<ToyFits> FitToysAsync(
        IReadOnlyDictionary<string, double>? values = null,
        ToyOptions? options = null,
        IProgress<ToyUpdate>? progress = null,
        CancellationToken cancellation = default
    ) => Task.Run(() => FitToys(values, options, progress, cancellation), cancellation);

    private FInfer.ToySampler Sampler(IReadOnlyDictionary<string, double>? values) =>
        FInfer.ToySamplerModule.create(Compiled, Model.Point(values)).OrThrow();
}
